import Bytes
import Columns
import SQL
import TestSupport
import Testing

@Suite struct `A query` {
  @Test func `has all clauses in their order`() throws {
    let text = """
      WITH a (x) AS (SELECT 1), b AS (VALUES (1, 'x'), (2, 'y'))
      SELECT DISTINCT t.a AS first, "B b", count(*) n, t.*, * EXCLUDE (a, b)
      FROM plays AS t LEFT OUTER JOIN songs s USING (song_id) INNER JOIN (SELECT 1) q ON q.x = t.a
      WHERE a > 1 GROUP BY a, 2 HAVING count(*) > 1 QUALIFY rank() OVER (ORDER BY a) = 1
      ORDER BY a DESC NULLS FIRST, 2, n ASC LIMIT 10 OFFSET 5;
      """
    guard case .select(let select) = try statement(text), case .block(let block) = select.body
    else {
      Issue.record("not a plain query")
      return
    }
    #expect(select.with.map(\.name.name) == ["a", "b"])
    #expect(select.with[0].columns.map(\.name) == ["x"])
    #expect(block.isDistinct)
    #expect(block.items.count == 5)
    let aliases = block.items.map { item in
      if case .expression(_, let alias) = item { return alias?.name ?? "-" }
      return "*"
    }
    #expect(aliases == ["first", "-", "n", "*", "*"])
    guard case .join(let outer)? = block.from?.kind, case .join(let inner) = outer.left.kind else {
      Issue.record("not joined")
      return
    }
    #expect(outer.kind == .inner && inner.kind == .left)
    #expect(inner.left.alias?.name == "t" && inner.right.alias?.name == "s")
    guard case .using(let columns) = inner.condition else {
      Issue.record("not by USING")
      return
    }
    #expect(columns.map(\.name) == ["song_id"])
    #expect(block.filter?.description == "(a > 1)")
    #expect(block.having?.description == "(count_star() > 1)")
    #expect(block.qualify?.description == "(rank() OVER (ORDER BY a) = 1)")
    guard case .items(let items) = select.orderBy else {
      Issue.record("not ordered")
      return
    }
    #expect(items.map(\.description) == ["a DESC NULLS FIRST", "2", "n"])
    #expect(select.limit?.description == "10" && select.offset?.description == "5")
  }

