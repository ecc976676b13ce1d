/// A JSON value: what reports, commits and manifests are written as.
///
/// Members of an object keep their order, so that the same value is always the same text.
package enum JSON: Sendable, Hashable {
  case null
  case boolean(Bool)
  case integer(Int64)
  /// Written with the fewest digits that read back as the same number; NaN and infinities, which
  /// JSON does not know, are written as null.
  case number(Double)
  /// A number wider than 64 bits, or a decimal, digit by digit.
  case digits(String)
  case text(String)
  case list([JSON])
  case object([Member])

  package struct Member: Sendable, Hashable {
    package let name: String
    package let value: JSON

    package init(_ name: String, _ value: JSON) {
      self.name = name
      self.value = value
    }
  }

  /// An object with its members in this order.
  package static func members(_ members: KeyValuePairs<String, JSON>) -> JSON {
    .object(members.map { Member($0.key, $0.value) })
  }

  /// A count.
  package static func count(_ count: Int) -> JSON { .integer(Int64(count)) }

  /// A text, or null.
  package static func optional(_ text: String?) -> JSON { text.map { .text($0) } ?? .null }
}

// MARK: - Looking in

extension JSON {
  /// The value of the first member called `name`; nil where there is none.
  package subscript(name: String) -> JSON? {
    guard case .object(let members) = self else { return nil }
    for place in members.indices where members[place].name == name { return members[place].value }
    return nil
  }

  package var asText: String? {
    if case .text(let text) = self { return text }
    return nil
  }

  package var asInteger: Int64? {
    if case .integer(let number) = self { return number }
    return nil
  }

  package var asBoolean: Bool? {
    if case .boolean(let value) = self { return value }
    return nil
  }

  package var asList: [JSON]? {
    if case .list(let values) = self { return values }
    return nil
  }
}

// MARK: - Writing

extension JSON: CustomStringConvertible {
  /// On one line.
  package var description: String { String(decoding: bytes(), as: UTF8.self) }

  /// On many lines, two spaces a level.
  package var pretty: String { String(decoding: bytes(indented: true), as: UTF8.self) }

  package func bytes(indented: Bool = false) -> [UInt8] {
    var bytes: [UInt8] = []
    write(into: &bytes, indentation: indented ? 0 : nil)
    return bytes
  }

  /// Appends the text of this value; `indentation` is its level, nil for one line.
  package func write(into bytes: inout [UInt8], indentation: Int? = nil) {
    switch self {
    case .null: bytes.append(contentsOf: "null".utf8)
    case .boolean(let value): bytes.append(contentsOf: (value ? "true" : "false").utf8)
    case .integer(let value): bytes.append(contentsOf: String(value).utf8)
    case .number(let value):
      bytes.append(contentsOf: (value.isFinite ? "\(value)" : "null").utf8)
    case .digits(let digits): bytes.append(contentsOf: digits.utf8)
    case .text(let text): Self.write(text, into: &bytes)
    case .list(let values):
      bytes.append(UInt8(ascii: "["))
      for (index, value) in values.enumerated() {
        Self.separate(index, indentation, into: &bytes)
        value.write(into: &bytes, indentation: indentation.map { $0 + 1 })
      }
      Self.close(values.isEmpty, indentation, into: &bytes)
      bytes.append(UInt8(ascii: "]"))
    case .object(let members):
      bytes.append(UInt8(ascii: "{"))
      for (index, member) in members.enumerated() {
        Self.separate(index, indentation, into: &bytes)
        Self.write(member.name, into: &bytes)
        bytes.append(contentsOf: (indentation == nil ? ":" : ": ").utf8)
        member.value.write(into: &bytes, indentation: indentation.map { $0 + 1 })
      }
      Self.close(members.isEmpty, indentation, into: &bytes)
      bytes.append(UInt8(ascii: "}"))
    }
  }

  private static func separate(_ index: Int, _ indentation: Int?, into bytes: inout [UInt8]) {
    if index > 0 { bytes.append(UInt8(ascii: ",")) }
    if let indentation { breakLine(indentation + 1, into: &bytes) }
  }

  private static func close(_ isEmpty: Bool, _ indentation: Int?, into bytes: inout [UInt8]) {
    if let indentation, !isEmpty { breakLine(indentation, into: &bytes) }
  }

  private static func breakLine(_ indentation: Int, into bytes: inout [UInt8]) {
    bytes.append(UInt8(ascii: "\n"))
    bytes.append(contentsOf: repeatElement(UInt8(ascii: " "), count: 2 * indentation))
  }

  /// Appends a text in quotes. Quotes, backslashes and control characters are escaped; all else
  /// stands as it is, in UTF-8.
  package static func write(_ text: String, into bytes: inout [UInt8]) {
    bytes.append(UInt8(ascii: "\""))
    for byte in text.utf8 {
      switch byte {
      case UInt8(ascii: "\""), UInt8(ascii: "\\"):
        bytes.append(UInt8(ascii: "\\"))
        bytes.append(byte)
      case 0x0A: bytes.append(contentsOf: "\\n".utf8)
      case 0x0D: bytes.append(contentsOf: "\\r".utf8)
      case 0x09: bytes.append(contentsOf: "\\t".utf8)
      case 0x00..<0x20, 0x7F:
        bytes.append(contentsOf: "\\u00".utf8)
        let hexadecimal = Array("0123456789abcdef".utf8)
        bytes.append(hexadecimal[Int(byte >> 4)])
        bytes.append(hexadecimal[Int(byte & 15)])
      default: bytes.append(byte)
      }
    }
    bytes.append(UInt8(ascii: "\""))
  }
}
