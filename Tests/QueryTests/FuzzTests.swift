import Bytes
import Columns
import Foundation
import Query
import TestSupport
import Testing

/// No text can make the engine trap: what it does not understand it refuses.
@Suite struct `Fuzz: texts that are no queries` {
  private static let engine = QueryEngine(
    MemoryCatalog([
      table(
        "t", [Field("a", .bigint), Field("b", .text), Field("c", .double), Field("d", .date)],
        [
          [.bigint(1), .text("x"), .double(0.5), .date(19_000)], [.null, .null, .null, .null],
          [.bigint(.max), .text("é"), .double(.nan), .date(0)],
        ])
    ]), QueryOptions(threads: 1))

  private static let words: [String] = {
    let grammar = """
      SELECT FROM WHERE GROUP BY ALL HAVING QUALIFY ORDER LIMIT OFFSET WITH AS UNION
      DISTINCT ON JOIN LEFT USING CASE WHEN THEN ELSE END CAST TRY_CAST LIKE ILIKE ESCAPE IN
      BETWEEN IS NOT NULL AND OR TRUE FALSE OVER PARTITION DESC NULLS FIRST LAST FILTER
      INTERVAL DATE TIMESTAMP EXTRACT hour year VALUES EXPLAIN ANALYZE DESCRIBE SHOW TABLES
      CREATE TABLE VIEW KPI read_csv EXCLUDE BIGINT TEXT DOUBLE DECIMAL BOOLEAN a b c d t
      t.a * t.* ( ) ( ) , , . ; + - * / // % ^ || = <> < <= > >= :: => { } [ ] ? $1 0 1 2 -1
      1.5 1e3 9223372036854775807 170141183460469231731687303715884105727 1e999 'x' 'é' ''
      '2024-02-29' "a" "b c" count sum avg min max arg_max string_agg row_number rank
      dense_rank approx_count_distinct count_if any_value lower upper substr replace
      split_part concat concat_ws lpad repeat round floor abs mod greatest least coalesce
      nullif strftime strptime date_trunc date_part date_diff make_date epoch_ms chr ascii
      position translate typeof if
      """
    return grammar.split(whereSeparator: \.isWhitespace).map(String.init)
  }()

