#!/usr/bin/env python3
"""Computes what a run over a folder of CSV must give, without Groove.

    Data/oracle.py FOLDER --pack PACK              prints every KPI table
    Data/oracle.py FOLDER --pack PACK --out OUT    writes OUT/<table>.csv, one file a KPI table, and
                                                   files.csv, rejections.csv and counts.csv
    Data/oracle.py FOLDER --pack PACK --compare IN   compares with the rows of IN/<table>.csv
    Data/oracle.py --samples                       writes the expected folders beside this script
    Data/oracle.py --check                         fails where one of those is not what it computes
    … --check-sql                                  also runs the pack's own queries in DuckDB over
                                                   the rows that were kept, and compares; as --check

FOLDER is a lake (with incoming/), or a folder of files named after their tables. Everything is
plain Python on plain lists: a reader of CSV that follows the rule record by record, and a function
a KPI that says its definition again. DuckDB is a second opinion, on the packs' SQL.
"""

import argparse
import csv
import datetime
import io
import math
import re
import sys
from collections import Counter, defaultdict
from fractions import Fraction
from pathlib import Path

HERE = Path(__file__).resolve().parent
BUILT_IN = HERE.parent / "Sources" / "Packs" / "BuiltIn"
FIELD_LIMIT = 16 << 20
RECORD_LIMIT = 64 << 20
MAX_REJECT = Fraction(1, 10)


# ------------------------------------------------------------------------------------ reading CSV


class Rejected(Exception):
    pass


def read_record(data, start):
    """The fields at `start`, None for NULL, and where the next record starts.

    A quote opens only at the start of a field, and closes only before a comma, a line break or the
    end. Anything else about quotes is a fault of the record.
    """
    fields, at = [], start
    while True:
        begin = at
        if data[at : at + 1] == b'"':
            at += 1
            text = bytearray()
            while True:
                if at >= len(data):
                    raise Rejected("unclosed quote")
                if data[at] == 0x22:
                    if data[at + 1 : at + 2] != b'"':
                        break
                    at += 1
                text.append(data[at])
                at += 1
            at += 1
            value = bytes(text)
        else:
            while at < len(data) and data[at] not in b",\n" and data[at : at + 2] != b"\r\n":
                if data[at] == 0x22:
                    raise Rejected("quote inside a field")
                if data[at : at + 1] == b"\r" and at + 1 == len(data):
                    break
                at += 1
            value = bytes(data[begin:at]) or None
        if at - begin > FIELD_LIMIT:
            raise Rejected("field too long")
        fields.append(value)
        if at >= len(data):
            return fields, at
        if data[at] == 0x0A:
            return fields, at + 1
        if data[at] == 0x0D and data[at + 1 : at + 2] in (b"\n", b""):
            return fields, min(at + 2, len(data))
        if data[at] != 0x2C:
            raise Rejected("text behind a closing quote")
        at += 1
        if at - start > RECORD_LIMIT:
            raise Rejected("record too long")


def read_file(path):
    """The header, and (record number, line, byte, fields or None) for each record."""
    data = path.read_bytes()
    start = 3 if data.startswith(b"\xef\xbb\xbf") else 0
    header, at = read_record(data, start)
    names = [(name or b"").decode() for name in header]
    records, number, line = [], 0, 1 + data[:at].count(b"\n")
    while at < len(data):
        begin, feed = at, data.find(b"\n", at)
        end = len(data) if feed < 0 else feed + 1
        text = data[begin:end].removesuffix(b"\n").removesuffix(b"\r")
        if b'"' not in text and len(text) <= FIELD_LIMIT:
            # Without a quote a record is a line; the rule below would say the same, slowly.
            fields, at = [each or None for each in text.split(b",")], end
        else:
            try:
                fields, at = read_record(data, at)
            except Rejected:
                fields, at = None, end
        if fields != [None] or len(names) == 1:
            number += 1
            ok = fields is not None and len(fields) == len(names)
            records.append((number, line, begin, fields if ok else None))
        line += data[begin:at].count(b"\n")
    return names, records


