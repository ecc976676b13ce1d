import Bytes
import Columns
import TestSupport
import Testing

@testable import ColumnFile

@Suite struct `A damaged groove file` {
  private static func sample(nulls: Double) throws -> [UInt8] {
    var options = WriteOptions()
    options.blockRows = 20
    return try Sample.write([Sample.batch(rows: 50, nulls: nulls, seed: 11)], options)
  }

  /// What reading the bytes gives: nil where they are refused.
  private static func read(_ bytes: [UInt8]) throws -> [[Value]]? {
    do {
      return try Sample.cells(ColumnFile(MemorySource(bytes)))
    } catch let error as ColumnFileError {
      #expect(error.kind == .damaged || error.kind == .newer)
      return nil
    }
  }

  @Test(arguments: [0, 0.3]) func `is refused when cut off anywhere`(nulls: Double) throws {
    let bytes = try Self.sample(nulls: nulls)
    for length in bytes.indices { #expect(try Self.read(Array(bytes[..<length])) == nil) }
    for extra in [1, 16] {
      #expect(try Self.read(bytes + [UInt8](repeating: 0, count: extra)) == nil)
    }
  }

  @Test(arguments: [0, 0.3])
  func `is refused or the same when any byte is changed`(nulls: Double) throws {
    let bytes = try Self.sample(nulls: nulls)
    let expected = try Self.read(bytes)
    for index in bytes.indices {
      for flip: UInt8 in [1, 0x80, 0xFF] {
        var changed = bytes
        changed[index] ^= flip
        let cells = try Self.read(changed)
        #expect(cells == nil || cells == expected, "byte \(index) changed by \(flip)")
      }
    }
  }

  /// Every encoding there is, at every seventh byte; with GROOVE_DEEP at every byte.
  @Test(arguments: 0..<2) func `is refused or the same whatever its encodings`(file: Int) throws {
    let ranked = `Columns stored as ranks`.batch(rows: 1200, nulls: 0.1)
    let bytes =
      file == 0
      ? try `Fuzzed files`.bytes() : try `Columns stored as ranks`.bytes(ranked, blockRows: 600)
    let expected = try Self.read(bytes)
    let step = Environment.value(of: "GROOVE_DEEP") == nil ? 7 : 1
    for index in stride(from: 0, to: bytes.count, by: step) {
      var changed = bytes
      changed[index] ^= 1 << UInt8(index & 7)
      let cells = try Self.read(changed)
      #expect(cells == nil || cells == expected, "byte \(index) changed")
    }
    for length in stride(from: 0, to: bytes.count, by: 7 * step) {
      #expect(try Self.read(Array(bytes[..<length])) == nil)
    }
  }

  /// A few bytes may stand for many equal values, but not for a dictionary of them.
  @Test func `takes no memory for texts that it cannot have`() throws {
    for (bytes, name) in try Self.hugeDictionaries() {
      #expect(try Self.read(bytes) == nil, "\(name)")
    }
    var writer = ByteWriter()
    writer.append(Array("GRVD".utf8))
    for number: UInt16 in [1, 0] { writer.u16(number) }
    writer.text("songs")
    for number in [1, 0, 1, 4_000_000_000] { writer.count(number) }
    // Four billion lengths, all of them zero.
    writer.u8(Encoding.plainText.rawValue)
    for number in [0, 2] { writer.count(number) }
    writer.append([Encoding.constant.rawValue, 0])
    writer.u32(Checksum.crc32c(writer.bytes))
    #expect(throws: ColumnFileError.self) { try DictionaryFile(writer.bytes, source: "songs") }
  }

  /// Files whose dictionary says that it has far more texts than the file has rows.
  private static func hugeDictionaries() throws -> [([UInt8], String)] {
    let column = Column(.text, .texts(TextVector((0..<100).map { ["a", "bc"][$0 % 2] })))
    let bytes = try Sample.write([ColumnBatch(Schema([Field("t", .text)]), [column])])
    var tail = ByteReader(bytes, bytes.count - 16..<bytes.count)
    let start = bytes.count - 16 - Int(try tail.u32())
    return try [101, 1_000_000, 4_000_000_000].map { count in
      var footer = try Footer(Array(bytes[start..<bytes.count - 16]), footerStart: start)
      footer.dictionaries[0].pages[0].texts = count
      let content = footer.encoded()
      var writer = ByteWriter()
      writer.append(bytes[..<start])
      writer.append(content)
      writer.u32(UInt32(content.count))
      writer.u32(Checksum.crc32c(content))
      writer.append(bytes[(bytes.count - 8)...])
      return (writer.finish(), "\(count) texts")
    }
  }

  /// With checksums made right again, only the checks of content are left: any answer will do, as
  /// long as it is one.
  @Test func `never traps, even when its checksums are right`() throws {
    let bytes = try Self.sample(nulls: 0.3)
    var random = Seeded(4)
    for _ in 0..<3000 {
      var changed = bytes
      for _ in 0..<Int.random(in: 1...3, using: &random) {
        let index = Int.random(in: 8..<bytes.count - 16, using: &random)
        changed[index] = UInt8.random(in: 0...255, using: &random)
      }
      _ = try Self.read(Self.resealed(changed))
    }
  }

  @Test func `does not verify with another sum`() throws {
    let column = Column(.bigint, .integers([60, 70, 80]))
    let batch = ColumnBatch(Schema([Field("n", .bigint)]), [column])
    let bytes = try Sample.write([batch])
    // The section with the sums: its kind, its size, one that is known, and it: 210, signed.
    let sum = try #require(bytes.indices.first { bytes[$0...].starts(with: [1, 3, 1, 0xA4, 3]) })
    var changed = bytes
    changed[sum + 3] ^= 2
    #expect(try ColumnFile(MemorySource(bytes)).verify().values == 3)
    let file = try ColumnFile(MemorySource(Self.resealed(changed)))
    #expect(throws: ColumnFileError.self) { try file.verify() }
  }

  /// The bytes with the checksum of the footer made right.
  private static func resealed(_ bytes: [UInt8]) -> [UInt8] {
    var tail = ByteReader(bytes, bytes.count - 16..<bytes.count)
    guard let size = try? Int(tail.u32()), size <= bytes.count - 24 else { return bytes }
    let footer = bytes[(bytes.count - 16 - size)..<(bytes.count - 16)]
    var writer = ByteWriter()
    writer.append(bytes[..<(bytes.count - 12)])
    writer.u32(Checksum.crc32c(footer))
    writer.append(bytes[(bytes.count - 8)...])
    return writer.finish()
  }
}
