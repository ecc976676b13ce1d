import Columns

/// The operators, loosest first, as DuckDB binds them:
///
///     OR · AND · NOT · IS · = < > … · BETWEEN IN LIKE · || · + - · * / // % · ^ · unary - · ::
///
/// Comparisons do not chain: `a < b < c` is refused. Unary minus binds tighter than `^`.
extension Parser {
  mutating func expression() throws(SQLError) -> Expression {
    try deepen()
    let result = try disjunction()
    depth -= 1
    return result
  }

  mutating func expressions() throws(SQLError) -> [Expression] {
    var expressions: [Expression] = []
    repeat { expressions.append(try expression()) } while takeSymbol(",")
    return expressions
  }

  private mutating func disjunction() throws(SQLError) -> Expression {
    var operands = [try conjunction()]
    while takeWord("or") { operands.append(try conjunction()) }
    return Self.joined(operands[...], by: .or)
  }

  private mutating func conjunction() throws(SQLError) -> Expression {
    var operands = [try negation()]
    while takeWord("and") { operands.append(try negation()) }
    return Self.joined(operands[...], by: .and)
  }

  /// A balanced tree, so that ten thousand conditions are fourteen levels deep.
  private static func joined(
    _ operands: ArraySlice<Expression>, by binary: BinaryOperator
  ) -> Expression {
    if operands.count == 1 { return operands[operands.startIndex] }
    let middle = operands.startIndex + operands.count / 2
    let left = joined(operands[..<middle], by: binary)
    let right = joined(operands[middle...], by: binary)
    return Expression(.binary(binary, left, right), at: left.position.through(right.position))
  }

  private mutating func negation() throws(SQLError) -> Expression {
    let start = token.start
    guard takeWord("not") else { return try truth() }
    try deepen()
    let operand = try negation()
    depth -= 1
    return Expression(.unary(.not, operand), at: position(from: start))
  }

  /// `IS [NOT] NULL`, `IS [NOT] TRUE`, `IS [NOT] DISTINCT FROM`.
  private mutating func truth() throws(SQLError) -> Expression {
    let start = token.start
    var value = try comparison()
    var count = 0
    while true {
      count += 1
      let kind: Expression.Kind
      if takeWord("isnull") {
        kind = .isNull(value, isNegated: false)
      } else if takeWord("notnull") || takeWords("not", "null") {
        kind = .isNull(value, isNegated: true)
      } else if takeWord("is") {
        kind = try isWhat(value)
      } else {
        return value
      }
      try lengthen(count)
      value = Expression(kind, at: position(from: start))
    }
  }

  private mutating func isWhat(_ value: Expression) throws(SQLError) -> Expression.Kind {
    let isNegated = takeWord("not")
    if takeWord("null") { return .isNull(value, isNegated: isNegated) }
    if takeWords("distinct", "from") {
      return .isDistinct(value, try comparison(), isNegated: isNegated)
    }
    // TRUE and FALSE are never NULL, so that to be distinct from them is not to be them.
    if isWord("true") || isWord("false") {
      let truth = Expression(.literal(.boolean(isWord("true")), .boolean), at: here)
      advance()
      return .isDistinct(value, truth, isNegated: !isNegated)
    }
    if takeWord("unknown") { return .isNull(value, isNegated: isNegated) }
    throw unexpected("NULL, TRUE, FALSE or DISTINCT FROM after IS")
  }

  private static let comparisons: [String: BinaryOperator] = [
    "=": .equal, "==": .equal, "!=": .notEqual, "<>": .notEqual, "<": .less, "<=": .lessOrEqual,
    ">": .greater, ">=": .greaterOrEqual,
  ]

  private mutating func comparison() throws(SQLError) -> Expression {
    let left = try match()
    guard token.kind == .symbol, let binary = Self.comparisons[token.text] else { return left }
    advance()
    for word in ["any", "all", "some"] where isWord(word) && isSymbol("(", at: 1) {
      throw error("\(word.uppercased()) (…) is not supported", "Use IN (…).")
    }
    let right = try match()
    if token.kind == .symbol, Self.comparisons[token.text] != nil {
      throw error("comparisons do not chain", "Join them with AND.")
    }
    return Expression(.binary(binary, left, right), at: left.position.through(right.position))
  }

