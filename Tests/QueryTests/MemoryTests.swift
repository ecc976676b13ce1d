import Columns
import Query
import Testing

/// Queries whose rows or groups do not fit the budget give the same rows in the same order, and the
/// counters say that the disk was used.
@Suite struct `A budget that is too small` {
  static let rowCount = 6_000

  /// Plays with many different keys, nulls, and texts of several dictionaries.
  static let plays: SegmentTable = {
    let rows: [[Value]] = (0..<rowCount).map { number in
      let mixed = (number &* 7_919) % 10_007
      return [
        .bigint(Int64(mixed)),
        mixed % 13 == 0 ? .null : .text("user \(mixed % 3_001)"),
        mixed % 17 == 0 ? .null : .double(Double(mixed) / 7),
        .timestamp(Int64(number) * 1_000_000),
      ]
    }
    let fields = [
      Field("n", .bigint), Field("user", .text), Field("x", .double), Field("at", .timestamp),
    ]
    return table("plays", fields, batchRows: 700, rows)
  }()

  static let users: SegmentTable = {
    let rows: [[Value]] = (0..<4_000).map { number in
      // Some users stand twice, some not at all.
      [.text("user \((number * 3) % 3_500)"), .bigint(Int64(number))]
    }
    return table("users", [Field("user", .text), Field("number", .bigint)], batchRows: 300, rows)
  }()

  private func expectSame(_ sql: String, _ counter: KeyPath<ScanStatistics, Int>) throws {
    let catalog = MemoryCatalog([Self.plays, Self.users])
    let whole = try QueryEngine(catalog, QueryOptions(threads: 2)).run(sql)
    #expect(whole.statistics[keyPath: counter] == 0, "\(sql)")
    for (threads, memory) in [(1, 1), (3, 1), (2, 60_000)] {
      let options = QueryOptions(threads: threads, memory: memory)
      let result = try QueryEngine(catalog, options).run(sql)
      let place: Comment = "\(threads) threads, \(memory) bytes: \(sql)"
      #expect(result.statistics[keyPath: counter] > 0, place)
      #expect(result.statistics.spilledBytes > 0, place)
      let agree = rows(result) == rows(whole)
      #expect(agree, place)
    }
  }

  @Test(arguments: [
    "SELECT n, count(*), sum(x), min(user), arg_max(user, at) FROM plays GROUP BY n",
    "SELECT user, n, avg(x), any_value(at) FROM plays GROUP BY ALL",
    "SELECT DISTINCT user, n FROM plays",
    """
    SELECT n % 5000 AS k, string_agg(user, '|' ORDER BY at), count(DISTINCT user)
    FROM plays GROUP BY 1
    """,
    "SELECT at, approx_count_distinct(user) FROM plays WHERE n < 3000 GROUP BY at",
    // Nobody sees the order of these groups.
    "SELECT count(*), min(n), max(user) FROM (SELECT n, user FROM plays GROUP BY n, user)",
    "SELECT count(*) FROM (SELECT DISTINCT at, user FROM plays)",
    "SELECT sum(c), count(DISTINCT user) FROM (SELECT user, n, count(*) c FROM plays GROUP BY ALL)",
    "SELECT s, n FROM (SELECT n, sum(x) s FROM plays GROUP BY n) ORDER BY s DESC, n LIMIT 7",
    "SELECT user, count(*) c, n FROM plays GROUP BY user, n HAVING c > 0 ORDER BY c, n, user",
    // The order of these is seen.
    "SELECT n, sum(x) s FROM plays GROUP BY n ORDER BY floor(s / 100) LIMIT 9",
    "SELECT string_agg(u, '') FROM (SELECT user u FROM plays GROUP BY user)",
    "SELECT n, count(*) c FROM plays GROUP BY n ORDER BY c",
  ])
  func `sends groups to disk`(sql: String) throws {
    try expectSame(sql, \.spilledAggregations)
  }

  @Test(arguments: [
    "SELECT * FROM plays ORDER BY n, at DESC",
    "SELECT user, x FROM plays ORDER BY user DESC NULLS FIRST, x NULLS LAST",
    "SELECT n FROM plays ORDER BY x * 2, lower(user)",
    "SELECT * FROM plays ORDER BY 1 LIMIT 5000 OFFSET 333",
  ])
  func `sends what is sorted to disk`(sql: String) throws {
    try expectSame(sql, \.spilledSorts)
  }

  @Test(arguments: [
    "SELECT *, row_number() OVER (PARTITION BY user ORDER BY x) AS r FROM plays",
    """
    SELECT n, rank() OVER (ORDER BY n % 100), dense_rank() OVER (PARTITION BY n % 7 ORDER BY x DESC)
    FROM plays
    """,
    """
    SELECT n, row_number() OVER () FROM plays
    QUALIFY rank() OVER (PARTITION BY user ORDER BY n) <= 2
    """,
    "SELECT n, sum(x) OVER (), count(DISTINCT user) OVER (PARTITION BY n % 3) FROM plays",
    """
    SELECT n, sum(x) OVER (PARTITION BY user ORDER BY n), lag(user, 2, '-') OVER (ORDER BY at DESC),
      ntile(7) OVER (PARTITION BY n % 5 ORDER BY n), min(user) OVER (PARTITION BY n % 100 ORDER BY n
      ROWS BETWEEN 3 PRECEDING AND 1 FOLLOWING), avg(x) OVER (PARTITION BY user)
    FROM plays
    """,
  ])
  func `sends windows to disk`(sql: String) throws {
    try expectSame(sql, \.spilledWindows)
  }

  @Test(arguments: [
    "SELECT * FROM plays JOIN users USING (user)",
    "SELECT n, users.number FROM plays LEFT JOIN users ON plays.user = users.user",
    "SELECT p.n, q.at FROM plays AS p JOIN plays AS q ON p.n = q.n AND p.user = q.user",
    // Nobody sees the order of these rows.
    "SELECT count(*), max(q.n) FROM plays AS p LEFT JOIN plays AS q ON p.n = q.n + 5",
    """
    SELECT count(*), count(q.n), min(p.user)
    FROM plays AS p LEFT JOIN (SELECT user, n FROM plays WHERE n > 500) AS q ON p.user = q.user
    """,
  ])
  func `sends joins to disk`(sql: String) throws {
    try expectSame(sql, \.spilledJoins)
  }

  @Test func `sends distinct values to disk`() throws {
    let sql = "SELECT count(DISTINCT user || n), count(DISTINCT at) FROM plays"
    let catalog = MemoryCatalog([Self.plays, Self.users])
    let whole = try QueryEngine(catalog).run(sql)
    let small = try QueryEngine(catalog, QueryOptions(threads: 2, memory: 10_000)).run(sql)
    #expect(rows(whole) == rows(small))
    #expect(small.statistics.spilledDistinctRows > 6_000)
  }

  @Test func `says where it could not write`() throws {
    let options = QueryOptions(memory: 1, temporaryFolder: "/no/such/folder")
    let engine = QueryEngine(MemoryCatalog([Self.plays]), options)
    do {
      _ = try engine.run("SELECT * FROM plays ORDER BY n")
      Issue.record("there is no such folder")
    } catch {
      #expect("\(error.explanation)".contains("/no/such/folder"))
    }
  }
}
