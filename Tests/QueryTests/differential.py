#!/usr/bin/env python3
"""Asks Groove and DuckDB the same random queries over the same random data, and compares.

usage: python3 Tests/QueryTests/differential.py [--groove PATH] [--queries N] [--seed S] [--show]

The data lies in two CSV files, read with declared types; for every second query in .groove files made from them. The
queries are of the grammar that Groove supports, made rule by rule, so that a refusal is a failure too. Rows are compared
as sets of rows, and in order where ORDER BY settles it; doubles to 12 digits. Both refusing (an overflow, a text that is
no number) is agreement. A failure prints the query: run it again with --seed and --only.
"""

import argparse
import csv
import datetime
import decimal
import json
import math
import random
import subprocess
import sys
import tempfile
from pathlib import Path

import duckdb

ROOT = Path(__file__).resolve().parents[2]
COLUMNS = {
    "plays": {
        "id": "BIGINT",
        "person": "TEXT",
        "song": "TEXT",
        "n": "BIGINT",
        "m": "BIGINT",
        "x": "DOUBLE",
        "played": "TIMESTAMP",
        "day": "DATE",
        "ok": "BOOLEAN",
    },
    "songs": {"song": "TEXT", "title": "TEXT", "genre": "TEXT", "rating": "BIGINT", "out": "DATE"},
}
GENRES = ["pop", "Pop", "rock", "jazz", "bossa nova", "électro", "k-pop"]
WORDS = ["Winter", "winter", "50%", "a_b", "Ночь", "窓", 'say "hi"', "two\nlines", "comma, too", " ", "x" * 40]


# -------------------------------------------------------------------------------------------- data


def maybe(rng, value, chance=0.12):
    return None if rng.random() < chance else value


def make_rows(rng, count):
    start = datetime.datetime(2024, 2, 27)
    songs = [
        [
            f"S{number:02d}",
            maybe(rng, rng.choice(WORDS)),
            maybe(rng, rng.choice(GENRES)),
            maybe(rng, rng.randrange(-3, 6)),
            maybe(rng, start.date() + datetime.timedelta(days=rng.randrange(-9000, 300))),
        ]
        for number in range(30)
    ]
    plays = []
    for number in range(count):
        at = start + datetime.timedelta(seconds=rng.randrange(400_000), microseconds=rng.choice([0, 0, 250_000, 1]))
        plays.append(
            [
                number,
                maybe(rng, f"U{int(20 * rng.random() ** 2):03d}", 0.05),
                maybe(rng, f"S{rng.randrange(34):02d}"),
                maybe(rng, rng.randrange(-4, 9)),
                maybe(rng, rng.choice([0, 7, 1000, -250, 123_456, 10**9])),
                maybe(rng, round(rng.uniform(0, 100), rng.randrange(4))),
                at,
                maybe(rng, at.date()),
                maybe(rng, rng.random() < 0.5),
            ]
        )
    return {"plays": plays, "songs": songs}


def write_csv(path, names, rows):
    with open(path, "w", newline="", encoding="utf-8") as stream:
        out = csv.writer(stream)
        out.writerow(names)
        for row in rows:
            out.writerow(["" if value is None else str(value) for value in row])


# ----------------------------------------------------------------------------------------- queries


