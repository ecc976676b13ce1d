import Columns
import Query
import Testing

/// A CASE of which nearly all rows of a piece take one result is computed in another way than one
/// of which they take several: both give the same.
@Suite struct `A choice` {
  /// Rows of two values a type, each of them NULL now and then.
  private static func catalog(batchRows: Int, codes: Bool) -> MemoryCatalog {
    let rows: [[Value]] = (0..<600).map { number in
      let many = Int64(number)
      func orNull(_ value: Value, _ divisor: Int) -> Value {
        number % divisor == divisor - 1 ? .null : value
      }
      return [
        .bigint(many), orNull(.bigint(many * 7), 11), orNull(.bigint(-many), 13),
        orNull(.double(Double(many) / 3), 17), orNull(.boolean(number % 3 == 0), 7),
        orNull(.text("text \(number % 50)"), 19), orNull(.text("other \(number % 41)"), 5),
        orNull(.date(Int32(number)), 23), orNull(.timestamp(many * 1_000_003), 29),
      ]
    }
    let fields = [
      Field("n", .bigint), Field("a", .bigint), Field("b", .bigint), Field("x", .double),
      Field("p", .boolean), Field("s", .text), Field("t", .text), Field("d", .date),
      Field("at", .timestamp),
    ]
    return MemoryCatalog([table("t", fields, codes: codes, batchRows: batchRows, rows)])
  }

  @Test(arguments: [
    "CASE WHEN n % 20 = 3 THEN a ELSE b END",
    "CASE WHEN n % 20 = 3 THEN b WHEN n % 31 = 4 THEN NULL ELSE a END",
    "CASE WHEN n % 20 <> 3 THEN a ELSE 12 END",
    "CASE WHEN n > 20 THEN 5 ELSE a END",
    "CASE WHEN n > 20 THEN NULL ELSE a END",
    "CASE WHEN n % 100 = 7 THEN x ELSE -x END",
    "CASE WHEN n % 100 = 7 THEN p ELSE n < 300 END",
    "CASE WHEN n % 100 = 7 THEN p WHEN n % 100 = 8 THEN NOT p ELSE p AND n < 300 END",
    "CASE WHEN n % 20 = 3 THEN s ELSE t END",
    "CASE WHEN n % 20 = 3 THEN t WHEN n % 20 = 4 THEN 'none' WHEN n = 77 THEN NULL ELSE s END",
    "CASE WHEN n % 20 <> 3 THEN 'many' ELSE t END",
    "CASE WHEN n % 20 = 3 THEN t || '!' ELSE s END",
    "CASE WHEN n % 20 = 3 THEN s ELSE t || n END",
    "CASE WHEN n % 20 = 3 THEN d ELSE DATE '2024-02-29' END",
    "CASE WHEN n % 20 = 3 THEN DATE '2024-02-29' ELSE d END",
    "CASE WHEN n % 20 = 3 THEN TIMESTAMP '2024-02-29 12:00:00' ELSE at END",
    "CASE WHEN n % 20 = 3 THEN a::HUGEINT ELSE b::HUGEINT * 1000000007 END",
    "CASE WHEN n % 20 = 3 THEN a::DECIMAL(18, 2) ELSE b::DECIMAL(18, 2) / 4 END",
    "CASE WHEN n % 20 = 3 THEN INTERVAL 3 DAY ELSE INTERVAL 2 HOUR END",
    "CASE WHEN n = 599 THEN 1 // (n - 599) ELSE a END",
    "CASE WHEN n = 5 THEN 1 // (n - 4) ELSE a END",
    "CASE WHEN s IS NULL THEN t ELSE s END",
    "CASE WHEN n > 1000 THEN s ELSE t END",
  ])
  func `is the same in pieces of any size`(choice: String) throws {
    let sql = "SELECT n, \(choice) FROM t ORDER BY n"
    func answer(_ batchRows: Int, codes: Bool) -> [String] {
      do {
        let catalog = Self.catalog(batchRows: batchRows, codes: codes)
        return rows(try QueryEngine(catalog, QueryOptions(threads: 2)).run(sql))
      } catch { return ["\(error)".split(separator: "\n").first.map(String.init) ?? ""] }
    }
    // In a piece of a row there is nothing to choose.
    let expected = answer(1, codes: false)
    for size in [3, 64, 600] {
      for codes in [false, true] {
        #expect(answer(size, codes: codes) == expected, "\(size) rows, codes: \(codes)")
      }
    }
  }

  @Test func `of results that no row has is not made`() throws {
    let engine = QueryEngine(Self.catalog(batchRows: 600, codes: true), QueryOptions(threads: 1))
    let sql = "SELECT sum(CASE WHEN n % 200 = 3 THEN 1000 ELSE n END) FROM t"
    // 3, 203 and 403 of 0 to 599.
    #expect(rows(try engine.run(sql)) == ["\(599 * 300 - 609 + 3_000)"])
  }
}
