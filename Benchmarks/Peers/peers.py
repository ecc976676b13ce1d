"""The work of the benchmark table by other engines, each tuned as its makers advise.

usage: peers.py JOB ENGINE FOLDER OUT [--threads N]

FOLDER holds incoming/{streams,songs,users} of the pack `music` (groove generate makes it); OUT is a folder for what the
job writes. Jobs: `convert` (CSV to Parquet, zstd, partitioned by date), `kpis` (genre_metrics, top_3_songs and
top_5_genres from that Parquet, as CSV), `load` and `queries` (DuckDB: its own database file, then the twenty queries of
the benchmark table from QUERIES, a line each). Engines: duckdb, polars, clickhouse. A line of JSON tells the seconds.
"""

import argparse
import json
import os
import pathlib
import re
import shutil
import time

STREAMS = {
    "stream_id": "VARCHAR", "user_id": "VARCHAR", "song_id": "VARCHAR", "genre": "VARCHAR",
    "timestamp": "TIMESTAMP", "duration_ms": "BIGINT",
}

DUCKDB_KPIS = """
CREATE TEMP TABLE song AS
  SELECT song_id, row_number() OVER () AS sid, genre FROM read_csv('{songs}', header = true);
CREATE TEMP TABLE usr AS
  SELECT user_id, row_number() OVER () AS uid FROM read_csv('{users}', header = true);
CREATE TEMP TABLE play AS
  SELECT g.sid::INTEGER AS sid, u.uid::INTEGER AS uid, coalesce(g.genre, s.genre) AS genre, s.date, s.duration_ms
  FROM read_parquet('{parquet}/**/*.parquet', hive_partitioning = true) s
  LEFT JOIN song g USING (song_id) LEFT JOIN usr u USING (user_id);
CREATE TEMP TABLE genre_metrics AS
  SELECT genre, date, sum(n)::BIGINT AS total_streams, count(*) AS unique_listeners,
    sum(ms)::BIGINT AS total_listening_time, sum(ms) / count(*) AS avg_listening_time_per_user
  FROM (SELECT genre, date, uid, count(*) AS n, sum(duration_ms) AS ms FROM play GROUP BY ALL) GROUP BY ALL;
COPY (FROM genre_metrics ORDER BY ALL) TO '{out}/genre_metrics.csv';
COPY (
  SELECT p.genre, p.date, row_number() OVER w AS rank, song.song_id, p.n AS total_streams
  FROM (SELECT genre, date, sid, count(*) AS n FROM play GROUP BY ALL) p JOIN song USING (sid)
  WINDOW w AS (PARTITION BY p.genre, p.date ORDER BY p.n DESC, song.song_id)
  QUALIFY rank <= 3 ORDER BY ALL
) TO '{out}/top_3_songs.csv';
COPY (
  SELECT date, genre, row_number() OVER (PARTITION BY date ORDER BY total_streams DESC, genre) AS rank, total_streams
  FROM genre_metrics QUALIFY rank <= 5 ORDER BY ALL
) TO '{out}/top_5_genres.csv';
"""


def incoming(folder, table):
    return str(folder / "incoming" / table / "*.csv")


def duckdb_connection(threads, path=":memory:"):
    import duckdb

    connection = duckdb.connect(path)
    connection.execute(f"SET threads = {threads}; SET preserve_insertion_order = false;")
    return connection


def duckdb_streams(folder):
    columns = ", ".join(f"'{name}': '{kind}'" for name, kind in STREAMS.items())
    return f"read_csv('{incoming(folder, 'streams')}', header = true, columns = {{{columns}}})"


def duckdb_convert(folder, out, threads):
    duckdb_connection(threads).execute(
        f"COPY (SELECT *, timestamp::DATE AS date FROM {duckdb_streams(folder)}) TO '{out}/parquet' "
        "(FORMAT parquet, COMPRESSION zstd, PARTITION_BY (date), OVERWRITE_OR_IGNORE)"
    )


def duckdb_kpis(folder, out, threads):
    duckdb_connection(threads).execute(
        DUCKDB_KPIS.format(
            songs=incoming(folder, "songs"), users=incoming(folder, "users"), parquet=f"{out}/parquet", out=out,
        )
    )


def duckdb_load(folder, out, threads):
    path = f"{out}/music.duckdb"
    if os.path.exists(path):
        os.remove(path)
    connection = duckdb_connection(threads, path)
    connection.execute(f"CREATE TABLE streams AS FROM {duckdb_streams(folder)}")
    for table in ("songs", "users"):
        connection.execute(f"CREATE TABLE {table} AS FROM read_csv('{incoming(folder, table)}', header = true)")
    connection.execute("CHECKPOINT")


