"""What all peers share: the data, the jobs, the command line, the form of the answers.

usage: ENGINE_peer.py JOB --data FOLDER --out FOLDER [--threads N] [--queries FILE]

FOLDER holds incoming/{streams,songs,users} of the pack `music`, as `groove generate` makes it. Jobs, of which an engine
has those that it can do:

  scan         read the CSV of the plays by the types of its columns, and count the values of each
  convert      CSV of the plays to columnar files: Parquet, zstd, partitioned by date
  load         CSV to the engine's own storage
  kpis         genre_metrics, top_3_songs and top_5_genres from those columnar files, as CSV
  kpis_native  the same from the engine's own storage
  e2e          the same straight from the CSV
  queries      the queries of a file on the engine's own storage, each five times; their median

Answers are CSV without a header, sorted, so that those of two engines are compared as text.
"""

import argparse
import json
import os
import pathlib
import re
import shutil
import time

STREAMS = {
    "stream_id": "VARCHAR", "user_id": "VARCHAR", "song_id": "VARCHAR", "genre": "VARCHAR", "timestamp": "TIMESTAMP",
    "duration_ms": "BIGINT",
}
SONGS = {"song_id": "VARCHAR", "title": "VARCHAR", "artist": "VARCHAR", "genre": "VARCHAR", "release_date": "DATE"}
USERS = {
    "user_id": "VARCHAR", "first_name": "VARCHAR", "last_name": "VARCHAR", "email": "VARCHAR", "signup_date": "DATE",
}
TABLES = {"streams": STREAMS, "songs": SONGS, "users": USERS}


class Job:
    """Where a job reads and writes."""

    def __init__(self, arguments):
        self.data = arguments.data
        self.out = arguments.out
        self.threads = arguments.threads
        self.queries = arguments.queries

    def csv(self, table):
        return str(self.data / "incoming" / table / "*.csv")

    @property
    def parquet(self):
        return self.out / "parquet"

    def answer(self, table):
        return str(self.out / f"{table}.csv")

    def fresh(self, name):
        """An empty folder."""
        folder = self.out / name
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        return folder


def read_queries(path):
    """The statements of a file, a line each."""
    return re.findall(r"^SELECT.*?;$", pathlib.Path(path).read_text(), re.M)


def timed_queries(path, run):
    """The median of five runs of each query, in seconds, and the answers."""
    seconds, answers = [], []
    for query in read_queries(path):
        runs = []
        for _ in range(5):
            start = time.perf_counter()
            rows = run(query)
            runs.append(time.perf_counter() - start)
        seconds.append(round(sorted(runs)[2], 5))
        answers.append([[str(value) for value in row] for row in rows])
    return {"queries": seconds, "answers": answers}


def main(jobs):
    """Runs one of the jobs that an engine has; a line of JSON tells what else is to be known."""
    parser = argparse.ArgumentParser(usage=__doc__)
    parser.add_argument("job", choices=sorted(jobs))
    parser.add_argument("--data", type=pathlib.Path, required=True)
    parser.add_argument("--out", type=pathlib.Path, required=True)
    parser.add_argument("--threads", type=int, default=os.cpu_count())
    parser.add_argument("--queries", type=pathlib.Path)
    job = Job(parser.parse_args())
    job.out.mkdir(parents=True, exist_ok=True)
    print(json.dumps(jobs[parser.parse_args().job](job) or {}))