# ---------------------------------------------------------------------------------------- types


def as_text(text):
    return text


def as_integer(text):
    if not re.fullmatch(r"[+-]?[0-9]+", text):
        raise Rejected("not an integer")
    value = int(text)
    if not -(2**63) <= value < 2**63:
        raise Rejected("out of range")
    return value


def as_double(text):
    if not re.fullmatch(r"[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?", text):
        raise Rejected("not a number")
    return float(text)


def as_boolean(text):
    known = {"true": True, "yes": True, "1": True, "false": False, "no": False, "0": False}
    if text.lower() not in known:
        raise Rejected("not a boolean")
    return known[text.lower()]


def as_date(text):
    if not re.fullmatch(r"\d{4}-\d\d-\d\d", text):
        raise Rejected("not a date")
    try:
        return datetime.date.fromisoformat(text)
    except ValueError:
        raise Rejected("no such date")


def as_timestamp(text):
    found = re.fullmatch(r"(\d{4}-\d\d-\d\d)[ T](\d\d):(\d\d)(?::(\d\d)(?:\.(\d{1,6})0*)?)?Z?", text)
    if not found:
        raise Rejected("not a timestamp")
    date = as_date(found[1])
    micro = int((found[5] or "0").ljust(6, "0"))
    try:
        time = datetime.time(int(found[2]), int(found[3]), int(found[4] or 0), micro)
    except ValueError:
        raise Rejected("no such time")
    return datetime.datetime.combine(date, time)


def at_least_zero(value):
    return value is None or value >= 0


class Column:
    def __init__(self, name, parse, required=False, check=None):
        self.name, self.parse, self.required, self.check = name, parse, required, check


def C(name, parse=as_text, required=False, check=None):
    return Column(name, parse, required, check)


MUSIC = {
    "songs": [C("song_id", required=True), C("title"), C("artist"), C("genre"), C("release_date", as_date)],
    "users": [C("user_id", required=True), C("first_name"), C("last_name"), C("email"), C("signup_date", as_date)],
    "streams": [
        C("stream_id", required=True),
        C("user_id", required=True),
        C("song_id", required=True),
        C("genre"),
        C("timestamp", as_timestamp, True),
        C("duration_ms", as_integer, True, at_least_zero),
    ],
}
FEATURES = (
    "danceability energy key:i loudness mode:i speechiness acousticness instrumentalness liveness"
    " valence tempo time_signature:i"
).split()
SPOTIFY = {
    "songs": [
        C("id", as_integer),
        C("track_id", required=True),
        C("artists"),
        C("album_name"),
        C("track_name"),
        C("popularity", as_integer),
        C("duration_ms", as_integer, check=at_least_zero),
        C("explicit", as_boolean),
    ]
    + [C(f.split(":")[0], as_integer if f.endswith(":i") else as_double) for f in FEATURES]
    + [C("track_genre")],
    "users": [
        C("user_id", as_integer, True),
        C("user_name"),
        C("user_age", as_integer, check=at_least_zero),
        C("user_country"),
        C("created_at", as_date),
    ],
    "streams": [
        C("user_id", as_integer, True),
        C("track_id", required=True),
        C("listen_time", as_timestamp, True),
    ],
}


def typed(record, columns, places):
    """A dictionary of the declared columns; Rejected where one does not fit."""
    row = {}
    for column in columns:
        raw = record[places[column.name]]
        try:
            value = None if raw is None else column.parse(raw.decode("utf-8"))
        except UnicodeDecodeError:
            raise Rejected("not UTF-8")
        if value is None and column.required:
            raise Rejected("is NULL")
        if column.check and not column.check(value):
            raise Rejected("check")
        row[column.name] = value
    return row