class Maker:
    """Makes queries rule by rule. `scope` is the columns that a name may mean, with their types."""

    def __init__(self, rng):
        self.rng = rng
        self.scope = {}

    def pick(self, *choices):
        return self.rng.choice(choices)

    def column(self, kind):
        names = [name for name, each in self.scope.items() if each == kind]
        return self.rng.choice(names) if names else self.literal(kind)

    def literal(self, kind):
        rng = self.rng
        if kind == "BIGINT":
            return str(rng.choice([0, 1, 2, 3, 5, 7, 10, 100]))
        if kind == "DOUBLE":
            return rng.choice(["1e0", "2.5e0", "1e-1", "3e2"])
        if kind == "DECIMAL":
            return rng.choice(["0.5", "1.25", "10.0", "0.01"])
        if kind == "TEXT":
            return "'" + rng.choice(GENRES + ["S01", "U003", "Winter", ""]).replace("'", "''") + "'"
        if kind == "DATE":
            return f"DATE '2024-0{rng.randrange(2, 4)}-{rng.randrange(10, 29)}'"
        if kind == "TIMESTAMP":
            return f"TIMESTAMP '2024-02-{rng.randrange(26, 30)} {rng.randrange(24):02d}:00:00'"
        return rng.choice(["TRUE", "FALSE"])

    def expression(self, kind, depth):
        if depth <= 0 or self.rng.random() < 0.25:
            return self.literal(kind) if self.rng.random() < 0.2 else self.column(kind)
        make = {
            "BIGINT": self.integer,
            "DOUBLE": self.double,
            "TEXT": self.text,
            "DATE": self.date,
            "TIMESTAMP": self.timestamp,
            "BOOLEAN": self.condition,
        }
        return make[kind](depth)

    def common(self, kind, depth):
        e = lambda: self.expression(kind, depth - 1)
        return self.pick(
            lambda: f"coalesce({e()}, {e()})",
            lambda: f"nullif({e()}, {e()})",
            lambda: f"CASE WHEN {self.condition(depth - 1)} THEN {e()} ELSE {e()} END",
            lambda: f"CASE WHEN {self.condition(depth - 1)} THEN {e()} END",
            lambda: f"CASE {e()} WHEN {self.literal(kind)} THEN {e()} ELSE {e()} END",
            lambda: f"greatest({e()}, {e()})",
            lambda: f"least({e()}, {e()})",
        )()

    def integer(self, depth):
        if self.rng.random() < 0.25:
            return self.common("BIGINT", depth)
        e = lambda kind="BIGINT": self.expression(kind, depth - 1)
        return self.pick(
            lambda: f"({e()} {self.pick('+', '-', '*')} {self.literal('BIGINT')})",
            lambda: f"({e()} + {e()})",
            lambda: f"({e()} // {self.pick(2, 3, 7)})",
            lambda: f"({e()} % {self.pick(2, 3, 7)})",
            lambda: f"abs({e()})",
            lambda: f"-({e()})",
            lambda: f"length({e('TEXT')})",
            lambda: f"extract({self.pick('hour', 'year', 'month', 'day', 'minute', 'dow')} FROM {e('TIMESTAMP')})",
            lambda: f"{self.pick('year', 'month', 'day')}({e('DATE')})",
            lambda: f"date_diff('day', {e('DATE')}, {e('DATE')})",
            lambda: f"({e('DATE')} - {self.literal('DATE')})",
        )()

    def double(self, depth):
        if self.rng.random() < 0.25:
            return self.common("DOUBLE", depth)
        e = lambda kind="DOUBLE": self.expression(kind, depth - 1)
        return self.pick(
            lambda: f"({e()} {self.pick('+', '-', '*')} {self.literal('DOUBLE')})",
            lambda: f"({e('BIGINT')} / {self.pick(2, 3, 7)})",
            lambda: f"round({e()}, {self.pick(0, 1, 2)})",
            lambda: f"{self.pick('floor', 'ceil', 'abs')}({e()})",
            lambda: f"({e('BIGINT')})::DOUBLE",
            lambda: f"sqrt(abs({e()}))",
        )()

    def text(self, depth):
        if self.rng.random() < 0.25:
            return self.common("TEXT", depth)
        e = lambda kind="TEXT": self.expression(kind, depth - 1)
        return self.pick(
            lambda: f"{self.pick('lower', 'upper', 'trim')}({e()})",
            lambda: f"({e()} || {e()})",
            lambda: f"substr({e()}, {self.pick(1, 2, 3)}, {self.pick(0, 1, 4)})",
            lambda: f"replace({e()}, {self.literal('TEXT')}, 'z')" if depth > 5 else f"left({e()}, 3)",
            lambda: f"({e('BIGINT')})::VARCHAR",
            lambda: f"({e('DATE')})::TEXT",
            lambda: f"concat({e()}, '-', {e('BIGINT')})",
        )()

    def date(self, depth):
        if self.rng.random() < 0.25:
            return self.common("DATE", depth)
        return self.pick(
            lambda: f"({self.expression('TIMESTAMP', depth - 1)})::DATE",
            lambda: f"date({self.expression('TIMESTAMP', depth - 1)})",
            lambda: f"({self.expression('DATE', depth - 1)} + {self.pick(1, 30)})",
        )()

    def timestamp(self, depth):
        if self.rng.random() < 0.25:
            return self.common("TIMESTAMP", depth)
        e = lambda: self.expression("TIMESTAMP", depth - 1)
        unit = self.pick("'hour'", "'day'", "'month'", "'minute'")
        step = self.pick("INTERVAL 1 DAY", "INTERVAL '2 hours'", "INTERVAL 1 MONTH")
        return self.pick(
            lambda: f"date_trunc({unit}, {e()})",
            lambda: f"({e()} {self.pick('+', '-')} {step})",
        )()

    def condition(self, depth):
        if depth <= 0 or self.rng.random() < 0.15:
            return self.column("BOOLEAN")
        kind = self.pick("BIGINT", "DOUBLE", "TEXT", "DATE", "TIMESTAMP")
        e = lambda of=kind: self.expression(of, depth - 1)
        c = lambda: self.condition(depth - 1)
        negated = self.pick("", "NOT ")
        return self.pick(
            lambda: f"({e()} {self.pick('=', '<>', '<', '<=', '>', '>=')} {e()})",
            lambda: f"({e()} {self.pick('=', '<', '>')} {self.literal(kind)})",
            lambda: f"({c()} {self.pick('AND', 'OR')} {c()})",
            lambda: f"(NOT {c()})",
            lambda: f"({e()} IS {negated}NULL)",
            lambda: f"({e()} IS {negated}DISTINCT FROM {e()})",
            lambda: f"({e()} {negated}BETWEEN {self.literal(kind)} AND {e()})",
            lambda: f"({e()} {negated}IN ({self.literal(kind)}, {self.literal(kind)}, {e()}))",
            lambda: f"({e('TEXT')} {negated}{self.pick('LIKE', 'ILIKE')} {self.pattern()})",
            lambda: f"({e('BIGINT')} {negated}IN (SELECT rating FROM songs WHERE rating > {self.pick(0, 3)}))",
        )()

    def pattern(self):
        return self.pick("'%o%'", "'S0_'", "'p%'", "'%a_b%'", "'_op'", "'%'", "'50!%' ESCAPE '!'", "'W%ter'")

    def aggregate(self):
        e = lambda kind: self.expression(kind, 1)
        made, kind = self.pick(
            lambda: ("count(*)", "BIGINT"),
            lambda: (f"count({e(self.pick('TEXT', 'BIGINT', 'DATE'))})", "BIGINT"),
            lambda: (f"count(DISTINCT {e(self.pick('TEXT', 'BIGINT', 'DATE', 'DOUBLE'))})", "BIGINT"),
            lambda: (f"sum({e('BIGINT')})", "HUGE"),
            lambda: (f"sum({e('DOUBLE')})", "DOUBLE"),
            lambda: (f"avg({e(self.pick('BIGINT', 'DOUBLE'))})", "DOUBLE"),
            lambda: (f"{self.pick('min', 'max')}({e('TEXT')})", "TEXT"),
            lambda: (f"{self.pick('min', 'max')}({e('BIGINT')})", "BIGINT"),
            lambda: (f"{self.pick('min', 'max')}({e('TIMESTAMP')})", "TIMESTAMP"),
            lambda: (f"{self.pick('arg_max', 'arg_min')}(song, id)", "TEXT") if "id" in self.scope else ("max(n)", "BIGINT"),
        )()
        if self.rng.random() < 0.2:
            made += f" FILTER (WHERE {self.condition(1)})"
        return made, kind

    # ---------------------------------------------------------------------------- whole queries

    def source(self):
        """A FROM and the columns that it offers."""
        plays, songs = COLUMNS["plays"], COLUMNS["songs"]
        kind = self.rng.random()
        if kind < 0.4:
            self.scope = dict(plays)
            return "plays"
        if kind < 0.75:
            join = self.pick("JOIN", "LEFT JOIN")
            self.scope = {**songs, **plays}
            return f"plays {join} songs USING (song)"
        if kind < 0.9:
            join = self.pick("JOIN", "LEFT JOIN")
            self.scope = {f"p.{n}": k for n, k in plays.items()} | {f"s.{n}": k for n, k in songs.items()}
            more = self.pick("", " AND s.rating > 0", " AND p.n < 5" if join == "JOIN" else " AND s.genre IS NULL")
            return f"plays AS p {join} songs AS s ON p.song = s.song{more}"
        self.scope = dict(plays)
        condition = self.condition(1)
        return f"(SELECT * FROM plays WHERE {condition}) AS q"

    def where(self):
        return f" WHERE {self.condition(2)}" if self.rng.random() < 0.6 else ""

    def rows(self):
        source, kinds = self.source(), ["BIGINT", "DOUBLE", "TEXT", "DATE", "TIMESTAMP", "BOOLEAN"]
        items = [f"{self.expression(self.rng.choice(kinds), 3)} AS c{n}" for n in range(self.rng.randrange(1, 5))]
        distinct = self.pick("", "", "DISTINCT ")
        return f"SELECT {distinct}{', '.join(items)} FROM {source}{self.where()}"

    def groups(self):
        source = self.source()
        keys = [f"{self.expression(self.pick('BIGINT', 'TEXT', 'DATE', 'BOOLEAN'), 2)} AS k{n}" for n in range(self.rng.randrange(0, 4))]
        values = [f"{self.aggregate()[0]} AS v{n}" for n in range(self.rng.randrange(1, 4))]
        where = self.where()
        by = ""
        if keys:
            names = ", ".join(f"k{n}" for n in range(len(keys)))
            numbers = ", ".join(str(n + 1) for n in range(len(keys)))
            by = f" GROUP BY {self.pick(names, numbers, 'ALL')}"
        having = f" HAVING count(*) > {self.pick(1, 3)}" if keys and self.rng.random() < 0.3 else ""
        qualify = ""
        if keys and not having and "ALL" not in by and self.rng.random() < 0.2:
            qualify = f" QUALIFY {self.pick('rank', 'dense_rank')}() OVER (ORDER BY count(*) DESC) <= {self.pick(1, 3)}"
        return f"SELECT {', '.join(keys + values)} FROM {source}{where}{by}{having}{qualify}"

    def windows(self):
        source = self.source()
        key = self.column(self.pick("TEXT", "BIGINT", "DATE"))
        id = "p.id" if "p.id" in self.scope else "id"
        value = self.column(self.pick("BIGINT", "TIMESTAMP", "DOUBLE"))
        order = f"{value} {self.pick('', 'DESC', 'NULLS FIRST', 'DESC NULLS LAST')}"
        rank = self.pick("rank()", "dense_rank()")
        first = f"row_number() OVER (PARTITION BY {key} ORDER BY {order}, {id}) AS r"
        second = f"{rank} OVER (PARTITION BY {key} ORDER BY {order}) AS t"
        qualify = self.pick("", " QUALIFY r <= 2", " QUALIFY t <= 2 AND r > 1")
        return f"SELECT {id} AS i, {key} AS k, {first}, {second} FROM {source}{self.where()}{qualify}"

    def query(self):
        kind = self.rng.random()
        made = self.rows() if kind < 0.35 else self.groups() if kind < 0.8 else self.windows()
        kind = self.rng.random()
        if kind < 0.1:
            made = f"WITH w AS ({made}) SELECT * FROM w"
        elif kind < 0.15:
            made = f"SELECT count(*) AS n FROM ({made}) AS w"
        elif kind < 0.2:
            made = f"{made} UNION ALL {made}"
        if self.rng.random() < 0.5:
            made += " ORDER BY ALL" + self.pick("", " DESC", " NULLS FIRST")
            if self.rng.random() < 0.5:
                made += f" LIMIT {self.pick(1, 5, 20)}" + self.pick("", " OFFSET 2")
        return made


