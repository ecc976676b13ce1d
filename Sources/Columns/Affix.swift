package import Bytes

/// What stands before and behind the number in texts like `U000123` or `track-7.mp3`, so that such
/// a text can be kept as the number alone and comes back exactly.
///
/// The number is written with at least `digits` digits, filled with zeros in front: `digits` is 1
/// for numbers as people write them and 6 for `U000123`. A text belongs to an affix only if writing
/// its number gives the same text again.
@usableFromInline
package struct Affix: Sendable, Hashable {
  @usableFromInline package let prefix: [UInt8]
  @usableFromInline package let suffix: [UInt8]
  @usableFromInline package let digits: Int

  /// All numbers of 18 digits fit 64 bits.
  @usableFromInline package static let mostDigits = 18
  package static let longest = 64
  /// How many texts are looked at to find what all have in common.
  package static let samples = 64

  /// The affix that the texts may have in common, judged by a few of them.
  package init?(sampling texts: TextVector) {
    guard texts.count > 0 else { return nil }
    let (prefix, suffix) = Self.commonEnds(texts)
    var digits = 1
    guard prefix.count <= Self.longest && suffix.count <= Self.longest else { return nil }
    let samples = min(texts.count, Self.samples)
    for sample in 0..<samples {
      let range = texts.range(sample * texts.count / samples)
      let length = range.count - prefix.count - suffix.count
      guard length > 0 else { return nil }
      if length > 1 && texts.bytes[range.lowerBound + prefix.count] == UInt8(ascii: "0") {
        guard digits == 1 || digits == length else { return nil }
        digits = length
      }
    }
    guard digits <= Self.mostDigits else { return nil }
    self.init(prefix: prefix, suffix: suffix, digits: digits)
    let bytes = texts.bytes
    for sample in 0..<samples {
      let range = texts.range(sample * texts.count / samples)
      if number(bytes.span, range.lowerBound, range.upperBound) < 0 { return nil }
    }
  }

  /// What a few of the texts begin and end with, without the digits next to what differs.
  private static func commonEnds(_ texts: TextVector) -> (prefix: [UInt8], suffix: [UInt8]) {
    let first = Array(texts.bytes[texts.range(0)])
    var before = first.count
    var behind = first.count
    let samples = min(texts.count, Self.samples)
    for sample in 0..<samples {
      let text = texts.bytes[texts.range(sample * texts.count / samples)]
      before = zip(first, text).prefix(before).prefix { $0 == $1 }.count
      behind = zip(first.reversed(), text.reversed()).prefix(behind).prefix { $0 == $1 }.count
    }
    if samples == 1 || before == first.count {
      // One text alone: its last digits are the number.
      behind = first.reversed().prefix { !isDigit($0) }.count
      before = first.count - behind
    }
    while before > 0 && isDigit(first[before - 1]) { before -= 1 }
    while behind > 0 && isDigit(first[first.count - behind]) { behind -= 1 }
    return (Array(first[..<before]), Array(first[(first.count - behind)...]))
  }

  package init(prefix: [UInt8], suffix: [UInt8], digits: Int) {
    precondition(digits >= 1 && digits <= Self.mostDigits, "a number has 1 to 18 digits")
    self.prefix = prefix
    self.suffix = suffix
    self.digits = digits
  }

  private static func isDigit(_ byte: UInt8) -> Bool { byte &- 48 < 10 }
}

// MARK: - Texts to numbers

extension Affix {
  /// The number of the text in `start ..< end`; negative where it has not this affix.
  package func number(_ bytes: Span<UInt8>, _ start: Int, _ end: Int) -> Int64 {
    let from = start &+ prefix.count
    let to = end &- suffix.count
    let length = to &- from
    guard length >= digits && length <= Self.mostDigits else { return -1 }
    for index in prefix.indices where bytes[start &+ index] != prefix[index] { return -1 }
    for index in suffix.indices where bytes[to &+ index] != suffix[index] { return -1 }
    // A leading zero is right only where it fills up to the least digits.
    if length > digits && bytes[from] == 48 { return -1 }
    if length <= 8 && to >= 8 { return Self.shortNumber(bytes.word(at: to &- 8), length) }
    var number: Int64 = 0
    for index in from..<to {
      let digit = bytes[index] &- 48
      guard digit < 10 else { return -1 }
      number = number &* 10 &+ Int64(digit)
    }
    return number
  }

  /// Eight digits at once: the last `length` bytes of the word, the others taken as zeros.
  @inline(__always)
  private static func shortNumber(_ word: UInt64, _ length: Int) -> Int64 {
    let zeros: UInt64 = 0x3030_3030_3030_3030
    let all = UInt64.max
    let kept = length == 8 ? all : ~(all >> UInt64(8 &* length))
    var value = (word & kept) | (zeros & ~kept)
    let wrong = ((value &+ 0x4646_4646_4646_4646) | (value &- zeros)) & 0x8080_8080_8080_8080
    guard wrong == 0 else { return -1 }
    value = value &- zeros
    value = (value &* 10 &+ value >> 8) & 0x00FF_00FF_00FF_00FF
    value = (value &* 100 &+ value >> 16) & 0x0000_FFFF_0000_FFFF
    value = (value &* 10_000 &+ value >> 32) & 0xFFFF_FFFF
    return Int64(value)
  }