class Inputs:
    """The rows that a run keeps, and what it says of the files."""

    def __init__(self, folder, schema, event_key, event_time):
        self.files, self.rejections = [], []
        self.streams, self.songs, self.users = [], {}, {}
        root = folder / "incoming" if (folder / "incoming").is_dir() else folder
        paths = sorted(root.rglob("*.csv"), key=lambda p: p.relative_to(root).as_posix().encode())
        seen = set()
        for path in paths:
            source = path.relative_to(root).as_posix()
            tables = [table for table in schema if source.startswith(table)]
            if not tables:
                continue
            table, columns = tables[0], schema[tables[0]]
            names, records = read_file(path)
            missing = [c.name for c in columns if c.name not in names]
            if missing:
                self.files.append([source, table, "refused: no " + " ".join(missing), 0, 0, 0, 0])
                continue
            places = {c.name: names.index(c.name) for c in columns}
            rows, rejected = [], []
            for number, line, byte, fields in records:
                try:
                    if fields is None:
                        raise Rejected("not a record")
                    rows.append(typed(fields, columns, places))
                except Rejected:
                    rejected.append([source, number, line, byte])
            self.rejections += rejected
            if len(rejected) > MAX_REJECT * len(records):
                self.files.append([source, table, "refused: rows", len(records), 0, len(rejected), 0])
                continue
            duplicates = 0
            if table == "streams":
                for row in rows:
                    key = tuple(row[name] for name in event_key) + (row[event_time].date(),)
                    if key in seen:
                        duplicates += 1
                    else:
                        seen.add(key)
                        self.streams.append(row)
            else:
                first = {}
                key = "user_id" if table == "users" else columns[0 if schema is MUSIC else 1].name
                for row in rows:
                    if row[key] in first:
                        duplicates += 1
                    else:
                        first[row[key]] = row
                getattr(self, table).update(first)
            self.files.append(
                [source, table, "kept", len(records), len(rows) - duplicates, len(rejected), duplicates]
            )


# ----------------------------------------------------------------------------------------- KPIs


def rounded(number, digits=2):
    """As a DECIMAL of so many digits: halves away from zero, of the product with the power of ten."""
    scaled = float(number) * 10**digits
    whole = math.floor(abs(scaled))
    if abs(scaled) - whole >= 0.5:
        whole += 1
    return math.copysign(whole, scaled) / 10**digits


def ratio(one, other):
    return None if one is None else one / other


def total(values):
    values = [value for value in values if value is not None]
    return sum(values) if values else None


def mean(values):
    values = [value for value in values if value is not None]
    return sum(values) / len(values) if values else None


def order(text):
    """Texts compare by code point, which is as their UTF-8 does; NULL is last."""
    return (text is None, "" if text is None else text)


def groups(plays, *names):
    found = defaultdict(list)
    for play in plays:
        found[tuple(play[name] for name in names)].append(play)
    return found


def ranked(counts):
    """The items of a Counter, most first, of equal ones the smaller first."""
    return sorted(counts.items(), key=lambda item: (-item[1], order(item[0])))


def genre_metrics(plays):
    rows = []
    for (genre, date), group in groups(plays, "genre", "date").items():
        if genre is not None:
            time = total(play["ms"] for play in group)
            users = len({play["user"] for play in group})
            rows.append([genre, date, len(group), users, time, ratio(time, users)])
    return (
        "genre date total_streams unique_listeners total_listening_time"
        " avg_listening_time_per_user",
        rows,
    )


def top_3_songs(plays):
    rows = []
    for (genre, date), group in groups(plays, "genre", "date").items():
        if genre is not None:
            names = {play["song"]: play for play in group}
            counts = Counter(play["song"] for play in group)
            for rank, (song, count) in enumerate(ranked(counts)[:3], 1):
                play = names[song]
                rows.append([genre, date, rank, song, play["title"], play["artist"], count])
    return "genre date rank song_id title artist total_streams", rows


def top_5_genres(plays):
    rows = []
    for (date,), group in groups(plays, "date").items():
        counts = Counter(play["genre"] for play in group if play["genre"] is not None)
        for rank, (genre, count) in enumerate(ranked(counts)[:5], 1):
            rows.append([date, genre, rank, count])
    return "date genre rank total_streams", rows


