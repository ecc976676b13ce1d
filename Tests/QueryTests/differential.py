#!/usr/bin/env python3
"""Asks Groove and DuckDB the same random queries over the same random data, and compares.

usage: python3 Tests/QueryTests/differential.py [--groove PATH] [--queries N] [--seed S] [--only K]

The data lies in CSV files, read with declared types; for every second round of queries in .groove files made from them.
In every third round nothing fits memory, so that sorts, groups, joins and windows go to disk. Queries are
those of differential_grammar.py. Rows are compared as sets of rows, and in order where ORDER BY settles it; doubles to
12 digits. Both refusing (an overflow, a text that is no number) is agreement. A failure prints the query: run it again
with --seed and --only.
"""

import argparse
import datetime
import decimal
import json
import math
import os
import random
import re
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import duckdb

sys.path.insert(0, str(Path(__file__).parent))
from differential_grammar import COLUMNS, Maker, make_rows, write_csv  # noqa: E402

ROOT = Path(__file__).resolve().parents[2]
# How many queries one process answers.
ROUND = 40

# ------------------------------------------------------------------------------------ comparison


def plain(value):
    """A value of DuckDB as JSON would have it."""
    if isinstance(value, (datetime.datetime, datetime.date)):
        text = str(value).rjust(10, "0")
        text = re.sub(r"^(\d{1,3})-", lambda m: m[1].rjust(4, "0") + "-", text)
        return text.rstrip("0") if "." in text else text
    if isinstance(value, decimal.Decimal):
        return float(value)
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value


def floats(rows):
    return [[float(v) if isinstance(v, int) and not isinstance(v, bool) else v for v in row] for row in rows]


def key(row):
    """What rows are sorted by: doubles cut, since near doubles must sort alike."""
    return [(value is None, type(value).__name__, f"{value + 0.0:.10g}" if isinstance(value, float) else repr(value)) for value in row]


def same(one, other):
    if isinstance(one, float) and isinstance(other, float):
        return one == other or abs(one - other) <= 1e-12 * max(abs(one), abs(other), 1)
    return type(one) is type(other) and one == other


def equal(ours, theirs, ordered):
    if len(ours) != len(theirs):
        return False
    ours, theirs = floats(ours), floats(theirs)
    if not ordered:
        ours, theirs = sorted(ours, key=key), sorted(theirs, key=key)
    return all(len(a) == len(b) and all(map(same, a, b)) for a, b in zip(ours, theirs))


# --------------------------------------------------------------------------------------- engines


def declared(columns, pair):
    return ", ".join(pair.format(name, kind) for name, kind in columns.items())


class Groove:
    MARK = "§ end of an answer"

    def __init__(self, binary, folder):
        self.binary = binary
        csvs, files = {}, {}
        for table, columns in COLUMNS.items():
            path = f"{folder}/{table}.csv"
            csvs[table] = f"read_csv('{path}', columns => {{{declared(columns, '{}: {}')}}})"
            command = [binary, "convert", path, "--out", f"{folder}/{table}.groove", "--columns", declared(columns, "{} {}"), "--quiet"]
            subprocess.run(command, check=True)
            files[table] = f"'{folder}/{table}.groove'"
        self.sources = [csvs, files]

    def answers(self, queries, turn):
        """For each query its rows, or why it was refused."""
        given = [self.whole(query, self.sources[turn % 2]) for query in queries]
        flags = ["--format", "jsonl", "--quiet", "--threads", str(1 + turn % 3)]
        environment = dict(os.environ)
        if turn % 3 == 2:
            environment["GROOVE_FORCE_SPILL"] = "1"
        results = []
        while len(results) < len(given):
            answered, refusal = self.run(given[len(results) :], flags, environment)
            results += [(rows, None) for rows in answered]
            if refusal is not None:
                # What cannot be read keeps all from being answered, so who is refused is asked again, alone.
                answered, refusal = self.run(given[len(results) : len(results) + 1], flags, environment)
                results.append((answered[0], None) if refusal is None else (None, refusal))
        return results

    def run(self, queries, flags, environment):
        """The rows of the first queries, and why the next was refused, if one was."""
        text = "".join(f"{query};\nSELECT '{self.MARK}' AS mark;\n" for query in queries)
        done = subprocess.run([self.binary, "query", "-", *flags], input=text.encode(), capture_output=True, timeout=600, env=environment)
        answered, rows = [], []
        for line in done.stdout.decode().splitlines():
            row = json.loads(line, object_pairs_hook=lambda pairs: [value for _, value in pairs])
            if row == [self.MARK]:
                answered.append(rows)
                rows = []
            else:
                rows.append(row)
        if done.returncode < 0:
            return answered, f"died of signal {-done.returncode}: {done.stderr.decode()[-300:]}"
        return answered, done.stderr.decode() if done.returncode else None

    @staticmethod
    def whole(query, source):
        tables = ", ".join(f"{table} AS (FROM {place})" for table, place in source.items() if re.search(rf"\b{table}\b", query))
        if not tables:
            return query
        return f"WITH {tables}, {query[5:]}" if query.startswith("WITH ") else f"WITH {tables} {query}"


