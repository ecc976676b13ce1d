"""pyarrow: declared types with dictionaries for the ids, record batches streamed into a partitioned data set."""

import glob

import pyarrow
import pyarrow.csv
import pyarrow.dataset
import pyarrow.parquet

from work import TABLES, main

KINDS = {
    "TIMESTAMP": pyarrow.timestamp("s"), "BIGINT": pyarrow.int64(), "DATE": pyarrow.date32(),
    "VARCHAR": pyarrow.string(),
}


def read(job, table, columns=None):
    options = pyarrow.csv.ConvertOptions(
        column_types={name: KINDS[kind] for name, kind in TABLES[table].items()}, include_columns=columns)
    for path in sorted(glob.glob(job.csv(table))):
        yield from pyarrow.csv.open_csv(
            path, convert_options=options, read_options=pyarrow.csv.ReadOptions(block_size=16 << 20))


def set_threads(job):
    pyarrow.set_cpu_count(job.threads)
    pyarrow.set_io_thread_count(max(2, job.threads))


def scan(job):
    set_threads(job)
    counts = dict.fromkeys(TABLES["streams"], 0)
    for batch in read(job, "streams", list(counts)):
        for name in counts:
            counts[name] += batch.num_rows - batch[name].null_count


def convert(job):
    set_threads(job)
    fields = [pyarrow.field(name, KINDS[kind]) for name, kind in TABLES["streams"].items()]
    schema = pyarrow.schema(fields + [pyarrow.field("date", pyarrow.date32())])

    def dated():
        for batch in read(job, "streams"):
            dates = batch.column(4).cast(pyarrow.date32())
            yield pyarrow.RecordBatch.from_arrays([*batch.columns, dates], schema=schema)

    pyarrow.dataset.write_dataset(
        dated(), job.fresh("parquet"), schema=schema, format="parquet",
        partitioning=pyarrow.dataset.partitioning(pyarrow.schema([("date", pyarrow.date32())]), flavor="hive"),
        file_options=pyarrow.dataset.ParquetFileFormat().make_write_options(compression="zstd"),
        existing_data_behavior="overwrite_or_ignore", max_rows_per_group=1 << 20)


if __name__ == "__main__":
    main({"scan": scan, "convert": convert})
