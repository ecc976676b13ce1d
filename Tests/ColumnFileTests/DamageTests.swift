import Bytes
import ColumnFile
import Columns
import TestSupport
import Testing

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