  /// The numbers of all texts; nil where one has not this affix.
  package func numbers(_ texts: TextVector) -> [Int64]? {
    var numbers: [Int64] = []
    numbers.reserveCapacity(texts.count)
    return append(texts.bytes.span, texts.offsets, 0..<texts.count, to: &numbers) ? numbers : nil
  }

  /// Appends the numbers of a range of texts; false, with some appended, where one does not fit.
  package func append(
    _ bytes: Span<UInt8>, _ offsets: [UInt32], _ range: Range<Int>, to numbers: inout [Int64]
  ) -> Bool {
    if prefix.count <= 8 && suffix.isEmpty && digits > 1 && digits <= 8 {
      return appendFixed(bytes, offsets, range, to: &numbers)
    }
    var start = Int(offsets[range.lowerBound])
    for index in range {
      let end = Int(offsets[index &+ 1])
      let number = number(bytes, start, end)
      if number < 0 { return false }
      numbers.append(number)
      start = end
    }
    return true
  }
}

extension Affix {
  /// The common case, a short prefix and as many digits in each text, with a comparison of words
  /// instead of loops over bytes; texts at the ends of the buffer go the general way.
  private func appendFixed(
    _ bytes: Span<UInt8>, _ offsets: [UInt32], _ range: Range<Int>, to numbers: inout [Int64]
  ) -> Bool {
    let length = prefix.count + digits
    let digits = digits
    var expected: UInt64 = 0
    for byte in prefix.reversed() { expected = expected << 8 | UInt64(byte) }
    let mask = prefix.count == 8 ? UInt64.max : (1 << UInt64(8 * prefix.count)) - 1
    var start = Int(offsets[range.lowerBound])
    for index in range {
      let end = Int(offsets[index &+ 1])
      var number: Int64
      if end &- start == length && end >= 8 && start &+ 8 <= bytes.count {
        number = Self.shortNumber(bytes.word(at: end &- 8), digits)
        if bytes.word(at: start) & mask != expected { number = -1 }
      } else {
        number = self.number(bytes, start, end)
      }
      if number < 0 { return false }
      numbers.append(number)
      start = end
    }
    return true
  }
}

// MARK: - Numbers to texts

extension Affix {
  /// Appends the text of a number that is not negative.
  package func append(_ number: Int64, to bytes: inout [UInt8]) {
    bytes.append(contentsOf: prefix)
    let start = bytes.count
    let length = length(number)
    bytes.append(contentsOf: repeatElement(48, count: length))
    var rest = UInt64(bitPattern: number)
    var place = start + length - 1
    while rest > 0 {
      let (quotient, digit) = rest.quotientAndRemainder(dividingBy: 10)
      bytes[place] = 48 &+ UInt8(truncatingIfNeeded: digit)
      rest = quotient
      place -= 1
    }
    bytes.append(contentsOf: suffix)
  }

  /// The texts of numbers, of which none may be negative or have too many digits.
  package func texts(_ numbers: [Int64]) throws(Damage) -> TextVector {
    guard numbers.allSatisfy({ $0 >= 0 && $0 < Self.firstTooLong }) else {
      throw Damage("a numbered text in it has a number out of range")
    }
    guard let texts = spelled(numbers) else {
      throw Damage("a block of it has more than 4 GiB of text")
    }
    return texts
  }

  /// The texts of all numbers of a range that holds no negative and none too long.
  package func texts(_ numbers: Range<Int64>) -> TextVector {
    guard let texts = spelled(numbers) else {
      preconditionFailure("a text vector holds less than 4 GiB")
    }
    return texts
  }

  /// The texts of numbers that are neither negative nor too long, unless they take 4 GiB.
  ///
  /// Generic in this module only, where the compiler makes it special: another one would go through
  /// a table of functions for each number.
  ///
  /// PERF: with the room for all texts made at once, the greatest of 50 M stream ids was found in
  /// 4.1 s of processors in place of 5.5 (Sapphire Rapids VM, 2026-12-01).
  func spelled(_ numbers: some Collection<Int64>) -> TextVector? {
    var offsets: [UInt32] = [0]
    offsets.reserveCapacity(numbers.count + 1)
    var size = 0
    for number in numbers {
      size += prefix.count + length(number) + suffix.count
      if size > Int(UInt32.max) - 256 { return nil }
      offsets.append(UInt32(size))
    }
    var bytes = [UInt8](repeating: 48, count: size)
    var target = bytes.mutableSpan
    let (before, behind) = (prefix.span, suffix.span)
    var index = 0
    for number in numbers {
      let start = Int(offsets[index])
      index += 1
      let end = Int(offsets[index])
      for offset in before.indices { target[start &+ offset] = before[offset] }
      var place = end &- behind.count
      for offset in behind.indices { target[place &+ offset] = behind[offset] }
      var rest = UInt64(bitPattern: number)
      while rest > 0 {
        let (quotient, digit) = rest.quotientAndRemainder(dividingBy: 10)
        place &-= 1
        target[place] = 48 &+ UInt8(truncatingIfNeeded: digit)
        rest = quotient
      }
    }
    return TextVector(offsets: offsets, bytes: bytes)
  }

  /// How many digits a number is written with.
  func length(_ number: Int64) -> Int {
    var length = 1
    var power: Int64 = 10
    while length < Self.mostDigits && number >= power {
      length += 1
      power &*= 10
    }
    return max(length, digits)
  }

  package static let firstTooLong: Int64 = 1_000_000_000_000_000_000
}
