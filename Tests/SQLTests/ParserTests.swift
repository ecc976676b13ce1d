import Columns
import SQL
import Testing

/// What `text` says, with every bracket that the grammar understands.
func parsed(_ text: String) throws -> String {
  try Parser.expression(SourceText(text)).description
}

func statement(_ text: String) throws -> Statement { try Parser.statement(SourceText(text)) }

/// The query of a plain SELECT.
func block(_ text: String) throws -> SelectBlock {
  guard case .select(let select) = try statement(text), case .block(let block) = select.body else {
    throw SQLError("not a plain SELECT", at: Position(SourceText(text), start: 0, end: 0))
  }
  return block
}

/// How `text` is refused.
func refusal(_ text: String) -> SQLError? {
  do throws(SQLError) {
    _ = try Parser.statements(SourceText(text))
    return nil
  } catch {
    return error
  }
}

@Suite struct `An expression` {
  @Test(arguments: [
    ("a OR b AND NOT c", "(a OR (b AND (NOT c)))"),
    ("NOT a = b", "(NOT (a = b))"),
    ("a = b IS NULL", "((a = b) IS NULL)"),
    ("a + b * c - d", "((a + (b * c)) - d)"),
    ("a - b - c", "((a - b) - c)"),
    ("a / b // c % d", "(((a / b) // c) % d)"),
    ("-a ^ 2", "(-a ^ 2)"),
    ("-2 ^ 2", "(-2 ^ 2)"),
    ("2 * -3", "(2 * -3)"),
    ("- -3", "3"),
    ("+a", "+a"),
    ("a ** 2", "(a ^ 2)"),
    ("-a::TEXT", "-CAST(a AS VARCHAR)"),
    ("a + b || c + d", "((a + b) || (c + d))"),
    ("a || b LIKE c || d", "((a || b) LIKE (c || d))"),
    ("a = b LIKE c", "(a = (b LIKE c))"),
    ("a BETWEEN 1 AND 2 AND c", "((a BETWEEN 1 AND 2) AND c)"),
    ("a NOT BETWEEN 1 + 1 AND 2", "(a NOT BETWEEN (1 + 1) AND 2)"),
    ("5 BETWEEN 1 AND 3 = FALSE", "((5 BETWEEN 1 AND 3) = false)"),
    ("a IN (1, 2) = b", "((a IN (1, 2)) = b)"),
    ("a NOT IN (SELECT b FROM t)", "(a NOT IN (SELECT b FROM t))"),
    ("NOT a IN (1)", "(NOT (a IN (1)))"),
    ("a IS NOT DISTINCT FROM b + 1", "(a IS NOT DISTINCT FROM (b + 1))"),
    ("a IS TRUE", "(a IS NOT DISTINCT FROM true)"),
    ("a IS NOT FALSE", "(a IS DISTINCT FROM false)"),
    ("a NOTNULL AND b ISNULL", "((a IS NOT NULL) AND (b IS NULL))"),
    ("a NOT NULL", "(a IS NOT NULL)"),
    ("a NOT ILIKE 'x!%' ESCAPE '!'", "(a NOT ILIKE 'x!%' ESCAPE '!')"),
    ("a <> b", "(a != b)"),
    ("a == b", "(a = b)"),
    ("(a)", "a"),
    ("x.y + \"Odd name\".\"from\"", "(x.y + \"Odd name\".\"from\")"),
    ("'it''s'", "'it''s'"),
  ])
  func `binds as DuckDB does`(text: String, expected: String) throws {
    #expect(try parsed(text) == expected)
  }

  @Test(arguments: [
    ("CASE WHEN a THEN 1 ELSE 2 END", "CASE WHEN (a) THEN (1) ELSE 2 END"),
    (
      "CASE a WHEN 1 THEN 'x' WHEN 2 THEN 'y' END",
      "CASE a WHEN (1) THEN ('x') WHEN (2) THEN ('y') END"
    ),
    ("CAST(a AS DOUBLE PRECISION)", "CAST(a AS DOUBLE)"),
    ("TRY_CAST(a AS int)", "TRY_CAST(a AS INTEGER)"),
    ("a::VARCHAR(20)::DECIMAL(10,2)", "CAST(CAST(a AS VARCHAR) AS DECIMAL(10,2))"),
    ("a::TIMESTAMP WITH TIME ZONE", "CAST(a AS TIMESTAMP WITH TIME ZONE)"),
    ("a::numeric", "CAST(a AS DECIMAL(18,3))"),
    ("DATE '2024-06-25'", "CAST('2024-06-25' AS DATE)"),
    ("TIMESTAMP '2024-06-25 01:02:03'", "CAST('2024-06-25 01:02:03' AS TIMESTAMP)"),
    ("extract(HOUR FROM timestamp)", "date_part('hour', timestamp)"),
    ("extract('year' FROM a)", "date_part('year', a)"),
    ("substring(a FROM 2 FOR 3)", "substring(a, 2, 3)"),
    ("substring(a, 2)", "substring(a, 2)"),
    ("position('x' IN a)", "strpos(a, 'x')"),
    ("trim(LEADING 'x' FROM a)", "ltrim(a, 'x')"),
    ("trim(a)", "trim(a)"),
    ("count(*)", "count_star()"),
    ("COUNT(DISTINCT user_id)", "COUNT(DISTINCT user_id)"),
    ("sum(x) FILTER (WHERE x > 1)", "sum(x) FILTER (WHERE (x > 1))"),
    (
      "string_agg(name, '|' ORDER BY rank DESC, name)",
      "string_agg(name, '|' ORDER BY rank DESC, name)"
    ),
    (
      "row_number() OVER (PARTITION BY a, b ORDER BY count(*) DESC NULLS FIRST, c)",
      "row_number() OVER (PARTITION BY a, b ORDER BY count_star() DESC NULLS FIRST, c)"
    ),
    ("rank() OVER ()", "rank() OVER ()"),
    (
      "sum(x) over (order by a rows 3 preceding)",
      "sum(x) OVER (ORDER BY a ROWS BETWEEN 3 PRECEDING AND CURRENT ROW)"
    ),
    (
      "sum(x) over (range between unbounded preceding and 1 + 1 following)",
      "sum(x) OVER (RANGE BETWEEN UNBOUNDED PRECEDING AND (1 + 1) FOLLOWING)"
    ),
    ("left(a, 2) || right(b, 1)", "(left(a, 2) || right(b, 1))"),
    ("(SELECT max(a) FROM t) + 1", "((SELECT max(a) FROM t) + 1)"),
  ])
  func `has all its forms`(text: String, expected: String) throws {
    #expect(try parsed(text) == expected)
  }

