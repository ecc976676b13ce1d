/// Reads SQL by recursive descent: a function a rule of the grammar, one file a family of rules.
///
/// The grammar is DuckDB's where both know a rule, including which words are reserved and what
/// binds tighter. What other dialects have and this one does not is refused where it stands, with
/// the nearest thing that works.
package struct Parser {
  let source: SourceText
  let tokens: [Token]
  /// The index of the token to read next; the last token is `.end` and is never passed.
  var index = 0
  /// How many brackets, queries and operators are open.
  var depth = 0
  /// How many operators stand in long chains so far, each of which makes the tree a level deeper.
  var chained = 0

  /// Deeper nesting is refused, so that no text can exhaust the stack.
  static let depthLimit = 160
  /// Together with the depth this bounds the levels of a tree: 160 times 8, and 1000.
  static let shortChain = 8
  static let chainLimit = 1000

  init(_ source: SourceText) throws(SQLError) {
    self.source = source
    tokens = try Lexer.tokens(of: source)
  }

  /// The one statement of `source`; a final semicolon is allowed.
  package static func statement(_ source: SourceText) throws(SQLError) -> Statement {
    let statements = try statements(source)
    guard let statement = statements.first else {
      throw SQLError("there is nothing here", at: Position(source, start: 0, end: 0))
    }
    if statements.count > 1 {
      var parser = try Parser(source)
      while parser.token.text != ";" || parser.token.kind != .symbol { parser.advance() }
      parser.advance()
      throw parser.error("a second statement begins here", "Give one statement at a time.")
    }
    return statement
  }

  /// All statements of `source`, divided by semicolons.
  package static func statements(_ source: SourceText) throws(SQLError) -> [Statement] {
    var parser = try Parser(source)
    var statements: [Statement] = []
    while true {
      while parser.takeSymbol(";") {}
      if parser.token.kind == .end { return statements }
      statements.append(try parser.statement())
      if parser.token.kind != .end, !parser.isSymbol(";") { throw parser.unexpected() }
    }
  }

  /// The expression that `source` is.
  package static func expression(_ source: SourceText) throws(SQLError) -> Expression {
    var parser = try Parser(source)
    let expression = try parser.expression()
    if parser.token.kind != .end { throw parser.unexpected() }
    return expression
  }

  /// The columns that `source` declares: `a TEXT, b BIGINT NOT NULL`.
  package static func columns(_ source: SourceText) throws(SQLError) -> [ColumnDefinition] {
    var parser = try Parser(source)
    let table = try parser.tableElements(closing: nil)
    if parser.token.kind != .end { throw parser.unexpected() }
    return table.columns
  }

  mutating func statement() throws(SQLError) -> Statement {
    switch token.keyword {
    case "select", "with", "from", "values": return .select(try select())
    case "explain":
      advance()
      let isAnalyzed = takeWord("analyze")
      return .explain(try select(), isAnalyzed: isAnalyzed)
    case "describe", "desc":
      advance()
      return .describe(try described())
    case "show":
      advance()
      guard takeWord("tables") else {
        throw error("SHOW knows only TABLES", "Write SHOW TABLES, or DESCRIBE name.")
      }
      return .showTables
    case "create": return try create()
    default:
      if isSymbol("(") { return .select(try select()) }
      throw notAStatement()
    }
  }

  private mutating func described() throws(SQLError) -> TableExpression {
    _ = takeWord("table")
    let start = token.start
    if startsQuery {
      let query = try select()
      return TableExpression(.query(query), at: position(from: start))
    }
    return try tablePrimary()
  }

  private func notAStatement() -> SQLError {
    let begins = ["SELECT", "FROM", "WITH", "VALUES", "EXPLAIN", "DESCRIBE", "SHOW", "CREATE"]
    let writes = ["insert", "update", "delete", "merge", "drop", "alter", "copy", "truncate"]
    if writes.contains(token.keyword) {
      return error(
        "\(token.text) is not supported: a lake changes by files that arrive",
        "Queries begin with SELECT, FROM, WITH or VALUES.")
    }
    if token.kind == .word, let word = nearestWord(to: token.text, of: begins) {
      return error("a statement does not begin with `\(token.text)`", "Did you mean \(word)?")
    }
    return error(
      "a statement cannot begin with this",
      "Queries begin with SELECT, FROM, WITH or VALUES.")
  }
}

// MARK: - Reading tokens

extension Parser {
  var token: Token { tokens[index] }

  /// The token `offset` further on, or the last.
  func peek(_ offset: Int = 1) -> Token { tokens[min(index + offset, tokens.count - 1)] }

  mutating func advance() { index = min(index + 1, tokens.count - 1) }

