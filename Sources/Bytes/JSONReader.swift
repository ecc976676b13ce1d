/// A text that is not JSON, and where it stops being it.
package struct JSONError: Explained, Sendable {
  package let offset: Int
  package let explanation: Explanation

  init(_ offset: Int, _ reason: String) {
    self.offset = offset
    explanation = Explanation("cannot read", "byte \(offset) of a JSON text", because: reason)
  }
}

extension JSON {
  /// Reads one value; only white space may stand around it.
  package static func parse(_ bytes: [UInt8]) throws(JSONError) -> JSON {
    var reader = JSONReader(bytes)
    let value = try reader.value(depth: 0)
    reader.skipSpace()
    guard reader.position == bytes.count else {
      throw JSONError(reader.position, "more text follows the value")
    }
    return value
  }
}

/// Reads RFC 8259 from the front to the back.
private struct JSONReader {
  let bytes: [UInt8]
  var position = 0

  /// A text nested deeper than this is refused, so that no text can exhaust the stack.
  static let maximumDepth = 200

  init(_ bytes: [UInt8]) { self.bytes = bytes }

  private var current: UInt8? { position < bytes.count ? bytes[position] : nil }

  mutating func skipSpace() {
    while let byte = current, byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 {
      position += 1
    }
  }

  mutating func value(depth: Int) throws(JSONError) -> JSON {
    guard depth < Self.maximumDepth else { throw JSONError(position, "it is nested too deeply") }
    skipSpace()
    switch current {
    case UInt8(ascii: "{"): return try object(depth)
    case UInt8(ascii: "["): return try list(depth)
    case UInt8(ascii: "\""): return .text(try text())
    case UInt8(ascii: "t"): return try word("true", .boolean(true))
    case UInt8(ascii: "f"): return try word("false", .boolean(false))
    case UInt8(ascii: "n"): return try word("null", .null)
    case .some: return try number()
    case nil: throw JSONError(position, "it ends where a value should stand")
    }
  }

  private mutating func word(_ word: String, _ value: JSON) throws(JSONError) -> JSON {
    guard bytes[position...].starts(with: word.utf8) else {
      throw JSONError(position, "no value begins so")
    }
    position += word.utf8.count
    return value
  }

  private mutating func take(_ byte: Unicode.Scalar) -> Bool {
    skipSpace()
    guard current == UInt8(ascii: byte) else { return false }
    position += 1
    return true
  }

  private mutating func object(_ depth: Int) throws(JSONError) -> JSON {
    position += 1
    var members: [JSON.Member] = []
    if take("}") { return .object(members) }
    members.reserveCapacity(6)
    repeat {
      skipSpace()
      guard current == UInt8(ascii: "\"") else { throw JSONError(position, "a name is missing") }
      let name = try text()
      guard take(":") else { throw JSONError(position, "a colon is missing") }
      members.append(JSON.Member(name, try value(depth: depth + 1)))
    } while take(",")
    guard take("}") else { throw JSONError(position, "a comma or } is missing") }
    return .object(members)
  }

  private mutating func list(_ depth: Int) throws(JSONError) -> JSON {
    position += 1
    var values: [JSON] = []
    if take("]") { return .list(values) }
    repeat { values.append(try value(depth: depth + 1)) } while take(",")
    guard take("]") else { throw JSONError(position, "a comma or ] is missing") }
    return .list(values)
  }

  private mutating func number() throws(JSONError) -> JSON {
    let start = position
    var isInteger = true
    if current == UInt8(ascii: "-") { position += 1 }
    let firstDigit = position
    try digits()
    if bytes[firstDigit] == UInt8(ascii: "0"), position > firstDigit + 1 {
      throw JSONError(firstDigit, "a number begins with 0")
    }
    if current == UInt8(ascii: ".") {
      isInteger = false
      position += 1
      try digits()
    }
    if current == UInt8(ascii: "e") || current == UInt8(ascii: "E") {
      isInteger = false
      position += 1
      if current == UInt8(ascii: "+") || current == UInt8(ascii: "-") { position += 1 }
      try digits()
    }
    if isInteger, position - firstDigit <= 18 {
      let magnitude = bytes[firstDigit..<position].reduce(0) { $0 &* 10 &+ Int64($1 & 15) }
      return .integer(firstDigit > start ? -magnitude : magnitude)
    }
    let text = String(decoding: bytes[start..<position], as: UTF8.self)
    if isInteger { return Int64(text).map { .integer($0) } ?? .digits(text) }
    guard let number = Double(text), number.isFinite else {
      throw JSONError(start, "the number is out of range")
    }
    return .number(number)
  }

  private mutating func digits() throws(JSONError) {
    let start = position
    while let byte = current, byte >= UInt8(ascii: "0"), byte <= UInt8(ascii: "9") {
      position += 1
    }
    guard position > start else { throw JSONError(position, "no value begins so") }
  }

  private mutating func text() throws(JSONError) -> String {
    position += 1
    let start = position
    while let byte = current, byte != UInt8(ascii: "\""), byte != UInt8(ascii: "\\") {
      guard byte >= 0x20 else { throw JSONError(position, "a control character in a text") }
      position += 1
    }
    if current == UInt8(ascii: "\"") {
      position += 1
      return String(decoding: bytes[start..<position - 1], as: UTF8.self)
    }
    return try escapedText(from: start)
  }

  private mutating func escapedText(from start: Int) throws(JSONError) -> String {
    var text = Array(bytes[start..<position])
    while let byte = current {
      position += 1
      switch byte {
      case UInt8(ascii: "\""): return String(decoding: text, as: UTF8.self)
      case UInt8(ascii: "\\"): try escape(into: &text)
      case 0..<0x20: throw JSONError(position - 1, "a control character in a text")
      default: text.append(byte)
      }
    }
    throw JSONError(position, "it ends inside a text")
  }

  private mutating func escape(into text: inout [UInt8]) throws(JSONError) {
    guard let byte = current else { throw JSONError(position, "it ends inside a text") }
    position += 1
    switch byte {
    case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): text.append(byte)
    case UInt8(ascii: "b"): text.append(0x08)
    case UInt8(ascii: "f"): text.append(0x0C)
    case UInt8(ascii: "n"): text.append(0x0A)
    case UInt8(ascii: "r"): text.append(0x0D)
    case UInt8(ascii: "t"): text.append(0x09)
    case UInt8(ascii: "u"):
      var code = try unit()
      if (0xD800..<0xDC00).contains(code), bytes[position...].starts(with: "\\u".utf8) {
        position += 2
        let low = try unit()
        guard (0xDC00..<0xE000).contains(low) else {
          throw JSONError(position - 6, "half of a surrogate pair")
        }
        code = 0x10000 + (code - 0xD800) << 10 + (low - 0xDC00)
      }
      guard let scalar = Unicode.Scalar(code) else {
        throw JSONError(position - 6, "half of a surrogate pair")
      }
      text.append(contentsOf: String(scalar).utf8)
    default: throw JSONError(position - 1, "no escape is written so")
    }
  }

  private mutating func unit() throws(JSONError) -> UInt32 {
    guard position + 4 <= bytes.count else { throw JSONError(position, "it ends inside a text") }
    var code: UInt32 = 0
    for byte in bytes[position..<position + 4] {
      guard let digit = Character(Unicode.Scalar(byte)).hexDigitValue else {
        throw JSONError(position, "no escape is written so")
      }
      code = code << 4 | UInt32(digit)
    }
    position += 4
    return code
  }
}
