import Bytes
import Columns
import TestSupport
import Testing

@testable import ColumnFile

/// Files with changed bytes whose checksums are right, so that nothing but the checks of content
/// stands between them and the decoders. Any answer will do but a trap.
///
/// `GROOVE_FUZZ_SECONDS` makes it go on that long with other seeds.
@Suite struct `Fuzzed files` {
  /// A batch that reaches every encoding.
  static func sample() -> ColumnBatch {
    let rows = 300
    var random = Seeded(77)
    func ints(_ value: (Int) -> Int64) -> Column {
      Column(.bigint, .integers((0..<rows).map(value)))
    }
    func texts(_ text: (Int) -> String) -> Column {
      Column(.text, .texts(TextVector((0..<rows).map(text))))
    }
    let songs = (0..<rows).map { _ in Int.random(in: 0..<20, using: &random) }
    let validity = Bitmap((0..<rows).map { $0 % 7 != 0 })
    let columns: [(String, Column)] = [
      ("constant", ints { _ in 5 }), ("sequence", ints { Int64($0) }),
      ("packed", ints { _ in Int64.random(in: 0...999, using: &random) }),
      ("runs", ints { Int64($0 / 30 * 977) }), ("delta", ints { Int64($0 * $0) }),
      ("nulls", Column(.bigint, .integers(songs.map { Int64($0) }), validity: validity)),
      ("song", texts { "S\(100 + songs[$0])" }),
      ("length", ints { $0 % 9 == 0 ? Int64($0) : Int64(songs[$0] * 7919) }),
      ("genre", texts { ["a", "bc", "def", "ghij"][songs[$0] % 4] }),
      ("plain", texts { "\($0 * 31) of \(songs[$0])" }),
      (
        "id",
        texts { _ in
          "6" + String(repeating: "a", count: 17)
            + String(Int.random(in: 1000...9999, using: &random))
        }
      ),
      ("ratio", Column(.double, .doubles(songs.map { Double($0) / 100 }))),
      (
        "wild",
        Column(.double, .doubles(songs.map { $0 == 3 ? .nan : .random(in: 0...1, using: &random) }))
      ),
      (
        "none",
        Column(.date, .dates(Array(repeating: 0, count: rows)), validity: Bitmap(count: rows))
      ),
    ]
    return ColumnBatch(Schema(columns.map { Field($0.0, $0.1.type) }), columns.map { $0.1 })
  }

  static func bytes() throws -> [UInt8] {
    var options = WriteOptions()
    options.blockRows = 150
    return try Sample.write([sample()], options)
  }

  private static func survives(_ bytes: [UInt8]) {
    do throws(ColumnFileError) {
      let file = try ColumnFile(MemorySource(bytes))
      _ = file.describe()
      for block in 0..<min(file.blockCount, 4) {
        let all = Array(0..<min(file.schema.count, 40))
        // One column after the other, so that a refusal of one leaves the others to be tried.
        for column in all {
          do throws(ColumnFileError) {
            let read = try file.read(columns: [column], block: block).columns[0]
            _ = Sample.cells(read)
          } catch {
            #expect(error.kind != .source)
          }
        }
      }
      _ = try file.verify()
    } catch {
      #expect(!error.description.isEmpty)
    }
  }

  /// The footer's size and start.
  private static func footer(_ bytes: [UInt8]) throws -> Range<Int> {
    var tail = ByteReader(bytes, bytes.count - Format.tailSize..<bytes.count)
    let size = Int(try tail.u32())
    return bytes.count - Format.tailSize - size..<bytes.count - Format.tailSize
  }

  /// The bytes with this footer and a tail that fits it.
  private static func sealed(_ pages: ArraySlice<UInt8>, _ footer: [UInt8]) -> [UInt8] {
    var writer = ByteWriter()
    writer.append(pages)
    writer.append(footer)
    writer.u32(UInt32(footer.count))
    writer.u32(Checksum.crc32c(footer))
    writer.u16(Format.majorVersion)
    writer.u16(Format.minorVersion)
    writer.append(Format.endMagic)
    return writer.finish()
  }

