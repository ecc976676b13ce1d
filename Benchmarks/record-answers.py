#!/usr/bin/env python3
"""Records what DuckDB answers to the queries that `bench` measures, for `bench` to check its own answers against.

usage: python3 Benchmarks/record-answers.py [--check]

The plays are those that Benchmarks/Suites/PlayTables.swift makes, made here once more; the queries are those of
Benchmarks/Suites/Query.swift and of the pack `music`. What is kept of an answer is its number of rows and a hash of
their texts. `--check` fails where the file is not what DuckDB says.
"""

import datetime
import pathlib
import re
import sys

import duckdb

ROOT = pathlib.Path(__file__).resolve().parent.parent
SUITES = ROOT / "Benchmarks" / "Suites"
ANSWERS = SUITES / "RecordedAnswers.swift"
PACKS = ROOT / "Sources" / "Packs" / "BuiltIn"
ROWS, DAYS, USERS, SONGS = 20_000, 12, 500, 100
FIRST_DAY = datetime.datetime(2025, 6, 1)


class Generator:
    def __init__(self, state):
        self.state = state

    def below(self, bound):
        self.state = (self.state * 6_364_136_223_846_793_005 + 1_442_695_040_888_963_407) % 2**64
        return (self.state >> 33) % bound


def tables(connection):
    random = Generator(7)
    genres = ["pop", "rock", "jazz"] + [f"genre {number}" for number in range(3, 115)]
    words = ["Winter", "Summer", "Rain", "Night", "River", "Heart", "Road", "Light"]
    epoch = datetime.date(1970, 1, 1)
    genre_of = [genres[random.below(len(genres))] for _ in range(SONGS)]
    songs = [
        (f"S{n:06}", f"{words[n % 8]} {words[n // 8 % 8]} {n}", f"Artist {n % max(1, SONGS // 5)}", genre_of[n],
         epoch + datetime.timedelta(days=random.below(20_000)))
        for n in range(SONGS)
    ]
    users = [(f"U{n:06}", epoch + datetime.timedelta(days=random.below(20_000))) for n in range(USERS)]
    plays = []
    for day in range(DAYS):
        start = ROWS * day // DAYS
        count = ROWS * (day + 1) // DAYS - start
        for row in range(count):
            user = random.below(USERS) * random.below(1000) // 1000
            song = random.below(SONGS) * random.below(1000) // 1000
            time = FIRST_DAY + datetime.timedelta(days=day, seconds=row * 86_400 // count)
            plays.append(
                (f"st{100_000_000 + start + row}", f"U{user:06}", f"S{song:06}", genre_of[song], time,
                 5000 + random.below(300_000)))
    connection.execute("CREATE TABLE songs (song_id TEXT, title TEXT, artist TEXT, genre TEXT, release_date DATE)")
    connection.execute("CREATE TABLE users (user_id TEXT, signup_date DATE)")
    connection.execute(
        "CREATE TABLE streams (stream_id TEXT, user_id TEXT, song_id TEXT, genre TEXT, timestamp TIMESTAMP, "
        "duration_ms BIGINT)")
    for name, rows in (("songs", songs), ("users", users), ("streams", plays)):
        connection.executemany(f"INSERT INTO {name} VALUES ({', '.join('?' * len(rows[0]))})", rows)


def queries(connection):
    """The names and texts of all queries, and whether their rows have an order."""
    view = re.search(r"CREATE VIEW plays AS\n(.*?);", (PACKS / "music.sql").read_text(), re.S)[1]
    connection.execute(f"CREATE VIEW plays AS {view.replace('date(timestamp)', 'timestamp::DATE')}")
    kpis = re.findall(
        r"CREATE KPI TABLE (\w+) .*?\bAS\n((?:SELECT|WITH)\b.*?);", (PACKS / "plays-kpis.sql").read_text(), re.S)
    listed = re.search(r"let benchmarkQueries = \[\n(.*?)\n\]", (SUITES / "Query.swift").read_text(), re.S)[1]
    plain = [first or second for first, second in re.findall(r'"""\n(.*?)"""|"([^"\n]+)"', listed, re.S)]
    assert len(kpis) == 4 and len(plain) == 20, "the queries have moved"
    return [(name, sql, False) for name, sql in kpis] + [
        (f"query {number + 1}", sql, True) for number, sql in enumerate(plain)]


def digest(connection, sql, is_ordered):
    width = len(connection.sql(sql).columns)
    names = ", ".join(f"c{n}" for n in range(width))
    texts = ", ".join(f"c{n}::VARCHAR" for n in range(width))
    rows = connection.execute(f"SELECT {texts} FROM ({sql}) t({names})").fetchall()
    lines = [",".join("NULL" if cell is None else cell for cell in row) for row in rows]
    if not is_ordered:
        lines.sort()
    value = 0xCBF2_9CE4_8422_2325
    for byte in "\n".join(lines).encode():
        value = (value ^ byte) * 0x100_0000_01B3 % 2**64
    return len(lines), value


def main():
    connection = duckdb.connect()
    tables(connection)
    lines = [
        "/// What DuckDB answers to the measured queries over a few plays, by `Benchmarks/record-answers.py`:",
        "/// the number of rows and a hash of their texts.",
        "enum RecordedAnswers {",
        f"  static let (rows, days, users, songs) = ({ROWS:_}, {DAYS}, {USERS}, {SONGS})",
        "",
        "  static let all: [(name: String, rows: Int, hash: UInt64)] = [",
    ]
    for name, sql, is_ordered in queries(connection):
        count, value = digest(connection, sql, is_ordered)
        grouped = "_".join(f"{value:016X}"[place:place + 4] for place in range(0, 16, 4))
        lines.append(f'    ("{name}", {count}, 0x{grouped}),')
    lines += ["  ]", "}"]
    text = "\n".join(lines) + "\n"
    if "--check" in sys.argv:
        if not ANSWERS.exists() or ANSWERS.read_text() != text:
            raise SystemExit("the recorded answers are not DuckDB's")
        return print("all answers are DuckDB's")
    ANSWERS.write_text(text)


if __name__ == "__main__":
    main()
