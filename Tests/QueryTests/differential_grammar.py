"""The random data and queries of differential.py, rule by rule.

A query is made so that DuckDB's answer is settled by the text alone: rows are compared as a set unless ORDER BY settles
their order, LIMIT stands only behind such an order, and what depends on the order of rows (first, string_agg, the ties
of arg_max) is asked of rows with an order of their own. Everything made is of the grammar that Groove supports, so that
a refusal is a failure too.
"""

import datetime

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
    "edges": {
        "id": "BIGINT",
        "n": "BIGINT",
        "m": "BIGINT",
        "x": "DOUBLE",
        "title": "TEXT",
        "day": "DATE",
        "played": "TIMESTAMP",
        "ok": "BOOLEAN",
    },
    "nothing": {"id": "BIGINT", "n": "BIGINT", "title": "TEXT", "day": "DATE", "x": "DOUBLE", "ok": "BOOLEAN"},
    "blanks": {"id": "BIGINT", "n": "BIGINT", "title": "TEXT", "day": "DATE", "x": "DOUBLE", "ok": "BOOLEAN"},
    "odd": {'"select"': "BIGINT", '"A b"': "TEXT", '"x""y"': "DOUBLE", "über": "DATE"},
}
GENRES = ["pop", "Pop", "rock", "jazz", "bossa nova", "électro", "k-pop"]
WORDS = ["Winter", "winter", "50%", "a_b", "Ночь", "窓", 'say "hi"', "two\nlines", "comma, too", " ", "x" * 40]
TEXTS = [
    "", " ", "  padded  ", "Straße", "ÀÉÎõü", "İstanbul", "ﬁne", "日本語テキスト", "🎵 music 🎵", "e\u0301", "a%b_c\\d", "'quoted'", "NULL",
    "null", "true", "12", "-7.5", "1e3", "2024-02-29", "a,b;c", "tab\there", "zz" * 50, "\u00a0nbsp", "ǅ", "ß", "%", "_",
]
MAXIMUM = 2**63 - 1


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
    days = ["1970-01-01", "1969-12-31", "2024-02-29", "2023-02-28", "2000-01-31", "1999-12-31", "0001-01-01", "9999-12-31", "2024-12-30"]
    times = [
        "1970-01-01 00:00:00", "1969-12-31 23:59:59.999999", "2024-02-29 12:00:00", "2024-03-31 01:02:03.5", "0001-01-01 00:00:00",
        "9999-12-31 23:59:59.999999", "2023-12-31 23:59:59", "2024-01-31 00:00:00.000001",
    ]
    edges = [
        [
            number,
            maybe(rng, rng.choice([MAXIMUM, -MAXIMUM - 1, MAXIMUM - 1, 0, 1, -1, 2**31, -(2**31), 2**53 + 1, 99, 100])),
            maybe(rng, rng.choice([MAXIMUM, -MAXIMUM - 1, 0, 1, -1, 3, 10**18, -(10**18)])),
            maybe(rng, rng.choice(["nan", "inf", "-inf", "0.0", "-0.0", "1e308", "-1e308", "5e-324", "0.1", "2.5", "-2.5", "1e15", "123456789.125"])),
            maybe(rng, rng.choice(TEXTS)),
            maybe(rng, rng.choice(days)),
            maybe(rng, rng.choice(times)),
            maybe(rng, rng.random() < 0.5),
        ]
        for number in range(60)
    ]
    blanks = [[number, None, None, None, None, None] for number in range(7)]
    odd = [[maybe(rng, rng.randrange(3)), maybe(rng, rng.choice(TEXTS)), maybe(rng, rng.choice([0.5, 1.0])), maybe(rng, rng.choice(days))] for _ in range(12)]
    return {"plays": plays, "songs": songs, "edges": edges, "nothing": [], "blanks": blanks, "odd": odd}


