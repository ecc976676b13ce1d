import Bytes

/// A field without its quotes.
struct FieldText {
  let start: Int
  let end: Int
  let isNull: Bool
  let isQuoted: Bool

  init(_ bytes: Span<UInt8>, _ start: Int, _ end: Int, _ dialect: Dialect) {
    if start < end && bytes[start] == dialect.quote {
      self.start = start + 1
      self.end = end - 1
      isNull = false
      isQuoted = true
      return
    }
    self.start = start
    self.end = end
    isQuoted = false
    if start == end {
      isNull = dialect.nullText.isEmpty || dialect.ragged == .padded
      return
    }
    var isNull = end - start == dialect.nullText.count
    if isNull {
      for index in dialect.nullText.indices where bytes[start + index] != dialect.nullText[index] {
        isNull = false
      }
    }
    self.isNull = isNull
  }

  /// The text where the dialect has put something into it; nil where it stands as it is.
  func unescaped(_ bytes: Span<UInt8>, _ dialect: Dialect) -> [UInt8]? {
    guard let escape = dialect.escape, isQuoted || escape != dialect.quote else { return nil }
    var place = start
    while place < end && bytes[place] != escape { place += 1 }
    if place == end { return nil }
    var text: [UInt8] = []
    text.reserveCapacity(end - start)
    place = start
    while place < end {
      if bytes[place] == escape && place + 1 < end { place += 1 }
      text.append(bytes[place])
      place += 1
    }
    return text
  }
}

/// Whether some bytes are valid UTF-8.
func isText(_ bytes: Span<UInt8>, _ start: Int, _ end: Int) -> Bool {
  do {
    _ = try UTF8Span(validating: bytes.extracting(start..<end))
    return true
  } catch { return false }
}