  @Test func `may be short`() throws {
    #expect(try statement("FROM t") == statement("SELECT * FROM t"))
    #expect(try statement("FROM t SELECT a WHERE b") == statement("SELECT a FROM t WHERE b"))
    #expect(
      try statement("from T where B group by all")
        == statement("SELECT * FROM t WHERE b GROUP BY ALL"))
    #expect(try statement("(SELECT 1)") == statement("SELECT 1;"))
    #expect(try statement("SELECT ALL a") == statement("select A"))
    #expect(
      try statement("SELECT a FROM t OFFSET 2 LIMIT 1")
        == statement("SELECT a FROM t LIMIT 1 OFFSET 2"))
    #expect(try statement("SELECT 1 -- one\n/* two /* three */ */ ;;") == statement("SELECT 1"))
  }

  @Test func `reads tables, files and queries`() throws {
    func source(_ text: String) throws -> TableExpression? { try block("FROM \(text)").from }
    #expect(try source("plays")?.kind == .table(Identifier("PLAYS", at: here)))
    #expect(try source("'a b.csv' AS t")?.kind == .file("a b.csv"))
    #expect(try source("'it''s.groove' t (a, b)")?.columnAliases.map(\.name) == ["a", "b"])
    guard case .query? = try source("(FROM t) q")?.kind,
      case .query? = try source("((SELECT 1) UNION ALL SELECT 2) q")?.kind,
      case .query? = try source("(VALUES (1)) q (n)")?.kind,
      case .join? = try source("(a JOIN b USING (x))")?.kind
    else {
      Issue.record("a query or a join is something else")
      return
    }
    let csv =
      "read_csv('p.csv', columns => {'a': 'BIGINT', b: DATE, \"c d\": TIMESTAMPTZ}, "
      + "delim = ';', skip => 1) p"
    guard case .csv(let read)? = try source(csv)?.kind else {
      Issue.record("not read_csv")
      return
    }
    #expect(read.path == "p.csv")
    #expect(read.columns.map(\.name.name) == ["a", "b", "c d"])
    #expect(read.columns.map(\.type.type) == [.bigint, .date, .timestamp])
    #expect(read.columns.map(\.type.hasZone) == [false, false, true])
    #expect(read.options.map { "\($0.name) \($0.value)" } == ["delim ;", "skip 1"])
  }

  private var here: Position { Position(SourceText(""), start: 0, end: 0) }

  @Test func `is put together by UNION ALL`() throws {
    let text = "SELECT 1 UNION ALL (SELECT 2 ORDER BY 1 LIMIT 1) UNION ALL VALUES (3) ORDER BY 1"
    guard case .select(let select) = try statement(text), case .unionAll(let queries) = select.body
    else {
      Issue.record("not a union")
      return
    }
    #expect(queries.count == 3)
    #expect(queries[1].limit != nil && queries[2].limit == nil)
    #expect(select.orderBy != .none)
  }

  @Test func `in brackets with more around it becomes a table`() throws {
    let bracketed = try statement("(SELECT a FROM t LIMIT 5) ORDER BY a")
    #expect(bracketed == (try statement("SELECT * FROM (SELECT a FROM t LIMIT 5) ORDER BY a")))
  }

  @Test func `is explained and described`() throws {
    guard case .explain(_, isAnalyzed: true) = try statement("EXPLAIN ANALYZE SELECT 1"),
      case .explain(_, isAnalyzed: false) = try statement("explain FROM t"),
      case .describe(let table) = try statement("DESCRIBE 'plays.csv'"),
      case .describe(let query) = try statement("DESCRIBE SELECT 1 AS a"),
      case .showTables = try statement("SHOW TABLES;")
    else {
      Issue.record("another statement")
      return
    }
    #expect(table.kind == .file("plays.csv"))
    guard case .query = query.kind else {
      Issue.record("not a query")
      return
    }
  }

  /// Queries that people have written for such data, as they wrote them.
  @Test(arguments: [
    "SELECT user_id, user_name, user_age, user_country, created_at\nFROM users\nLIMIT 5;",
    "SELECT user_id, track_id, listen_time\nFROM streams\nORDER BY listen_time DESC\nLIMIT 5;",
    "SELECT hour, unique_listeners, total_plays, top_artist, track_diversity_index\n"
      + "FROM hourly_kpis\nORDER BY total_plays DESC\nLIMIT 5;",
    "SELECT * FROM \"TOP_GENRES\"  \nWHERE \"date\" = '2024-03-21'  \n"
      + "ORDER BY \"listen_count\" DESC  \nLIMIT 5;",
    "SELECT timestamp::DATE AS date, count(*) AS plays FROM streams GROUP BY date ORDER BY date;",
    "SELECT count(*) FROM streams WHERE timestamp >= TIMESTAMP '2025-06-10';",
    "SELECT min(timestamp), max(timestamp) FROM streams;",
    "SELECT date_trunc('hour', timestamp) AS hour, count(*) AS plays FROM streams"
      + " WHERE genre IN ('pop', 'rock') GROUP BY hour HAVING count(*) > 10 ORDER BY hour;",
  ])
  func `of the field is read`(text: String) throws {
    #expect(try Parser.statements(SourceText(text)).count == 1)
  }
}

