import Bytes
import Columns
import TestSupport
import Testing

@testable import ColumnFile

/// Columns of a few frequent values among many rare ones, which are stored as ranks.
@Suite struct `Columns stored as ranks` {
  /// Rows of which nine in ten have one of sixteen values; the later ones have values that the
  /// first window has not shown.
  static func batch(rows: Int, nulls: Double = 0) -> ColumnBatch {
    var random = Seeded(5)
    func numbers() -> [Int64] {
      (0..<rows).map { row in
        let isHot = Double.random(in: 0..<1, using: &random) < 0.9
        let limit: Int64 = row < rows / 2 ? 2000 : 4500
        return isHot
          ? 3000 + Int64.random(in: 0..<16, using: &random) * 131
          : Int64.random(in: 5000 - limit...5000 + limit, using: &random)
      }
    }
    func validity() -> Bitmap? {
      nulls == 0
        ? nil : Bitmap((0..<rows).map { _ in Double.random(in: 0..<1, using: &random) >= nulls })
    }
    let texts = TextVector((0..<10_000).map { "\($0 * 7919 % 10_000) of it" })
    let codes = numbers().map { UInt32($0) }
    let songs = numbers()
    let columns: [(String, Column)] = [
      ("number", Column(.bigint, .integers(numbers()), validity: validity())),
      ("day", Column(.date, .dates(numbers().map { Int32($0) }), validity: validity())),
      ("code", Column(.text, .codes(codes, TextDictionary(texts)), validity: validity())),
      (
        "song",
        Column(.text, .texts(TextVector(songs.map { "S\(20_000 + $0)" })), validity: validity())
      ), ("length", Column(.bigint, .integers(songs.map { $0 &* 7919 % 100_003 }))),
    ]
    return ColumnBatch(Schema(columns.map { Field($0.0, $0.1.type) }), columns.map { $0.1 })
  }

  static func bytes(_ batch: ColumnBatch, blockRows: Int = 2000, threads: Int = 1) throws -> [UInt8]
  {
    var options = WriteOptions()
    options.blockRows = blockRows
    options.window = 4
    options.threads = threads
    return try Sample.write([batch], options)
  }

  @Test(arguments: [0, 0.2]) func `come back exactly`(nulls: Double) throws {
    let batch = Self.batch(rows: 20_000, nulls: nulls)
    let file = try ColumnFile(MemorySource(try Self.bytes(batch)))
    #expect(try Sample.cells(file) == Sample.cells([batch]))
    _ = try file.verify()
    let encodings = file.describe().columns.map { $0.encodings.map(\.name) }
    #expect(encodings[0].contains("ranks"))
    #expect(encodings[1].contains("ranks"))
    #expect(encodings[3].contains("affix and rank"))
    #expect(file.describe().columns[4].follows != nil)
  }

  @Test func `may hold codes of a lake's dictionary`() throws {
    let batch = Self.batch(rows: 9000)
    guard case .integers(let numbers) = batch.columns[0].values else { return }
    let texts = TextVector((0..<10_000).map { "track \($0)" })
    let shared = SharedDictionary(name: "songs", generation: 1, count: texts.count)
    let dictionary = TextDictionary(texts, shared: shared)
    let coded = ColumnBatch(
      Schema([Field("song", .text)]),
      [Column(.text, .codes(numbers.map { UInt32($0) }, dictionary))])
    let file = try ColumnFile(
      MemorySource(try Self.bytes(coded)),
      dictionaries: ["song": DictionaryBinding(dictionary: dictionary, extensionCodes: [])])
    #expect(file.describe().columns[0].encodings.map(\.name).contains("ranks"))
    #expect(try Sample.cells(file) == Sample.cells([coded]))
  }

  @Test func `are the same bytes for any number of threads`() throws {
    let batch = Self.batch(rows: 20_000, nulls: 0.1)
    let bytes = try Self.bytes(batch)
    for threads in [2, 3, 9] { #expect(try Self.bytes(batch, threads: threads) == bytes) }
  }

  @Test func `are refused by readers that do not know ranks`() throws {
    let bytes = try Self.bytes(Self.batch(rows: 8000))
    var tail = ByteReader(bytes, bytes.count - Format.tailSize..<bytes.count)
    let start = bytes.count - Format.tailSize - Int(try tail.u32())
    #expect(UInt64(bytes[start]) == Format.rankingFeature)
  }

  @Test func `are smaller than packed ones`() throws {
    let batch = Self.batch(rows: 20_000)
    let file = try ColumnFile(MemorySource(try Self.bytes(batch)))
    // Packed, each number takes 15 bits or more.
    #expect(file.describe().columns[0].bytesPerRow(20_000) < 1.3)
  }
}
