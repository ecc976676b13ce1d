import Bytes

extension Dialect {
  /// The names of the options, in the order of the documentation.
  package static let optionNames = [
    "delimiter", "quote", "escape", "record_delimiter", "header_rows", "skip_leading",
    "skip_trailing", "null_text", "encoding", "ragged",
  ]

  /// A dialect from options as a pack or a command line says them.
  ///
  /// In texts `\t`, `\n`, `\r`, `\\` and `\xNN` stand for the bytes they name. An empty `quote` or
  /// `escape` means none.
  package init(options: [(name: String, value: String)]) throws(CSVError) {
    self.init()
    var escapeIsSaid = false
    for (name, value) in options {
      switch name.lowercased() {
      case "delimiter": delimiter = try Self.bytes(name, value)
      case "quote": quote = try Self.byte(name, value)
      case "escape":
        escape = try Self.byte(name, value)
        escapeIsSaid = true
      case "record_delimiter": recordDelimiter = try Self.lineBreak(name, value)
      case "header_rows": headerRows = try Self.number(name, value)
      case "skip_leading": skipLeading = try Self.number(name, value)
      case "skip_trailing": skipTrailing = try Self.number(name, value)
      case "null_text": nullText = try Self.bytes(name, value)
      case "encoding": encoding = try Self.encoding(name, value)
      case "ragged": ragged = try Self.ragged(name, value)
      default:
        let near = Spelling.nearest(to: name, in: Self.optionNames)
        throw Self.refusal(
          name, because: "there is no such option",
          remedy: near.map { "Did you mean \($0)?" }
            ?? "There are: \(Self.optionNames.joined(separator: ", ")).")
      }
    }
    if !escapeIsSaid { escape = quote }
    try check()
  }

  private static func refusal(
    _ name: String, because reason: String, remedy: String = ""
  ) -> CSVError {
    CSVError(Explanation("cannot use", "the CSV option \(name)", because: reason, remedy: remedy))
  }

  private static func number(_ name: String, _ value: String) throws(CSVError) -> Int {
    guard let number = Int(value), number >= 0 else {
      throw refusal(name, because: "\"\(value)\" is no number of lines")
    }
    return number
  }

  private static func byte(_ name: String, _ value: String) throws(CSVError) -> UInt8? {
    let bytes = try bytes(name, value)
    guard bytes.count <= 1 else { throw refusal(name, because: "it is one byte, or none") }
    return bytes.first
  }

  private static func lineBreak(_ name: String, _ value: String) throws(CSVError) -> [UInt8] {
    let bytes = try bytes(name, value)
    // Either line break is taken anyway.
    return bytes == [0x0A] || bytes == [0x0D, 0x0A] ? [] : bytes
  }

  private static func encoding(_ name: String, _ value: String) throws(CSVError) -> Encoding {
    switch value.lowercased() {
    case "utf-8", "utf8": return .utf8
    case "utf-16", "utf16": return .utf16
    case "latin-1", "latin1", "iso-8859-1": return .latin1
    case "windows-1252", "cp1252": return .windows1252
    default:
      throw refusal(
        name, because: "\"\(value)\" is not known",
        remedy: "There are: utf-8, utf-16, latin-1, windows-1252.")
    }
  }

  private static func ragged(_ name: String, _ value: String) throws(CSVError) -> Ragged {
    switch value.lowercased() {
    case "refuse", "refused": return .refused
    case "pad", "padded": return .padded
    default: throw refusal(name, because: "\"\(value)\" is neither refused nor padded")
    }
  }

  /// The bytes of a text with escapes.
  private static func bytes(_ name: String, _ value: String) throws(CSVError) -> [UInt8] {
    var bytes: [UInt8] = []
    var rest = Array(value.utf8)[...]
    while let first = rest.popFirst() {
      guard first == 0x5C, let second = rest.popFirst() else {
        bytes.append(first)
        continue
      }
      switch second {
      case 0x74: bytes.append(0x09)
      case 0x6E: bytes.append(0x0A)
      case 0x72: bytes.append(0x0D)
      case 0x5C: bytes.append(0x5C)
      case 0x78:
        let digits = String(decoding: rest.prefix(2), as: UTF8.self)
        guard digits.utf8.count == 2, let byte = UInt8(digits, radix: 16) else {
          throw refusal(name, because: "\\x takes two hexadecimal digits")
        }
        bytes.append(byte)
        rest = rest.dropFirst(2)
      default: bytes += [first, second]
      }
    }
    return bytes
  }
}