  @Test(arguments: [
    "timestamp", "date", "hour", "year", "rank", "key", "first", "last", "partition", "interval",
    "text", "type", "name", "month", "list", "kpi", "files", "position", "trim", "value", "row",
    "filter", "over", "exists", "within", "is_ok", "größe", "_x", "a1$",
  ])
  func `may use such words as names of columns`(name: String) throws {
    let expression = try Parser.expression(SourceText(name))
    guard case .column(let column) = expression.kind else {
      Issue.record("\(expression) is not a column")
      return
    }
    #expect(column.name.name == name)
    #expect(try block("SELECT \(name) AS \(name), t.\(name) FROM t").items.count == 2)
  }

  @Test func `has numbers of four types`() throws {
    func literal(_ text: String) throws -> String {
      guard case .literal(let value, let type) = try Parser.expression(SourceText(text)).kind else {
        return "not a literal"
      }
      return "\(type) \(value)"
    }
    #expect(try literal("42") == "BIGINT bigint(42)")
    #expect(try literal("1_000") == "BIGINT bigint(1000)")
    #expect(try literal("9223372036854775808") == "HUGEINT hugeint(9223372036854775808)")
    #expect(try literal("-9223372036854775808") == "BIGINT bigint(-9223372036854775808)")
    #expect(try literal("0.5") == "DECIMAL(2,1) decimal(5, scale: 1)")
    #expect(try literal(".5") == "DECIMAL(1,1) decimal(5, scale: 1)")
    #expect(try literal("007.50") == "DECIMAL(5,2) decimal(750, scale: 2)")
    #expect(try literal("5.") == "DECIMAL(1,0) decimal(5, scale: 0)")
    #expect(try literal("-1.25") == "DECIMAL(3,2) decimal(-125, scale: 2)")
    #expect(try literal("1e-6") == "DOUBLE double(1e-06)")
    #expect(try literal("2.E3") == "DOUBLE double(2000.0)")
    #expect(
      try literal("12345678901234567890123456789012345678.5")
        == "DOUBLE double(1.2345678901234568e+37)")
    #expect(try literal("400000000000000000000000000000000000000") == "DOUBLE double(4e+38)")
  }

  @Test(arguments: [
    ("INTERVAL 3 DAY", Interval(days: 3)),
    ("INTERVAL '3' DAYS", Interval(days: 3)),
    ("INTERVAL -2 months", Interval(months: -2)),
    (
      "INTERVAL '1 year 2 months 3 days 04:05:06.5'",
      Interval(months: 14, days: 3, microseconds: 14_706_500_000)
    ),
    ("INTERVAL '2 weeks'", Interval(days: 14)),
    ("INTERVAL '-01:30'", Interval(microseconds: -5_400_000_000)),
    ("INTERVAL 90 second", Interval(microseconds: 90_000_000)),
  ])
  func `has intervals`(text: String, expected: Interval) throws {
    let expression = try Parser.expression(SourceText(text))
    #expect(expression.kind == .literal(.interval(expected), .interval))
  }

  @Test func `has intervals that are computed`() throws {
    #expect(try parsed("t + INTERVAL (n + 1) HOUR") == "(t + to_hours((n + 1)))")
    #expect(try parsed("interval(a)") == "interval(a)")
  }

  @Test func `equals what says the same`() throws {
    func expression(_ text: String) throws -> Expression {
      try Parser.expression(SourceText(text))
    }
    #expect(try expression("Lower( A )+1") == expression("lower(\"a\") + 1"))
    #expect(try expression("a + 1") != expression("a + 2"))
    #expect(Set([try expression("t.A"), try expression("T.a")]).count == 1)
  }

  @Test func `may be long, and may not be deep`() throws {
    let long = (0..<10_000).map { "a = \($0)" }.joined(separator: " OR ")
    #expect(try parsed(long).count > 100_000)
    let deep = String(repeating: "(", count: 100) + "1" + String(repeating: ")", count: 100)
    #expect(try parsed(deep) == "1")
    for piece in ["(", "- ", "NOT ", "CASE WHEN ", "f(", "a IN (SELECT ", "(SELECT "] {
      let text = "SELECT " + String(repeating: piece, count: 2000) + "1"
      #expect(refusal(text)?.message.contains("nested too deeply") == true, "\(piece)")
    }
    let chain = "SELECT 1" + String(repeating: " + 1", count: 5000)
    #expect(refusal(chain)?.message.contains("too long") == true)
  }
}

@Suite struct `A declaration` {
  @Test func `may be a view`() throws {
    guard case .createView(let view) = try statement("CREATE VIEW plays AS SELECT 1") else {
      Issue.record("not a view")
      return
    }
    #expect(view.name.name == "plays")
  }
}