def polars_convert(folder, out, threads):
    import polars

    kinds = {
        name: {"TIMESTAMP": polars.Datetime, "BIGINT": polars.Int64}.get(kind, polars.String)
        for name, kind in STREAMS.items()
    }
    polars.scan_csv(incoming(folder, "streams"), schema=kinds).with_columns(
        polars.col("timestamp").dt.date().alias("date")
    ).sink_parquet(
        polars.PartitionBy(f"{out}/parquet", key="date", include_key=False), compression="zstd", mkdir=True,
    )


def polars_kpis(folder, out, threads):
    import polars
    from polars import col

    songs = polars.scan_csv(incoming(folder, "songs")).select(
        "song_id", col("genre").alias("song_genre")).with_row_index("sid")
    users = polars.scan_csv(incoming(folder, "users")).select("user_id").with_row_index("uid")
    play = (
        polars.scan_parquet(f"{out}/parquet", hive_partitioning=True)
        .join(songs, on="song_id", how="left").join(users, on="user_id", how="left")
        .with_columns(polars.coalesce("song_genre", "genre").cast(polars.Categorical).alias("g"))
        .select("g", "date", "sid", "uid", "duration_ms")
    )
    listeners = play.group_by("g", "date", "uid").agg(polars.len().alias("n"), col("duration_ms").sum())
    metrics = listeners.group_by("g", "date").agg(
        col("n").sum().alias("total_streams"), polars.len().alias("unique_listeners"),
        col("duration_ms").sum().alias("total_listening_time"))
    counted = play.group_by("g", "date", "sid").agg(polars.len().alias("n")).join(songs, on="sid")
    ranked = counted.sort("n", "song_id", descending=[True, False]).group_by("g", "date").head(3)
    metrics, ranked = polars.collect_all([metrics, ranked], engine="streaming")
    metrics.sort("g", "date").write_csv(f"{out}/genre_metrics.csv")
    ranked.sort("g", "date").write_csv(f"{out}/top_3_songs.csv")
    metrics.sort("total_streams", "g", descending=[True, False]).group_by("date").head(5).write_csv(
        f"{out}/top_5_genres.csv")


def clickhouse_convert(folder, out, threads):
    import chdb

    structure = ", ".join(
        f"{name} {dict(TIMESTAMP='DateTime', BIGINT='Int64').get(kind, 'String')}" for name, kind in STREAMS.items())
    chdb.query(
        f"INSERT INTO FUNCTION file('{out}/parquet/{{_partition_id}}.parquet', 'Parquet') "
        f"PARTITION BY toDate(timestamp) SELECT * FROM file('{incoming(folder, 'streams')}', 'CSVWithNames', "
        f"'{structure}') SETTINGS max_threads = {threads}, output_format_parquet_compression_method = 'zstd', "
        "date_time_input_format = 'best_effort'"
    )


def duckdb_queries(folder, out, threads):
    text = pathlib.Path(os.environ["QUERIES"]).read_text()
    connection = duckdb_connection(threads, f"{out}/music.duckdb")
    seconds = []
    for query in re.findall(r"^SELECT.*?;$", text, re.M):
        runs = []
        for _ in range(5):
            start = time.perf_counter()
            connection.execute(query).fetchall()
            runs.append(time.perf_counter() - start)
        seconds.append(round(sorted(runs)[2], 5))
    return {"queries": seconds}


def main():
    parser = argparse.ArgumentParser(usage=__doc__)
    parser.add_argument("job")
    parser.add_argument("engine")
    parser.add_argument("folder", type=pathlib.Path)
    parser.add_argument("out", type=pathlib.Path)
    parser.add_argument("--threads", type=int, default=os.cpu_count())
    arguments = parser.parse_args()
    os.environ["POLARS_MAX_THREADS"] = str(arguments.threads)
    arguments.out.mkdir(parents=True, exist_ok=True)
    if arguments.job == "convert":
        shutil.rmtree(arguments.out / "parquet", ignore_errors=True)
        (arguments.out / "parquet").mkdir()
    start = time.perf_counter()
    work = globals()[f"{arguments.engine}_{arguments.job}"]
    details = work(arguments.folder, arguments.out, arguments.threads) or {}
    seconds = round(time.perf_counter() - start, 3)
    print(json.dumps({"engine": arguments.engine, "job": arguments.job, "seconds": seconds, **details}))


if __name__ == "__main__":
    main()