def hourly_kpis(plays):
    rows = []
    for (date, hour), group in groups(plays, "date", "hour").items():
        artists = Counter(play["artist"] for play in group if play["artist"] is not None)
        songs = len({play["song"] for play in group})
        top = ranked(artists)[0][0] if artists else None
        users = len({play["user"] for play in group})
        diversity = rounded(songs / len(group))
        rows.append([date, hour, users, len(group), songs, top, diversity])
    return (
        "date hour unique_listeners total_plays unique_tracks top_artist track_diversity_index",
        rows,
    )


def genre_kpis(plays):
    rows = []
    for (genre,), group in groups(plays, "genre").items():
        if genre is None:
            continue
        scores = []
        for (song,), same in groups(group, "song").items():
            popularity = same[0]["popularity"]
            score = None
            if popularity is not None:
                score = rounded(Fraction(7 * len(same) + 3 * popularity, 10))
            scores.append((score, song, same[0]["title"]))
        best = min(scores, key=lambda each: (each[0] is None, -(each[0] or 0), each[1]))
        length = mean(play["ms"] for play in group)
        liked = mean(play["popularity"] for play in group)
        index = None if liked is None else rounded(0.5 * len(group) + 0.5 * rounded(liked))
        rows.append(
            [genre, len(group), None if length is None else rounded(length), index, best[1], best[2], best[0]]
        )
    return (
        "track_genre listen_count avg_track_duration_ms popularity_index track_id track_name"
        " engagement_score",
        rows,
    )


def music_kpis_table(plays):
    rows = []
    for (date,), day in groups(plays, "date").items():
        counts = Counter(play["genre"] for play in day if play["genre"] is not None)
        top_genres = "|".join(genre for genre, _ in ranked(counts)[:5])
        for (genre,), group in groups(day, "genre").items():
            if genre is None:
                continue
            names = {play["song"]: play["title"] for play in group}
            songs = [song for song, _ in ranked(Counter(play["song"] for play in group))[:3]]
            titles = [names[song] for song in songs if names[song] is not None]
            time = total(play["ms"] for play in group)
            users = len({play["user"] for play in group})
            rows.append(
                [
                    date,
                    genre,
                    len(group),
                    users,
                    None if time is None else rounded(time / 60000),
                    None if time is None else rounded(time / users / 60000),
                    "|".join(titles) if titles else None,
                    top_genres,
                ]
            )
    return (
        "date track_genre listen_count unique_listeners total_listening_time"
        " avg_listening_time_per_user top_3_songs_per_genre top_5_genres_per_day",
        rows,
    )


def GENRE_KPIS(plays):
    _, rows = genre_metrics(plays)
    header = "date track_genre listen_count unique_listeners total_listening_time avg_listening_time"
    return header, [[row[1], row[0]] + row[2:] for row in rows]


def TOP_SONGS(plays):
    _, rows = top_3_songs(plays)
    return (
        "track_id date track_genre track_name listen_count rank",
        [[row[3], row[1], row[0], row[4], row[6], row[2]] for row in rows],
    )


def TOP_GENRES(plays):
    _, rows = top_5_genres(plays)
    return "date track_genre listen_count rank", [[r[0], r[1], r[3], r[2]] for r in rows]


def track_level_reports(plays):
    rows = []
    for (date, genre), group in groups(plays, "date", "genre").items():
        if genre is None:
            continue
        counts = Counter(play["song"] for play in group)
        for (song,), same in groups(group, "song").items():
            if sum(1 for count in counts.values() if count > len(same)) >= 3:
                continue
            time = total(play["ms"] for play in same)
            users = len({play["user"] for play in same})
            first = same[0]
            rows.append(
                [song, date, first["title"], first["artist"], genre, len(same), users, time, ratio(time, users)]
            )
    return (
        "track_id report_date track_name artists track_genre total_listens unique_users"
        " total_listening_time avg_listening_time",
        rows,
    )


# A KPI table is its function, and how many columns from the left its rows are ordered by.
FOUR = [(genre_metrics, 2), (top_3_songs, 3), (top_5_genres, 2), (hourly_kpis, 2)]
PACKS = {
    "music": FOUR,
    "spotify": FOUR + [(genre_kpis, 1)],
    "spotify-minutes": [(music_kpis_table, 2)],
    "spotify-glue": [(GENRE_KPIS, 2), (TOP_SONGS, 2), (TOP_GENRES, 2)],
    "spotify-tracks": [(track_level_reports, 2)],
}


