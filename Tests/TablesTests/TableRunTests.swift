import Bytes
import Columns
import Tables
import TestSupport
import Testing

@Suite struct `A run of a table` {
  static let schema = Schema([
    Field("genre", .text), Field("date", .date), Field("rank", .bigint), Field("song", .text),
    Field("plays", .hugeint), Field("share", .double),
    Field("price", .decimal(precision: 9, scale: 2)),
    Field("at", .timestamp), Field("flag", .boolean),
  ])

  /// Rows of `genres` genres on `dates` dates, three ranks each, in a shuffled order.
  static func rows(genres: Int, dates: Int, seed: UInt64 = 1) -> ColumnBatch {
    var generator = Seeded(seed)
    var keys: [(Int, Int, Int)] = []
    for genre in 0..<genres {
      for date in 0..<dates { for rank in 1...3 { keys.append((genre, date, rank)) } }
    }
    keys.shuffle(using: &generator)
    let count = keys.count
    let validity = Bitmap((0..<count).map { $0 % 5 != 0 })
    return ColumnBatch(
      schema,
      [
        Column(.text, .texts(TextVector(keys.map { "genre \($0.0)" }))),
        Column(.date, .dates(keys.map { Int32(19_000 + $0.1) })),
        Column(.bigint, .integers(keys.map { Int64($0.2) })),
        Column(
          .text,
          .codes(
            (0..<count).map { UInt32($0 % 3) }, TextDictionary(TextVector(["a", "é", "漢\n"]))),
          validity: validity),
        Column(.hugeint, .wide((0..<count).map { Int128($0) << 70 })),
        Column(.double, .doubles((0..<count).map { Double($0) / 3 }), validity: validity),
        Column(.decimal(precision: 9, scale: 2), .wide((0..<count).map { Int128($0) })),
        Column(.timestamp, .integers((0..<count).map { Int64($0) * 1_000_000 })),
        Column(.boolean, .booleans((0..<count).map { $0 % 2 == 0 })),
      ])
  }

  static func layout() throws -> TableLayout {
    try TableLayout(
      schema, partitionKey: ["genre"], sortKey: ["date"],
      list: TableLayout.List(name: "songs", columns: ["rank", "song", "plays"]))
  }

  static func cells(_ batch: ColumnBatch) -> Set<[Value]> {
    Set((0..<batch.rowCount).map { row in batch.columns.map { $0.value(at: row) } })
  }

  @Test(arguments: [1, 2, 7, 1024])
  func `gives back its rows, sorted, and those of each key`(blockRows: Int) throws {
    let rows = Self.rows(genres: 7, dates: 5)
    let layout = try Self.layout()
    let bytes = try TableRun.bytes(of: [rows], layout: layout, blockRows: blockRows)
    let reader = try TableRunReader(MemorySource(bytes))
    #expect(reader.layout == layout)
    let read = try reader.rows()
    #expect(Self.cells(read) == Self.cells(rows))
    for row in 1..<read.rowCount {
      let order = RowOrder.compare(read.columns[0], row - 1, row)
      #expect(order < 0 || order == 0 && RowOrder.compare(read.columns[1], row - 1, row) <= 0)
    }
    for genre in 0..<8 {
      let found = try reader.rows(where: ["genre \(genre)"])
      let expected = Self.cells(rows).filter { $0[0] == .text("genre \(genre)") }
      #expect(Self.cells(found) == expected)
      for date in 0..<6 {
        let day = Int32(19_000 + date)
        let one = try reader.rows(where: ["genre \(genre)", Calendar.text(days: day)])
        #expect(Self.cells(one) == expected.filter { $0[1] == .date(day) })
        let ranks = (0..<one.rowCount).map { one.columns[2].value(at: $0) }
        #expect(ranks == (genre < 7 && date < 5 ? [.bigint(1), .bigint(2), .bigint(3)] : []))
      }
    }
    #expect(try reader.rows(where: ["genre 1", "no date"]).rowCount == 0)
  }

  @Test func `makes one item of all rows of a key`() throws {
    let layout = try TableLayout(
      Schema([Field("genre", .text), Field("rank", .bigint), Field("song", .text)]),
      partitionKey: ["genre"], sortKey: [], list: .init(name: "songs", columns: ["rank", "song"]))
    let batch = ColumnBatch(
      layout.schema,
      [
        Column(.text, .texts(TextVector(["pop", "pop", "folk"]))),
        Column(.bigint, .integers([2, 1, 1])), Column(.text, .texts(TextVector(["b", "a", "c"]))),
      ])
    let bytes = try TableRun.bytes(of: [batch], layout: layout)
    let items = layout.items(of: try TableRunReader(MemorySource(bytes)).rows())
    #expect(
      items.map(\.json.description) == [
        #"{"genre":"folk","songs":[{"rank":1,"song":"c"}]}"#,
        #"{"genre":"pop","songs":[{"rank":1,"song":"a"},{"rank":2,"song":"b"}]}"#,
      ])
  }

  @Test func `refuses two rows with one key where there is no list`() throws {
    let layout = try TableLayout(
      Self.schema, partitionKey: ["genre"], sortKey: ["date"])
    let error = #expect(throws: TableError.self) {
      try TableRun.bytes(of: [Self.rows(genres: 1, dates: 1)], layout: layout)
    }
    #expect(error?.description.contains("genre 0, 2022-01-08") == true)
  }

  @Test func `may be empty`() throws {
    let bytes = try TableRun.bytes(of: [], layout: try Self.layout())
    let reader = try TableRunReader(MemorySource(bytes))
    #expect(try reader.rows().rowCount == 0)
    #expect(try reader.rows(where: ["x"]).rowCount == 0)
  }

  @Test func `is refused with any byte changed, or cut`() throws {
    let bytes = try TableRun.bytes(
      of: [Self.rows(genres: 2, dates: 1)], layout: try Self.layout(), blockRows: 4)
    for index in bytes.indices {
      var damaged = bytes
      damaged[index] ^= UInt8(1 << (index % 8))
      #expect(throws: TableError.self) {
        try TableRunReader(MemorySource(damaged)).rows()
      }
      #expect(throws: TableError.self) {
        try TableRunReader(MemorySource(Array(bytes[..<index]))).rows()
      }
    }
  }

  @Test func `is refused where a key is no column`() {
    #expect(throws: TableError.self) {
      try TableLayout(Self.schema, partitionKey: ["none"], sortKey: [])
    }
  }
}
