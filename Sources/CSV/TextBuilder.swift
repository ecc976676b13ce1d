import Bytes
import Columns

/// Texts end to end, as they are collected.
struct TextBuilder: Sendable {
  private var offsets: [UInt32] = [0]
  private var bytes: [UInt8] = []

  /// Adds a field to the text at hand, without what the dialect put around and into it.
  mutating func append(_ source: Span<UInt8>, _ field: FieldText, _ dialect: Dialect) {
    guard let escape = dialect.escape, field.isQuoted || escape != dialect.quote else {
      bytes.append(copying: source.extracting(field.start..<field.end))
      return
    }
    var place = field.start
    while place < field.end {
      if source[place] == escape && place + 1 < field.end { place += 1 }
      bytes.append(source[place])
      place += 1
    }
  }

  mutating func close() {
    precondition(bytes.count <= Int(UInt32.max), "a chunk holds less than 4 GiB of a column")
    offsets.append(UInt32(bytes.count))
  }

  func finish() -> TextVector { TextVector(offsets: offsets, bytes: bytes) }
}
