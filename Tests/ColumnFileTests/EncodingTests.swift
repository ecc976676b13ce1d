import Bytes
import ColumnFile
import Columns
import TestSupport
import Testing

/// Each form of storage is reached by data made for it, comes back exactly, and is what `describe`
/// says.
@Suite struct `The encodings of a file` {
  private static func file(
    _ columns: [(name: String, Column)], blockRows: Int = 500
  ) throws -> (ColumnFile, ColumnBatch) {
    var options = WriteOptions()
    options.blockRows = blockRows
    options.window = 2
    let schema = Schema(columns.map { Field($0.name, $0.1.type) })
    let batch = ColumnBatch(schema, columns.map { $0.1 })
    let file = try ColumnFile(MemorySource(try Sample.write([batch], options)))
    _ = try file.verify()
    return (file, batch)
  }

  private static func check(
    _ column: Column, isStoredAs name: String, _ location: SourceLocation = #_sourceLocation
  ) throws {
    let (file, batch) = try file([("column", column)])
    #expect(try Sample.cells(file) == Sample.cells([batch]), sourceLocation: location)
    let encodings = file.describe().columns[0].encodings.map { $0.name }
    #expect(encodings.first == name, sourceLocation: location)
  }

  private static func integers(_ count: Int, _ value: (Int) -> Int64) -> Column {
    Column(.bigint, .integers((0..<count).map(value)))
  }

  @Test func `of integers`() throws {
    var random = Seeded(1)
    try Self.check(Self.integers(1200) { _ in .min }, isStoredAs: "constant")
    try Self.check(Self.integers(1200) { 5 - 3 * Int64($0) }, isStoredAs: "sequence")
    try Self.check(Self.integers(1200) { Int64($0) &* .max }, isStoredAs: "sequence")
    try Self.check(
      Self.integers(1200) { _ in Int64.random(in: 0...999, using: &random) }, isStoredAs: "packed")
    try Self.check(
      Self.integers(1200) { _ in Int64.random(in: .min ... .max, using: &random) },
      isStoredAs: "packed")
    try Self.check(Self.integers(1200) { Int64($0 / 50 * 1_000_003) }, isStoredAs: "runs")
    var sum: Int64 = 0
    try Self.check(
      Self.integers(1200) { _ in
        sum += Int64.random(in: 0...7, using: &random)
        return sum
      }, isStoredAs: "delta")
    try Self.check(
      Self.integers(1200) { _ in
        Int64(min(40_000, 300 / (1 + Int.random(in: 0...300, using: &random)))) * 257
      },
      isStoredAs: "byte planes")
  }

  @Test func `of integers by vector, in blocks of many`() throws {
    var random = Seeded(2)
    let column = Self.integers(8192) { row in
      Int64(row / 1024 % 2 * 1_000_000_000) + Int64.random(in: 0...15, using: &random)
    }
    let (file, batch) = try Self.file([("column", column)], blockRows: 65_536)
    #expect(try Sample.cells(file) == Sample.cells([batch]))
    #expect(file.describe().columns[0].encodings.map { $0.name } == ["packed by vector"])
  }

  @Test(arguments: [0, 0.2]) func `of texts`(nulls: Double) throws {
    var random = Seeded(3)
    func column(_ text: (Int) -> String) -> Column {
      let validity = Bitmap(
        (0..<1200).map { _ in Double.random(in: 0..<1, using: &random) >= nulls })
      return Column(
        .text, .texts(TextVector((0..<1200).map(text))), validity: nulls == 0 ? nil : validity)
    }
    func number() -> Int { Int.random(in: 0...999_999, using: &random) }
    func padded(_ number: Int) -> String {
      String(repeating: "0", count: 6 - String(number).utf8.count) + String(number)
    }
    func hex(_ upper: Bool) -> String {
      let digits = String(
        UInt64.random(in: .min ... .max, using: &random), radix: 16, uppercase: upper)
      return String(repeating: "0", count: 16 - digits.utf8.count) + digits
    }
    func uuid(_ upper: Bool) -> String {
      var text = hex(upper) + hex(upper)
      for place in [20, 16, 12, 8] {
        text.insert("-", at: text.index(text.startIndex, offsetBy: place))
      }
      return text
    }
    let digits = Array("0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ")
    func base62() -> String {
      "6" + String((0..<21).map { _ in digits.randomElement(using: &random) ?? "0" })
    }
    try Self.check(column { _ in "U" + padded(number()) }, isStoredAs: "affix and number")
    try Self.check(column { _ in "track-\(number()).mp3" }, isStoredAs: "affix and number")
    try Self.check(column { _ in "\(number())" }, isStoredAs: "affix and number")
    try Self.check(column { _ in base62() }, isStoredAs: "128-bit ids")
    try Self.check(column { _ in uuid(false) }, isStoredAs: "128-bit ids")
    try Self.check(column { _ in uuid(true) }, isStoredAs: "128-bit ids")
    try Self.check(column { _ in hex(true) + hex(true) }, isStoredAs: "128-bit ids")
    try Self.check(column { ["jazz", "rock", "hip-hop"][$0 % 3] }, isStoredAs: "dictionary")
    try Self.check(column { _ in "title \(number()) – \(number())" }, isStoredAs: "text")
  }