# ------------------------------------------------------------------------------------ comparison


def plain(value):
    """A value of DuckDB as JSON would have it."""
    if isinstance(value, (datetime.datetime, datetime.date)):
        text = str(value)
        return text.rstrip("0") if "." in text else text
    if isinstance(value, decimal.Decimal):
        return float(value)
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value


def key(row):
    return [(value is None, type(value).__name__, repr(value)) for value in row]


def rough(row):
    """A row with its doubles cut, for sorting: near doubles must sort alike."""
    return [f"{value:.12g}" if isinstance(value, float) else value for value in row]


def same(one, other):
    if isinstance(one, (int, float)) and isinstance(other, (int, float)) and not isinstance(one, bool):
        return one == other or abs(one - other) <= 1e-12 * max(abs(one), abs(other), 1)
    return one == other


def equal(ours, theirs, ordered):
    if len(ours) != len(theirs):
        return False
    if not ordered:
        ours = sorted(ours, key=lambda row: key(rough(row)))
        theirs = sorted(theirs, key=lambda row: key(rough(row)))
    return all(len(a) == len(b) and all(map(same, a, b)) for a, b in zip(ours, theirs))


def integers_as_floats(rows):
    return [[float(v) if isinstance(v, int) and not isinstance(v, bool) else v for v in row] for row in rows]


