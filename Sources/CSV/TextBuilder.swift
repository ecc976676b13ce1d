import Bytes
import Columns

/// Texts end to end, as they are collected.
struct TextBuilder: Sendable {
  private(set) var offsets: [UInt32] = [0]
  private(set) var bytes: [UInt8] = []

  /// The texts so far.
  var count: Int { offsets.count - 1 }

  /// Adds one field of a block's rows; a NULL has an empty text.
  mutating func append(
    _ source: Span<UInt8>, _ marks: Span<UInt32>, _ view: FieldView, _ dialect: Dialect, base: Int,
    _ nulls: inout [Int]
  ) {
    // Room for all of it, and for the rest of a last word.
    var total = 16
    for row in 0..<view.rowCount { total &+= view.end(marks, row) &- view.start(marks, row) }
    // Taken out, so that they are not copied.
    var (bytes, offsets): ([UInt8], [UInt32]) = ([], [])
    swap(&bytes, &self.bytes)
    swap(&offsets, &self.offsets)
    var end = bytes.count
    bytes.append(contentsOf: repeatElement(0, count: max(0, total)))
    let first = offsets.count
    offsets.append(contentsOf: repeatElement(0, count: view.rowCount))
    var target = bytes.mutableSpan
    var ends = offsets.mutableSpan
    let quote = dialect.quote ?? 0
    let isSimple = dialect.isSimple
    for row in 0..<view.rowCount {
      let start = view.start(marks, row)
      let length = view.end(marks, row) &- start
      if isSimple && length > 0 && source[start] != quote {
        Self.copy(source, start, length, to: &target, at: end)
        end &+= length
      } else {
        let field = FieldText(source, start, start + length, dialect)
        if field.isNull {
          nulls.append(base + row)
        } else if let length = field.unescape(source, dialect, to: &target, at: end) {
          end += length
        } else {
          Self.copy(source, field.start, field.end - field.start, to: &target, at: end)
          end += field.end - field.start
        }
      }
      ends[first &+ row] = UInt32(truncatingIfNeeded: end)
    }
    precondition(end <= Int(UInt32.max), "a chunk holds less than 4 GiB of a column")
    bytes.removeLast(bytes.count - end)
    swap(&bytes, &self.bytes)
    swap(&offsets, &self.offsets)
  }

  /// Copies whole words, the last of which may go on behind the text.
  @inline(__always)
  private static func copy(
    _ source: Span<UInt8>, _ start: Int, _ length: Int, to target: inout MutableSpan<UInt8>,
    at end: Int
  ) {
    var copied = 0
    while copied < length {
      target.store(word64: source.word64(at: start &+ copied), at: end &+ copied)
      copied &+= 8
    }
  }

  mutating func reserve(texts: Int, bytes count: Int) {
    offsets.reserveCapacity(texts + 1)
    bytes.reserveCapacity(count)
  }

  /// Adds one text.
  mutating func append(_ text: Span<UInt8>) {
    bytes.append(copying: text)
    precondition(bytes.count <= Int(UInt32.max), "a chunk holds less than 4 GiB of a column")
    offsets.append(UInt32(bytes.count))
  }

  /// Whether the text at `index` has these bytes.
  func isEqual(_ index: Int, _ text: Span<UInt8>) -> Bool {
    let start = Int(offsets[index])
    guard Int(offsets[index + 1]) - start == text.count else { return false }
    let bytes = bytes.span
    var place = 0
    while place &+ 8 <= text.count {
      if bytes.word64(at: start &+ place) != text.word64(at: place) { return false }
      place &+= 8
    }
    while place < text.count {
      if bytes[start &+ place] != text[place] { return false }
      place &+= 1
    }
    return true
  }

  func finish() -> TextVector { TextVector(offsets: offsets, bytes: bytes) }
}
