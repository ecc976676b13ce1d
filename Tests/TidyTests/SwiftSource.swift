import TestSupport

/// A Swift file, once as it stands and once with the parts that do not run blanked out.
struct SwiftSource {
  /// From the package's root.
  let path: String
  let lines: [String]
  /// The lines without comments and without what stands in literals and raw names, equally many.
  let code: [String]

  init(_ path: String) throws {
    let text = try PackageTree.text(path)
    self.init(path: path, text: text)
  }

  init(path: String, text: String) {
    self.path = path
    lines = text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
    var stripper = Stripper(Array(text.utf8))
    code = stripper.run().split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
  }

  /// All Swift files of the package but its manifest.
  static func all() throws -> [SwiftSource] { try tree.get() }

  private static let tree = Result {
    try ["Sources", "Benchmarks", "Tests"].flatMap { folder in
      try PackageTree.files(under: folder, suffix: ".swift").map { try SwiftSource($0) }
    }
  }

  /// The target that a path belongs to.
  var target: String {
    let parts = path.split(separator: "/").map(String.init)
    return parts[0] == "Benchmarks" ? "bench" : parts[1]
  }

  /// The modules it imports, each with its line number.
  var imports: [(module: String, line: Int)] {
    code.enumerated().compactMap { index, line in
      let words = line.split(separator: " ").map(String.init)
      guard let at = words.firstIndex(of: "import"), at <= 2, at + 1 < words.count else {
        return nil
      }
      return (String(words[at + 1].split(separator: ".")[0]), index + 1)
    }
  }

  /// The functions longer than `limit` lines, as the line number they start on and their length.
  func functions(longerThan limit: Int) -> [(line: Int, count: Int)] {
    var found: [(line: Int, count: Int)] = []
    for (index, line) in code.enumerated() where Self.opensFunction(line) {
      var depth = 0
      var hasBody = false
      search: for later in index..<code.count {
        for character in code[later].utf8 {
          if character == UInt8(ascii: "{") {
            depth += 1
            hasBody = true
          } else if character == UInt8(ascii: "}") {
            depth -= 1
            // A requirement of a protocol has no body; the brace closes the protocol.
            if depth < 0 { break search }
          }
        }
        if hasBody && depth == 0 {
          if later - index + 1 > limit { found.append((index + 1, later - index + 1)) }
          break
        }
        if !hasBody && later > index && Self.opensFunction(code[later]) { break }
      }
    }
    return found
  }

  private static func opensFunction(_ line: String) -> Bool {
    for word in line.split(whereSeparator: { " (<?".utf8.contains($0.utf8.first ?? 0) }) {
      switch word {
      case "func", "init", "deinit", "subscript": return true
      case "//", "=", "{", "return", "let", "var", "self", "try": return false
      default: continue
      }
    }
    return false
  }
}

/// Blanks comments and the insides of literals and raw names; interpolated expressions stay.
private struct Stripper {
  private let text: [UInt8]
  private var output: [UInt8] = []
  private var index = 0

  init(_ text: [UInt8]) { self.text = text }

  mutating func run() -> String {
    code(untilParenthesis: false)
    return String(decoding: output, as: UTF8.self)
  }

  private func at(_ offset: Int) -> UInt8 {
    index + offset < text.count ? text[index + offset] : 0
  }

  private mutating func keep() {
    output.append(text[index])
    index += 1
  }

  private mutating func blank() {
    if text[index] == UInt8(ascii: "\n") { output.append(text[index]) }
    index += 1
  }

  private mutating func code(untilParenthesis: Bool) {
    var depth = 0
    while index < text.count {
      switch at(0) {
      case UInt8(ascii: "/") where at(1) == UInt8(ascii: "/"):
        while index < text.count && at(0) != UInt8(ascii: "\n") { blank() }
      case UInt8(ascii: "/") where at(1) == UInt8(ascii: "*"): comment()
      case UInt8(ascii: "\""): literal(hashes: 0)
      case UInt8(ascii: "#") where hashesBeforeQuote > 0:
        let hashes = hashesBeforeQuote
        for _ in 0..<hashes { keep() }
        literal(hashes: hashes)
      case UInt8(ascii: "`"):
        keep()
        while index < text.count && at(0) != UInt8(ascii: "`") { blank() }
        if index < text.count { keep() }
      case UInt8(ascii: "("):
        depth += 1
        keep()
      case UInt8(ascii: ")"):
        if untilParenthesis && depth == 0 { return }
        depth -= 1
        keep()
      default: keep()
      }
    }
  }

  private var hashesBeforeQuote: Int {
    var count = 0
    while at(count) == UInt8(ascii: "#") { count += 1 }
    return at(count) == UInt8(ascii: "\"") ? count : 0
  }

  private mutating func comment() {
    var depth = 0
    repeat {
      if at(0) == UInt8(ascii: "/") && at(1) == UInt8(ascii: "*") {
        depth += 1
        blank()
      } else if at(0) == UInt8(ascii: "*") && at(1) == UInt8(ascii: "/") {
        depth -= 1
        blank()
      }
      blank()
    } while depth > 0 && index < text.count
  }

  private mutating func literal(hashes: Int) {
    let quotes =
      at(0) == UInt8(ascii: "\"") && at(1) == UInt8(ascii: "\"") && at(2) == UInt8(ascii: "\"")
      ? 3 : 1
    for _ in 0..<quotes { keep() }
    while index < text.count {
      if closes(quotes: quotes, hashes: hashes) {
        for _ in 0..<quotes + hashes { keep() }
        return
      }
      guard at(0) == UInt8(ascii: "\\"), escapes(hashes) else {
        blank()
        continue
      }
      for _ in 0...hashes { blank() }
      if at(0) == UInt8(ascii: "(") {
        keep()
        code(untilParenthesis: true)
        if index < text.count { keep() }
      } else if index < text.count {
        blank()
      }
    }
  }

  private func closes(quotes: Int, hashes: Int) -> Bool {
    for offset in 0..<quotes where at(offset) != UInt8(ascii: "\"") { return false }
    for offset in 0..<hashes where at(quotes + offset) != UInt8(ascii: "#") { return false }
    return true
  }

  private func escapes(_ hashes: Int) -> Bool {
    for offset in 0..<hashes where at(1 + offset) != UInt8(ascii: "#") { return false }
    return true
  }
}
