"""Polars: declared schema, the streaming engine, genres as categoricals, songs and users as row numbers."""

import os
import sys

if "--threads" in sys.argv:
    os.environ["POLARS_MAX_THREADS"] = sys.argv[sys.argv.index("--threads") + 1]

import polars
from polars import col

from work import TABLES, main

KINDS = {"TIMESTAMP": polars.Datetime, "BIGINT": polars.Int64, "DATE": polars.Date, "VARCHAR": polars.String}


def scan_csv(job, table):
    return polars.scan_csv(job.csv(table), schema={name: KINDS[kind] for name, kind in TABLES[table].items()})


def scan(job):
    scan_csv(job, "streams").select(polars.all().count()).collect(engine="streaming")


def convert(job):
    job.fresh("parquet")
    scan_csv(job, "streams").with_columns(col("timestamp").dt.date().alias("date")).sink_parquet(
        polars.PartitionBy(str(job.parquet), key="date", include_key=False), compression="zstd", mkdir=True)


def compute(job, plays):
    songs = scan_csv(job, "songs").select("song_id", col("genre").alias("song_genre")).with_row_index("sid")
    users = scan_csv(job, "users").select("user_id").with_row_index("uid")
    play = (
        plays.join(songs, on="song_id", how="left").join(users, on="user_id", how="left")
        .with_columns(
            polars.coalesce("song_genre", "genre").cast(polars.Categorical).alias("g"),
            polars.when(col("sid").is_null()).then(col("song_id")).alias("other"))
        .select("g", "date", "sid", "other", "uid", "duration_ms")
    )
    listeners = play.group_by("g", "date", "uid").agg(polars.len().alias("n"), col("duration_ms").sum())
    metrics = listeners.group_by("g", "date").agg(
        col("n").sum().alias("total_streams"), polars.len().alias("unique_listeners"),
        col("duration_ms").sum().alias("total_listening_time"))
    counted = (
        play.group_by("g", "date", "sid", "other").agg(polars.len().alias("n"))
        .join(songs.select("sid", "song_id"), on="sid", how="left")
        .with_columns(polars.coalesce("song_id", "other").alias("song_id"))
    )
    ranked = counted.sort("n", "song_id", descending=[True, False]).group_by("g", "date", maintain_order=True).head(3)
    metrics, ranked = polars.collect_all([metrics, ranked], engine="streaming")
    metrics = metrics.with_columns(col("g").cast(polars.String))
    ranked = ranked.with_columns(col("g").cast(polars.String)).sort(
        "g", "date", "n", "song_id", descending=[False, False, True, False])
    metrics.sort("g", "date").write_csv(job.answer("genre_metrics"), include_header=False)
    ranked.with_columns((col("n").cum_count().over("g", "date")).alias("rank")).select(
        "g", "date", "rank", "song_id", "n").write_csv(job.answer("top_3_songs"), include_header=False)
    top = metrics.sort("date", "total_streams", "g", descending=[False, True, False])
    top = top.with_columns(col("g").cum_count().over("date").alias("rank")).filter(col("rank") <= 5)
    top.select("date", "rank", "g", "total_streams").write_csv(job.answer("top_5_genres"), include_header=False)


def kpis(job):
    compute(job, polars.scan_parquet(str(job.parquet), hive_partitioning=True))


def e2e(job):
    compute(job, scan_csv(job, "streams").with_columns(col("timestamp").dt.date().alias("date")))


if __name__ == "__main__":
    main({"scan": scan, "convert": convert, "kpis": kpis, "e2e": e2e})