  /// Asks a query; what it gives does not matter.
  private static func ask(_ sql: String) {
    do { _ = try engine.run(sql) } catch { #expect(!error.explanation.reason.isEmpty) }
  }

  /// Until the time of `GROOVE_FUZZ_SECONDS` is over; without it, `count` times.
  private static func often(_ count: Int, _ body: (inout Seeded) -> Void) {
    let seconds = ProcessInfo.processInfo.environment["GROOVE_FUZZ_SECONDS"].flatMap(Double.init)
    let end = seconds.map { Date().addingTimeInterval($0) }
    var seed: UInt64 = 0
    while end.map({ Date() < $0 }) ?? (seed < count) {
      var random = Seeded(seed)
      body(&random)
      seed += 1
    }
  }

  @Test func `made of random words are refused or answered`() {
    Self.often(3000) { random in
      let count = Int.random(in: 1...25, using: &random)
      let soup = (0..<count).map { _ in Self.words.randomElement(using: &random) ?? "" }
      Self.ask("SELECT " + soup.joined(separator: " ") + " FROM t")
      Self.ask(soup.joined(separator: " "))
    }
  }

  @Test func `that were queries until words were changed are refused or answered`() {
    let queries = """
      SELECT a, count ( * ) , sum ( c ) FROM t WHERE b LIKE 'x%' GROUP BY a HAVING count ( *
        ) > 1 ORDER BY 2 DESC ;
      SELECT b , row_number ( ) OVER ( PARTITION BY a ORDER BY c DESC ) AS r FROM t QUALIFY
        r <= 2 ;
      WITH w AS ( SELECT a , CASE WHEN c > 1 THEN b ELSE 'z' END AS k FROM t ) SELECT * FROM
        w JOIN t USING ( a ) ;
      SELECT CAST ( a AS TEXT ) || substr ( b , 1 , 2 ) , d + INTERVAL 1 MONTH , date_trunc
        ( 'month' , d ) FROM t ;
      SELECT DISTINCT ON ( a ) a , round ( c , 2 ) FROM t UNION ALL SELECT 1 , 2.5 UNION
        SELECT a , c FROM t LIMIT 3 ;
      SELECT a IN ( SELECT a FROM t ) , c BETWEEN 1 AND 2 , strftime ( d , '%Y' ) , coalesce
        ( a , 1 ) // 0 FROM t
      """.split(separator: ";").map { $0.split(whereSeparator: \.isWhitespace).map(String.init) }
    Self.often(3000) { random in
      var words = queries.randomElement(using: &random) ?? []
      for _ in 0..<Int.random(in: 1...4, using: &random) where !words.isEmpty {
        let place = words.indices.randomElement(using: &random) ?? 0
        switch Int.random(in: 0..<3, using: &random) {
        case 0: words.remove(at: place)
        case 1: words[place] = Self.words.randomElement(using: &random) ?? ""
        default: words.insert(Self.words.randomElement(using: &random) ?? "", at: place)
        }
      }
      Self.ask(words.joined(separator: " "))
    }
  }

  @Test func `of random bytes are refused`() {
    Self.often(2000) { random in
      let bytes = (0..<Int.random(in: 0...40, using: &random)).map { _ in
        UInt8.random(in: 0...255, using: &random)
      }
      Self.ask("SELECT " + String(decoding: bytes, as: UTF8.self))
    }
  }

  /// Ten thousand levels, or ten thousand of what may stand in a row.
  @Test(arguments: [
    ("(", "1", ")"), ("NOT ", "TRUE", ""), ("- ", "1", ""), ("(SELECT ", "1", ")"),
    ("CASE WHEN TRUE THEN ", "1", " END"), ("abs(", "1", ")"), ("1 + ", "1", ""),
    ("'a' || ", "'a'", ""),
    ("TRUE AND ", "TRUE", ""), ("a = 1 OR ", "TRUE", ""), ("", "1", "::BIGINT"),
    ("", "1", " IS NULL"),
    ("1, ", "1", ""), ("1 + (", "1", ")"), ("1 BETWEEN 0 AND ", "1", ""), ("((1 + 1 + ", "1", "))"),
  ])
  func `nested ten thousand levels deep are refused or answered`(
    before: String, middle: String, behind: String
  ) {
    let count = 10_000
    let deep =
      String(repeating: before, count: count) + middle + String(repeating: behind, count: count)
    Self.ask("SELECT \(deep)")
    Self.ask("SELECT a FROM t WHERE \(deep)")
    Self.ask("SELECT a FROM t GROUP BY \(deep)")
    Self.ask("SELECT coalesce(\(deep)) FROM t")
  }

  @Test func `of very many parts are refused or answered`() {
    func many(_ count: Int, _ part: (Int) -> String, by separator: String = ", ") -> String {
      (0..<count).map(part).joined(separator: separator)
    }
    Self.ask(many(3000, { _ in "SELECT 1" }, by: " UNION ALL "))
    Self.ask(many(300, { _ in "SELECT 1" }, by: " UNION "))
    Self.ask("SELECT \(many(100) { "a + \($0)" }) FROM t GROUP BY ALL")
    Self.ask("SELECT DISTINCT \(many(100) { "a + \($0)" }) FROM t")
    Self.ask("SELECT row_number() OVER (PARTITION BY \(many(100) { "a + \($0)" })) FROM t")
    Self.ask("SELECT a FROM t \(many(300, { "JOIN t AS t\($0) USING (a)" }, by: " "))")
    Self.ask("SELECT CASE \(many(400, { "WHEN a = \($0) THEN \($0)" }, by: " ")) END FROM t")
    Self.ask("VALUES \(many(5000) { "(\($0))" })")
    Self.ask("SELECT 1 LIMIT 9223372036854775807 OFFSET 9223372036854775807")
    Self.ask("SELECT length(repeat('abcdefgh', 4611686018427387904)), lpad('a', 1 << 40, 'b')")
    Self.ask("SELECT length(repeat('abcdefgh', 4611686018427387904))")
    Self.ask("SELECT length(lpad('a', 4611686018427387904, 'b'))")
  }
}
