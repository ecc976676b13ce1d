import Bytes

/// A field without its quotes.
struct FieldText {
  let start: Int
  let end: Int
  let isNull: Bool
  let isQuoted: Bool

  /// PERF: the dialect is borrowed: an initializer owns what it is given, and a copy of it for each
  /// field with quotes in it took 17 % of such a column's time (Zen 5 VM, 2026-11-30).
  init(_ bytes: Span<UInt8>, _ start: Int, _ end: Int, _ dialect: borrowing Dialect) {
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

  /// Writes the text without what the dialect has put into it from `first` on, where there is room
  /// for the field and a word behind it, and returns the length; nil where it stands as it is.
  ///
  /// PERF: words are written whole, and the next one begins behind an escape; byte by byte a record
  /// with one such field took 155 ns (Zen 4 VM, 2026-11-27).
  func unescape(
    _ bytes: Span<UInt8>, _ dialect: Dialect, to target: inout MutableSpan<UInt8>, at first: Int
  ) -> Int? {
    guard hasEscape(bytes, dialect), let escape = dialect.escape else { return nil }
    var place = start
    var written = first
    while place < end {
      let word = bytes.word64(at: place)
      target.store(word64: word, at: written)
      let step = word.places(of: escape).trailingZeroBitCount &>> 3
      place &+= step
      written &+= step
      if step == 8 || place >= end { continue }
      // The last byte of a field is itself, whatever it is.
      if place &+ 1 < end { place &+= 1 }
      target[written] = bytes[place]
      place &+= 1
      written &+= 1
    }
    // The last word may have been longer than the field.
    return written &- (place &- end) &- first
  }
}

extension UInt64 {
  /// The top bit of each byte that is `byte`; only the lowest of them is certain.
  func places(of byte: UInt8) -> UInt64 {
    // A byte that an exclusive or makes zero borrows in a subtraction.
    let word = self ^ (UInt64(byte) &* 0x0101_0101_0101_0101)
    return (word &- 0x0101_0101_0101_0101) & ~word & 0x8080_8080_8080_8080
  }
}

extension Span where Element == UInt8 {
  /// Whether the byte stands in a range, eight bytes at a time.
  func contains(_ byte: UInt8, _ range: Range<Int>) -> Bool {
    var place = range.lowerBound
    while place &+ 8 <= range.upperBound {
      if word64(at: place).places(of: byte) != 0 { return true }
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
  isUTF8(bytes.extracting(start..<end))
}
