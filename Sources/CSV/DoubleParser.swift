import Bytes

extension FieldParser {
  /// `[+-]digits[.digits][e[+-]digits]`, with digits on at least one side of the point, or `nan`,
  /// `inf`, `infinity` in any case; correctly rounded.
  static func double(_ bytes: Span<UInt8>, _ start: Int, _ end: Int) -> Double? {
    var place = start
    if place == end { return nil }
    let isNegative = bytes[place] == 0x2D
    if isNegative || bytes[place] == 0x2B { place += 1 }
    var digits: UInt64 = 0
    let first = place
    take(bytes, &place, end, &digits)
    var count = place - first
    var exponent = 0
    if place < end, bytes[place] == 0x2E {
      place += 1
      let point = place
      take(bytes, &place, end, &digits)
      exponent = point - place
      count += place - point
    }
    if count == 0 { return named(bytes, first, end, isNegative: isNegative) }
    if place < end {
      guard bytes[place] | 0x20 == 0x65, let written = Self.exponent(bytes, place + 1, end) else {
        return nil
      }
      exponent += written
    }
    let isWhole = count <= 19 || count - leadingZeros(bytes, first) <= 19
    guard isWhole, let value = nearest(digits, timesTenTo: exponent) else {
      return slow(bytes, start, end)
    }
    return isNegative ? -value : value
  }

  /// Appends the digits that stand at `place`, up to eight at a time. Of more than nineteen, the
  /// number is not that of the digits.
  @inline(__always)
  private static func take(
    _ bytes: Span<UInt8>, _ place: inout Int, _ end: Int, _ number: inout UInt64
  ) {
    while place < end && place &+ 8 <= bytes.count {
      let word = bytes.word64(at: place)
      let count = min(digitCount(word), end &- place)
      if count == 0 { return }
      number = number &* wholePowersOfTen[count] &+ CSV.number(digits(word, count: count))
      place &+= count
      if count < 8 { return }
    }
    while place < end, bytes[place] &- 0x30 <= 9 {
      number = number &* 10 &+ UInt64(bytes[place] &- 0x30)
      place &+= 1
    }
  }

  /// The zeros from `place` on, on both sides of a point.
  private static func leadingZeros(_ bytes: Span<UInt8>, _ first: Int) -> Int {
    var place = first
    var count = 0
    while place < bytes.count, bytes[place] == 0x30 || bytes[place] == 0x2E {
      count += bytes[place] == 0x30 ? 1 : 0
      place += 1
    }
    return count
  }

  /// The double nearest to `digits` · 10^`exponent`; nil where it takes more than one operation.
  ///
  /// PERF: 3 M rows of a double with 17 digits and an integer: 0.21 s in place of 2.64, which went
  /// through a text (one thread, Sapphire Rapids VM, 2026-12-01).
  private static func nearest(_ digits: UInt64, timesTenTo exponent: Int) -> Double? {
    if digits == 0 { return 0 }
    // Both the digits and the power of ten are exact doubles, so one operation rounds once.
    if digits <= 1 << 53, exponent >= -22, exponent <= 22 {
      return exponent < 0
        ? Double(digits) / powersOfTen[-exponent] : Double(digits) * powersOfTen[exponent]
    }
    if exponent == 0 { return Double(digits) }
    return exponent < 0 && exponent >= -19 ? quotient(digits, tenTo: -exponent) : nil
  }

  /// The double nearest to `digits` / 10^`places`: a division gives more bits than a double has,
  /// and its rest tells what lies behind them.
  private static func quotient(_ digits: UInt64, tenTo places: Int) -> Double {
    let divisor = wholePowersOfTen[places]
    let (up, down) = (digits.leadingZeroBitCount, divisor.leadingZeroBitCount)
    let numerator = digits << UInt64(up)
    // Both begin with a one now, so half of the one over the other has 63 bits or 64.
    let (quotient, rest) = (divisor << UInt64(down)).dividingFullWidth(
      (numerator >> 1, numerator << 63))
    let drop = UInt64(11 - quotient.leadingZeroBitCount)
    let half: UInt64 = 1 << (drop - 1)
    let below = quotient & (half << 1 - 1)
    var significand = quotient >> drop
    if below > half || below == half && (rest != 0 || significand & 1 == 1) { significand += 1 }
    // What is divided here is far from the ends of the range of doubles.
    let exponent = Int(drop) + down - up - 63
    return Double(significand) * Double(bitPattern: UInt64(1023 + exponent) << 52)
  }

  private static func named(
    _ bytes: Span<UInt8>, _ start: Int, _ end: Int, isNegative: Bool
  ) -> Double? {
    guard end - start == 3 || end - start == 8 else { return nil }
    var word = ""
    for place in start..<end {
      word.unicodeScalars.append(Unicode.Scalar(bytes[place] | 0x20))
    }
    switch word {
    case "nan": return .nan
    case "inf", "infinity": return isNegative ? -.infinity : .infinity
    default: return nil
    }
  }

  /// A sign and digits; what no double can reach is cut to a number that no double can reach
  /// either.
  private static func exponent(_ bytes: Span<UInt8>, _ start: Int, _ end: Int) -> Int? {
    var place = start
    if place == end { return nil }
    let isNegative = bytes[place] == 0x2D
    if isNegative || bytes[place] == 0x2B { place += 1 }
    if place == end { return nil }
    var value = 0
    while place < end {
      let digit = bytes[place] &- 0x30
      if digit > 9 { return nil }
      value = min(value * 10 + Int(digit), 1_000_000_000)
      place += 1
    }
    return isNegative ? -value : value
  }

  /// The standard library rounds correctly for any number of digits. Here the syntax is known to be
  /// right, and a number past the largest double becomes infinite, which is refused.
  @inline(never)
  private static func slow(_ bytes: Span<UInt8>, _ start: Int, _ end: Int) -> Double? {
    var text = ""
    for place in start..<end { text.unicodeScalars.append(Unicode.Scalar(bytes[place])) }
    guard let value = Double(text), value.isFinite else { return nil }
    return value
  }

  private static let wholePowersOfTen: [UInt64] = [
    1, 10, 100, 1_000, 10_000, 100_000, 1_000_000, 10_000_000, 100_000_000, 1_000_000_000,
    10_000_000_000, 100_000_000_000, 1_000_000_000_000, 10_000_000_000_000, 100_000_000_000_000,
    1_000_000_000_000_000, 10_000_000_000_000_000, 100_000_000_000_000_000,
    1_000_000_000_000_000_000, 10_000_000_000_000_000_000,
  ]

  private static let powersOfTen: [Double] = [
    1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16,
    1e17, 1e18, 1e19, 1e20, 1e21, 1e22,
  ]
}
