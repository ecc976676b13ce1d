import Bytes

/// Text of another encoding as UTF-8, in pieces. Code units that stand for nothing become a byte
/// that is no UTF-8, so that their row is rejected like any other that is not valid text.
struct Transcoder: Sendable {
  struct Refusal: Error { let reason: String }

  private let encoding: Dialect.Encoding
  /// UTF-16: whether the high byte comes first, known from the byte order mark.
  private var isBigEndian: Bool?
  /// UTF-16: the bytes of a code unit or pair that is not whole yet.
  private var held: [UInt8] = []

  /// nil for UTF-8, which stays as it is.
  init?(_ encoding: Dialect.Encoding) {
    if encoding == .utf8 { return nil }
    self.encoding = encoding
  }

  mutating func decode(_ bytes: [UInt8], isLast: Bool) throws(Refusal) -> [UInt8] {
    var text: [UInt8] = []
    text.reserveCapacity(bytes.count * 3 / 2)
    if encoding == .utf16 {
      try decodeUnits(bytes, isLast: isLast, to: &text)
    } else {
      for byte in bytes { Self.append(scalar(of: byte), to: &text) }
    }
    return text
  }

  private func scalar(of byte: UInt8) -> UInt32 {
    if encoding == .windows1252 && byte & 0xE0 == 0x80 {
      return Self.windows1252[Int(byte & 0x1F)]
    }
    return UInt32(byte)
  }

  private mutating func decodeUnits(
    _ bytes: [UInt8], isLast: Bool, to text: inout [UInt8]
  ) throws(Refusal) {
    held.append(copying: bytes.span)
    var place = 0
    if isBigEndian == nil {
      guard held.count >= 2 else {
        if isLast && !held.isEmpty { throw Refusal(reason: "it has no byte order mark") }
        return
      }
      switch (held[0], held[1]) {
      case (0xFE, 0xFF): isBigEndian = true
      case (0xFF, 0xFE): isBigEndian = false
      default: throw Refusal(reason: "UTF-16 begins with a byte order mark, and it has none")
      }
      place = 2
    }
    while place + 2 <= held.count {
      let unit = unit(place)
      if unit & 0xFC00 != 0xD800 {
        if unit & 0xFC00 == 0xDC00 { text.append(0xFF) } else { Self.append(unit, to: &text) }
        place += 2
      } else if place + 4 <= held.count {
        let low = self.unit(place + 2)
        if low & 0xFC00 == 0xDC00 {
          Self.append(0x10000 + (unit & 0x3FF) << 10 + (low & 0x3FF), to: &text)
          place += 4
        } else {
          text.append(0xFF)
          place += 2
        }
      } else if isLast {
        text.append(0xFF)
        place += 2
      } else {
        break
      }
    }
    held.removeFirst(place)
    if isLast && !held.isEmpty { text.append(0xFF) }
  }

  private func unit(_ place: Int) -> UInt32 {
    let (first, second) = (UInt32(held[place]), UInt32(held[place + 1]))
    return isBigEndian == true ? first << 8 | second : second << 8 | first
  }

  private static func append(_ scalar: UInt32, to text: inout [UInt8]) {
    if scalar < 0x80 {
      text.append(UInt8(scalar))
    } else if scalar < 0x800 {
      text.append(UInt8(0xC0 | scalar >> 6))
      text.append(UInt8(0x80 | scalar & 0x3F))
    } else {
      if scalar < 0x10000 {
        text.append(UInt8(0xE0 | scalar >> 12))
      } else {
        text.append(UInt8(0xF0 | scalar >> 18))
        text.append(UInt8(0x80 | scalar >> 12 & 0x3F))
      }
      text.append(UInt8(0x80 | scalar >> 6 & 0x3F))
      text.append(UInt8(0x80 | scalar & 0x3F))
    }
  }

  /// The bytes 0x80 to 0x9F; the five that stand for nothing are control characters, as in HTML.
  private static let windows1252: [UInt32] = [
    0x20AC, 0x81, 0x201A, 0x0192, 0x201E, 0x2026, 0x2020, 0x2021, 0x02C6, 0x2030, 0x0160, 0x2039,
    0x0152, 0x8D, 0x017D, 0x8F, 0x90, 0x2018, 0x2019, 0x201C, 0x201D, 0x2022, 0x2013, 0x2014,
    0x02DC, 0x2122, 0x0161, 0x203A, 0x0153, 0x9D, 0x017E, 0x0178,
  ]
}