def read_inputs(folder, pack):
    if pack == "music":
        return Inputs(folder, MUSIC, ["stream_id"], "timestamp")
    return Inputs(folder, SPOTIFY, ["user_id", "track_id", "listen_time"], "listen_time")


def plays_of(inputs, pack):
    """Each kept play with what its song says of it."""
    plays = []
    for row in inputs.streams:
        if pack == "music":
            time, song = row["timestamp"], inputs.songs.get(row["song_id"])
            known = song or {}
            play = dict(song=row["song_id"], title=known.get("title"), artist=known.get("artist"))
            play.update(ms=row["duration_ms"], genre=song["genre"] if song else row["genre"])
        else:
            time, known = row["listen_time"], inputs.songs.get(row["track_id"]) or {}
            play = dict(song=row["track_id"], title=known.get("track_name"), artist=known.get("artists"))
            play.update(ms=known.get("duration_ms"), genre=known.get("track_genre"))
            play.update(popularity=known.get("popularity"))
        play.update(user=row["user_id"], date=time.date(), hour=time.hour)
        plays.append(play)
    return plays


def counts_of(inputs, pack, plays):
    song = "song_id" if pack == "music" else "track_id"
    return (
        "what rows",
        [
            ["plays", len(plays)],
            ["songs", len(inputs.songs)],
            ["users", len(inputs.users)],
            ["plays without a song", sum(r[song] not in inputs.songs for r in inputs.streams)],
            ["plays without a user", sum(r["user_id"] not in inputs.users for r in inputs.streams)],
            ["plays without a genre", sum(play["genre"] is None for play in plays)],
        ],
    )


def tables_of(inputs, pack):
    plays = plays_of(inputs, pack)
    tables = {}
    for function, key in PACKS[pack]:
        header, rows = function(plays)
        rows.sort(key=lambda row: [(each is None, each) for each in row[:key]])
        tables[function.__name__] = (header.split(), rows)
    return tables


# --------------------------------------------------------------------------------------- output


def shown(value):
    return "" if value is None else str(value)


def write_csv(stream, header, rows):
    out = csv.writer(stream, lineterminator="\n")
    out.writerow(header)
    for row in rows:
        out.writerow([shown(value) for value in row])


def save(folder, name, header, rows):
    path = folder / f"{name}.csv"
    text = io.StringIO()
    write_csv(text, header, rows)
    if "--check" in sys.argv:
        if not path.exists() or path.read_bytes() != text.getvalue().encode():
            sys.exit(f"{path} is not what the oracle computes")
        return
    folder.mkdir(parents=True, exist_ok=True)
    path.write_bytes(text.getvalue().encode())


def is_same(one, other):
    if one == other:
        return True
    try:
        return math.isclose(float(one), float(other), rel_tol=1e-12)
    except ValueError:
        return False


def compare(folder, tables):
    for name, (header, rows) in tables.items():
        with open(folder / f"{name}.csv", newline="", encoding="utf-8") as stream:
            given_header, *given = csv.reader(stream)
        wanted = sorted([shown(value) for value in row] for row in rows)
        assert given_header == header, (name, given_header, header)
        assert len(given) == len(wanted), (name, len(given), len(wanted))
        for one, other in zip(sorted(given), wanted):
            assert all(map(is_same, one, other)), (name, one, other)
        print(f"{name}: {len(wanted)} rows agree")


def run(folder, pack, out=None, check=False, kpis_only=False, against=None):
    inputs = read_inputs(folder, pack)
    tables = tables_of(inputs, pack)
    if against:
        return compare(against, tables)
    for name, (header, rows) in tables.items():
        if out:
            save(out, name, header, rows)
        else:
            print(f"-- {name}: {len(rows)} rows")
            write_csv(sys.stdout, header, rows)
    if out and not kpis_only:
        header = "source table what rows_read rows_kept rows_rejected duplicates".split()
        save(out, "files", header, inputs.files)
        save(out, "rejections", "source record line byte".split(), inputs.rejections)
        header, rows = counts_of(inputs, pack, plays_of(inputs, pack))
        save(out, "counts", header.split(), rows)
    if check:
        check_sql(inputs, pack, tables)