@Suite struct `A text that is no query` {
  @Test func `is told with a caret and the nearest word`() {
    #expect(
      refusal("SELECT a\nFROM t\nWHRE a > 1")?.description == """
        cannot read the query: line 3, column 6: `a` cannot stand here
          WHRE a > 1
               ^
          Did you mean WHERE instead of `WHRE`?
        """)
    #expect(
      refusal("SELEC a FROM t")?.description == """
        cannot read the query: line 1, column 1: a statement does not begin with `SELEC`
          SELEC a FROM t
          ^^^^^
          Did you mean SELECT?
        """)
    #expect(
      refusal("SELECT größe,\tname FROM t RIGHT JOIN u ON 1")?.description == """
        cannot read the query: line 1, column 27: RIGHT JOIN is not supported
          SELECT größe,\tname FROM t RIGHT JOIN u ON 1
                       \t            ^^^^^
          Swap the tables and use LEFT JOIN.
        """)
  }

  @Test func `is told by the part of a long line that matters`() throws {
    let filler = String(repeating: "volume + ", count: 20)
    for (text, ends) in [("\(filler)a b c, \(filler)d FROM t", " …"), ("\(filler)a b c", "a b c")] {
      let lines = try #require(refusal("SELECT " + text)).description.split(separator: "\n")
      #expect(lines[0].hasSuffix("line 1, column 192: `c` cannot stand here"))
      #expect(lines[1].hasPrefix("  … ") && lines[1].hasSuffix(ends) && lines[1].count < 110)
      let place = try #require(lines[2].firstIndex(of: "^"))
      let marked = lines[1].dropFirst(lines[2].distance(from: lines[2].startIndex, to: place))
      #expect(marked.first == "c")
    }
  }

  @Test(arguments: [
    ("SELECT", "there should be an expression, not the end", ""),
    ("SELECT a FROM", "there should be a table, not the end", ""),
    ("SELECT a,, b", "there should be an expression, not `,`", ""),
    ("SELECT a FROM t, u", "a comma between tables", "JOIN"),
    ("SELECT a FROM t CROSS JOIN u", "CROSS JOIN is not supported", "INNER JOIN"),
    ("SELECT a FROM t FULL OUTER JOIN u USING (a)", "FULL JOIN is not supported", ""),
    ("SELECT a FROM t NATURAL JOIN u", "NATURAL JOIN is not supported", "USING"),
    ("SELECT a FROM t LEFT ANTI JOIN u USING (a)", "ANTI JOIN is not supported", "NOT IN"),
    ("SELECT a FROM t JOIN u", "ON or USING", ""),
    ("SELECT a FROM s.t", "schemas are not supported", ""),
    ("SELECT a FROM range(5)", "the table function `range` is not known", "read_csv"),
    ("SELECT a FROM read_csv(p)", "the path of a file in single quotes", ""),
    ("SELECT a FROM read_csv('p', columns => {a: 'BIG'})", "there is no type `BIG`", ""),
    ("SELECT a FROM t UNION BY NAME SELECT 1", "BY NAME is not supported", "one order"),
    ("SELECT a FROM t EXCEPT SELECT 1", "EXCEPT is not supported", "NOT"),
    ("SELECT DISTINCT ON a FROM t", "there should be `(` after DISTINCT ON", ""),
    ("SELECT a FROM t GROUP BY ROLLUP (a)", "GROUP BY ROLLUP", "UNION ALL"),
    ("SELECT a FROM t GROUP BY GROUPING SETS ((a))", "GROUP BY GROUPING", ""),
    ("SELECT a FROM t WINDOW w AS (ORDER BY a)", "WINDOW is not supported", "OVER"),
    ("SELECT rank() OVER w FROM t", "named windows", "OVER (…)"),
    ("SELECT sum(a) OVER (ORDER BY b GROUPS 1 PRECEDING)", "GROUPS is not supported", "RANGE"),
    ("SELECT sum(a) OVER (ROWS 1 FOLLOWING)", "there should be PRECEDING", ""),
    ("SELECT sum(a) OVER (ROWS BETWEEN 1 PRECEDING)", "there should be AND", ""),
    ("SELECT sum(a) OVER (ROWS UNBOUNDED FOLLOWING)", "PRECEDING after UNBOUNDED", ""),
    (
      "SELECT sum(a) OVER (ROWS BETWEEN 1 FOLLOWING AND CURRENT ROW)",
      "the frame ends before it starts", ""
    ),
    ("SELECT sum(a) OVER (ROWS 1 PRECEDING EXCLUDE TIES)", "EXCLUDE is not supported", ""),
    ("SELECT a FROM t LIMIT 5 WHERE a", "WHERE stands too late here", "QUALIFY, ORDER BY"),
    ("SELECT a FROM t FETCH FIRST 5 ROWS ONLY", "FETCH is not supported", "LIMIT"),
    ("SELECT a FROM t LIMIT 5 %", "there should be", ""),
    ("WITH RECURSIVE a AS (SELECT 1) SELECT 1", "WITH RECURSIVE", ""),
    ("WITH a AS (SELECT 1), a AS (SELECT 2) SELECT 1", "`a` is here twice", ""),
    ("SELECT 1 < 2 < 3", "comparisons do not chain", "AND"),
    ("SELECT EXISTS (SELECT 1)", "EXISTS is not supported", "IN (SELECT"),
    ("SELECT a = ANY (SELECT 1)", "ANY (…) is not supported", "IN"),
    ("SELECT a ~ 'x'", "the operator `~` is not supported", "LIKE"),
    ("SELECT a SIMILAR TO 'x'", "SIMILAR is not supported", "LIKE"),
    ("SELECT a[1]", "subscripts are not supported", "substr"),
    ("SELECT [1, 2]", "lists and structures", ""),
    ("SELECT ?", "parameters are not supported", ""),
    ("SELECT (1, 2)", "rows of values", ""),
    ("SELECT a::REAL", "there is no type `REAL`", "The nearest is DOUBLE."),
    ("SELECT a::DECIMAL(50)", "1 to 38 digits", ""),
    ("SELECT a::BIGINT(5)", "BIGINT takes no such parameters", ""),
    ("SELECT a AT TIME ZONE 'UTC'", "AT TIME ZONE is not supported", "INTERVAL"),
    ("SELECT a COLLATE nocase", "COLLATE is not supported", "lower"),
    ("SELECT first(a IGNORE NULLS)", "IGNORE NULLS is not supported", "FILTER"),
    ("SELECT INTERVAL '3 moons'", "`3 moons` is not an interval", ""),
    ("SELECT INTERVAL 1.5 DAY", "not whole", "smaller unit"),
    ("SELECT INTERVAL 3 moons", "there should be a unit", ""),
    ("SELECT CASE a END", "WHEN in CASE", ""),
    ("SELECT CAST(a, BIGINT)", "AS before the type of CAST", ""),
    ("SELECT extract(hour, a)", "a part of a time and FROM", ""),
    ("SELECT 'open", "the quote of this text is not closed", ""),
    ("SELECT \"open", "the quote of this name is not closed", ""),
    ("SELECT \"\"", "a name in quotes is empty", ""),
    ("SELECT 1 /* open", "this comment does not end", ""),
    ("SELECT 12abc", "`12abc` is not a number", ""),
    ("SELECT 1e999", "out of the range of DOUBLE", ""),
    ("SELECT a FROM select", "`select` is a reserved word", "double quotes"),
    ("SELECT from FROM t", "", ""),
    ("SELECT * REPLACE (1 AS a) FROM t", "* REPLACE is not supported", ""),
    ("SELECT count(*) AS n FROM t GROUP a", "BY after GROUP", ""),
    ("VALUES (1, 2), (3)", "this row has 1 values, the first has 2", ""),
    ("SHOW FUNCTIONS", "SHOW knows only TABLES", ""),
    ("DROP TABLE t", "DROP is not supported: a lake changes by files", ""),
    ("CREATE TEMP TABLE t (a TEXT)", "CREATE TEMP is not supported", ""),
    ("\u{1}", "a control character", ""),
  ])
  func `says what is wrong, and what works`(text: String, message: String, hint: String) throws {
    let error = try #require(refusal(text))
    #expect(error.message.contains(message), "\(error.message)")
    #expect(error.hint.contains(hint), "\(error.hint)")
  }

  @Test func `may hold one statement too many`() {
    #expect(throws: SQLError.self) { try Parser.statement(SourceText("SELECT 1; SELECT 2")) }
    #expect(throws: SQLError.self) { try Parser.statement(SourceText("  ")) }
  }

  /// Any text is either read or refused; what is refused is told with a place in the text.
  @Test func `never traps`() {
    let pieces = [
      "SELECT ", "FROM ", "t ", "a", ",", "(", ")", "*", "'x'", "\"y\"", "1", ".5", "1e3", " AS ",
      "CASE ", "WHEN ", "THEN ", "END ", "OVER (", "ORDER BY ", "::", "INTERVAL ", "DAY ", "IN ",
      "NOT ", "BETWEEN ", "AND ", "UNION ALL ", "JOIN ", "USING ", "VALUES ", "WITH ", "{", "}",
      ":", "=>", "read_csv(", "CREATE ", "TABLE ", "KPI ", "PRIMARY KEY ", "é", "\n", "--", "/*",
      "LIMIT ", "GROUP BY ", "ALL ", "CAST(", "extract(", "trim(", "DATE ", "-", "||", ";", "\0",
    ]
    var random = Seeded(7)
    for _ in 0..<4000 {
      let count = Int.random(in: 1...14, using: &random)
      let text = (0..<count).map { _ in pieces.randomElement(using: &random) ?? "" }.joined()
      if let error = refusal(text) {
        #expect(error.position.start >= 0 && error.position.start <= text.utf8.count)
        #expect(error.description.contains("^"))
      }
    }
  }
}

@Suite struct `The nearest word` {
  @Test(arguments: [
    ("gener", "genre"), ("GENRE", "genre"), ("titel", "title"), ("artis", "artist"),
    ("songid", "song_id"), ("xyz", nil), ("da", nil), ("dat", "date"), ("", nil),
  ])
  func `is a slip away`(word: String, expected: String?) {
    let words = ["genre", "title", "artist", "song_id", "date"]
    #expect(nearestWord(to: word, of: words) == expected)
  }
}
