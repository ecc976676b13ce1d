import Bytes
import Columns
import Packs
import SQL
import Testing

func pack(_ text: String) throws -> Pack { try Pack.parse(text: text, name: "test.sql") }

/// How the text of a pack is refused.
func refusal(_ text: String) -> String {
  do throws(PackError) {
    _ = try Pack.parse(text: text, name: "test.sql")
    return "not refused"
  } catch {
    return error.description
  }
}

let sensors = """
  CREATE TABLE sensors (sensor TEXT PRIMARY KEY, site TEXT, installed DATE);
  CREATE TABLE readings (
    sensor TEXT NOT NULL REFERENCES sensors (sensor),
    at TIMESTAMPTZ NOT NULL,
    celsius DOUBLE CHECK (celsius > -90) CHECK (celsius < 60),
    humidity BIGINT,
    PRIMARY KEY (sensor, at),
    CHECK (humidity >= 0 OR celsius IS NULL)
  ) PARTITION BY date(at) WITH (delimiter = ';', null_text = 'n/a', header_rows = 2);

  """

@Suite struct `A pack` {
  @Test func `declares inputs`() throws {
    let pack = try pack(sensors)
    #expect(pack.inputs.map(\.name) == ["sensors", "readings"])
    let table = try #require(pack.input("readings"))
    #expect(table.requiredColumns == ["sensor", "at", "celsius", "humidity"])
    #expect(table.columns.map(\.isNullable) == [false, false, true, true])
    #expect(table.columns.map(\.hasZone) == [false, true, false, false])
    #expect(table.columns.map(\.references) == ["sensors", nil, nil, nil])
    #expect(table.column("celsius")?.check?.description == "((celsius > -90) AND (celsius < 60))")
    #expect(table.checks.map(\.description) == ["((humidity >= 0) OR (celsius IS NULL))"])
    #expect(table.partition?.column == "at")
    #expect(table.partition?.expression.description == "CAST(at AS DATE)")
    #expect(
      table.dialect.map { "\($0.name) \($0.value)" }
        == ["delimiter ;", "null_text n/a", "header_rows 2"])
    #expect(table.missing(from: ["humidity", "x", "at"]) == ["sensor", "celsius"])
    #expect(table.missing(from: ["humidity", "at", "celsius", "sensor", ""]).isEmpty)
  }

  @Test func `gives keys the rule that fits the table`() throws {
    let pack = try pack(sensors)
    #expect(
      pack.input("sensors")?.key == KeyRule(columns: ["sensor"], scope: .files, keep: .last))
    #expect(
      pack.input("readings")?.key
        == KeyRule(columns: ["sensor", "at"], scope: .partition, keep: .first))
    let said = try Packs.Pack.parse(
      text: """
        CREATE TABLE a (k TEXT, d DATE, PRIMARY KEY (k, d) KEEP FIRST ACROSS FILES) PARTITION BY d;
        """, name: "a")
    #expect(said.input("a")?.key == KeyRule(columns: ["k", "d"], scope: .files, keep: .first))
    #expect(said.input("a")?.columns.map(\.isNullable) == [false, false])
  }

  @Test(arguments: [
    ("date(at) AS day, count(*) AS n FROM readings GROUP BY day", "day"),
    ("at::DATE AS day, count(*) AS n FROM readings GROUP BY 1", "day"),
    ("date(r.at) AS day, max(celsius) AS n FROM readings r GROUP BY ALL", "day"),
    ("DISTINCT date(at) AS day, site FROM readings LEFT JOIN sensors USING (sensor)", "day"),
    ("DISTINCT date(at) AS day FROM sensors JOIN readings USING (sensor)", "day"),
    ("day FROM (SELECT date(at) AS day FROM readings) AS t GROUP BY day", "day"),
    (
      """
      day, n, row_number() OVER (PARTITION BY day ORDER BY n) AS rank
      FROM (SELECT date(at) AS day, sensor, count(*) AS n FROM readings GROUP BY ALL) AS t
      """, "day"
    ),
    (
      """
      day FROM (SELECT date(at) AS day FROM readings GROUP BY day) AS a
      JOIN (SELECT date(at) AS day FROM readings GROUP BY day) AS b USING (day)
      """, "day"
    ),
    (
      """
      a.day FROM (SELECT date(at) AS day FROM readings GROUP BY day) AS a
      JOIN (SELECT date(at) AS day FROM readings GROUP BY day) AS b ON a.day = b.day AND 1 = 1
      """, "day"
    ),
  ])
  func `knows which KPI tables are made of their dates`(query: String, column: String) throws {
    let text = sensors + "CREATE KPI TABLE k PARTITION KEY day AS SELECT \(query);"
    let table = try #require(try pack(text).kpiTable("k"))
    #expect(table.partitionColumn == column)
    #expect(table.partitionedInput == "readings")
  }

  @Test(arguments: [
    "sensor, max(date(at)) AS day FROM readings GROUP BY sensor",
    "date(at) AS day FROM readings LIMIT 5",
    "date(at) AS day, rank() OVER (ORDER BY at) AS n FROM readings",
    "DISTINCT sensor, installed AS day FROM readings JOIN sensors USING (sensor)",
    "date(at) AS day FROM sensors LEFT JOIN readings USING (sensor) GROUP BY day",
    "date(installed) AS day FROM sensors",
    "a.day FROM (SELECT date(at) AS day FROM readings) AS a JOIN (SELECT max(date(at)) AS last"
      + " FROM readings) AS b ON a.day = b.last",
    "date(at) AS day FROM readings WHERE celsius > (SELECT avg(celsius) FROM readings)",
    "date(at + INTERVAL 1 DAY) AS day, count(*) AS n FROM readings GROUP BY day",
  ])
  func `knows which KPI tables span dates`(query: String) throws {
    let text = sensors + "CREATE KPI TABLE k PARTITION KEY day AS SELECT \(query);"
    #expect(try pack(text).kpiTable("k")?.partitionColumn == nil)
  }

  @Test func `puts plain views into its queries`() throws {
    let viewed = """
      CREATE VIEW v AS
      SELECT date(at) AS day, s.site AS place, celsius * 2 AS double
      FROM readings AS r LEFT JOIN sensors AS s USING (sensor) WHERE humidity > 1;
      CREATE VIEW w AS SELECT day, upper(place) AS place, double FROM v WHERE double > 0;
      CREATE KPI TABLE k PARTITION KEY day AS
      SELECT day, place, sum(double) AS heat FROM w AS x
      WHERE x.place != 'A' GROUP BY day, place HAVING sum(double) > 3 ORDER BY day, heat;
      """
    let direct = """
      CREATE KPI TABLE k PARTITION KEY day AS
      SELECT date(at) AS day, upper(s.site) AS place, sum(celsius * 2) AS heat
      FROM readings AS r LEFT JOIN sensors AS s USING (sensor)
      WHERE (humidity > 1 AND celsius * 2 > 0) AND upper(s.site) != 'A'
      GROUP BY date(at), upper(s.site) HAVING sum(celsius * 2) > 3 ORDER BY day, heat;
      """
    let table = try #require(try pack(sensors + viewed).kpiTable("k"))
    #expect(table == (try pack(sensors + direct).kpiTable("k")))
    #expect(table.columns == ["day", "place", "heat"])
    #expect(table.partitionColumn == "day")
    #expect(table.inputs == ["sensors", "readings"])
  }

  @Test(arguments: [
    ("SELECT date(at) AS day, max(celsius) AS n FROM readings GROUP BY day", "n"),
    ("SELECT date(at) AS day, shout(sensor) AS n FROM readings", "n"),
    // `celsius` is a column of the result here, and would be one of the table.
    ("SELECT date(at) AS day, humidity AS n FROM readings", "n AS celsius"),
  ])
  func `keeps other views as subqueries`(view: String, item: String) throws {
    let order = item == "n" ? "" : " QUALIFY celsius > 1"
    let text = """
      CREATE VIEW v AS \(view);
      CREATE KPI TABLE k PARTITION KEY day AS SELECT day, \(item) FROM v\(order);
      """
    let direct =
      "CREATE KPI TABLE k PARTITION KEY day AS SELECT day, \(item) FROM (\(view)) AS v\(order);"
    #expect(try pack(sensors + text).kpiTable("k") == (try pack(sensors + direct).kpiTable("k")))
  }

  @Test(arguments: [
    ("SELECT 1", "a pack declares and does not ask"),
    ("", "a pack declares at least one table"),
    ("CREATE TABLE t (a TEXT, A TEXT)", "the column `A` is here twice"),
    ("CREATE TABLE t (a DECIMAL(4, 2))", "cannot be DECIMAL(4,2)"),
    ("CREATE TABLE t (a TXT)", "there is no type `TXT`"),
    ("CREATE TABLE t (a TEXT REFERENCES u)", "there is no table `u` above"),
    ("CREATE TABLE t (a TEXT CHECK (b > 1))", "there is no column `b`"),
    ("CREATE TABLE t (a TEXT, PRIMARY KEY (a, b))", "there is no column `b`"),
    ("CREATE TABLE t (a TEXT PRIMARY KEY WITHIN PARTITION)", "`t` has no partitions"),
    ("CREATE TABLE t (a TEXT PRIMARY KEY, PRIMARY KEY (a))", "there is a PRIMARY KEY already"),
    ("CREATE TABLE t (a TEXT NOT NULL) PARTITION BY a", "a partition is a date, and `a` is TEXT"),
    ("CREATE TABLE t (a TIMESTAMP NOT NULL) PARTITION BY a", "Write date(a)."),
    ("CREATE TABLE t (a DATE) PARTITION BY a", "the partition cannot be NULL"),
    ("CREATE TABLE t (a DATE NOT NULL) PARTITION BY a + 1", "a partition is a date: a column"),
    ("CREATE TABLE \"a b\" (a TEXT)", "letters of ASCII"),
    (sensors + "CREATE TABLE Sensors (a TEXT)", "there is a table `Sensors` already"),
    (sensors + "CREATE TABLE t (a BIGINT REFERENCES sensors)", "`a` is BIGINT, the key"),
    (sensors + "CREATE TABLE t (a TEXT REFERENCES sensors (site))", "which is `sensor`"),
    (sensors + "CREATE VIEW v AS SELECT sensr FROM sensors", "Did you mean `sensor`?"),
    (sensors + "CREATE VIEW v AS SELECT x.site FROM sensors", "there is no table `x`"),
    (sensors + "CREATE VIEW v AS SELECT * FROM 'a.csv'", "a pack reads its own tables only"),
    (sensors + "CREATE VIEW v AS SELECT site, site FROM sensors", "two columns of this query"),
    (sensors + "CREATE VIEW v AS SELECT 1 AS a FROM reading", "Did you mean `readings`?"),
    (
      sensors + "CREATE KPI TABLE k PARTITION KEY sites AS SELECT site FROM sensors",
      "the query has no column `sites`"
    ),
    (
      sensors + "CREATE KPI TABLE k PARTITION KEY site LIST l (sensor) AS"
        + " SELECT site, sensor, installed FROM sensors",
      "the column `installed` is neither in the key nor in the list"
    ),
    (
      sensors + "CREATE KPI TABLE k PARTITION KEY site SORT KEY site AS SELECT site FROM sensors",
      "`site` is in the key twice"
    ),
    (sensors + "CREATE KPI TABLE k AS SELECT site FROM sensors", "PARTITION KEY"),
    ("CREATE TABLE t (a TEXT UNIQUE)", "UNIQUE is not supported"),
    ("CREATE TABLE t (a TEXT DEFAULT 'x')", "DEFAULT is not supported"),
  ])
  func `is refused with its reason`(text: String, reason: String) {
    let message = refusal(text)
    #expect(message.contains(reason), "\(message)")
    #expect(message.contains("^"))
  }

  @Test func `is told with a caret`() {
    let text = """
      CREATE TABLE t (
        a TEXT,
        b TEXTT
      );
      """
    #expect(
      refusal(text) == """
        cannot read the pack test.sql: line 3, column 5: there is no type `TEXTT`
            b TEXTT
              ^^^^^
          The nearest is TEXT.
        """)
  }

  @Test func `may change in KPI tables and get nullable columns`() throws {
    let one = "CREATE KPI TABLE one PARTITION KEY site AS SELECT site FROM sensors;\n"
    let two = "CREATE KPI TABLE two PARTITION KEY site AS SELECT site FROM sensors;\n"
    let other = "CREATE KPI TABLE one PARTITION KEY site AS SELECT DISTINCT site FROM sensors;\n"
    let old = try pack(sensors + one)
    #expect(try pack("-- comment\n" + sensors + one).change(from: old).isEmpty)
    let changed = try pack(sensors + other + two).change(from: old)
    #expect(changed.changedKPITables == ["one", "two"])
    let dropped = try pack(sensors + two).change(from: old)
    #expect(dropped.droppedKPITables == ["one"])
    let wider = sensors.replacing("humidity BIGINT,", with: "humidity BIGINT, volt DOUBLE,")
    let added = try pack(wider + one).change(from: old)
    #expect(added.addedColumns.map { "\($0.table).\($0.column)" } == ["readings.volt"])
    #expect(added.changedKPITables.isEmpty)
  }

  @Test(arguments: [
    ("humidity BIGINT", "humidity DOUBLE"), ("humidity BIGINT,", ""),
    ("humidity BIGINT", "humidity BIGINT, x TEXT NOT NULL"), ("(sensor, at)", "(at)"),
    ("celsius > -90", "celsius > -80"), ("CREATE TABLE sensors (", "CREATE TABLE sensor ("),
  ])
  func `may not change in its data`(from: String, to: String) throws {
    let old = try pack(sensors)
    let text = sensors.replacing(from, with: to)
      .replacing("REFERENCES sensors (sensor)", with: "")
    let plain = try pack(sensors.replacing("REFERENCES sensors (sensor)", with: ""))
    let new = to.isEmpty ? text.replacing("humidity >= 0 OR ", with: "") : text
    #expect(throws: PackError.self) { try pack(new).change(from: plain) }
    #expect(throws: PackError.self) { try pack(new).change(from: old) }
  }
}

