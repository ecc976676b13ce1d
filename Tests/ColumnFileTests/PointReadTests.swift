import Bytes
import ColumnFile
import Columns
import TestSupport
import Testing

/// A source that counts what is read of it.
private final class CountingSource: ByteSource {
  let name = "counted"
  private let bytes: [UInt8]
  private let read = Lock(0)

  init(_ bytes: [UInt8]) { self.bytes = bytes }

  var size: Int { bytes.count }

  var bytesRead: Int { read.withLock { $0 } }

  func read(at offset: Int, count: Int) throws(SourceError) -> [UInt8] {
    let piece = Array(bytes[offset..<min(bytes.count, offset + count)])
    read.withLock { $0 += piece.count }
    return piece
  }
}

@Suite struct `Reading a part of a file` {
  private static func source(rows: Int) throws -> CountingSource {
    var options = WriteOptions()
    options.blockRows = 5000
    return CountingSource(
      try Sample.write([Sample.batch(rows: rows, nulls: 0, seed: 3)], options))
  }

  @Test func `touches only the pages of that part`() throws {
    let source = try Self.source(rows: 40_000)
    let file = try ColumnFile(source)
    #expect(file.blockCount == 8)
    // The head, and what the tail brings along.
    #expect(source.bytesRead <= (64 << 10) + 8)
    // The number is random: its pages have eight bytes a row, and no dictionary.
    for block in 0..<8 {
      let before = source.bytesRead
      #expect(try file.read(columns: [1], block: block).rowCount == 5000)
      #expect(source.bytesRead - before == file.storedBytes(columns: [1], block: block))
    }
    // A dictionary is read once.
    _ = try file.read(columns: [3], block: 0)
    let before = source.bytesRead
    _ = try file.read(columns: [3], block: 5)
    #expect(source.bytesRead - before == file.storedBytes(columns: [3], block: 5))
  }

  @Test func `of neighbouring columns is one reading that is not much more than they`() throws {
    let source = try Self.source(rows: 20_000)
    let file = try ColumnFile(source)
    _ = try file.read(columns: [3], block: 0)
    for columns in [[0, 1, 2, 3, 4, 5], [0, 5], [1, 2], [4, 1]] {
      let before = source.bytesRead
      _ = try file.read(columns: columns, block: 2)
      let stored = file.storedBytes(columns: columns, block: 2)
      #expect(source.bytesRead - before <= stored + stored / 4)
    }
  }
}