# ------------------------------------------------------------------------- the packs' SQL, in DuckDB


def pack_statements(pack):
    # As Sources/Packs/BuiltIn.swift joins them.
    names = {
        "music": ["music", "plays-kpis"],
        "spotify": ["spotify-inputs", "spotify", "plays-kpis", "spotify-genres"],
    }.get(pack, ["spotify-inputs", pack])
    text = "\n".join((BUILT_IN / f"{name}.sql").read_text() for name in names)
    return [each for each in re.sub(r"--.*", "", text).split(";") if each.strip()]


def for_duckdb(statement):
    """The statement without what only packs have."""
    statement = re.sub(r"(WITHIN PARTITION|ACROSS FILES)|KEEP (FIRST|LAST)", "", statement)
    statement = re.sub(r",\s*PRIMARY KEY \([^)]*\)|PRIMARY KEY", "", statement)
    statement = re.sub(r"\)\s*PARTITION BY [^;]*$", ")", statement)
    statement = re.sub(r"REFERENCES \w+", "", statement)
    return re.sub(
        r"CREATE KPI TABLE\s+(\w+)\s+PARTITION KEY\s+\w+(\s+SORT KEY\s+\w+)?(\s+LIST\s+\w+\s*\([^)]*\))?\s+AS",
        r'CREATE TABLE "\1" AS',
        statement,
    )


def check_sql(inputs, pack, tables):
    import duckdb

    database = duckdb.connect()
    rows = {"streams": inputs.streams, "songs": inputs.songs.values(), "users": inputs.users.values()}
    for statement in pack_statements(pack):
        database.execute(for_duckdb(statement) if "CREATE VIEW" not in statement else statement)
        made = re.search(r"CREATE TABLE (\w+)", statement)
        if made:
            table = made[1]
            values = [list(row.values()) for row in rows[table]]
            for at in range(0, len(values), 500):
                part = values[at : at + 500]
                row = "(" + ", ".join("?" * len(part[0])) + ")"
                database.execute(
                    f"INSERT INTO {table} VALUES " + ", ".join([row] * len(part)),
                    [value for each in part for value in each],
                )
    for name, (header, expected) in tables.items():
        result = database.execute(f'SELECT * FROM "{name}"')
        assert [column[0] for column in result.description] == header, (name, result.description)

        def plain(row):
            return tuple(float(v) if type(v).__name__ == "Decimal" else v for v in row)

        got = Counter(plain(row) for row in result.fetchall())
        want = Counter(tuple(row) for row in expected)
        if got != want:
            print(f"{pack} {name}: DuckDB differs", list((got - want))[:3], list((want - got))[:3])
            sys.exit(1)
        print(f"{pack} {name}: DuckDB agrees on {len(expected)} rows", file=sys.stderr)


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("folder", nargs="?", type=Path)
    parser.add_argument("--pack", choices=PACKS, default="spotify")
    parser.add_argument("--out", type=Path)
    parser.add_argument("--compare", type=Path)
    parser.add_argument("--samples", action="store_true")
    parser.add_argument("--check", action="store_true")
    parser.add_argument("--check-sql", action="store_true")
    arguments = parser.parse_args()
    if arguments.samples or arguments.check:
        for pack in PACKS:
            folder = HERE / ("music" if pack == "music" else "spotify")
            is_first = pack in ("music", "spotify")
            out = folder / "expected" if is_first else HERE / pack / "expected"
            run(folder, pack, out, arguments.check or arguments.check_sql, not is_first)
    elif arguments.folder:
        check = arguments.check_sql
        run(arguments.folder, arguments.pack, arguments.out, check, against=arguments.compare)
    else:
        parser.error("a folder is needed, or --samples")


if __name__ == "__main__":
    main()