  private static func changed(_ bytes: [UInt8], _ random: inout Seeded) -> [UInt8] {
    var bytes = bytes
    for _ in 0..<Int.random(in: 1...3, using: &random) {
      guard let index = bytes.indices.randomElement(using: &random) else { break }
      switch Int.random(in: 0..<4, using: &random) {
      case 0: bytes[index] = UInt8.random(in: 0...255, using: &random)
      case 1: bytes[index] ^= 1 << UInt8.random(in: 0..<8, using: &random)
      case 2: bytes[index] = [0, 1, 0x7F, 0x80, 0xFF].randomElement(using: &random) ?? 0
      default: bytes.remove(at: index)
      }
    }
    return bytes
  }

  /// Files that between them have every encoding.
  private static func files() throws -> [[UInt8]] {
    let ranked = `Columns stored as ranks`.batch(rows: 1200, nulls: 0.1)
    return [try bytes(), try `Columns stored as ranks`.bytes(ranked, blockRows: 600)]
  }

  @Test(arguments: 0..<2) func `with another footer never trap`(file: Int) throws {
    let bytes = try Self.files()[file]
    let range = try Self.footer(bytes)
    try Self.repeatedly(600) { random in
      let footer = Self.changed(Array(bytes[range]), &random)
      Self.survives(Self.sealed(bytes[..<range.lowerBound], footer))
    }
  }

  @Test(arguments: 0..<2) func `with other pages never trap`(file: Int) throws {
    let bytes = try Self.files()[file]
    let range = try Self.footer(bytes)
    let footer = try Footer(Array(bytes[range]), footerStart: range.lowerBound)
    try Self.repeatedly(600) { random in
      let column = Int.random(in: 0..<footer.columns.count, using: &random)
      var changedFooter = footer
      var pages = Array(bytes[..<range.lowerBound])
      func replace(_ entry: inout PageEntry) throws {
        let stored = Array(bytes[entry.offset..<entry.offset + entry.size])
        let content =
          try entry.expandedSize.map { try Zstd.decompress(stored, count: $0) } ?? stored
        entry = StoredPage(Self.changed(content, &random), entry.encoding, level: nil).append(
          to: &pages, start: 0)
      }
      if Bool.random(using: &random), var follow = footer.columns[column].follow {
        try replace(&follow.page)
        changedFooter.columns[column].follow = follow
      } else if Bool.random(using: &random), var ranking = footer.columns[column].ranking {
        try replace(&ranking.page)
        changedFooter.columns[column].ranking = ranking
      } else {
        try replace(&changedFooter.columns[column].blocks[0].page)
      }
      Self.survives(Self.sealed(pages[...], changedFooter.encoded()))
    }
  }

  @Test func `of dictionaries never trap`() throws {
    let texts = TextVector((0..<200).map { "text \($0 * 37 % 101) \($0)" })
    let object = DictionaryFile(name: "songs", generation: 2, firstCode: 9, texts: texts).encoded()
    try Self.repeatedly(300) { random in
      var writer = ByteWriter()
      writer.append(Self.changed(Array(object.dropLast(4)), &random))
      writer.u32(Checksum.crc32c(writer.bytes))
      do throws(ColumnFileError) {
        _ = try DictionaryFile(writer.bytes, source: "fuzz").texts.count
      } catch {
        #expect(error.kind == .damaged)
      }
    }
  }

  private static func repeatedly(_ times: Int, _ body: (inout Seeded) throws -> Void) throws {
    let seconds = Environment.value(of: "GROOVE_FUZZ_SECONDS").flatMap { Int64($0) } ?? 0
    let end = Clock.monotonicNanoseconds() + seconds * 1_000_000_000 / 3
    var seed: UInt64 = 1
    while seed <= UInt64(times) || Clock.monotonicNanoseconds() < end {
      var random = Seeded(seed)
      try body(&random)
      seed += 1
    }
  }
}
