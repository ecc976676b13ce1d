extension Parser {
  mutating func fromClause() throws(SQLError) -> TableExpression {
    advance()
    let table = try joined()
    if isSymbol(",") {
      throw error(
        "a comma between tables is not supported",
        "Say how they belong together: a JOIN b ON …, or a JOIN b USING (…).")
    }
    return table
  }

  /// A table and all that is joined to it, from the left.
  private mutating func joined() throws(SQLError) -> TableExpression {
    let start = token.start
    var left = try tablePrimary()
    var count = 0
    while let kind = try joinKind() {
      count += 1
      if count > Self.depthLimit { throw error("too many joins: at most \(Self.depthLimit)") }
      let right = try tablePrimary()
      let condition = try joinCondition()
      left = TableExpression(
        .join(Join(kind: kind, left: left, right: right, condition: condition)),
        at: position(from: start))
    }
    return left
  }

  private mutating func joinKind() throws(SQLError) -> Join.Kind? {
    switch token.keyword {
    case "join":
      advance()
      return .inner
    case "inner":
      advance()
      try expectWord("join", "after INNER")
      return .inner
    case "left":
      if isWord("semi", at: 1) || isWord("anti", at: 1) { throw refusedJoin() }
      advance()
      _ = takeWord("outer")
      try expectWord("join", "after LEFT")
      return .left
    case "right", "full", "cross", "natural", "semi", "anti", "asof", "positional":
      throw refusedJoin()
    default: return nil
    }
  }

  private func refusedJoin() -> SQLError {
    let word = isWord("left") ? peek() : token
    let kind = word.text.uppercased()
    let hint =
      switch word.keyword {
      case "right": "Swap the tables and use LEFT JOIN."
      case "natural": "Name the columns: JOIN … USING (…)."
      case "semi": "Use IN (SELECT …)."
      case "anti": "Use NOT IN (SELECT …), or LEFT JOIN … WHERE … IS NULL."
      default: "INNER JOIN and LEFT JOIN on equal columns are."
      }
    return error("\(kind) JOIN is not supported", hint)
  }

  private mutating func joinCondition() throws(SQLError) -> Join.Condition {
    if takeWord("on") { return .on(try expression()) }
    if takeWord("using") { return .using(try identifierList("column")) }
    throw unexpected("ON or USING after the joined table")
  }

  /// A table, a file, a query in brackets, or tables joined in brackets.
  mutating func tablePrimary() throws(SQLError) -> TableExpression {
    let start = token.start
    let kind: TableExpression.Kind
    switch token.kind {
    case .string:
      kind = .file(token.text)
      advance()
    case .symbol where isSymbol("("):
      if !startsBracketedQuery && !isSymbol("(", at: 0) { throw unexpected("a table") }
      try deepen()
      if startsBracketedQuery {
        advance()
        kind = .query(try select())
        try expectSymbol(")", "after the query")
      } else {
        advance()
        kind = try joined().kind
        try expectSymbol(")", "after the tables")
      }
      depth -= 1
    case .word where isWord("lateral"): throw error("LATERAL is not supported")
    case .word, .quotedName: kind = try namedTable()
    default: throw unexpected("a table")
    }
    return try aliased(kind, from: start)
  }

  private mutating func namedTable() throws(SQLError) -> TableExpression.Kind {
    if token.kind == .word, isSymbol("(", at: 1) {
      if isWord("read_csv") || isWord("read_csv_auto") { return .csv(try readCSV()) }
      throw error(
        "the table function `\(token.text)` is not known",
        "Known is read_csv('file', columns => {…}); other files stand in quotes: FROM 'file'.")
    }
    let name = try identifier("a table")
    if isSymbol(".") {
      throw error(
        "schemas are not supported", "Name the table alone; a file stands in single quotes.")
    }
    return .table(name)
  }

  private mutating func aliased(
    _ kind: TableExpression.Kind, from start: Int
  ) throws(SQLError) -> TableExpression {
    var alias: Identifier?
    if takeWord("as") {
      alias = try identifier("an alias")
    } else if token.kind == .quotedName
      || (token.kind == .word && !isReserved
        && !ReservedWords.notTableAlias.contains(token.keyword))
    {
      alias = anyIdentifier()
    }
    let columns = alias != nil && isSymbol("(") ? try identifierList("column") : []
    if isWord("tablesample") { throw error("samples are not supported", "Use LIMIT.") }
    return TableExpression(
      kind, alias: alias, columnAliases: columns, at: position(from: start))
  }

  // MARK: - read_csv

  private mutating func readCSV() throws(SQLError) -> ReadCSV {
    advance()
    advance()
    guard token.kind == .string else { throw unexpected("the path of a file in single quotes") }
    let path = token.text
    advance()
    var columns: [DeclaredColumn] = []
    var options: [Option] = []
    while takeSymbol(",") {
      let name = try identifier("an option")
      guard takeSymbol("=>") || takeSymbol(":=") || takeSymbol("=") else {
        throw unexpected("`=>` after the option")
      }
      if name.folded == "columns" {
        columns = try declaredColumns()
      } else {
        options.append(try option(name))
      }
    }
    try expectSymbol(")", "after read_csv")
    return ReadCSV(path: path, columns: columns, options: options)
  }

  /// `{'a': 'BIGINT', b: TEXT}`.
  private mutating func declaredColumns() throws(SQLError) -> [DeclaredColumn] {
    try expectSymbol("{", "before the columns")
    var columns: [DeclaredColumn] = []
    repeat {
      let name = token.kind == .string ? anyIdentifier() : try identifier("a column")
      if columns.contains(where: { $0.name == name }) {
        throw SQLError("the column `\(name)` is here twice", at: name.position)
      }
      try expectSymbol(":", "after the column's name")
      columns.append(DeclaredColumn(name: name, type: try quotedTypeName()))
    } while takeSymbol(",")
    try expectSymbol("}", "after the columns")
    return columns
  }

  /// The value of an option: a text, a number, or a bare word, all as text.
  mutating func option(_ name: Identifier) throws(SQLError) -> Option {
    var value = takeSymbol("-") ? "-" : ""
    switch token.kind {
    case .string where value.isEmpty, .word where value.isEmpty, .number: value += token.text
    default: throw unexpected("a value of the option `\(name)`")
    }
    advance()
    return Option(name: name, value: value, position: position(from: name.position.start))
  }
}
