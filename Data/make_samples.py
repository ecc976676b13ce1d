#!/usr/bin/env python3
"""Writes the sample lakes Data/music and Data/spotify: small, invented, and full of quirks.

Run it without arguments; it always writes the same bytes. Data/README.md says what each quirk is.
With --check it writes nothing, and fails where a file is not what it would write.
"""

import random
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"


def field(value, force=False):
    """A field of RFC 4180, in quotes where it needs them."""
    text = "" if value is None else str(value)
    if force or any(mark in text for mark in ',"\r\n'):
        return '"' + text.replace('"', '""') + '"'
    return text


def record(values):
    return ",".join(field(value) for value in values)


def write(path, records, newline="\n", bom=False, final_newline=True):
    text = newline.join(records) + (newline if final_newline else "")
    data = (b"\xef\xbb\xbf" if bom else b"") + text.encode("utf-8")
    if "--check" in sys.argv:
        if not path.exists() or path.read_bytes() != data:
            sys.exit(f"{path} is not what this script writes")
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)


# The words that titles and artists are made of; the odd ones stand for themselves.
ODD_TITLES = [
    'He Said "Go"',
    "Café del Mar, Part 2",
    "Two\nLines",
    "窓の外",
    "Ночь",
    '"Quoted", Whole',
    "Naïve; Mostly",
    "back\\slash",
    " Leading and Trailing ",
    "🎵 Hum",
    "Ends with a Quote\"",
    "Crossing\r\nthe Line",
]
FIRST = "Amber Broken Carbon Distant Early Fading Golden Hollow Iron Jade Kind Lunar".split()
SECOND = "River Mirror Season Letter Motel Harbor Winter Engine Garden Signal".split()
ODD_ARTISTS = [
    "Björk's Cousins",
    "Duo, The",
    'The "Quotes"',
    "Añejo;Ghost Choir",
    "Ghost Choir",
    "宇宙犬",
]
ARTISTS = ODD_ARTISTS + ["Mara Voss", "Paper Lions", "Nine Rivers", "Old Harbor"]
GENRES = ["pop", "rock", "jazz", "k-pop", "hip-hop", "r&b", "bossa nova", "électro"]


def titles(count, rng):
    made = list(ODD_TITLES)
    while len(made) < count:
        made.append(f"{rng.choice(FIRST)} {rng.choice(SECOND)}")
    return made[:count]


def skewed(rng, count):
    """A number below `count`, the small ones often."""
    return min(int(count * rng.random() ** 2.5), count - 1)


def clock(rng):
    return f"{rng.choice([0, 7, 8, 8, 12, 17, 18, 18, 18, 21, 23]):02d}:{rng.randrange(60):02d}:{rng.randrange(60):02d}"


# ------------------------------------------------------------------------------------------ music