  // MARK: - BETWEEN, IN, LIKE

  private mutating func match() throws(SQLError) -> Expression {
    let value = try chain(0)
    let start = value.position.start
    let negated = isWord("not") && !isWord("null", at: 1)
    let word = peek(negated ? 1 : 0).keyword
    guard ["between", "in", "like", "ilike", "glob", "similar"].contains(word) else {
      return try refusedMatch(value)
    }
    if negated { advance() }
    let kind: Expression.Kind
    switch word {
    case "between":
      advance()
      if isWord("symmetric") { throw error("SYMMETRIC is not supported", "Order the bounds.") }
      let lower = try chain(0)
      try expectWord("and", "between the bounds of BETWEEN")
      kind = .between(value, lower, try chain(0), isNegated: negated)
    case "in":
      advance()
      kind = try inWhat(value, isNegated: negated)
    case "like", "ilike":
      advance()
      let pattern = try chain(0)
      let escape = takeWord("escape") ? try chain(0) : nil
      kind = .like(
        Like(
          value: value, pattern: pattern, escape: escape, ignoresCase: word == "ilike",
          isNegated: negated))
    default: throw error("\(word.uppercased()) is not supported", "Use LIKE or ILIKE.")
    }
    return Expression(kind, at: position(from: start))
  }

  private func refusedMatch(_ value: Expression) throws(SQLError) -> Expression {
    if ["~", "!~", "~~", "!~~"].contains(token.text), token.kind == .symbol {
      throw error("the operator `\(token.text)` is not supported", "Use LIKE or ILIKE.")
    }
    return value
  }

  private mutating func inWhat(
    _ value: Expression, isNegated: Bool
  ) throws(SQLError) -> Expression.Kind {
    guard isSymbol("(") else { throw unexpected("`(` after IN") }
    if startsBracketedQuery {
      advance()
      let query = try select()
      try expectSymbol(")", "after the query")
      return .inQuery(value, query, isNegated: isNegated)
    }
    advance()
    let list = try expressions()
    try expectSymbol(")", "after the values of IN")
    return .inList(value, list, isNegated: isNegated)
  }

  // MARK: - Arithmetic

  /// The operators that chain to the left, loosest first.
  private static let chains: [[String: BinaryOperator]] = [
    ["||": .concatenate],
    ["+": .add, "-": .subtract],
    ["*": .multiply, "/": .divide, "//": .divideWhole, "%": .remainder],
    ["^": .power, "**": .power],
  ]

  private mutating func chain(_ level: Int) throws(SQLError) -> Expression {
    guard level < Self.chains.count else { return try unary() }
    var left = try chain(level + 1)
    var count = 0
    while token.kind == .symbol, let binary = Self.chains[level][token.text] {
      count += 1
      try lengthen(count)
      advance()
      let right = try chain(level + 1)
      left = Expression(.binary(binary, left, right), at: left.position.through(right.position))
    }
    return left
  }

  private mutating func unary() throws(SQLError) -> Expression {
    let start = token.start
    guard isSymbol("-") || isSymbol("+") else { return try postfix() }
    let isMinus = isSymbol("-")
    advance()
    try deepen()
    let operand = try unary()
    depth -= 1
    let place = position(from: start)
    if isMinus, case .literal(let value, let type) = operand.kind,
      let negative = Self.negative(value, type)
    {
      return Expression(negative, at: place)
    }
    return Expression(.unary(isMinus ? .minus : .plus, operand), at: place)
  }

  /// A value and the casts behind it.
  mutating func postfix() throws(SQLError) -> Expression {
    let start = token.start
    var value = try primary()
    var count = 0
    while true {
      if takeSymbol("::") {
        count += 1
        try lengthen(count)
        value = Expression(
          .cast(value, try typeName(), isTry: false), at: position(from: start))
      } else if isSymbol("[") {
        throw error("subscripts are not supported", "Use substr(text, from, length).")
      } else if isWord("collate") {
        throw error("COLLATE is not supported", "Texts compare by code point; use lower(…).")
      } else if isWord("at"), isWord("time", at: 1) {
        throw error("AT TIME ZONE is not supported", "Add an INTERVAL.")
      } else {
        return value
      }
    }
  }
}
