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

  /// Whether the dialect has put something into the text.
  func hasEscape(_ bytes: Span<UInt8>, _ dialect: Dialect) -> Bool {
    guard let escape = dialect.escape, isQuoted || escape != dialect.quote else { return false }
    return bytes.contains(escape, start..<end)
  }

  /// Appends the text to `target` where the dialect has put something into it; false where it
  /// stands as it is.
  func unescape(_ bytes: Span<UInt8>, _ dialect: Dialect, to target: inout [UInt8]) -> Bool {
    guard hasEscape(bytes, dialect) else { return false }
    let escape = dialect.escape
    var place = start
    while place < end {
      if bytes[place] == escape && place + 1 < end { place += 1 }
      target.append(bytes[place])
      place += 1
    }
    return true
  }
}

extension Span where Element == UInt8 {
  /// Whether the byte stands in a range, eight bytes at a time: a byte that an exclusive or makes
  /// zero borrows in a subtraction.
  func contains(_ byte: UInt8, _ range: Range<Int>) -> Bool {
    let all = UInt64(byte) &* 0x0101_0101_0101_0101
    var place = range.lowerBound
    while place &+ 8 <= range.upperBound {
      let word = word64(at: place) ^ all
      if (word &- 0x0101_0101_0101_0101) & ~word & 0x8080_8080_8080_8080 != 0 { return true }
      place &+= 8
    }
    while place < range.upperBound {
      if self[place] == byte { return true }
      place &+= 1
    }
    return false
  }
}

/// Whether some bytes are valid UTF-8.
func isText(_ bytes: Span<UInt8>, _ start: Int, _ end: Int) -> Bool {
  do {
    _ = try UTF8Span(validating: bytes.extracting(start..<end))
    return true
  } catch { return false }
}