extension String {
  /// The text with every `part` replaced; the standard library has this for collections of bytes
  /// only in Foundation.
  func replacing(_ part: String, with other: String) -> String {
    var result = ""
    var rest = self[...]
    while !rest.isEmpty {
      if rest.hasPrefix(part) {
        result += other
        rest = rest.dropFirst(part.count)
      } else {
        result.append(rest.removeFirst())
      }
    }
    return result
  }
}

@Suite struct `A built-in pack` {
  @Test func `is right, and says what it makes of each date`() throws {
    let packs = try Pack.builtIn
    #expect(packs.map(\.name) == Pack.builtInNames)
    var tables: [String: [String]] = [:]
    for pack in packs {
      tables[pack.name] = pack.kpiTables.map { table in
        let keys = "\(table.name)(\(table.key.joined(separator: ",")))"
        return keys + " by \(table.partitionColumn ?? "all")"
      }
    }
    let four = [
      "genre_metrics(genre,date) by date", "top_3_songs(genre,date) by date",
      "top_5_genres(date,genre) by date", "hourly_kpis(date,hour) by date",
    ]
    #expect(tables["music"] == four)
    #expect(tables["spotify"] == four + ["genre_kpis(track_genre) by all"])
    #expect(tables["spotify-minutes"] == ["music_kpis_table(date,track_genre) by date"])
    #expect(
      tables["spotify-glue"] == [
        "GENRE_KPIS(date,track_genre) by date", "TOP_SONGS(track_id,date) by date",
        "TOP_GENRES(date,track_genre) by date",
      ])
    #expect(
      tables["spotify-tracks"] == ["track_level_reports(track_id,report_date) by report_date"])
  }

  @Test func `has no subquery left where a view was`() throws {
    for pack in try Pack.builtIn {
      for table in pack.kpiTables {
        for query in [table.query] + table.query.with.map(\.query) {
          guard case .block(let block) = query.body else { continue }
          #expect(hasNoSubquery(block.from), "\(pack.name) \(table.name)")
        }
      }
    }
  }

  private func hasNoSubquery(_ table: TableExpression?) -> Bool {
    switch table?.kind {
    case .query: false
    case .join(let join): hasNoSubquery(join.left) && hasNoSubquery(join.right)
    case .table, .file, .csv, nil: true
    }
  }

  @Test func `is found by the headers it fits`() throws {
    let music = try #require(try Pack.builtIn(named: "music"))
    let spotify = try #require(try Pack.builtIn(named: "spotify"))
    let plays = (
      table: "streams",
      columns: ["stream_id", "user_id", "song_id", "genre", "timestamp", "duration_ms", "more"]
    )
    #expect(music.fits([plays]))
    #expect(!spotify.fits([plays]))
    #expect(!music.fits([plays, (table: "albums", columns: ["a"])]))
    #expect(spotify.fits([(table: "streams", columns: ["listen_time", "track_id", "user_id"])]))
  }

  @Test func `is not there under another name`() {
    #expect(Pack.builtInText(named: "jazz") == nil)
  }
}
