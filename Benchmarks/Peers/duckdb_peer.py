"""DuckDB: declared types, no insertion order; songs and users joined once to small integers, distinct as a GROUP BY."""

import os

import duckdb

from work import TABLES, main, timed_queries

KPIS = """
CREATE TEMP TABLE song AS SELECT song_id, row_number() OVER () AS sid, genre FROM {songs};
CREATE TEMP TABLE usr AS SELECT user_id, row_number() OVER () AS uid FROM {users};
CREATE TEMP TABLE play AS
  SELECT g.sid::INTEGER AS sid, u.uid::INTEGER AS uid, coalesce(g.genre, s.genre) AS genre, s.date, s.duration_ms,
    CASE WHEN g.sid IS NULL THEN s.song_id END AS other
  FROM {plays} s LEFT JOIN song g USING (song_id) LEFT JOIN usr u USING (user_id);
CREATE TEMP TABLE genre_metrics AS
  SELECT genre, date, sum(n)::BIGINT AS total_streams, count(*) AS unique_listeners,
    sum(ms)::BIGINT AS total_listening_time
  FROM (SELECT genre, date, uid, count(*) AS n, sum(duration_ms) AS ms FROM play GROUP BY ALL) GROUP BY ALL;
COPY (SELECT * FROM genre_metrics ORDER BY ALL) TO '{metrics}' (HEADER false);
COPY (
  SELECT p.genre, p.date, row_number() OVER w AS rank, coalesce(song.song_id, other) AS song_id, p.n AS total_streams
  FROM (SELECT genre, date, sid, other, count(*) AS n FROM play GROUP BY ALL) p LEFT JOIN song USING (sid)
  WINDOW w AS (PARTITION BY p.genre, p.date ORDER BY p.n DESC, coalesce(song.song_id, other))
  QUALIFY rank <= 3 ORDER BY ALL
) TO '{top_songs}' (HEADER false);
COPY (
  SELECT date, row_number() OVER (PARTITION BY date ORDER BY total_streams DESC, genre) AS rank, genre, total_streams
  FROM genre_metrics QUALIFY rank <= 5 ORDER BY ALL
) TO '{top_genres}' (HEADER false);
"""


def connect(job, path=":memory:"):
    connection = duckdb.connect(path)
    connection.execute(f"SET threads = {job.threads}; SET preserve_insertion_order = false;")
    return connection


def read_csv(job, table):
    columns = ", ".join(f"'{name}': '{kind}'" for name, kind in TABLES[table].items())
    return f"read_csv('{job.csv(table)}', header = true, columns = {{{columns}}})"


def database(job):
    return str(job.out / "music.duckdb")


def scan(job):
    counts = ", ".join(f"count({name})" for name in TABLES["streams"])
    connect(job).execute(f"SELECT {counts} FROM {read_csv(job, 'streams')}").fetchall()


def convert(job):
    job.fresh("parquet")
    connect(job).execute(
        f"COPY (SELECT *, timestamp::DATE AS date FROM {read_csv(job, 'streams')}) TO '{job.parquet}' "
        "(FORMAT parquet, COMPRESSION zstd, PARQUET_VERSION v2, PARTITION_BY (date), OVERWRITE_OR_IGNORE)"
    )


def load(job):
    if os.path.exists(database(job)):
        os.remove(database(job))
    connection = connect(job, database(job))
    for table in TABLES:
        connection.execute(f"CREATE TABLE {table} AS FROM {read_csv(job, table)}")
    connection.execute("CHECKPOINT")


def compute(job, connection, songs, users, plays):
    connection.execute(
        KPIS.format(
            songs=songs, users=users, plays=plays, metrics=job.answer("genre_metrics"),
            top_songs=job.answer("top_3_songs"), top_genres=job.answer("top_5_genres"),
        )
    )


def kpis(job):
    plays = f"read_parquet('{job.parquet}/**/*.parquet', hive_partitioning = true)"
    compute(job, connect(job), read_csv(job, "songs"), read_csv(job, "users"), plays)


def kpis_native(job):
    plays = "(SELECT *, timestamp::DATE AS date FROM streams)"
    compute(job, connect(job, database(job)), "songs", "users", plays)


def e2e(job):
    plays = f"(SELECT *, timestamp::DATE AS date FROM {read_csv(job, 'streams')})"
    compute(job, connect(job), read_csv(job, "songs"), read_csv(job, "users"), plays)


def queries(job):
    connection = connect(job, database(job))
    return timed_queries(job.queries, lambda query: connection.execute(query).fetchall())


if __name__ == "__main__":
    main({
        "scan": scan, "convert": convert, "load": load, "kpis": kpis, "kpis_native": kpis_native, "e2e": e2e,
        "queries": queries,
    })
