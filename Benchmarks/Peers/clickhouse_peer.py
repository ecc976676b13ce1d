"""ClickHouse (chdb): declared types, LowCardinality genres, its own table sorted by date and genre."""

from chdb import session

from work import TABLES, main

KINDS = {"TIMESTAMP": "DateTime", "BIGINT": "Int64", "DATE": "Date32", "VARCHAR": "String"}
STRICT = "date_time_input_format = 'best_effort'"

KPIS = """
CREATE TEMPORARY TABLE song ENGINE = Memory AS SELECT song_id, rowNumberInAllBlocks() + 1 AS sid, genre FROM {songs};
CREATE TEMPORARY TABLE usr ENGINE = Memory AS SELECT user_id, rowNumberInAllBlocks() + 1 AS uid FROM {users};
CREATE TEMPORARY TABLE play ENGINE = Memory AS
  SELECT toUInt32(g.sid) AS sid, toUInt32(u.uid) AS uid,
    toLowCardinality(if(g.sid = 0, s.genre, g.genre)) AS genre, if(g.sid = 0, s.song_id, '') AS other,
    toDate(s.timestamp) AS date, s.duration_ms AS duration_ms
  FROM {plays} s LEFT JOIN song g ON s.song_id = g.song_id LEFT JOIN usr u ON s.user_id = u.user_id;
CREATE TEMPORARY TABLE genre_metrics ENGINE = Memory AS
  SELECT genre, date, sum(n) AS total_streams, count() AS unique_listeners, sum(ms) AS total_listening_time
  FROM (SELECT genre, date, uid, count() AS n, sum(duration_ms) AS ms FROM play GROUP BY genre, date, uid)
  GROUP BY genre, date;
INSERT INTO FUNCTION file('{metrics}', 'CSV') SELECT * FROM genre_metrics ORDER BY ALL;
INSERT INTO FUNCTION file('{top_songs}', 'CSV')
  SELECT genre, date, rank, song_id, n FROM (
    SELECT p.genre AS genre, p.date AS date, if(p.sid = 0, p.other, song.song_id) AS song_id, p.n AS n,
      row_number() OVER (PARTITION BY genre, date ORDER BY n DESC, song_id) AS rank
    FROM (SELECT genre, date, sid, other, count() AS n FROM play GROUP BY genre, date, sid, other) p
    LEFT JOIN song ON p.sid = song.sid) WHERE rank <= 3 ORDER BY genre, date, rank;
INSERT INTO FUNCTION file('{top_genres}', 'CSV')
  SELECT date, rank, genre, total_streams FROM (
    SELECT date, genre, total_streams,
      row_number() OVER (PARTITION BY date ORDER BY total_streams DESC, genre) AS rank
    FROM genre_metrics) WHERE rank <= 5 ORDER BY date, rank;
"""


def structure(table):
    return ", ".join(f"{name} {KINDS[kind]}" for name, kind in TABLES[table].items())


def read_csv(job, table):
    return f"file('{job.csv(table)}', 'CSVWithNames', '{structure(table)}')"


def run(job, text, path=None):
    with session.Session(path) if path else session.Session() as connection:
        connection.query(f"SET max_threads = {job.threads}")
        connection.query(f"SET {STRICT}")
        for statement in text.split(";\n"):
            if statement.strip():
                connection.query(statement)


def scan(job):
    counts = ", ".join(f"count({name})" for name in TABLES["streams"])
    run(job, f"SELECT {counts} FROM {read_csv(job, 'streams')}")


def convert(job):
    job.fresh("parquet")
    run(job, (
        f"INSERT INTO FUNCTION file('{job.parquet}/{{_partition_id}}.parquet', 'Parquet') "
        f"PARTITION BY toDate(timestamp) SELECT * FROM {read_csv(job, 'streams')} "
        "SETTINGS output_format_parquet_compression_method = 'zstd'"))


def load(job):
    """Sorted by date and genre."""
    path = str(job.fresh("clickhouse"))
    text = "CREATE DATABASE IF NOT EXISTS m;\n"
    orders = {"streams": "(toDate(timestamp), genre, user_id)", "songs": "song_id", "users": "user_id"}
    for table, order in orders.items():
        kinds = structure(table).replace("genre String", "genre LowCardinality(String)")
        text += f"CREATE TABLE m.{table} ({kinds}) ENGINE = MergeTree ORDER BY {order};\n"
        text += f"INSERT INTO m.{table} SELECT * FROM {read_csv(job, table)};\n"
        text += f"OPTIMIZE TABLE m.{table} FINAL;\n"
    run(job, text, path)


def compute(job, songs, users, plays, path=None):
    for table in ("genre_metrics", "top_3_songs", "top_5_genres"):
        (job.out / f"{table}.csv").unlink(missing_ok=True)
    run(job, KPIS.format(
        songs=songs, users=users, plays=plays, metrics=job.answer("genre_metrics"),
        top_songs=job.answer("top_3_songs"), top_genres=job.answer("top_5_genres")), path)


def kpis(job):
    compute(
        job, read_csv(job, "songs"), read_csv(job, "users"), f"file('{job.parquet}/*.parquet', 'Parquet')")


def kpis_native(job):
    compute(job, "m.songs", "m.users", "m.streams", str(job.out / "clickhouse"))


def e2e(job):
    compute(job, read_csv(job, "songs"), read_csv(job, "users"), read_csv(job, "streams"))


if __name__ == "__main__":
    main({
        "scan": scan, "convert": convert, "load": load, "kpis": kpis, "kpis_native": kpis_native, "e2e": e2e,
    })