def connect(folder):
    # One thread keeps the order of rows, which the ties of arg_max depend on.
    connection = duckdb.connect(config={"threads": 1})
    for table, columns in COLUMNS.items():
        kinds = ", ".join("'{}': '{}'".format(name.strip('"').replace('""', '"'), kind) for name, kind in columns.items())
        connection.execute(
            f"CREATE TABLE {table} AS FROM read_csv('{folder}/{table}.csv', header = true, columns = {{{kinds}}},"
            " allow_quoted_nulls = false, quote = '\"', escape = '\"', auto_detect = false, delim = ',', new_line = '\\n', strict_mode = false)"
        )
    return connection


def ask(database, query):
    try:
        return [[plain(v) for v in row] for row in database.execute(query).fetchall()], None
    except (duckdb.Error, ValueError, OverflowError) as error:
        return None, str(error).strip().splitlines()[0]


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--groove", default=str(ROOT / ".build/debug/groove"))
    parser.add_argument("--queries", type=int, default=2000)
    parser.add_argument("--rows", type=int, default=300)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--only", type=int, help="the number of one query")
    parser.add_argument("--show", type=int, default=20, help="how many differences are printed")
    arguments = parser.parse_args()
    failures, refused_by_both, refused_alone, rows_compared = 0, 0, 0, 0
    with tempfile.TemporaryDirectory() as folder:
        rng = random.Random(arguments.seed)
        for table, rows in make_rows(rng, arguments.rows).items():
            write_csv(f"{folder}/{table}.csv", COLUMNS[table], rows)
        database, groove = connect(folder), Groove(arguments.groove, folder)
        made = [Maker(random.Random(f"{arguments.seed} {number}")).query() for number in range(arguments.queries)]
        numbers = [arguments.only] if arguments.only is not None else list(range(arguments.queries))
        rounds = {}
        for number in numbers:
            rounds.setdefault(number // ROUND, []).append(number)
        with ThreadPoolExecutor(2) as pool:
            asked = {turn: pool.submit(groove.answers, [made[n][0] for n in own], turn) for turn, own in rounds.items()}
            for turn, own in rounds.items():
                answers = asked.pop(turn).result()
                for number, (ours, refusal) in zip(own, answers):
                    query, ordered = made[number]
                    theirs, fault = ask(database, query)
                    if theirs is None and ours is None and "signal" not in refusal:
                        refused_by_both += 1
                    elif ours is None and "FROM nothing" in query and "division by zero" in refusal:
                        # DuckDB never comes to what is looked for among no rows, `7 // 0 IN (SELECT … FROM nothing)`.
                        refused_alone += 1
                    elif theirs is not None and ours is not None and equal(ours, theirs, ordered):
                        rows_compared += len(ours)
                    else:
                        failures += 1
                        if failures <= arguments.show:
                            tell(number, turn, arguments.seed, query, (theirs, fault), (ours, refusal))
    print(
        f"{len(numbers)} queries, {rows_compared} rows compared, {refused_by_both} refused by both, "
        f"{refused_alone} for a division that DuckDB never does, {failures} differ"
    )
    sys.exit(1 if failures else 0)


def tell(number, turn, seed, query, theirs, ours):
    print(f"-- {number} (seed {seed}, round {turn})\n{query}")
    if theirs[0] is not None and ours[0] is not None:
        a, b = sorted(floats(theirs[0]), key=key), sorted(floats(ours[0]), key=key)
        apart = [(x, y) for x, y in zip(a, b) if not (len(x) == len(y) and all(map(same, x, y)))]
        print(f"   rows: DuckDB {len(a)}, Groove {len(b)}; the first that differ: {apart[:2] if apart else 'none, but in order'}")
        return
    for name, (rows, fault) in (("DuckDB", theirs), ("Groove", ours)):
        print(f"   {name}: {f'{len(rows)} rows {rows[:3]}' if rows is not None else fault.strip()[:600]}")


if __name__ == "__main__":
    main()
