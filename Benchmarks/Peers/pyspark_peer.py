"""PySpark: local threads, declared schema, one memory setting; what the pipelines we take the place of run on."""

from pyspark.sql import SparkSession, Window
from pyspark.sql import functions as f

from work import TABLES, main

KINDS = {"TIMESTAMP": "timestamp", "BIGINT": "bigint", "DATE": "date", "VARCHAR": "string"}


def connect(job):
    return (
        SparkSession.builder.master(f"local[{job.threads}]").config("spark.driver.memory", "6g")
        .config("spark.ui.enabled", "false").config("spark.sql.shuffle.partitions", str(4 * job.threads))
        .config("spark.sql.parquet.compression.codec", "zstd").config("spark.log.level", "ERROR").getOrCreate()
    )


def read_csv(spark, job, table):
    schema = ", ".join(f"{name} {KINDS[kind]}" for name, kind in TABLES[table].items())
    return spark.read.csv(job.csv(table), schema=schema, header=True, escape='"')


def scan(job):
    read_csv(connect(job), job, "streams").agg(*(f.count(name) for name in TABLES["streams"])).collect()


def convert(job):
    plays = read_csv(connect(job), job, "streams").withColumn("date", f.to_date("timestamp"))
    plays.write.mode("overwrite").partitionBy("date").parquet(str(job.parquet))


def write(job, rows, table):
    """A small table, collected and written as the other peers do."""
    with open(job.answer(table), "w", encoding="utf-8") as file:
        for row in rows.collect():
            file.write(",".join(str(value) for value in row) + "\n")


def compute(job, spark, plays):
    songs = read_csv(spark, job, "songs").select("song_id", f.col("genre").alias("song_genre"))
    play = plays.join(f.broadcast(songs), "song_id", "left").select(
        f.coalesce("song_genre", "genre").alias("genre"), "date", "song_id", "user_id", "duration_ms").cache()
    metrics = play.groupBy("genre", "date").agg(
        f.count("*").alias("total_streams"), f.countDistinct("user_id").alias("listeners"),
        f.sum("duration_ms").alias("time")).cache()
    write(job, metrics.orderBy("genre", "date"), "genre_metrics")
    order = Window.partitionBy("genre", "date").orderBy(f.desc("n"), "song_id")
    counted = play.groupBy("genre", "date", "song_id").agg(f.count("*").alias("n"))
    ranked = counted.withColumn("rank", f.row_number().over(order)).where("rank <= 3")
    write(job, ranked.select("genre", "date", "rank", "song_id", "n").orderBy("genre", "date", "rank"), "top_3_songs")
    order = Window.partitionBy("date").orderBy(f.desc("total_streams"), "genre")
    top = metrics.withColumn("rank", f.row_number().over(order)).where("rank <= 5")
    write(job, top.select("date", "rank", "genre", "total_streams").orderBy("date", "rank"), "top_5_genres")


def kpis(job):
    spark = connect(job)
    compute(job, spark, spark.read.parquet(str(job.parquet)))


def e2e(job):
    spark = connect(job)
    compute(job, spark, read_csv(spark, job, "streams").withColumn("date", f.to_date("timestamp")))


if __name__ == "__main__":
    main({"scan": scan, "convert": convert, "kpis": kpis, "e2e": e2e})