  @Test func `of ids that are nearly numbers keep every zero, width and case`() throws {
    let lists: [[String]] = [
      ["U001", "U002", "U0003"], ["007", "7"], ["U1", "u1"], ["1", "01"], ["", "5"],
      ["9999999999999999999"], ["999999999999999999", "1000000000000000000"], ["-5", "5", "+5"],
      ["S9", "S10", "S11"], ["S09", "S10", "S100"], ["a1b", "a2c"], ["١", "1"],
      ["zzzzzzzzzzzzzzzzzzzzzz"], ["ZZZZZZZZZZZZZZZZZZZZZZ", "0000000000000000000000"],
      ["00000000-0000-0000-0000-00000000000A", "00000000-0000-0000-0000-00000000000a"],
      ["00000000-0000-0000-0000-00000000000G"], ["00000000x0000-0000-0000-000000000000"],
    ]
    for texts in lists {
      for repeats in [1, 100] {
        let all = (0..<repeats * texts.count).map { texts[$0 % texts.count] }
        let (file, batch) = try Self.file(
          [("id", Column(.text, .texts(TextVector(all))))], blockRows: 7)
        #expect(try Sample.cells(file) == Sample.cells([batch]), "\(texts)")
      }
    }
  }

  @Test func `of numbered texts give codes of one dictionary`() throws {
    let texts = TextVector((0..<1000).map { "S\(1000 + $0 * 7 % 500)" })
    let (file, _) = try Self.file([("id", Column(.text, .texts(texts)))], blockRows: 100)
    var dictionary: TextDictionary?
    for block in 0..<file.blockCount {
      guard
        case .codes(let codes, let own) = try file.read(columns: [0], block: block).columns[0]
          .values
      else {
        Issue.record("codes")
        return
      }
      #expect(dictionary == nil || dictionary === own)
      dictionary = own
      #expect(own[codes[0]] == texts[block * 100])
      #expect(own.texts[Int(codes[1])] == texts[block * 100 + 1])
    }
  }

  @Test func `that were chosen too early give way for the block that does not fit`() throws {
    var texts = (0..<400).map { "U\(1000 + $0 * 37 % 400)" }
    texts[150] = "guest"
    let column = Column(.text, .texts(TextVector(texts)))
    let (file, batch) = try Self.file([("id", column)], blockRows: 100)
    #expect(try Sample.cells(file) == Sample.cells([batch]))
    #expect(file.describe().columns[0].encodings.map { $0.pages } == [3, 1])
    let codes = (0..<400).map { UInt32($0) }
    let coded = Column(.text, .codes(codes, TextDictionary(TextVector(texts))))
    let (again, _) = try Self.file([("id", coded)], blockRows: 100)
    #expect(try Sample.cells(again) == Sample.cells([batch]))
  }

