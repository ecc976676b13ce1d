"""Makes files for web.sql, and computes its tables from what it made, in plain Python.

usage: python3 oracle.py LAKE EXPECTED      writes LAKE/incoming and EXPECTED/<table>.csv
"""

import collections
import datetime
import random
import sys
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from pathlib import Path

lake, expected = map(Path, sys.argv[1:])
rng = random.Random(5)
SITES = ["shop", "blog", "docs", "новости", "a site with spaces"]
PATHS = ["/", "/a", "/b;c", '/"quoted"', "/ä/ö", "/very/" + "long/" * 30]
EAST = datetime.timezone(datetime.timedelta(hours=2))


def cell(value):
    text = "" if value is None else str(value)
    return '"' + text.replace('"', '""') + '"' if ";" in text or '"' in text else text


def write(path, header, rows):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(";".join(map(cell, row)) + "\n" for row in [header, *rows]), encoding="utf-8")


# What is known of the sites: the second file replaces what the first says.
first = {site: (f"owner {n}", ["eu", "us"][n % 2]) for n, site in enumerate(SITES[:4])}
second = {"blog": ("another", "asia"), "shop": ("owner 0", None)}
for number, sites in enumerate([first, second], 1):
    path = lake / f"incoming/sites/{number}.csv"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("site,owner,region\n" + "".join(f"{s},{o},{r or ''}\n" for s, (o, r) in sites.items()), encoding="utf-8")
region = {site: r for site, (_, r) in {**first, **second}.items()}

# Three files of requests, with rows that are refused and rows that come twice.
kept, seen, rejected = [], set(), 0
start = datetime.datetime(2025, 2, 27, 20)
for number in range(3):
    rows = []
    for _ in range(700):
        at = start + datetime.timedelta(seconds=rng.randrange(4 * 86_400))
        row = {
            "site": rng.choice(SITES),
            "id": rng.randrange(4000),
            "path": rng.choice(PATHS) if rng.random() > 0.01 else "no slash",
            "status": rng.choice([200, 200, 200, 304, 404, 500, 503]) if rng.random() > 0.01 else 600,
            "bytes": rng.choice([None, 0, 12, 70_000, 9_000_000_000]),
            "seconds": rng.choice(["0.001", "0.25", "1.5", "12.125", f"{rng.random():.4f}"]) if rng.random() > 0.01 else "fast",
            "cached": rng.choice(["true", "false", "", ""]),
        }
        if row["status"] == 304 and rng.random() > 0.1:
            row["bytes"] = rng.choice([None, 0])
        # Some times are said in another zone; they are kept in UTC.
        said = at.replace(tzinfo=datetime.timezone.utc)
        text = rng.choice([at.strftime("%Y-%m-%dT%H:%M:%SZ"), said.astimezone(EAST).strftime("%Y-%m-%d %H:%M:%S+02:00")])
        rows.append([text, *row.values(), "more"])
        is_good = (
            row["path"].startswith("/")
            and row["status"] < 600
            and row["seconds"] != "fast"
            and (row["status"] != 304 or not row["bytes"])
        )
        if not is_good:
            rejected += 1
        elif (row["site"], row["id"], at.date()) not in seen:
            seen.add((row["site"], row["id"], at.date()))
            kept.append({**row, "day": at.date(), "region": region.get(row["site"]) or "unknown"})
    write(lake / f"incoming/requests/{number}.csv", ["at", "site", "id", "path", "status", "bytes", "seconds", "cached", "extra"], rows)


def grouped(*names):
    groups = collections.defaultdict(list)
    for row in kept:
        groups[tuple(row[name] for name in names)].append(row)
    return groups


def average(values):
    exact = sum(map(Fraction, map(float, values))) / len(values)
    nearest = Decimal(float(exact)).quantize(Decimal("0.001"), ROUND_HALF_UP)
    return float(nearest)


def table(name, header, rows):
    def plain(value):
        text = "" if value is None else str(value)
        return '"' + text.replace('"', '""') + '"' if any(c in text for c in ',"\n') else text

    lines = [",".join(map(plain, row)) for row in [header, *rows]]
    expected.mkdir(parents=True, exist_ok=True)
    (expected / f"{name}.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")


days = [
    (site, day, len(r), len({x["path"] for x in r}), sum(x["bytes"] or 0 for x in r), average([x["seconds"] for x in r]),
     sum(x["status"] >= 500 for x in r), sum(x["cached"] == "true" for x in r))
    for (site, day), r in grouped("site", "day").items()
]  # fmt: skip
table("site_days", ["site", "day", "requests", "paths", "bytes", "avg_seconds", "errors", "cached"], days)

slowest = []
for (day, area), rows in grouped("day", "region").items():
    worst = collections.defaultdict(float)
    for row in rows:
        worst[row["path"]] = max(worst[row["path"]], float(row["seconds"]))
    order = sorted(worst.items(), key=lambda item: (-item[1], item[0].encode()))
    slowest += [(day, area, rank, path, seconds) for rank, (path, seconds) in enumerate(order[:2], 1)]
table("slowest", ["day", "region", "rank", "path", "worst"], slowest)

statuses = []
for (status,), rows in grouped("status").items():
    times = collections.Counter(row["site"] for row in rows)
    busiest = max(times, key=lambda site: (times[site] * 1000 - len(site)))
    statuses.append((status, len(rows), len(times), busiest))
table("statuses", ["status", "times", "sites", "busiest"], statuses)
print(len(kept), rejected)