def music(folder):
    rng = random.Random(20240625)
    incoming = folder / "incoming"
    songs = []
    for number, title in enumerate(titles(48, rng)):
        genre = None if number in (9, 30) else GENRES[skewed(rng, len(GENRES))]
        artist = None if number == 17 else rng.choice(ARTISTS)
        released = f"{rng.randrange(1959, 2025)}-{rng.randrange(1, 13):02d}-{rng.randrange(1, 29):02d}"
        songs.append([f"S{number:04d}", title, artist, genre, None if number == 5 else released])

    # The catalogue says one song twice (the first row counts) and has two rows that do not fit.
    rows = [record(song) for song in songs]
    rows.insert(20, record(["S0003", "A Second Row Says Otherwise", "Nobody", "jazz", "1999-01-01"]))
    rows.insert(33, "S0900,No Such Day,Mara Voss,pop,2023-02-29")
    rows.insert(40, "S0901,Too,Many,Fields,pop,2020-01-01")
    write(
        incoming / "songs" / "1-catalogue.csv",
        ["song_id,title,artist,genre,release_date"] + rows,
    )
    # A later file corrects two songs and brings one more; its columns stand in another order.
    write(
        incoming / "songs" / "2-corrections.csv",
        ["genre,song_id,release_date,title,artist,label"]
        + [
            record(["jazz", "S0001", songs[1][4], songs[1][1], songs[1][2], "Blue Door"]),
            record(["pop", "S0009", songs[9][4], songs[9][1], songs[9][2], None]),
            record(["bossa nova", "S0048", "2024-06-26", "Águas", "Añejo;Ghost Choir", "Blue Door"]),
        ],
        newline="\r\n",
    )

    first = "Ada Bao Chloé Dmitri Esra Femi Günter Hana Íñigo José".split()
    last = ["O'Neill", "Smith, Jr.", "van der Berg", "Müller", "Nguyễn", "Çelik"]
    users = []
    for number in range(30):
        name, family = rng.choice(first), rng.choice(last)
        email = None if number == 4 else f"user{number}@example.com"
        users.append([f"U{number:06d}", name, family, email, f"2023-{1 + number % 12:02d}-15"])
    rows = [record(user) for user in users]
    rows.insert(8, record(["U000002", "Repeated", "Row", None, "2024-01-01"]))
    rows.insert(12, "U000900,Half,a,Row")
    write(
        incoming / "users.csv",
        ["user_id,first_name,last_name,email,signup_date"] + rows,
        newline="\r\n",
        bom=True,
    )

    counter = iter(range(1, 100_000))

    def play(date, stamp=None, song=None, user=None):
        number = skewed(rng, 49)
        song = song or f"S{number:04d}"
        # What a play says of its genre is often missing, and sometimes not what its song says.
        said = None
        if rng.random() < 0.8:
            said = songs[number][3] if number < 48 and rng.random() < 0.9 else rng.choice(GENRES)
        return [
            f"P{next(counter):06d}",
            user or f"U{skewed(rng, 30):06d}",
            song,
            said,
            stamp or f"{date} {clock(rng)}",
            rng.randrange(8_000, 420_000),
        ]

    header = ["stream_id", "user_id", "song_id", "genre", "timestamp", "duration_ms"]
    streams = incoming / "streams"

    monday = [play("2024-06-25") for _ in range(160)]
    rows = [record(each) for each in monday]
    rows.insert(50, rows[10])
    rows.insert(60, record(monday[20][:5] + [1]))
    rows.insert(0, record(["P900001", "U000001", "S0000", None, "2024-06-25 00:00:00", 0]))
    rows.append(record(["P900002", "U000001", "S0000", None, "2024-06-25 23:59:59.999999", 61_000]))
    rows += [
        record(play("2024-06-25", song="S7777")[:3] + ["pop", "2024-06-25 18:00:01", 90_000]),
        record(play("2024-06-25", song="S7777")[:3] + [None, "2024-06-25 18:00:02", 90_000]),
        record(play("2024-06-25", song="S0030")[:3] + ["jazz", "2024-06-25 18:00:03", 90_000]),
        record(play("2024-06-25", user="U999999")),
        "",
    ]
    write(streams / "2024-06-25.csv", [",".join(header)] + rows)

    tuesday = []
    for number in range(120):
        values = play("2024-06-26", stamp=f"2024-06-26T{clock(rng)}" + ("Z" if number % 3 else ".25"))
        note = ["", "skipped", 'says "hi", twice', "two\r\nlines"][number % 4]
        tuesday.append(
            [values[4], values[5], note, values[0], "phone", values[2], values[1], values[3]]
        )
    write(
        streams / "2024-06-26.csv",
        [",timestamp,duration_ms,note,stream_id,device,song_id,user_id,genre"]
        + [f"{number}," + record(values) for number, values in enumerate(tuesday)],
        newline="\r\n",
        bom=True,
        final_newline=False,
    )

    thursday = [play("2024-06-27") for _ in range(60)]
    late = [play("2024-06-25") for _ in range(25)]
    again = [record(each) for each in monday[30:45]]
    other_day = [record([each[0], each[1], each[2], each[3], "2024-06-27 12:00:00", 5_000]) for each in monday[:3]]
    write(
        streams / "2024-06-27-and-late.csv",
        [",".join(header)] + [record(each) for each in thursday + late] + again + other_day,
    )

    good = [record(play("2024-06-28")) for _ in range(120)]
    bad = {
        7: "P800001,U000001,S0001,pop,2024-06-31 10:00:00,1000",
        15: "P800002,U000001,S0001,pop,yesterday,1000",
        23: "P800003,U000001,S0001,pop,2024-06-28 10:00:00+02:00,1000",
        31: "P800004,U000001,S0001,pop,2024-06-28 10:00:00",
        39: "P800005,U000001,S0001,pop,2024-06-28 10:00:00,1000,more",
        47: 'P800006,U000001,S0"001,pop,2024-06-28 10:00:00,1000',
        55: 'P800007,"U000001"x,S0001,pop,2024-06-28 10:00:00,1000',
        63: "P800008,U000001,S0001,pop,2024-06-28 10:00:00,-5",
        71: "P800009,U000001,S0001,pop,2024-06-28 10:00:00,long",
        79: "P800010,,S0001,pop,2024-06-28 10:00:00,1000",
        87: "P800011,U000001,S0001,pop,2024-06-28 10:00:00,99999999999999999999",
        95: ",U000001,S0001,pop,2024-06-28 10:00:00,1000",
    }
    for place, row in bad.items():
        good.insert(place, row)
    write(streams / "2024-06-28-bad-rows.csv", [",".join(header)] + good)

    refused = [record(play("2024-06-29")) for _ in range(20)]
    for place in (2, 5, 9, 14):
        refused.insert(place, f"P70000{place},U000001,S0001,pop,29/06/2024 10:00,1000")
    write(streams / "2024-06-29-too-many-bad-rows.csv", [",".join(header)] + refused)
    write(
        incoming / "streams-without-duration.csv",
        [",".join(header[:5])] + [record(play("2024-06-29")[:5]) for _ in range(10)],
    )


# ---------------------------------------------------------------------------------------- spotify


