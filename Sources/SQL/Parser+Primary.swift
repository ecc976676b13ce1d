import Columns

extension Parser {
  mutating func primary() throws(SQLError) -> Expression {
    let start = token.start
    switch token.kind {
    case .number: return try number()
    case .string:
      let text = token.text
      advance()
      return Expression(.literal(.text(text), .text), at: position(from: start))
    case .quotedName: return try columnOrCall()
    case .word: return try wordPrimary()
    case .symbol where isSymbol("("): return try bracketed()
    case .symbol where isSymbol("*"):
      throw error("`*` cannot stand here", "It stands alone in SELECT, or in count(*).")
    case .symbol where isSymbol("[") || isSymbol("{"):
      throw error("lists and structures are not supported")
    case .symbol where isSymbol("?") || isSymbol("$"):
      throw error("parameters are not supported", "Write the value.")
    case .symbol, .end: throw unexpected("an expression")
    }
  }

  private mutating func bracketed() throws(SQLError) -> Expression {
    let start = token.start
    if startsBracketedQuery {
      advance()
      let query = try select()
      try expectSymbol(")", "after the query")
      return Expression(.query(query), at: position(from: start))
    }
    advance()
    let inner = try expression()
    if isSymbol(",") { throw error("rows of values are not supported", "Compare one by one.") }
    try expectSymbol(")", "to close the bracket")
    return Expression(inner.kind, at: position(from: start))
  }

  private mutating func wordPrimary() throws(SQLError) -> Expression {
    let start = token.start
    switch token.keyword {
    case "null": return constant(.null, .null)
    case "true": return constant(.boolean(true), .boolean)
    case "false": return constant(.boolean(false), .boolean)
    case "case": return try conditional()
    case "not": throw error("NOT binds too loosely to stand here", "Put it in brackets.")
    case "cast", "try_cast":
      if isSymbol("(", at: 1) { return try cast() }
    case "interval":
      if let interval = try interval() { return interval }
    case "exists":
      if isSymbol("(", at: 1) { throw error("EXISTS is not supported", "Use IN (SELECT …).") }
    case "extract", "substring", "position", "trim":
      if isSymbol("(", at: 1), let call = try specialCall() { return call }
    default: break
    }
    if peek().kind == .string, let type = TypeNames.find(token.keyword) {
      let name = TypeName(
        type.type, name: token.text, bits: type.bits, hasZone: type.hasZone, at: here)
      advance()
      let text = Expression(.literal(.text(token.text), .text), at: here)
      advance()
      return Expression(.cast(text, name, isTry: false), at: position(from: start))
    }
    return try columnOrCall()
  }

  private mutating func constant(_ value: Value, _ type: DataType) -> Expression {
    let expression = Expression(.literal(value, type), at: here)
    advance()
    return expression
  }

  private mutating func columnOrCall() throws(SQLError) -> Expression {
    let start = token.start
    if isSymbol("(", at: 1), !isReserved { return try call() }
    var name = try identifier("an expression")
    var table: Identifier?
    if takeSymbol(".") {
      if isSymbol("*") { throw error("`*` cannot stand here", "It stands alone in SELECT.") }
      table = name
      guard token.kind == .word || token.kind == .quotedName else {
        throw unexpected("a column after the point")
      }
      name = anyIdentifier()
      if isSymbol(".") { throw error("schemas and fields are not supported") }
    }
    return Expression(.column(ColumnName(table: table, name)), at: position(from: start))
  }

  // MARK: - CASE and CAST

  private mutating func conditional() throws(SQLError) -> Expression {
    let start = token.start
    advance()
    let operand = isWord("when") ? nil : try expression()
    var branches: [Conditional.Branch] = []
    repeat {
      try expectWord("when", "in CASE")
      let condition = try expression()
      try expectWord("then", "after the condition of CASE")
      branches.append(Conditional.Branch(condition: condition, result: try expression()))
    } while isWord("when")
    let otherwise = takeWord("else") ? try expression() : nil
    try expectWord("end", "to close CASE")
    return Expression(
      .conditional(Conditional(operand: operand, branches: branches, otherwise: otherwise)),
      at: position(from: start))
  }

