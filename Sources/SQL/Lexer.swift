/// Cuts a text of SQL into tokens.
///
/// Comments are `-- to the end of the line` and `/* nested */`. Texts double their quotes. A name
/// in double quotes may hold anything. Bytes above ASCII are letters.
struct Lexer {
  private let source: SourceText
  private let bytes: [UInt8]
  private var next = 0

  private init(_ source: SourceText) {
    self.source = source
    bytes = Array(source.text.utf8)
  }

  /// All tokens of `source`, the last of kind `end`.
  static func tokens(of source: SourceText) throws(SQLError) -> [Token] {
    var lexer = Lexer(source)
    var tokens: [Token] = []
    repeat { tokens.append(try lexer.token()) } while tokens[tokens.count - 1].kind != .end
    return tokens
  }

  private mutating func token() throws(SQLError) -> Token {
    try skipSpace()
    let start = next
    guard start < bytes.count else { return made(.end, "", start) }
    switch bytes[start] {
    case UInt8(ascii: "'"): return made(.string, try quoted("text"), start)
    case UInt8(ascii: "\""):
      let name = try quoted("name")
      if name.isEmpty { throw error("a name in quotes is empty", start, next) }
      return made(.quotedName, name, start)
    case let byte where isDigit(byte): return try number()
    case UInt8(ascii: ".") where isDigit(peek(1)): return try number()
    case let byte where isLetter(byte):
      while isLetter(peek(0)) || isDigit(peek(0)) || peek(0) == UInt8(ascii: "$") { next += 1 }
      return made(.word, text(start, next), start)
    default: return try symbol()
    }
  }

  private func made(_ kind: Token.Kind, _ text: String, _ start: Int) -> Token {
    Token(
      kind: kind, text: text, start: start, end: next,
      keyword: kind == .word ? text.foldedName : "")
  }

  private mutating func skipSpace() throws(SQLError) {
    while next < bytes.count {
      switch (bytes[next], peek(1)) {
      case (9...13, _), (32, _): next += 1
      case (UInt8(ascii: "-"), UInt8(ascii: "-")):
        while next < bytes.count, bytes[next] != UInt8(ascii: "\n") { next += 1 }
      case (UInt8(ascii: "/"), UInt8(ascii: "*")): try skipBlockComment()
      default: return
      }
    }
  }

  private mutating func skipBlockComment() throws(SQLError) {
    let start = next
    var depth = 0
    repeat {
      switch (peek(0), peek(1)) {
      case (UInt8(ascii: "/"), UInt8(ascii: "*")):
        depth += 1
        next += 2
      case (UInt8(ascii: "*"), UInt8(ascii: "/")):
        depth -= 1
        next += 2
      default:
        guard next < bytes.count else {
          throw error("this comment does not end", start, start + 2, "Close it with */.")
        }
        next += 1
      }
    } while depth > 0
  }

  /// What stands in the quotes that open here; a doubled quote means one.
  private mutating func quoted(_ noun: String) throws(SQLError) -> String {
    let start = next
    let quote = bytes[start]
    var content: [UInt8] = []
    next += 1
    while next < bytes.count {
      if bytes[next] == quote {
        if peek(1) != quote {
          next += 1
          return String(decoding: content, as: UTF8.self)
        }
        next += 1
      }
      content.append(bytes[next])
      next += 1
    }
    throw error("the quote of this \(noun) is not closed", start, start + 1)
  }

  /// `12`, `1_000`, `1.5`, `.5`, `5.`, `1e-6`.
  private mutating func number() throws(SQLError) -> Token {
    let start = next
    skipDigits()
    if peek(0) == UInt8(ascii: ".") {
      next += 1
      skipDigits()
    }
    if peek(0) | 32 == UInt8(ascii: "e") {
      let sign = peek(1) == UInt8(ascii: "+") || peek(1) == UInt8(ascii: "-") ? 1 : 0
      if isDigit(peek(1 + sign)) {
        next += 1 + sign
        skipDigits()
      }
    }
    let end = next
    while isLetter(peek(0)) || isDigit(peek(0)) { next += 1 }
    if next > end || bytes[end - 1] == UInt8(ascii: "_") {
      throw error(
        "`\(text(start, next))` is not a number", start, next,
        "A name that begins with a digit needs double quotes.")
    }
    return made(.number, text(start, end).filter { $0 != "_" }, start)
  }

  private mutating func skipDigits() {
    while isDigit(peek(0)) || (peek(0) == UInt8(ascii: "_") && isDigit(peek(1))) { next += 1 }
  }

  private static let symbols = [
    "!~~", "::", "<=", ">=", "<>", "!=", "==", "||", "//", "**", "=>", ":=", "->", "~~", "!~", "(",
    ")", "[", "]", "{", "}", ",", ".", ";", ":", "+", "-", "*", "/", "%", "^", "<", ">", "=", "~",
    "?", "$", "&", "|", "@", "#", "!", "`", "\\",
  ]

  private mutating func symbol() throws(SQLError) -> Token {
    let start = next
    for symbol in Self.symbols where bytes[start...].starts(with: symbol.utf8) {
      next += symbol.utf8.count
      return made(.symbol, symbol, start)
    }
    throw error("a control character stands here", start, start + 1)
  }

  /// The byte `offset` further on, or zero behind the end.
  private func peek(_ offset: Int) -> UInt8 {
    next + offset < bytes.count ? bytes[next + offset] : 0
  }

  private func isDigit(_ byte: UInt8) -> Bool { 48...57 ~= byte }

  private func isLetter(_ byte: UInt8) -> Bool {
    97...122 ~= byte | 32 && byte < 128 || byte == UInt8(ascii: "_") || byte >= 128
  }

  private func text(_ start: Int, _ end: Int) -> String {
    String(decoding: bytes[start..<end], as: UTF8.self)
  }

  private func error(
    _ message: String, _ start: Int, _ end: Int, _ hint: String = ""
  ) -> SQLError {
    SQLError(message, at: Position(source, start: start, end: end), hint: hint)
  }
}
