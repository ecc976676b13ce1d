import Bytes
import ColumnFile
import Columns
import TestSupport
import Testing

/// A column of a numbered dictionary gives the file that its texts give, byte for byte.
@Suite struct `Numbered codes` {
  private static func affix(_ prefix: String, _ digits: Int, _ suffix: String = "") -> Affix {
    Affix(prefix: Array(prefix.utf8), suffix: Array(suffix.utf8), digits: digits)
  }

  /// `numbers` with nil for nulls, in batches whose dictionaries begin at their own least number.
  private static func batches(
    _ numbers: [Int64?], _ affix: Affix, size: Int
  ) -> (coded: [ColumnBatch], spelled: [ColumnBatch]) {
    let schema = Schema([Field("id", .text, isNullable: true)])
    var coded: [ColumnBatch] = []
    var spelled: [ColumnBatch] = []
    for start in stride(from: 0, to: numbers.count, by: size) {
      let part = Array(numbers[start..<min(numbers.count, start + size)])
      let present = part.compactMap { $0 }
      let first = present.min() ?? 0
      let numbering = TextNumbering(affix: affix, first: first)
      let dictionary = TextDictionary(
        count: Int((present.max() ?? first) - first) + 1, numbering: numbering)
      let codes = part.map { UInt32(($0 ?? first) - first) }
      let validity = Bitmap(part.map { $0 != nil })
      let column = Column(.text, .codes(codes, dictionary), validity: validity)
      coded.append(ColumnBatch(schema, [column]))
      spelled.append(
        ColumnBatch(schema, [Column(.text, .texts(column.spelled), validity: column.validity)]))
    }
    return (coded, spelled)
  }

  private static func shapes() -> [(name: String, numbers: [Int64?])] {
    var random = Seeded(11)
    func some(_ range: ClosedRange<Int64>) -> Int64 { Int64.random(in: range, using: &random) }
    return [
      ("ascending", (0..<1000).map { 5 + Int64($0) }),
      ("across a power of ten", (0..<1000).map { 99_500 + Int64($0) }),
      ("shuffled", (0..<1000).map { (Int64($0) * 387) % 1000 }),
      ("sparse", (0..<1000).map { _ in some(0...4_000_000_000) }),
      ("few different and dense", (0..<1000).map { _ in some(100...150) }),
      ("few different and far apart", (0..<1000).map { _ in some(0...20) * 100_000_007 }),
      (
        "far apart from the third block on",
        (0..<1000).map { $0 < 500 ? some(0...99) : some(0...9) * 77 }
      ),
      ("wider later", (0..<1000).map { Int64($0) * Int64($0) }),
      ("equal", (0..<1000).map { _ in 42 }),
      ("with nulls", (0..<1000).map { some(0...3) == 0 ? nil : Int64($0) }),
      ("nulls first", (0..<1000).map { $0 < 450 ? nil : Int64($0) }),
      ("one", [7]), ("none", [nil, nil]),
    ]
  }

  @Test(arguments: [1, 4, 7, 18], [37, 1000])
  func `give the bytes that their texts give`(digits: Int, batchRows: Int) throws {
    var options = WriteOptions()
    options.blockRows = 200
    for affix in [Self.affix("U", digits), Self.affix("", digits), Self.affix("a1-", digits, "b2")]
    {
      for (name, numbers) in Self.shapes() {
        let (coded, spelled) = Self.batches(numbers, affix, size: batchRows)
        let expected = try Sample.write(spelled, options)
        #expect(try Sample.write(coded, options) == expected, "\(name)")
        // Forms may change from batch to batch.
        let mixed = coded.indices.map { $0 % 3 == 1 ? spelled[$0] : coded[$0] }
        #expect(try Sample.write(mixed, options) == expected, "\(name), mixed")
        let file = try ColumnFile(MemorySource(expected))
        #expect(try Sample.cells(file) == Sample.cells(spelled), "\(name)")
      }
    }
  }

  @Test func `of different affixes in one column come back`() throws {
    var options = WriteOptions()
    options.blockRows = 100
    var coded: [ColumnBatch] = []
    var spelled: [ColumnBatch] = []
    for affix in [Self.affix("U", 1), Self.affix("U", 4), Self.affix("V", 1), Self.affix("U", 1)] {
      let (some, texts) = Self.batches((0..<150).map { 950 + Int64($0) }, affix, size: 60)
      coded += some
      spelled += texts
    }
    let bytes = try Sample.write(coded, options)
    #expect(try bytes == Sample.write(spelled, options))
    #expect(try Sample.cells(ColumnFile(MemorySource(bytes))) == Sample.cells(spelled))
  }

  @Test func `are what a numbered column is read as, and so it is written again`() throws {
    let (_, spelled) = Self.batches((0..<500).map { 3 + Int64($0) }, Self.affix("U", 1), size: 500)
    let bytes = try Sample.write(spelled)
    let file = try ColumnFile(MemorySource(bytes))
    let read = try file.read(columns: [0], block: 0)
    guard case .codes(_, let dictionary) = read.columns[0].values else {
      Issue.record("a dense numbered column is read as codes")
      return
    }
    #expect(dictionary.numbering == TextNumbering(affix: Self.affix("U", 1), first: 3))
    #expect(try Sample.write([read]) == bytes)
  }
}