def write_csv(path, names, rows):
    """NULL is an empty field, an empty text stands in quotes."""
    field = lambda value: "" if value is None else '"' + str(value).replace('"', '""') + '"'
    with open(path, "w", newline="", encoding="utf-8") as stream:
        for row in [[name.strip('"').replace('""', '"') for name in names], *rows]:
            stream.write(",".join(map(field, row)) + "\n")


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

    def quoted(self, text):
        return "'" + text.replace("'", "''") + "'"

    def literal(self, kind):
        rng = self.rng
        if kind == "BIGINT":
            return str(rng.choice([0, 1, 2, 3, 5, 7, 10, 100, -1, -3]))
        if kind == "DOUBLE":
            return rng.choice(["1e0", "2.5e0", "1e-1", "3e2", "-5e-1"])
        if kind == "DECIMAL":
            return rng.choice(["0.5", "1.25", "10.0", "0.01", "-3.7", "99.995", "1.005"])
        if kind == "TEXT":
            return self.quoted(rng.choice(GENRES + TEXTS[:12] + ["S01", "U003", "Winter", "o", "a"]))
        if kind == "DATE":
            return f"DATE '{rng.choice(['2024-02-', '2024-03-', '2023-02-'])}{rng.randrange(10, 29)}'"
        if kind == "TIMESTAMP":
            return f"TIMESTAMP '2024-02-{rng.randrange(26, 30)} {rng.randrange(24):02d}:00:00'"
        return rng.choice(["TRUE", "FALSE"])

    def expression(self, kind, depth):
        if depth <= 0 or self.rng.random() < 0.25:
            if kind == "DECIMAL":
                return self.pick(self.literal(kind), f"({self.small()})::DECIMAL(10,2)", f"({self.column('DOUBLE')} % 1000)::DECIMAL(12,3)" if "edge" not in self.scope else "0.125")
            return self.literal(kind) if self.rng.random() < 0.2 else self.column(kind)
        make = {
            "BIGINT": self.integer,
            "DOUBLE": self.double,
            "DECIMAL": self.decimal,
            "TEXT": self.text,
            "DATE": self.date,
            "TIMESTAMP": self.timestamp,
            "BOOLEAN": self.condition,
        }
        return make[kind](depth)

    def small(self):
        """An integer whose sums and products stay small, even of the extremes."""
        return f"({self.column('BIGINT')} % {self.pick(5, 7, 100, 1000)})"

    def common(self, kind, depth):
        e = lambda: self.expression(kind, depth - 1)
        c = lambda: self.condition(depth - 1)
        return self.pick(
            lambda: f"coalesce({e()}, {e()})",
            lambda: f"ifnull({e()}, {e()})",
            lambda: f"nullif({e()}, {e()})",
            lambda: f"CASE WHEN {c()} THEN {e()} ELSE {e()} END",
            lambda: f"CASE WHEN {c()} THEN {e()} END",
            lambda: f"CASE WHEN {c()} THEN {e()} WHEN {c()} THEN NULL ELSE {e()} END",
            lambda: f"CASE {e()} WHEN {self.literal(kind)} THEN {e()} ELSE {e()} END",
            lambda: f"if({c()}, {e()}, {e()})",
            lambda: f"greatest({e()}, {e()})",
            lambda: f"least({e()}, {e()}, NULL)",
        )()

    def integer(self, depth):
        if self.rng.random() < 0.2:
            return self.common("BIGINT", depth)
        e = lambda kind="BIGINT": self.expression(kind, depth - 1)
        part = self.pick("hour", "year", "month", "day", "minute", "dow", "isodow", "doy", "week", "quarter", "second", "isoyear", "decade", "century", "millennium")
        unit = self.pick("day", "month", "year", "hour", "minute", "week", "quarter", "second")
        return self.pick(
            lambda: f"({self.small()} {self.pick('+', '-', '*')} {self.literal('BIGINT')})",
            lambda: f"({self.small()} + {self.small()})",
            lambda: f"({e()} // {self.pick(2, 3, 7, 0, -2)})",
            lambda: f"({e()} % {self.pick(2, 3, 7, 0, -3)})",
            lambda: f"mod({e()}, {self.pick(4, 9)})",
            lambda: f"abs({self.small()})",
            lambda: f"sign({self.pick(e(), e('DOUBLE'))})",
            lambda: f"-({self.small()})",
            lambda: f"length({e('TEXT')})",
            lambda: f"strlen({e('TEXT')})",
            lambda: f"{self.pick('strpos', 'instr')}({e('TEXT')}, {self.literal('TEXT')})",
            lambda: f"position({self.literal('TEXT')} IN {self.column('TEXT')})",
            lambda: f"{self.pick('ascii', 'unicode')}({e('TEXT')})",
            lambda: f"extract({part} FROM {e('TIMESTAMP')})",
            lambda: f"date_part('{part}', {self.pick(e('TIMESTAMP'), self.column('DATE'))})" if part != "second" else f"second({e('TIMESTAMP')})",
            lambda: f"{self.pick('year', 'month', 'day', 'dayofweek', 'dayofyear', 'weekofyear', 'quarter')}({e('DATE')})",
            lambda: f"date_diff('{unit}', {e('TIMESTAMP')}, {e('TIMESTAMP')})",
            lambda: f"date_diff('day', {e('DATE')}, {e('DATE')})",
            lambda: f"({e('DATE')} - {self.literal('DATE')})",
            lambda: f"round({self.small()}, {self.pick(0, -1, 1)})",
            lambda: f"CAST({e('BOOLEAN')} AS BIGINT)",
            lambda: f"TRY_CAST({e('TEXT')} AS BIGINT)",
            lambda: f"CAST(round({self.small()} * 2.5) AS BIGINT)",
            lambda: f"epoch_ms({self.column('TIMESTAMP')})",
        )()

    def double(self, depth):
        if self.rng.random() < 0.2:
            return self.common("DOUBLE", depth)
        e = lambda kind="DOUBLE": self.expression(kind, depth - 1)
        return self.pick(
            lambda: f"({e()} {self.pick('+', '-', '*')} {self.literal('DOUBLE')})",
            lambda: f"({e('BIGINT')} / {self.pick(2, 3, 7, 0)})",
            lambda: f"({e()} / {self.pick('2e0', '0.5', 3)})",
            # Halves that are none in binary are rounded otherwise by DuckDB 2.0.1, so only eighths are asked for.
            lambda: f"round({self.small()} / 8, {self.pick(0, 1, 2)})",
            lambda: f"{self.pick('floor', 'ceil', 'abs', 'trunc')}({e()})",
            lambda: f"({e('BIGINT')})::DOUBLE",
            lambda: f"({e('DECIMAL')})::DOUBLE",
            lambda: f"sqrt(abs({e()}))",
            lambda: f"-({e()})",
            lambda: f"({self.small()} ^ {self.pick(2, 3)})",
            lambda: f"({e()} % {self.pick(2, 3)})",
            lambda: f"TRY_CAST({e('TEXT')} AS DOUBLE)",
            lambda: f"ln(abs({self.small()}) + 1)",
        )()

    def decimal(self, depth):
        e = lambda: self.expression("DECIMAL", depth - 1)
        return self.pick(
            lambda: f"({e()} {self.pick('+', '-')} {self.literal('DECIMAL')})",
            lambda: f"({self.expression('DECIMAL', 0)} * {self.literal('DECIMAL')})",
            lambda: f"round({e()}, {self.pick(0, 1, 2, -1)})",
            lambda: f"{self.pick('floor', 'ceil', 'abs')}({e()})",
            lambda: f"-({e()})",
            lambda: f"({self.small()} {self.pick('*', '+')} {self.literal('DECIMAL')})",
            lambda: f"coalesce({e()}, {self.literal('DECIMAL')})",
            lambda: f"CAST({e()} AS DECIMAL({self.pick('12,1', '18,4', '38,2')}))",
            lambda: f"CASE WHEN {self.condition(depth - 1)} THEN {e()} ELSE {self.literal('DECIMAL')} END",
            lambda: f"({self.expression('DECIMAL', 0)} % {self.pick('0.3', '2.5')})",
            lambda: f"TRY_CAST({self.column('TEXT')} AS DECIMAL(9,2))",
        )()

    def text(self, depth):
        if self.rng.random() < 0.2:
            return self.common("TEXT", depth)
        e = lambda kind="TEXT": self.expression(kind, depth - 1)
        at, count = self.pick(1, 2, 3, 0, -2, -1), self.pick(0, 1, 4, -1)
        form = self.pick("%Y-%m-%d", "%H:%M:%S", "%d.%m.%y", "%A %B %j", "%a %b %-d, %I %p", "%Y%%", "%f", "%u %w %U %W")
        return self.pick(
            lambda: f"{self.pick('lower', 'upper', 'trim', 'ltrim', 'rtrim', 'reverse')}({e()})",
            lambda: f"trim({e()}, {self.pick(self.quoted(' x'), self.quoted('zpS'))})",
            lambda: f"({e()} || {e()})",
            lambda: f"substr({e()}, {at}, {count})" if count >= 0 else f"substr({e()}, {at})",
            lambda: f"substring({e()} FROM {self.pick(1, 2)} FOR {self.pick(1, 3)})",
            lambda: f"{self.pick('left', 'right')}({e()}, {self.pick(0, 1, 3, -1)})",
            lambda: f"replace({e()}, {self.pick(self.quoted('o'), self.quoted('S'), self.quoted(''), self.quoted('ß'))}, 'z')",
            lambda: f"split_part({e()}, {self.pick(self.quoted(' '), self.quoted('-'), self.quoted('o'))}, {self.pick(1, 2, 3, -1)})",
            lambda: f"repeat({self.column('TEXT')}, {self.pick(0, 1, 2)})",
            lambda: f"{self.pick('lpad', 'rpad')}({e()}, {self.pick(0, 3, 8)}, {self.pick(self.quoted('*'), self.quoted('ab'))})",
            lambda: f"({e('BIGINT')})::VARCHAR",
            lambda: f"({e('DATE')})::TEXT",
            lambda: f"({e('TIMESTAMP')})::TEXT",
            lambda: f"({e('BOOLEAN')})::TEXT",
            lambda: f"({e('DECIMAL')})::TEXT",
            lambda: f"concat({e()}, '-', {e('BIGINT')}, {e('DATE')})",
            lambda: f"concat_ws('/', {e()}, {e()}, {e('BIGINT')})",
            lambda: f"strftime({self.pick(e('TIMESTAMP'), self.column('DATE'))}, '{form}')",
            lambda: f"{self.pick('dayname', 'monthname')}({e('DATE')})",
            lambda: f"chr({self.pick(65, 223, 9999)})",
            lambda: f"translate({e()}, {self.pick(self.quoted('aoS'), self.quoted('ßé語'))}, {self.pick(self.quoted('01'), self.quoted(''))})",
        )()

    def date(self, depth):
        if self.rng.random() < 0.2:
            return self.common("DATE", depth)
        e = lambda kind="DATE": self.expression(kind, depth - 1)
        return self.pick(
            lambda: f"({e('TIMESTAMP')})::DATE",
            lambda: f"date({e('TIMESTAMP')})",
            lambda: f"last_day({self.column('TIMESTAMP')})",
            lambda: f"({self.near('DATE')} + {self.pick(1, 30)})",
            lambda: f"({self.near('DATE')} - {self.pick(1, 366)})",
            lambda: f"TRY_CAST({e('TEXT')} AS DATE)",
            lambda: f"make_date({self.pick(2023, 2024)}, {self.pick(1, 2, 12)}, {self.pick(1, 28)})",
            lambda: f"CAST(date_trunc({self.pick(*map(self.quoted, ['month', 'year', 'week', 'quarter']))}, {self.near('DATE')}) AS DATE)",
        )()

    def near(self, kind):
        """A time that can be moved some months without leaving the calendar."""
        names = [name for name, each in self.scope.items() if each == kind]
        return self.rng.choice(names) if names and "edge" not in self.scope else self.literal(kind)

    def timestamp(self, depth):
        if self.rng.random() < 0.2:
            return self.common("TIMESTAMP", depth)
        unit = self.pick("hour", "day", "month", "minute", "second", "week", "year", "quarter", "decade", "milliseconds")
        step = self.pick(
            "INTERVAL 1 DAY", "INTERVAL '2 hours'", "INTERVAL 1 MONTH", "INTERVAL '1 year'", "INTERVAL '13 months'", "INTERVAL '90 minutes'",
            "INTERVAL 3 WEEKS", "INTERVAL '1 day 2 hours'", "INTERVAL 40 SECONDS", f"({self.small()}) * INTERVAL 1 DAY",
        )
        return self.pick(
            # DuckDB takes date_trunc('hour', day) > t for day >= t::DATE, which is another condition.
            lambda: f"date_trunc('{unit}', {self.pick(self.near('TIMESTAMP'), 'CAST(' + self.near('DATE') + ' AS TIMESTAMP)')})",
            lambda: f"({self.near('TIMESTAMP')} {self.pick('+', '-')} {step})",
            lambda: f"({self.near('DATE')} {self.pick('+', '-')} {step})",
            lambda: f"({self.expression('DATE', depth - 1)})::TIMESTAMP",
            lambda: f"TRY_CAST({self.column('TEXT')} AS TIMESTAMP)",
        )()

    def condition(self, depth):
        if depth <= 0 or self.rng.random() < 0.15:
            return self.column("BOOLEAN")
        kind = self.pick("BIGINT", "DOUBLE", "TEXT", "DATE", "TIMESTAMP", "DECIMAL")
        e = lambda of=kind: self.expression(of, depth - 1)
        c = lambda: self.condition(depth - 1)
        negated = self.pick("", "NOT ")
        numbers = ["BIGINT", "DOUBLE", "DECIMAL"]
        return self.pick(
            lambda: f"({e()} {self.pick('=', '<>', '!=', '<', '<=', '>', '>=')} {e()})",
            lambda: f"({e()} {self.pick('=', '<', '>')} {self.literal(kind)})",
            lambda: f"({e(self.pick(*numbers))} {self.pick('=', '<', '>=')} {e(self.pick(*numbers))})",
            lambda: f"({e('DATE')} {self.pick('<', '=', '>=')} {e('TIMESTAMP')})",
            lambda: f"({c()} {self.pick('AND', 'OR')} {c()})",
            lambda: f"({c()} AND {c()} AND {c()} OR {c()})",
            lambda: f"(NOT {c()})",
            lambda: f"({e()} IS {negated}NULL)",
            lambda: f"({c()} IS {negated}{self.pick('TRUE', 'FALSE')})",
            lambda: f"({e()} IS {negated}DISTINCT FROM {e()})",
            lambda: f"({e()} {negated}BETWEEN {self.literal(kind)} AND {e()})",
            lambda: f"({e()} {negated}IN ({self.literal(kind)}, {self.literal(kind)}, {e()}))",
            lambda: f"({e()} {negated}IN ({self.literal(kind)}, NULL))",
            lambda: f"({e('TEXT')} {negated}{self.pick('LIKE', 'ILIKE')} {self.pattern()})",
            lambda: f"{self.pick('starts_with', 'ends_with', 'contains', 'prefix', 'suffix')}({e('TEXT')}, {self.literal('TEXT')})",
            lambda: f"({e('BIGINT')} {negated}IN ({self.members()}))",
            lambda: f"({e('TEXT')} {negated}IN (SELECT {self.pick('genre', 'title', 'lower(song)')} FROM songs WHERE song > 'S0{self.pick(1, 5, 9)}'))",
            lambda: f"({e('BIGINT')} {self.pick('>', '=')} (SELECT {self.pick('max(rating)', 'min(rating)', 'count(*)', 'rating')} FROM songs WHERE song = 'S0{self.pick(1, 2)}'))",
            lambda: f"{self.pick('isnan', 'isinf', 'isfinite')}({e('DOUBLE')})",
            lambda: f"CAST({self.small()} AS BOOLEAN)",
        )()

    def members(self):
        return self.pick(
            f"SELECT rating FROM songs WHERE rating > {self.pick(0, 3)}",
            "SELECT rating FROM songs",
            "SELECT n FROM nothing",
            "SELECT n % 10 FROM plays WHERE n IS NOT NULL GROUP BY ALL HAVING count(*) > 2",
            "VALUES (1), (2), (NULL)",
        )

    def pattern(self):
        return self.pick(
            "'%o%'", "'S0_'", "'p%'", "'%a_b%'", "'_op'", "'%'", "'50!%' ESCAPE '!'", "'W%ter'", "''", "'%ß%'", "'__'", "'%語%'", "'a$%b$_c%' ESCAPE '$'",
            "'%\\%'", "'_%_'", "'%%'", "'é%'", "'É%'",
        )

    def aggregate(self):
        e = lambda kind: self.expression(kind, 1)
        numeric = self.pick("BIGINT", "DOUBLE", "DECIMAL")
        key = "id" if "id" in self.scope else "p.id" if "p.id" in self.scope else None
        made = self.pick(
            lambda: "count(*)",
            lambda: "count()",
            lambda: f"count({e(self.pick('TEXT', 'BIGINT', 'DATE'))})",
            lambda: f"count(DISTINCT {e(self.pick('TEXT', 'BIGINT', 'DATE', 'DOUBLE', 'DECIMAL', 'BOOLEAN', 'TIMESTAMP'))})",
            lambda: f"sum({e('BIGINT')})",
            lambda: f"sum({e('DOUBLE')})" if "edge" not in self.scope else f"sum({self.small()})",
            lambda: f"sum({self.expression('DECIMAL', 0)})",
            lambda: f"avg({e(numeric)})" if "edge" not in self.scope else f"avg({self.small()})",
            lambda: f"{self.pick('min', 'max')}({e(self.pick('TEXT', 'BIGINT', 'TIMESTAMP', 'DATE', 'DOUBLE', 'DECIMAL', 'BOOLEAN'))})",
            lambda: f"{self.pick('arg_max', 'arg_min', 'max_by')}({e(self.pick('TEXT', 'BIGINT', 'DATE'))}, {key})" if key else "count(*)",
            lambda: f"{self.pick('arg_max', 'arg_min')}({self.column('TEXT')}, {self.column('DOUBLE')} * 1000 + {key})" if key and "edge" not in self.scope else "count(*)",
            lambda: f"{self.pick('bool_and', 'bool_or')}({self.condition(1)})",
            lambda: f"count_if({self.condition(1)})",
            lambda: f"string_agg({e('TEXT')}, {self.pick(self.quoted('|'), self.quoted(''))} ORDER BY {key})" if key else "count(*)",
            lambda: f"sum({self.small()}) / count(*)",
            lambda: f"round(avg({self.small()}), 0)",
            lambda: f"{self.pick('stddev', 'stddev_pop', 'variance', 'var_pop')}({self.pick(self.small(), self.column('DOUBLE') if 'edge' not in self.scope else self.small())})",
            lambda: f"median({self.pick(self.small(), self.column('DOUBLE') if 'edge' not in self.scope else self.small())})",
            lambda: f"quantile_cont({self.small()}, {self.pick('0.25', '0.9', 1, 0)})",
            lambda: f"quantile_disc({e(self.pick('TEXT', 'BIGINT', 'DATE', 'DECIMAL'))}, {self.pick('0.25', '0.5', '0.9')})",
            lambda: f"max({self.small()}) - min({self.small()})",
            lambda: f"coalesce(sum({self.small()}), 0) * 2",
        )()
        if self.rng.random() < 0.2 and made.endswith(")") and made.count("(") == made.count(")") and made[:5] in ("count", "sum(E", "min(d", "max(t"):
            made += f" FILTER (WHERE {self.condition(1)})"
        return made

    # ---------------------------------------------------------------------------- whole queries

    def source(self):
        """A FROM and the columns that it offers."""
        plays, songs = COLUMNS["plays"], COLUMNS["songs"]
        kind = self.rng.random()
        join = self.pick("JOIN", "LEFT JOIN", "INNER JOIN", "LEFT OUTER JOIN")
        left = join.startswith("LEFT")
        if kind < 0.25:
            self.scope = dict(plays)
            return "plays"
        if kind < 0.4:
            self.scope = {**COLUMNS["edges"], "edge": None}
            return "edges"
        if kind < 0.44:
            name = self.pick("nothing", "blanks")
            self.scope = dict(COLUMNS[name])
            return name
        if kind < 0.47:
            self.scope = dict(COLUMNS["odd"])
            return self.pick("odd", "odd AS o")
        if kind < 0.62:
            self.scope = {**songs, **plays}
            return f"plays {join} songs USING (song)"
        if kind < 0.76:
            self.scope = {f"p.{n}": k for n, k in plays.items()} | {f"s.{n}": k for n, k in songs.items()}
            more = self.pick("", " AND s.rating > 0", " AND s.genre IS NULL", " AND p.n < 5", " AND p.ok", " AND p.n > 0 AND s.rating < 4", " AND s.out < DATE '2015-01-01'")
            key = self.pick("p.song = s.song", "s.song = p.song", "lower(p.song) = lower(s.song)", "p.n = s.rating AND p.song = s.song")
            return f"plays AS p {join} songs AS s ON {key}{more}"
        if kind < 0.84:
            self.scope = {f"a.{n}": k for n, k in songs.items()} | {f"b.{n}": k for n, k in songs.items()} | {"c.n": "BIGINT", "c.title": "TEXT"}
            second = self.pick("nothing", "blanks", "edges")
            return f"songs a {join} songs b ON a.genre = b.genre AND b.rating > {self.pick(-1, 2)} {self.pick('JOIN', 'LEFT JOIN')} {second} c ON a.rating = c.n"
        if kind < 0.9:
            self.scope = {"g": "TEXT", "c": "BIGINT", "n": "BIGINT", "id": "BIGINT", "x": "DOUBLE", "day": "DATE", "ok": "BOOLEAN", "played": "TIMESTAMP"}
            return f"plays {join} (SELECT person AS g, count(*) AS c FROM plays GROUP BY person HAVING count(*) > 3) AS counts ON plays.person = counts.g"
        self.scope = dict(plays)
        condition = self.condition(1)
        return self.pick(
            f"(SELECT * FROM plays WHERE {condition}) AS q",
            f"(FROM plays WHERE {condition} ORDER BY id LIMIT 40)",
            f"(SELECT * FROM plays UNION ALL SELECT * FROM plays WHERE {condition}) AS u",
            f"(WITH inner_rows AS (SELECT * FROM plays WHERE {condition}) SELECT * FROM inner_rows) AS deep",
        )

    def where(self, chance=0.6):
        return f" WHERE {self.condition(2)}" if self.rng.random() < chance else ""

    KINDS = ["BIGINT", "DOUBLE", "DECIMAL", "TEXT", "DATE", "TIMESTAMP", "BOOLEAN"]

    def rows(self):
        source = self.source()
        items = [f"{self.expression(self.rng.choice(self.KINDS), 3)} AS c{n}" for n in range(self.rng.randrange(1, 5))]
        if self.rng.random() < 0.08:
            items.append("*")
        distinct = self.pick("", "", "DISTINCT ")
        comment = self.pick("", "", "", " /* a comment; 'quoted' */", " -- to the end\n")
        return f"SELECT{comment} {distinct}{', '.join(items)} FROM {source}{self.where()}"

    def groups(self):
        source = self.source()
        kinds = ["BIGINT", "TEXT", "DATE", "BOOLEAN", "DECIMAL", "DOUBLE"]
        keys = [f"{self.expression(self.rng.choice(kinds), 2)} AS k{n}" for n in range(self.rng.randrange(0, 4))]
        values = [f"{self.aggregate()} AS v{n}" for n in range(self.rng.randrange(1, 4))]
        where = self.where()
        by = ""
        if keys:
            names = ", ".join(f"k{n}" for n in range(len(keys)))
            numbers = ", ".join(str(n + 1) for n in range(len(keys)))
            spelled = ", ".join(key.rsplit(" AS ", 1)[0] for key in keys)
            by = f" GROUP BY {self.pick(names, numbers, 'ALL', spelled)}"
        having = f" HAVING {self.pick('count(*) > 1', 'count(*) > 3', f'{self.aggregate()} IS NOT NULL')}" if keys and self.rng.random() < 0.3 else ""
        qualify = ""
        if keys and "ALL" not in by and self.rng.random() < 0.25:
            order = self.pick("count(*) DESC", "count(*)", "sum(1) DESC NULLS FIRST")
            qualify = f" QUALIFY {self.pick('rank', 'dense_rank')}() OVER ({self.pick('', 'PARTITION BY k0 ')}ORDER BY {order}) <= {self.pick(1, 3)}"
        return f"SELECT {', '.join(keys + values)} FROM {source}{where}{by}{having}{qualify}"

    def windows(self):
        source = self.source()
        while not {"id", "p.id"} & set(self.scope) or "UNION" in source or "c.n" in self.scope:
            source = self.source()
        id = "p.id" if "p.id" in self.scope else "id"
        keys = ", ".join(self.column(self.pick("TEXT", "BIGINT", "DATE", "BOOLEAN")) for _ in range(self.pick(1, 1, 2)))
        by = self.pick("", f"PARTITION BY {keys} ", f"PARTITION BY {self.expression('TEXT', 1)} ")

        def order():
            value = self.expression(self.pick("BIGINT", "TIMESTAMP", "DOUBLE", "TEXT", "DECIMAL", "BOOLEAN"), 1)
            return f"{value} {self.pick('', 'ASC', 'DESC', 'NULLS FIRST', 'DESC NULLS LAST', 'ASC NULLS LAST', 'DESC NULLS FIRST')}"

        first = f"row_number() OVER ({by}ORDER BY {order()}, {id}) AS r"
        second = f"{self.pick('rank()', 'dense_rank()')} OVER ({by}ORDER BY {', '.join(order() for _ in range(self.pick(1, 2)))}) AS t"
        qualify = self.pick("", " QUALIFY r <= 2", " QUALIFY t <= 2 AND r > 1", " QUALIFY r = t", f" QUALIFY rank() OVER (ORDER BY {id} DESC) < 9")
        framed = ""
        if not qualify and self.rng.random() < 0.7:
            framed = "".join(f", {self.framed(by, id, order)} AS f{n}" for n in range(self.pick(1, 1, 2, 3)))
        return f"SELECT {id} AS i, {first}, {second}{framed} FROM {source}{self.where(0.4)}{qualify}"

    def framed(self, by, id, order):
        """A window function that sees other rows; where it sees their order, the order is settled by the id."""
        settled = f"ORDER BY {order()}, {id}"
        value = lambda: self.expression(self.rng.choice(self.KINDS), 1)
        small = self.small()
        summed = self.pick(
            "count(*)", f"count({value()})", f"sum({small})", f"avg({small})", f"min({value()})", f"max({value()})",
            f"bool_or({self.condition(1)})", f"bool_and({self.condition(1)})", f"count_if({self.condition(1)})",
            f"sum({self.expression('DECIMAL', 0)})", f"sum({small}) FILTER (WHERE {self.condition(1)})",
        )
        start = self.pick("UNBOUNDED PRECEDING", "3 PRECEDING", "CURRENT ROW", "0 PRECEDING", "1 FOLLOWING", "9 PRECEDING")
        end = self.pick("UNBOUNDED FOLLOWING", "2 FOLLOWING", "CURRENT ROW", "1 PRECEDING", "4 FOLLOWING")
        if "FOLLOWING" in start:
            end = self.pick("2 FOLLOWING", "4 FOLLOWING", "UNBOUNDED FOLLOWING")
        elif start == "CURRENT ROW" and "PRECEDING" in end:
            end = "CURRENT ROW"
        rows = self.pick(f"ROWS BETWEEN {start} AND {end}", "ROWS 2 PRECEDING", "ROWS UNBOUNDED PRECEDING")
        ranged, distance = self.pick(
            (id, self.pick("5", "0", "40")), (small, self.pick("1", "2", "10")),
            (self.column("DATE"), self.pick("INTERVAL 3 DAY", "INTERVAL 1 MONTH")),
            (self.column("TIMESTAMP"), self.pick("INTERVAL 90 MINUTE", "INTERVAL 2 DAY")),
        )
        side = self.pick("", " DESC", " NULLS FIRST", " DESC NULLS FIRST")
        range = self.pick(
            f"{distance} PRECEDING", f"BETWEEN {distance} PRECEDING AND {distance} FOLLOWING",
            f"BETWEEN CURRENT ROW AND {distance} FOLLOWING", f"BETWEEN {distance} PRECEDING AND UNBOUNDED FOLLOWING",
        )
        kind = self.rng.choice(self.KINDS)
        given, other = self.expression(kind, 1), self.expression(kind, 0)
        return self.pick(
            f"{self.aggregate()} OVER ({by.strip()})",
            f"{summed} OVER ({by}ORDER BY {order()})",
            f"{summed} OVER ({by}{settled} {rows})",
            f"{summed} OVER ({by}ORDER BY {ranged}{side} RANGE {range})",
            f"{self.pick('lag', 'lead')}({given}{self.pick('', ', 2', ', 1, ' + other, ', 0', ', -1')}) OVER ({by}{settled})",
            f"{self.pick('first_value', 'last_value')}({given}) OVER ({by}{settled} {rows})",
            f"nth_value({given}, {self.pick(1, 2, 5)}) OVER ({by}{settled} {rows})",
            f"ntile({self.pick(1, 3, 7, 1000)}) OVER ({by}{settled})",
            f"{self.pick('percent_rank', 'cume_dist')}() OVER ({by}ORDER BY {order()})",
        )

    def ordered(self):
        """A query whose ORDER BY names expressions, aliases and places, and settles the order by its last key."""
        source = self.source()
        while not {"id", "p.id"} & set(self.scope) or "UNION" in source or "c.n" in self.scope:
            source = self.source()
        id = "p.id" if "p.id" in self.scope else "id"
        rating = " , s.song" if "s.song" in self.scope else ", song" if "song" in self.scope and "JOIN" in source else ""
        kinds = [self.rng.choice(self.KINDS) for _ in range(2)]
        items = [f"{self.expression(kind, 2)} AS c{n}" for n, kind in enumerate(kinds)]
        # A literal as a key is refused by DuckDB: a condition in brackets is none.
        keys = [self.pick("c0", "1", "2", "c1", f"({self.expression(self.rng.choice(self.KINDS), 1)} IS NULL)", f"coalesce({self.column(self.rng.choice(self.KINDS[:6]))}, NULL)") + self.pick("", " DESC", " NULLS FIRST", " DESC NULLS FIRST") for _ in range(self.pick(1, 2))]
        end = self.pick("", f" LIMIT {self.pick(0, 1, 7, 1000)}", f" LIMIT {self.pick(3, 50)} OFFSET {self.pick(0, 2, 500)}", " OFFSET 3")
        if self.rng.random() < 0.2:
            on = f"DISTINCT ON (coalesce({self.column(self.pick('TEXT', 'BIGINT', 'DATE'))}, NULL)) "
        else:
            on = ""
        return f"SELECT {on}{', '.join(items)} FROM {source}{self.where(0.4)} ORDER BY {', '.join(keys)}, {id}{rating}{end}"

    def scalar(self):
        """Arithmetic of constants, with extremes: an overflow is an error in both, never a number."""
        big = lambda: self.pick("9223372036854775807", "-9223372036854775808", "9223372036854775807::BIGINT", "4611686018427387904", "3037000500", "1", "-1", "0", "170141183460469231731687303715884105727", "99999999999999999999")
        wide = lambda: self.pick("1.5", "-0.05", "99999999999999999.99", "0.000000001", "12345678901234567890.12345", "1e0", "2", "7")
        day = lambda: self.pick("DATE '2024-01-31'", "DATE '2023-12-31'", "DATE '2024-02-29'", "TIMESTAMP '2024-03-31 23:59:59.5'", "DATE '1900-03-01'")
        span = lambda: self.pick("INTERVAL 1 MONTH", "INTERVAL '1 year'", "INTERVAL '-1 month'", "INTERVAL 11 MONTH", "INTERVAL '1 month 1 day'", "INTERVAL 25 HOUR", "INTERVAL '1 year 2 months 3 days 04:05:06'", "INTERVAL '3 months'")
        value = self.pick(
            lambda: f"{big()} {self.pick('+', '-', '*', '//', '%')} {big()}",
            lambda: f"({big()} {self.pick('+', '-')} {big()}) {self.pick('*', '+')} {big()}",
            lambda: f"{wide()} {self.pick('+', '-', '*', '/', '%')} {wide()}",
            lambda: f"{wide()} {self.pick('+', '-', '*', '/', '//')} {big()}",
            lambda: f"{day()} {self.pick('+', '-')} {span()} {self.pick('+', '-')} {span()}",
            lambda: f"date_trunc('{self.pick('month', 'quarter', 'week', 'year', 'day', 'decade', 'century')}', {day()})",
            lambda: f"date_diff('{self.pick('month', 'year', 'week', 'day', 'hour', 'quarter')}', {day()}, {day()})",
            lambda: f"round({wide()}, {self.pick(0, 1, 2, -1, 5)})",
            lambda: f"CAST({self.pick(wide(), big(), self.quoted(self.rng.choice(TEXTS)))} AS {self.pick('BIGINT', 'INTEGER', 'SMALLINT', 'DOUBLE', 'DECIMAL(5,2)', 'VARCHAR', 'HUGEINT', 'BOOLEAN', 'DATE')})",
            lambda: f"TRY_CAST({self.pick(wide(), big(), self.quoted(self.rng.choice(TEXTS)))} AS {self.pick('BIGINT', 'INTEGER', 'DOUBLE', 'DECIMAL(5,2)', 'VARCHAR', 'BOOLEAN', 'DATE', 'TIMESTAMP')})",
            lambda: f"{self.quoted(self.rng.choice(TEXTS))} {self.pick('LIKE', 'ILIKE', 'NOT LIKE')} {self.pattern()}",
            lambda: f"{self.pick('upper', 'lower', 'reverse', 'length', 'strlen', 'trim')}({self.quoted(self.rng.choice(TEXTS))})",
            lambda: f"{self.pick('greatest', 'least', 'coalesce')}({wide()}, 7, {wide()})",
            lambda: f"{big()} {self.pick('=', '<', '>=')} {wide()}",
            lambda: f"abs({self.pick(wide(), big())})",
        )()
        return f"SELECT {value} AS v"

    def query(self):
        kind = self.rng.random()
        if kind < 0.08:
            return self.scalar(), False
        if kind < 0.2:
            return self.ordered(), True
        made = self.rows() if kind < 0.42 else self.groups() if kind < 0.82 else self.windows()
        kind = self.rng.random()
        if kind < 0.03:
            made = f"{made} UNION {made}"
        elif kind < 0.1:
            made = f"WITH w AS ({made}) SELECT * FROM w"
        elif kind < 0.15:
            made = f"SELECT count(*) AS n FROM ({made}) AS w"
        elif kind < 0.2:
            made = f"{made} UNION ALL {made}"
        elif kind < 0.23:
            made = f"WITH w AS ({made}), v AS (SELECT * FROM w) SELECT * FROM v UNION ALL (SELECT * FROM w)"
        elif kind < 0.25:
            made = f"SELECT DISTINCT * FROM ({made})"
        ordered = self.rng.random() < 0.4 and "*" not in made.split(" FROM ")[0].replace("count(*)", "").replace(" * ", "")
        if ordered:
            made += " ORDER BY ALL" + self.pick("", " DESC", " NULLS FIRST", " DESC NULLS LAST")
            if self.rng.random() < 0.5:
                made += f" LIMIT {self.pick(0, 1, 5, 20)}" + self.pick("", " OFFSET 2")
        return made, ordered