def spotify(folder):
    rng = random.Random(62)
    incoming = folder / "incoming"
    header = (
        "id,track_id,artists,album_name,track_name,popularity,duration_ms,explicit,danceability,"
        "energy,key,loudness,mode,speechiness,acousticness,instrumentalness,liveness,valence,tempo,"
        "time_signature,track_genre"
    )

    def track_id():
        return "".join(rng.choice(ALPHABET) for _ in range(22))

    def song(number, title, genre):
        return [
            number,
            track_id(),
            rng.choice(ARTISTS),
            f"{rng.choice(FIRST)}, {rng.choice(SECOND)}" if number % 5 == 0 else rng.choice(FIRST),
            title,
            rng.randrange(0, 101),
            rng.randrange(30_000, 500_000),
            rng.choice(["False", "False", "True"]),
            round(rng.random(), 3),
            round(rng.random(), 3),
            rng.randrange(12),
            round(-20 * rng.random(), 3),
            rng.randrange(2),
            round(rng.random(), 4),
            round(rng.random(), 3),
            f"{1 + rng.random():.2f}e-06" if number % 3 == 0 else "0.0",
            round(rng.random(), 3),
            round(rng.random(), 3),
            round(60 + 120 * rng.random(), 3),
            rng.randrange(6),
            genre,
        ]

    songs = [song(n, t, GENRES[skewed(rng, len(GENRES))]) for n, t in enumerate(titles(60, rng))]
    # One track has no names at all, one has no genre, two are equally engaging.
    songs[11][2:5] = [None, None, None]
    songs[11][5:7] = [0, 0]
    songs[13][20] = None
    songs[21][5] = songs[22][5] = 70
    rows = [record(each) for each in songs]
    rows.insert(30, record(songs[4][:20] + ["jazz"]))
    rows.insert(31, record(song(900, "Popularity Is No Word", "pop")[:5] + ["high"] + songs[0][6:]))
    rows.insert(45, record([901] + songs[0][1:6] + [-1] + songs[0][7:]))
    write(incoming / "songs" / "songs.csv", [header] + rows)
    corrected = songs[2][:20] + ["jazz"]
    write(
        incoming / "songs" / "songs2.csv",
        [header, record(corrected), record(song(60, "Águas", "bossa nova"))],
        newline="\r\n",
        bom=True,
        final_newline=False,
    )
    known = [each[1] for each in songs]

    countries = ["United States", "Ireland", "Côte d'Ivoire", "Korea, Republic of"]
    users = [
        [number, f"{rng.choice(FIRST)} {rng.choice(SECOND)}", 18 + number % 50, rng.choice(countries), f"2024-0{1 + number % 9}-07"]
        for number in range(1, 41)
    ]
    rows = [record(each) for each in users]
    rows.insert(5, "forty,Not a Number,30,Ireland,2024-01-01")
    write(incoming / "users" / "users.csv", ["user_id,user_name,user_age,user_country,created_at"] + rows)

    def play(date):
        return [1 + skewed(rng, 40), known[skewed(rng, 60)], f"{date} {clock(rng)}"]

    streams = incoming / "streams"
    one = [play("2024-06-25") for _ in range(180)]
    rows = [record(each) for each in one]
    rows.insert(40, rows[3])
    rows += [
        record([7, "0000000000000000000000", "2024-06-25 18:18:18"]),
        record([4711, known[0], "2024-06-25 18:18:19"]),
        record([7, known[13], "2024-06-25 18:18:20"]),
    ]
    write(streams / "streams1.csv", ["user_id,track_id,listen_time"] + rows)

    two = [play("2024-06-26") for _ in range(140)] + [play("2024-06-25") for _ in range(30)]
    rows = [f"{each[2].replace(' ', 'T')}Z,{field(each[1], force=True)},{each[0]},x" for each in two]
    rows += [f"{each[2]},{each[1]},{each[0]}," for each in one[:12]]
    write(
        streams / "streams2.csv",
        ["listen_time,track_id,user_id,"] + rows,
        newline="\r\n",
        bom=True,
        final_newline=False,
    )

    three = [record(play("2024-06-27")) for _ in range(90)]
    bad = {
        4: f"7,{known[1]},2024-06-27 24:00:00",
        14: f"7,{known[1]}",
        24: f'7,{known[1][:10]}"{known[1][10:]},2024-06-27 10:00:00',
        34: f"seven,{known[1]},2024-06-27 10:00:00",
        44: f"7,,2024-06-27 10:00:00",
        54: f"7,{known[1]},",
        64: f'"7"7,{known[1]},2024-06-27 10:00:00',
    }
    for place, row in bad.items():
        three.insert(place, row)
    write(streams / "streams3.csv", ["user_id,track_id,listen_time"] + three)
    write(
        streams / "streams4.csv",
        ["user_id,listen_time"] + [f"{each[0]},{each[2]}" for each in (play("2024-06-28") for _ in range(5))],
    )


if __name__ == "__main__":
    music(HERE / "music")
    spotify(HERE / "spotify")
