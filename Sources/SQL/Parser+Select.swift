extension Parser {
  /// Whether a query without brackets begins here.
  var startsQuery: Bool { startsQuery(at: 0) }

  /// Whether a query begins here behind one bracket or more.
  var startsBracketedQuery: Bool {
    var offset = 0
    while isSymbol("(", at: offset) { offset += 1 }
    return offset > 0 && startsQuery(at: offset)
  }

  private func startsQuery(at offset: Int) -> Bool {
    ["select", "with", "values", "from"].contains(peek(offset).keyword)
  }

  mutating func select() throws(SQLError) -> Select {
    try deepen()
    let start = token.start
    let with = try commonTables()
    var branches = [try branch()]
    // UNION keeps one of equal rows, of all that stand before it and of the next, so that several
    // in a row are one.
    var isDistinct = false
    var collapses = 0
    while let union = try takeUnion() {
      if isDistinct && union == .all {
        collapses += 1
        try lengthen(collapses)
        branches = [Self.distinct(branches, position(from: start))]
      }
      isDistinct = union == .distinct
      branches.append(try branch())
    }
    if isDistinct { branches = [Self.distinct(branches, position(from: start))] }
    let orderBy = try ordering()
    let (limit, offset) = try limits()
    try refuseClause()
    depth -= 1
    let body: SelectBody
    if branches.count > 1 {
      body = .unionAll(branches)
    } else if with.isEmpty && orderBy == .none && limit == nil && offset == nil {
      return branches[0]
    } else {
      body = Self.opened(branches[0])
    }
    return Select(
      with: with, body: body, orderBy: orderBy, limit: limit, offset: offset,
      position: position(from: start))
  }

  /// The body of a query that more is said about: as it is, or, where it has an order, a limit or
  /// tables of its own, as a table that all is selected from.
  private static func opened(_ query: Select) -> SelectBody {
    if query.with.isEmpty && query.orderBy == .none && query.limit == nil && query.offset == nil {
      return query.body
    }
    let star = SelectItem.star(table: nil, excluding: [], query.position)
    return .block(
      SelectBlock(
        isDistinct: false, items: [star], from: TableExpression(.query(query), at: query.position),
        filter: nil, groupBy: .none, having: nil, qualify: nil))
  }

  private mutating func commonTables() throws(SQLError) -> [CommonTable] {
    guard takeWord("with") else { return [] }
    if isWord("recursive") { throw error("WITH RECURSIVE is not supported") }
    var tables: [CommonTable] = []
    repeat {
      let name = try identifier("the name of a query")
      if tables.contains(where: { $0.name == name }) {
        throw SQLError("`\(name)` is here twice", at: name.position)
      }
      let columns = isSymbol("(") ? try identifierList("column") : []
      try expectWord("as", "before the query of `\(name)`")
      try expectSymbol("(", "before the query of `\(name)`")
      let query = try select()
      try expectSymbol(")", "after the query of `\(name)`")
      tables.append(CommonTable(name: name, columns: columns, query: query))
    } while takeSymbol(",")
    return tables
  }

  /// One query of a UNION ALL: a block, rows, or a query in brackets.
  private mutating func branch() throws(SQLError) -> Select {
    let start = token.start
    let body: SelectBody
    if isSymbol("(") {
      advance()
      let query = try select()
      try expectSymbol(")", "after the query")
      return query
    } else if takeWord("values") {
      body = .values(try rows())
    } else {
      body = .block(try block())
    }
    return Select(
      with: [], body: body, orderBy: .none, limit: nil, offset: nil,
      position: position(from: start))
  }

  private enum Union { case all, distinct }

  private mutating func takeUnion() throws(SQLError) -> Union? {
    if isWord("intersect") || isWord("except") {
      throw error(
        "\(token.text.uppercased()) is not supported", "Use [NOT] IN (SELECT …), or a LEFT JOIN.")
    }
    guard takeWord("union") else { return nil }
    let isAll = takeWord("all")
    if !isAll { _ = takeWord("distinct") }
    if isWord("by") {
      throw error("BY NAME is not supported", "Select the columns in one order.")
    }
    return isAll ? .all : .distinct
  }

  private static func distinct(_ branches: [Select], _ position: Position) -> Select {
    func query(_ body: SelectBody) -> Select {
      Select(
        with: [], body: body, orderBy: .none, limit: nil, offset: nil, position: position)
    }
    let star = SelectItem.star(table: nil, excluding: [], position)
    let rows = TableExpression(.query(query(.unionAll(branches))), at: position)
    return query(
      .block(
        SelectBlock(
          isDistinct: true, items: [star], from: rows, filter: nil, groupBy: .none, having: nil,
          qualify: nil)))
  }

  private mutating func rows() throws(SQLError) -> [[Expression]] {
    var rows: [[Expression]] = []
    repeat {
      let start = token.start
      try expectSymbol("(", "before a row")
      let row = try expressions()
      try expectSymbol(")", "after a row")
      if let first = rows.first, first.count != row.count {
        throw SQLError(
          "this row has \(row.count) values, the first has \(first.count)",
          at: position(from: start))
      }
      rows.append(row)
    } while takeSymbol(",")
    return rows
  }

  // MARK: - A block

  private mutating func block() throws(SQLError) -> SelectBlock {
    var from: TableExpression?
    var items: [SelectItem]?
    var isDistinct = false
    var distinctOn: [Expression] = []
    if isWord("from") { from = try fromClause() }
    if isWord("select") {
      advance()
      (isDistinct, distinctOn) = try distinct()
      items = try selectItems()
    } else if from == nil {
      throw unexpected("a query")
    }
    if from == nil, isWord("from") { from = try fromClause() }
    let filter = takeWord("where") ? try expression() : nil
    let groupBy = try grouping()
    let having = takeWord("having") ? try expression() : nil
    if isWord("window") {
      throw error("WINDOW is not supported", "Write the window into OVER (…).")
    }
    let qualify = takeWord("qualify") ? try expression() : nil
    return SelectBlock(
      isDistinct: isDistinct, on: distinctOn,
      items: items ?? [.star(table: nil, excluding: [], here)], from: from,
      filter: filter, groupBy: groupBy, having: having, qualify: qualify)
  }

  private mutating func distinct() throws(SQLError) -> (Bool, on: [Expression]) {
    if takeWord("all") { return (false, []) }
    guard takeWord("distinct") else { return (false, []) }
    guard takeWord("on") else { return (true, []) }
    try expectSymbol("(", "after DISTINCT ON")
    let keys = try expressions()
    try expectSymbol(")", "after the expressions of DISTINCT ON")
    return (true, keys)
  }

  private mutating func selectItems() throws(SQLError) -> [SelectItem] {
    var items: [SelectItem] = []
    repeat { items.append(try selectItem()) } while takeSymbol(",")
    return items
  }

  private mutating func selectItem() throws(SQLError) -> SelectItem {
    let start = token.start
    if takeSymbol("*") { return try star(of: nil, from: start) }
    if isSymbol(".", at: 1), isSymbol("*", at: 2), token.kind != .string {
      let table = try identifier("a table")
      advance()
      advance()
      return try star(of: table, from: start)
    }
    let value = try expression()
    return .expression(value, alias: try columnAlias())
  }

  private mutating func star(of table: Identifier?, from start: Int) throws(SQLError) -> SelectItem
  {
    var excluded: [Identifier] = []
    if takeWord("exclude") {
      excluded = isSymbol("(") ? try identifierList("column") : [try identifier("a column")]
    }
    if isWord("replace") || isWord("rename") {
      throw error("* \(token.text.uppercased()) is not supported", "Use * EXCLUDE (…), and AS.")
    }
    return .star(table: table, excluding: excluded, position(from: start))
  }

  /// `AS name`, where any word may be the name, or a name alone.
  private mutating func columnAlias() throws(SQLError) -> Identifier? {
    if takeWord("as") {
      switch token.kind {
      case .word, .quotedName, .string: return anyIdentifier()
      default: throw unexpected("a name after AS")
      }
    }
    if token.kind == .quotedName { return anyIdentifier() }
    guard token.kind == .word, !isReserved, !ReservedWords.notColumnAlias.contains(token.keyword)
    else { return nil }
    return anyIdentifier()
  }

  private mutating func grouping() throws(SQLError) -> Grouping {
    guard isWord("group") else { return .none }
    advance()
    try expectWord("by", "after GROUP")
    let start = token.start
    if takeWord("all") { return .all(position(from: start)) }
    for word in ["rollup", "cube", "grouping"] where isWord(word) {
      if isSymbol("(", at: 1) || isWord("sets", at: 1) {
        throw error(
          "GROUP BY \(word.uppercased()) is not supported",
          "Use one query a grouping, with UNION ALL between them.")
      }
    }
    return .expressions(try expressions())
  }

  // MARK: - Order and limit

  mutating func ordering() throws(SQLError) -> Ordering {
    guard isWord("order") else { return .none }
    let start = token.start
    advance()
    try expectWord("by", "after ORDER")
    if takeWord("all") {
      let (isDescending, nullsFirst) = try direction()
      return .all(
        isDescending: isDescending, nullsFirst: nullsFirst, position(from: start))
    }
    return .items(try orderItems())
  }

  mutating func orderItems() throws(SQLError) -> [OrderItem] {
    var items: [OrderItem] = []
    repeat {
      let value = try expression()
      let (isDescending, nullsFirst) = try direction()
      items.append(
        OrderItem(expression: value, isDescending: isDescending, nullsFirst: nullsFirst))
    } while takeSymbol(",")
    return items
  }

  private mutating func direction() throws(SQLError) -> (isDescending: Bool, nullsFirst: Bool) {
    let isDescending = takeWord("desc")
    if !isDescending { _ = takeWord("asc") }
    if takeWords("nulls", "first") { return (isDescending, true) }
    if takeWords("nulls", "last") { return (isDescending, false) }
    if isWord("nulls") {
      advance()
      throw unexpected("FIRST or LAST after NULLS")
    }
    return (isDescending, false)
  }

  private mutating func limits() throws(SQLError) -> (limit: Expression?, offset: Expression?) {
    var limit: Expression?
    var offset: Expression?
    while true {
      if limit == nil, takeWord("limit") {
        limit = try expression()
        if isSymbol("%") || isWord("percent") {
          throw error("LIMIT in percent is not supported", "Give a number of rows.")
        }
      } else if offset == nil, takeWord("offset") {
        offset = try expression()
        if !takeWord("rows") { _ = takeWord("row") }
      } else {
        return (limit, offset)
      }
    }
  }

  /// A clause of SELECT that stands behind its place, or that is not supported.
  private func refuseClause() throws(SQLError) {
    switch token.keyword {
    case "fetch": throw error("FETCH is not supported", "Use LIMIT.")
    case "where", "group", "having", "qualify", "from":
      throw error(
        "\(token.text.uppercased()) stands too late here",
        "The order is SELECT, FROM, WHERE, GROUP BY, HAVING, QUALIFY, ORDER BY, LIMIT.")
    case "union", "intersect", "except":
      throw error(
        "\(token.text.uppercased()) stands behind ORDER BY or LIMIT",
        "Put the query before it in brackets.")
    case "using" where isWord("sample", at: 1), "tablesample":
      throw error("samples are not supported", "Use LIMIT.")
    default: break
    }
  }
}