class Groove:
    def __init__(self, binary, folder):
        self.binary, self.folder = binary, folder
        self.sources = []
        csvs = {}
        for table, columns in COLUMNS.items():
            declared = ", ".join(f"{name}: {kind}" for name, kind in columns.items())
            csvs[table] = f"read_csv('{folder}/{table}.csv', columns => {{{declared}}})"
        self.sources.append(csvs)
        for table, columns in COLUMNS.items():
            declared = ", ".join(f"{name} {kind}" for name, kind in columns.items())
            subprocess.run(
                [binary, "convert", f"{folder}/{table}.csv", "--out", f"{folder}/{table}.groove", "--columns", declared, "--quiet"],
                check=True,
            )
        self.sources.append({table: f"'{folder}/{table}.groove'" for table in COLUMNS})

    def ask(self, query, turn):
        source = self.sources[turn % 2]
        tables = ", ".join(f"{table} AS (FROM {place})" for table, place in source.items())
        rest = f", {query[5:]}" if query.startswith("WITH ") else f" {query}"
        done = subprocess.run(
            [self.binary, "query", f"WITH {tables}{rest}", "--format", "jsonl", "--quiet", "--threads", str(1 + turn % 3)],
            capture_output=True,
            timeout=120,
        )
        if done.returncode < 0:
            return None, f"died of signal {-done.returncode}"
        if done.returncode != 0:
            return None, done.stderr.decode()
        return [list(json.loads(line).values()) for line in done.stdout.decode().splitlines()], None


