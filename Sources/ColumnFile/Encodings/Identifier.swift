import Bytes
import Columns

/// Texts that spell 128 bits: kept as 16 bytes and spelled again exactly as they were.
enum Identifier: UInt8, Sendable, CaseIterable {
  /// 22 characters of `0-9a-zA-Z`, the way of Spotify, where they stay below 2^128.
  case base62 = 0
  /// 8-4-4-4-12 hexadecimal digits.
  case lowerUUID = 1
  case upperUUID = 2
  /// 32 hexadecimal digits.
  case lowerHex = 3
  case upperHex = 4

  var length: Int {
    switch self {
    case .base62: 22
    case .lowerUUID, .upperUUID: 36
    case .lowerHex, .upperHex: 32
    }
  }

  private var isUpper: Bool { self == .upperUUID || self == .upperHex }
  private var hasDashes: Bool { self == .lowerUUID || self == .upperUUID }

  /// The bytes of all texts, 16 each, high byte first, and the spelling they share; nil where there
  /// is none.
  static func parse(_ texts: TextVector) -> (kind: Identifier, bytes: [UInt8])? {
    guard texts.count > 0 else { return nil }
    let length = texts.range(0).count
    for kind in allCases where kind.length == length {
      if let bytes = kind.parse(texts) { return (kind, bytes) }
    }
    return nil
  }

  private func parse(_ texts: TextVector) -> [UInt8]? {
    let source = texts.bytes.span
    var bytes: [UInt8] = []
    bytes.reserveCapacity(16 * texts.count)
    let values = self == .base62 ? Self.base62Values : Self.hexValues(upper: isUpper)
    var start = 0
    for offset in texts.offsets.dropFirst() {
      guard Int(offset) - start == length else { return nil }
      guard
        let value = self == .base62
          ? Self.base62(source, start, values) : Self.hex(source, start, hasDashes, values)
      else { return nil }
      Self.append(UInt64(truncatingIfNeeded: value >> 64), to: &bytes)
      Self.append(UInt64(truncatingIfNeeded: value), to: &bytes)
      start = Int(offset)
    }
    return bytes
  }

  private static func append(_ word: UInt64, to bytes: inout [UInt8]) {
    for shift: UInt64 in [56, 48, 40, 32, 24, 16, 8, 0] {
      bytes.append(UInt8(truncatingIfNeeded: word >> shift))
    }
  }

  /// Ten digits fit 64 bits: two of those, and two digits more.
  private static func base62(_ source: Span<UInt8>, _ start: Int, _ values: [UInt8]) -> UInt128? {
    var result: UInt128 = 0
    for (from, to) in [(0, 10), (10, 20), (20, 22)] {
      var part: UInt64 = 0
      for index in from..<to {
        let value = values[Int(source[start &+ index])]
        if value == 255 { return nil }
        part = part &* 62 &+ UInt64(value)
      }
      let (product, tooLarge) = result.multipliedReportingOverflow(
        by: to == 22 ? 3844 : 839_299_365_868_340_224)
      let (sum, overflow) = product.addingReportingOverflow(UInt128(part))
      if tooLarge || overflow { return nil }
      result = sum
    }
    return result
  }

  private static func hex(
    _ source: Span<UInt8>, _ start: Int, _ hasDashes: Bool, _ values: [UInt8]
  ) -> UInt128? {
    var result: UInt128 = 0
    var place = start
    for digit in 0..<32 {
      if hasDashes && (digit == 8 || digit == 12 || digit == 16 || digit == 20) {
        if source[place] != 45 { return nil }
        place &+= 1
      }
      let value = values[Int(source[place])]
      if value == 255 { return nil }
      result = result << 4 | UInt128(value)
      place &+= 1
    }
    return result
  }

  /// The texts of identifiers of 16 bytes each.
  func texts(_ source: [UInt8], _ range: Range<Int>, count: Int) -> TextVector {
    precondition(range.count == 16 * count, "16 bytes an identifier")
    var bytes: [UInt8] = []
    bytes.reserveCapacity(count * length)
    for index in 0..<count {
      var value: UInt128 = 0
      for place in 0..<16 {
        value = value << 8 | UInt128(source[range.lowerBound &+ 16 &* index &+ place])
      }
      if self == .base62 {
        Self.spellBase62(value, into: &bytes)
      } else {
        spellHex(value, into: &bytes)
      }
    }
    return TextVector(offsets: (0...count).map { UInt32($0 * length) }, bytes: bytes)
  }

  private static func spellBase62(_ value: UInt128, into bytes: inout [UInt8]) {
    let end = bytes.count + 22
    bytes.append(contentsOf: repeatElement(48, count: 22))
    var place = end - 1
    var (rest, low) = value.quotientAndRemainder(dividingBy: 839_299_365_868_340_224)
    for digits in [10, 10, 2] {
      var part = UInt64(truncatingIfNeeded: low)
      for _ in 0..<digits {
        let (quotient, digit) = part.quotientAndRemainder(dividingBy: 62)
        bytes[place] = base62Digits[Int(digit)]
        part = quotient
        place -= 1
      }
      (rest, low) = rest.quotientAndRemainder(dividingBy: 839_299_365_868_340_224)
    }
  }

  private func spellHex(_ value: UInt128, into bytes: inout [UInt8]) {
    let digits = isUpper ? Self.upperDigits : Self.lowerDigits
    for digit in 0..<32 {
      if hasDashes && (digit == 8 || digit == 12 || digit == 16 || digit == 20) {
        bytes.append(45)
      }
      bytes.append(digits[Int(truncatingIfNeeded: value >> UInt128(124 - 4 * digit)) & 15])
    }
  }

  private static let base62Digits = Array(
    "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ".utf8)
  private static let lowerDigits = Array("0123456789abcdef".utf8)
  private static let upperDigits = Array("0123456789ABCDEF".utf8)
  private static let base62Values = values(base62Digits)

  private static func hexValues(upper: Bool) -> [UInt8] {
    values(upper ? upperDigits : lowerDigits)
  }

  /// The value of each byte; 255 where it is no digit.
  private static func values(_ digits: [UInt8]) -> [UInt8] {
    var values = [UInt8](repeating: 255, count: 256)
    for (value, digit) in digits.enumerated() { values[Int(digit)] = UInt8(value) }
    return values
  }
}
