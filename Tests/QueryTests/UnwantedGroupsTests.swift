import Columns
import Query
import Testing

/// A condition that a key is not NULL may drop rows or groups: nobody can tell which.
@Suite struct `Groups that nobody wants` {
  private static let rowCount = 600

  private static func few(_ n: Int) -> String? { n % 19 == 18 ? nil : "few \(n % 7)" }
  private static func many(_ n: Int) -> String? { n % 3 == 0 ? nil : "many \(n % 5)" }

  private static func engine(_ batchRows: Int, codes: Bool, memory: Int) -> QueryEngine {
    let values: [[Value]] = (0..<rowCount).map { n in
      [.bigint(Int64(n)), few(n).map(Value.text) ?? .null, many(n).map(Value.text) ?? .null]
    }
    let fields = [Field("n", .bigint), Field("few", .text), Field("many", .text)]
    let rows = table("t", fields, codes: codes, batchRows: batchRows, values)
    return QueryEngine(MemoryCatalog([rows]), QueryOptions(threads: 2, memory: memory))
  }

  /// The sum of `n`, the rows and the values of `n % 4` by key, of the rows that are wanted.
  private static func expected(_ key: (Int) -> String?, where isWanted: (Int) -> Bool) -> [String] {
    var groups: [String: [Int]] = [:]
    for n in 0..<rowCount where isWanted(n) { groups[key(n) ?? "NULL", default: []].append(n) }
    return groups.keys.sorted().map { key in
      let own = groups[key] ?? []
      return "\(key)|\(own.reduce(0, +))|\(own.count)|\(Set(own.map { $0 % 4 }).count)"
    }
  }

  @Test(arguments: [(7, true), (64, false), (600, true), (600, false)], [1 << 30, 20_000])
  func `are left out whether they have many rows or few`(layout: (Int, Bool), memory: Int) throws {
    let engine = Self.engine(layout.0, codes: layout.1, memory: memory)
    func answer(_ key: String, _ condition: String) throws -> [String] {
      let values = "sum(n), count(*), count(DISTINCT n % 4)"
      let sql = "SELECT \(key), \(values) FROM t WHERE \(condition) GROUP BY \(key) ORDER BY 1"
      return rows(try engine.run(sql))
    }
    for (name, key) in [("few", Self.few), ("many", Self.many)] {
      let (other, otherKey) = name == "few" ? ("many", Self.many) : ("few", Self.few)
      #expect(
        try answer(name, "\(name) IS NOT NULL") == Self.expected(key) { key($0) != nil })
      #expect(
        try answer(name, "n > 50 AND \(name) IS NOT NULL")
          == Self.expected(key) { $0 > 50 && key($0) != nil })
      #expect(
        try answer(name, "\(other) IS NOT NULL AND \(name) IS NOT NULL")
          == Self.expected(key) { key($0) != nil && otherKey($0) != nil })
    }
  }

  @Test func `are not asked for what fails in their rows alone`() throws {
    let engine = Self.engine(64, codes: true, memory: 1 << 30)
    // The row 18 has no key.
    let sql = "SELECT few, sum(1 // (n - 18)) FROM t WHERE few IS NOT NULL GROUP BY few"
    #expect(try rows(engine.run(sql)).count == 7)
  }

  @Test func `are named by EXPLAIN`() throws {
    let engine = Self.engine(64, codes: true, memory: 1 << 30)
    let plan = rows(
      try engine.run("EXPLAIN SELECT few, count(*) FROM t WHERE few IS NOT NULL GROUP BY few"))
    #expect(plan.contains { $0.contains("group by few: count(*) where (few IS NOT NULL)") })
  }
}