def connect(folder):
    connection = duckdb.connect()
    for table, columns in COLUMNS.items():
        kinds = ", ".join(f"'{name}': '{kind}'" for name, kind in columns.items())
        connection.execute(
            f"CREATE TABLE {table} AS FROM read_csv('{folder}/{table}.csv', header = true, columns = {{{kinds}}}, allow_quoted_nulls = false)"
        )
    return connection


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--groove", default=str(ROOT / ".build/debug/groove"))
    parser.add_argument("--queries", type=int, default=200)
    parser.add_argument("--rows", type=int, default=300)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--only", type=int, help="the number of one query")
    parser.add_argument("--show", action="store_true", help="print every query")
    arguments = parser.parse_args()
    failures, refused_by_both, rows_compared = 0, 0, 0
    with tempfile.TemporaryDirectory() as folder:
        rng = random.Random(arguments.seed)
        for table, rows in make_rows(rng, arguments.rows).items():
            write_csv(f"{folder}/{table}.csv", COLUMNS[table], rows)
        database, groove = connect(folder), Groove(arguments.groove, folder)
        for number in range(arguments.queries):
            query = Maker(random.Random(f"{arguments.seed} {number}")).query()
            if arguments.only is not None and number != arguments.only:
                continue
            if arguments.show:
                print(f"{number}: {query}")
            try:
                theirs = [[plain(v) for v in row] for row in database.execute(query).fetchall()]
                fault = None
            except duckdb.Error as error:
                theirs, fault = None, str(error).strip().splitlines()[0]
            ours, refusal = groove.ask(query, number)
            if theirs is None and ours is None and "signal" not in refusal:
                refused_by_both += 1
                continue
            if theirs is not None and ours is not None:
                ordered = "ORDER BY ALL" in query
                if equal(integers_as_floats(ours), integers_as_floats(theirs), ordered):
                    rows_compared += len(ours)
                    continue
            failures += 1
            print(f"-- {number} (seed {arguments.seed})\n{query}")
            print(f"   DuckDB: {fault or f'{len(theirs)} rows {theirs[:4]}'}")
            print(f"   Groove: {(refusal or '').strip() or f'{len(ours)} rows {ours[:4]}'}")
    print(
        f"{arguments.queries} queries, {rows_compared} rows compared, {refused_by_both} refused by both,"
        f" {failures} differ"
    )
    sys.exit(1 if failures else 0)


if __name__ == "__main__":
    main()