  private mutating func cast() throws(SQLError) -> Expression {
    let start = token.start
    let isTry = isWord("try_cast")
    advance()
    advance()
    let value = try expression()
    try expectWord("as", "before the type of CAST")
    let type = try typeName()
    try expectSymbol(")", "after the type of CAST")
    return Expression(.cast(value, type, isTry: isTry), at: position(from: start))
  }

  // MARK: - Calls

  private mutating func call() throws(SQLError) -> Expression {
    let start = token.start
    let name = anyIdentifier()
    advance()
    var arguments: [Expression] = []
    var orderBy: [OrderItem] = []
    var isStar = false
    var isDistinct = false
    if isSymbol("*"), isSymbol(")", at: 1) {
      isStar = true
      advance()
    } else if !isSymbol(")") {
      isDistinct = takeWord("distinct")
      if !isDistinct { _ = takeWord("all") }
      arguments = try expressions()
      if isWord("order") {
        guard case .items(let items) = try ordering() else {
          throw error("ORDER BY ALL cannot stand in a call")
        }
        orderBy = items
      }
    }
    if isWord("ignore") || isWord("respect") {
      throw error("\(token.text.uppercased()) NULLS is not supported", "Use FILTER (WHERE …).")
    }
    try expectSymbol(")", "after the arguments of `\(name)`")
    if isWord("within") { throw error("WITHIN GROUP is not supported") }
    let filter = try aggregateFilter()
    let window = takeWord("over") ? try window() : nil
    // `date(x)` is a cast, so that it equals `x::DATE` wherever expressions are compared.
    if name.folded == "date", arguments.count == 1, orderBy.isEmpty, filter == nil, window == nil {
      let date = TypeName(.date, name: name.name, at: name.position)
      return Expression(.cast(arguments[0], date, isTry: false), at: position(from: start))
    }
    let call = Call(
      name, arguments, isStar: isStar, isDistinct: isDistinct, orderBy: orderBy, filter: filter,
      window: window)
    return Expression(.call(call), at: position(from: start))
  }

  private mutating func aggregateFilter() throws(SQLError) -> Expression? {
    guard isWord("filter"), isSymbol("(", at: 1) else { return nil }
    advance()
    advance()
    _ = takeWord("where")
    let condition = try expression()
    try expectSymbol(")", "after the condition of FILTER")
    return condition
  }

  /// The calls with words instead of commas; nil where the call here has commas.
  private mutating func specialCall() throws(SQLError) -> Expression? {
    let start = token.start
    let before = index
    let word = token.keyword
    let name = anyIdentifier()
    advance()
    var arguments: [Expression] = []
    var callee = name.name
    switch word {
    case "extract":
      guard token.kind == .word || token.kind == .string, isWord("from", at: 1) else {
        throw unexpected("a part of a time and FROM, as in extract(hour FROM x)")
      }
      callee = "date_part"
      arguments = [Expression(.literal(.text(token.text.foldedName), .text), at: here)]
      advance()
      advance()
      arguments.append(try expression())
    case "substring":
      arguments = [try expression()]
      guard isWord("from") || isWord("for") else { return rewound(to: before) }
      let one = Expression(.literal(.bigint(1), .bigint), at: here)
      arguments.append(takeWord("from") ? try expression() : one)
      if takeWord("for") { arguments.append(try expression()) }
    case "position":
      // The operators that `IN` is one of are too loose for the text that is looked for.
      let needle = try postfix()
      guard takeWord("in") else { return rewound(to: before) }
      callee = "strpos"
      arguments = [try expression(), needle]
    default:
      let sides = ["both": "trim", "leading": "ltrim", "trailing": "rtrim"]
      guard let side = sides[token.keyword] else { return rewound(to: before) }
      callee = side
      advance()
      let characters = isWord("from") ? nil : try expression()
      try expectWord("from", "in trim")
      arguments = [try expression()] + (characters.map { [$0] } ?? [])
    }
    try expectSymbol(")", "after the arguments of `\(name)`")
    let call = Call(Identifier(callee, at: name.position), arguments)
    return Expression(.call(call), at: position(from: start))
  }

  private mutating func rewound(to index: Int) -> Expression? {
    self.index = index
    return nil
  }
}