  /// Where the end of the token before stands.
  var lastEnd: Int { index > 0 ? tokens[index - 1].end : 0 }

  func position(from start: Int) -> Position {
    Position(source, start: start, end: max(start, lastEnd))
  }

  var here: Position { Position(source, start: token.start, end: token.end) }

  func isSymbol(_ symbol: String, at offset: Int = 0) -> Bool {
    let token = peek(offset)
    return token.kind == .symbol && token.text == symbol
  }

  func isWord(_ word: String, at offset: Int = 0) -> Bool { peek(offset).keyword == word }

  mutating func takeSymbol(_ symbol: String) -> Bool {
    guard isSymbol(symbol) else { return false }
    advance()
    return true
  }

  mutating func takeWord(_ word: String) -> Bool {
    guard isWord(word) else { return false }
    advance()
    return true
  }

  /// Takes all of `words`, if they stand here one after the other.
  mutating func takeWords(_ words: String...) -> Bool {
    for (offset, word) in words.enumerated() where !isWord(word, at: offset) { return false }
    for _ in words { advance() }
    return true
  }

  mutating func expectSymbol(_ symbol: String, _ place: String) throws(SQLError) {
    if !takeSymbol(symbol) { throw unexpected("`\(symbol)` \(place)") }
  }

  mutating func expectWord(_ word: String, _ place: String) throws(SQLError) {
    if takeWord(word) { return }
    throw unexpected("\(word.uppercased()) \(place)")
  }

  /// A name: a quoted one, or a word that is not reserved.
  mutating func identifier(_ noun: String) throws(SQLError) -> Identifier {
    if token.kind == .quotedName || (token.kind == .word && !isReserved) {
      return anyIdentifier()
    }
    if token.kind == .word {
      throw error(
        "`\(token.text)` is a reserved word and not \(noun)", "Put it in double quotes.")
    }
    throw unexpected(noun)
  }

  /// The token here as a name, whatever it is.
  mutating func anyIdentifier() -> Identifier {
    let identifier = Identifier(token.text, at: here)
    advance()
    return identifier
  }

  var isReserved: Bool { ReservedWords.all.contains(token.keyword) }

  /// `(a, b)`.
  mutating func identifierList(_ noun: String) throws(SQLError) -> [Identifier] {
    try expectSymbol("(", "before \(noun)s")
    var identifiers: [Identifier] = []
    repeat { identifiers.append(try identifier("a \(noun)")) } while takeSymbol(",")
    try expectSymbol(")", "after \(noun)s")
    return identifiers
  }

  /// The `count`-th operator of a chain, which is a level deeper than the one before. Short chains
  /// are as good as none.
  mutating func lengthen(_ count: Int) throws(SQLError) {
    if count <= Self.shortChain { return }
    chained += 1
    if chained > Self.chainLimit {
      throw error(
        "the expression is too long: at most \(Self.chainLimit) operators stand in long chains",
        "Sum up in a subquery, or use IN (…).")
    }
  }

  /// One level deeper for as long as the caller reads; `depth -= 1` ends it.
  mutating func deepen() throws(SQLError) {
    depth += 1
    if depth > Self.depthLimit {
      throw error(
        "the statement is nested too deeply here",
        "At most \(Self.depthLimit) levels are allowed.")
    }
  }
}

// MARK: - Refusing

extension Parser {
  func error(_ message: String, _ hint: String = "") -> SQLError {
    SQLError(message, at: here, hint: hint)
  }

  /// What stands here cannot; `wanted` is what could.
  func unexpected(_ wanted: String = "") -> SQLError {
    let found: String
    switch token.kind {
    case .end: found = "the end"
    case .string: found = "this text"
    default: found = "`\(token.text)`"
    }
    if !wanted.isEmpty { return error("there should be \(wanted), not \(found)", slipHint()) }
    return error("\(found) cannot stand here", slipHint())
  }

  /// The keyword that the word here may be a slip of, or the word before it, which then was taken
  /// for a name: `FROM t WHRE a`.
  private func slipHint() -> String {
    let keywords = [
      "FROM", "WHERE", "GROUP", "HAVING", "QUALIFY", "ORDER", "LIMIT", "OFFSET", "JOIN", "LEFT",
      "USING", "UNION", "SELECT", "BETWEEN", "LIKE", "PARTITION",
    ]
    for word in [token] + tokens[..<index].suffix(1) where word.kind == .word {
      if let near = nearestWord(to: word.text, of: keywords), near.foldedName != word.keyword {
        return "Did you mean \(near) instead of `\(word.text)`?"
      }
    }
    return ""
  }
}