  /// A song's plays have its genre and mostly its length.
  @Test(arguments: [0, 0.1]) func `of columns that follow from another`(nulls: Double) throws {
    var random = Seeded(6)
    let rows = 4000
    let songs = (0..<rows).map { _ in Int.random(in: 0..<100, using: &random) }
    func validity() -> Bitmap? {
      nulls == 0
        ? nil : Bitmap((0..<rows).map { _ in Double.random(in: 0..<1, using: &random) >= nulls })
    }
    func odd(_ share: Double) -> Bool { Double.random(in: 0..<1, using: &random) < share }
    let names = (0..<20).map { number in
      String(repeating: "abcdefghij", count: 1 + number / 10).dropFirst(number % 10)
    }
    let genres = songs.map { song in
      String(names[odd(0.02) ? Int.random(in: 0..<20, using: &random) : song * 7 % 20])
    }
    let lengths = songs.map { song in
      odd(0.25)
        ? Int64.random(in: 0..<300_000, using: &random) : Int64(100_000 + song * 7919 % 99_991)
    }
    let days = songs.map { Int32($0 * 17 % 97) }
    let (file, batch) = try Self.file([
      ("length", Column(.bigint, .integers(lengths), validity: validity())),
      ("song", Column(.text, .texts(TextVector(songs.map { "S\($0)" })), validity: validity())),
      ("genre", Column(.text, .texts(TextVector(genres)), validity: validity())),
      ("day", Column(.date, .dates(days), validity: validity())),
    ])
    #expect(try Sample.cells(file) == Sample.cells([batch]))
    let description = file.describe().columns
    #expect(description.map { $0.follows } == ["song", nil, "song", "song"])
    #expect(description[2].encodings[0].name == "follows")
    let whole = try Self.file([("length", Column(.bigint, .integers(lengths)))]).0
    #expect(description[0].bytes < whole.describe().columns[0].bytes * 2 / 3)
  }

  @Test func `that fill whole files are smaller than what they replace`() throws {
    var random = Seeded(8)
    let ids = (0..<5000).map { _ in "U\(Int.random(in: 100_000...999_999, using: &random))" }
    let (file, _) = try Self.file(
      [("id", Column(.text, .texts(TextVector(ids))))], blockRows: 65_536)
    #expect(file.describe().bytes < 5000 * 20 / 8 + 300)
  }

  @Test func `of doubles`() throws {
    var random = Seeded(9)
    func column(_ value: (Int) -> Double) -> Column {
      Column(.double, .doubles((0..<1200).map(value)))
    }
    try Self.check(
      column { _ in Double(Int.random(in: -60_000...250_000, using: &random)) / 1000 },
      isStoredAs: "decimals")
    try Self.check(
      column { _ in Double.random(in: -1...1, using: &random) }, isStoredAs: "doubles")
    let odd = [-0.0, .nan, -.infinity, 1.01e-06, .greatestFiniteMagnitude, .leastNonzeroMagnitude]
    try Self.check(
      column { row in
        row % 50 < odd.count && row > 100
          ? odd[row % 50] : Double(Int.random(in: 0...999, using: &random)) / 10
      }, isStoredAs: "decimals")
  }

  @Test(arguments: [0, 0.2]) func `of rows in another order hold the same rows`(
    nulls: Double
  ) throws {
    var random = Seeded(10)
    let rows = 3000
    func validity() -> Bitmap? {
      nulls == 0
        ? nil : Bitmap((0..<rows).map { _ in Double.random(in: 0..<1, using: &random) >= nulls })
    }
    let times = (0..<rows).map { _ in Int64.random(in: 0..<86_400, using: &random) * 1_000_000 }
    let users = (0..<rows).map { _ in Int64.random(in: 0..<50_000, using: &random) }
    let names = (0..<rows).map { _ in ["rock", "jazz", "pop"].randomElement(using: &random) ?? "" }
    let schema = Schema([
      Field("user", .bigint), Field("time", .timestamp), Field("name", .text),
    ])
    let batch = ColumnBatch(
      schema,
      [
        Column(.bigint, .integers(users), validity: validity()),
        Column(.timestamp, .integers(times)),
        Column(.text, .texts(TextVector(names)), validity: validity()),
      ])
    var options = WriteOptions()
    options.blockRows = 1000
    let kept = try Sample.write([batch], options)
    options.mayReorder = true
    let bytes = try Sample.write([batch], options)
    #expect(bytes == (try Sample.write([batch], options)))
    #expect(bytes.count < kept.count - rows / 2)
    let file = try ColumnFile(MemorySource(bytes))
    _ = try file.verify()
    let read = try Sample.cells(file)
    let given = Sample.cells([batch])
    func lines(_ cells: [[Value]]) -> [String] {
      (0..<rows).map { row in "\(cells.map { $0[row] })" }.sorted()
    }
    #expect(lines(read) == lines(given))
    #expect(read[1] != given[1])
    let ids = Column(.text, .texts(TextVector((0..<rows).map { "S\(1_000_000 + $0)" })))
    let withIds = ColumnBatch(
      Schema([Field("id", .text), Field("time", .timestamp)]), [ids, batch.columns[1]])
    let ordered = try ColumnFile(MemorySource(try Sample.write([withIds], options)))
    #expect(try Sample.cells(ordered) == Sample.cells([withIds]))
  }
}
