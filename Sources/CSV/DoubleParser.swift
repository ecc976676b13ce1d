extension FieldParser {
  /// `[+-]digits[.digits][e[+-]digits]`, with digits on at least one side of the point, or `nan`,
  /// `inf`, `infinity` in any case; correctly rounded.
  static func double(_ bytes: Span<UInt8>, _ start: Int, _ end: Int) -> Double? {
    var place = start
    if place == end { return nil }
    let isNegative = bytes[place] == 0x2D
    if isNegative || bytes[place] == 0x2B { place += 1 }
    var digits: UInt64 = 0
    var count = 0
    var exponent = 0
    let first = place
    while place < end, bytes[place] &- 0x30 <= 9 {
      digits = digits &* 10 &+ UInt64(bytes[place] &- 0x30)
      place += 1
    }
    count = place - first
    if place < end, bytes[place] == 0x2E {
      place += 1
      let point = place
      while place < end, bytes[place] &- 0x30 <= 9 {
        digits = digits &* 10 &+ UInt64(bytes[place] &- 0x30)
        place += 1
      }
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
    // Both the digits and the power of ten are exact doubles, so one operation rounds once.
    if count <= 15, exponent >= -22, exponent <= 22 {
      let magnitude = Double(digits)
      let value =
        exponent < 0
        ? magnitude / powersOfTen[-exponent] : magnitude * powersOfTen[exponent]
      return isNegative ? -value : value
    }
    return slow(bytes, start, end)
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

  private static let powersOfTen: [Double] = [
    1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16,
    1e17, 1e18, 1e19, 1e20, 1e21, 1e22,
  ]
}
