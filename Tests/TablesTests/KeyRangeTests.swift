import Bytes
import Columns
import TestSupport
import Testing

@testable import Tables

@Suite struct `A range of keys` {
  static let dates = (0..<40).map { Int32(19_000 + $0) }

  static func reader(blockRows: Int) throws -> TableRunReader {
    var genres: [String] = []
    var days: [Int32] = []
    for genre in ["folk", "jazz", "pop"] {
      genres += Array(repeating: genre, count: dates.count)
      days += dates
    }
    let schema = Schema([Field("genre", .text), Field("date", .date), Field("plays", .bigint)])
    let batch = ColumnBatch(
      schema,
      [
        Column(.text, .texts(TextVector(genres))), Column(.date, .dates(days)),
        Column(.bigint, .integers(days.indices.map { Int64($0) })),
      ], rowCount: days.count)
    let layout = try TableLayout(schema, partitionKey: ["genre"], sortKey: ["date"])
    let bytes = try TableRun.bytes(of: [batch], layout: layout, blockRows: blockRows)
    return try TableRunReader(MemorySource(bytes))
  }

  @Test(arguments: [1, 2, 3, 7, 40, 1000])
  func `gives what lies between its bounds, whatever the blocks`(blockRows: Int) throws {
    let reader = try Self.reader(blockRows: blockRows)
    let bounds = [nil, 18_999, 19_000, 19_001, 19_017, 19_039, 19_040] as [Int32?]
    for genre in ["a", "folk", "jazz", "pop", "z"] {
      for from in bounds {
        for to in bounds {
          let range = KeyRange(
            key: [genre], from: from.map { Calendar.text(days: $0) },
            to: to.map { Calendar.text(days: $0) })
          let expected = Self.dates.filter { $0 >= from ?? .min && $0 <= to ?? .max }
          let isThere = ["folk", "jazz", "pop"].contains(genre)
          #expect(try reader.rows(in: range).rowCount == (isThere ? expected.count : 0))
        }
      }
    }
    for prefix in ["2022-01", "2022-01-1", "2022-02", "2", "3", ""] {
      let expected = Self.dates.filter { Calendar.text(days: $0).hasPrefix(prefix) }
      let rows = try reader.rows(in: KeyRange(key: ["jazz"], prefix: prefix))
      #expect(rows.rowCount == expected.count)
    }
    let texts = try reader.rows(in: KeyRange(key: [], prefix: "jaz"))
    #expect(texts.rowCount == 40)
    #expect(try reader.rows(in: KeyRange(key: [], from: "g", to: "jazz")).rowCount == 40)
  }

  @Test func `with a bound that is no value of its column is an error that says so`() throws {
    let reader = try Self.reader(blockRows: 8)
    let error = #expect(throws: TableError.self) {
      try reader.rows(in: KeyRange(key: ["jazz"], from: "june"))
    }
    #expect(error?.description.contains("the column date holds DATE") == true)
    #expect(throws: TableError.self) {
      try reader.rows(in: KeyRange(key: ["jazz", "2022-01-09"], from: "2022-01-01"))
    }
  }
}

@Suite struct `Words of keys` {
  @Test func `order as the values do`() {
    let texts = ["", "a", "a\u{0}", "ab", "abcdefgh", "abcdefghi", "b", "é", "zz"]
    let numbers: [Int64] = [.min, -5, -1, 0, 1, 7, .max]
    let validity = Bitmap((0..<9).map { $0 != 4 })
    let columns = [
      Column(.text, .texts(TextVector(texts))),
      Column(.text, .texts(TextVector(texts)), validity: validity),
      Column(.bigint, .integers(numbers)), Column(.date, .dates([.min, -1, 0, 5, .max])),
      Column(.double, .doubles([1, 0, -1])),
    ]
    for column in columns {
      let words = KeyWords.of(column)
      for first in words.indices {
        for second in words.indices where words[first] != words[second] {
          let order = RowOrder.compare(column, first, second)
          #expect(order == (words[first] < words[second] ? -1 : 1))
        }
      }
    }
  }
}
