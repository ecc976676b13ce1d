/// The declarations of a pack.
extension Parser {
  mutating func create() throws(SQLError) -> Statement {
    let start = token.start
    advance()
    if isWord("or") || isWord("temp") || isWord("temporary") {
      throw error(
        "CREATE \(token.text.uppercased()) is not supported",
        "A pack has CREATE TABLE, CREATE VIEW and CREATE KPI TABLE.")
    }
    if takeWord("view") { return .createView(try createView(from: start)) }
    if takeWords("kpi", "table") { return .createKPITable(try createKPITable(from: start)) }
    guard takeWord("table") else { throw unexpected("TABLE, VIEW or KPI TABLE after CREATE") }
    return .createTable(try createTable(from: start))
  }

  /// What stands between the brackets of CREATE TABLE.
  struct TableElements {
    var columns: [ColumnDefinition] = []
    var keys: [KeyDefinition] = []
    var checks: [Expression] = []
    var references: [Reference] = []
  }

  private mutating func createTable(from start: Int) throws(SQLError) -> CreateTable {
    let name = try identifier("the name of a table")
    try expectSymbol("(", "before the columns")
    let elements = try tableElements(closing: ")")
    try expectSymbol(")", "after the columns")
    var partition: Expression?
    var options: [Option] = []
    while true {
      if partition == nil, takeWord("partition") {
        try expectWord("by", "after PARTITION")
        partition = try expression()
        if isSymbol(",") {
          throw error("a table has one partition expression", "Take the coarser of them.")
        }
      } else if options.isEmpty, takeWord("with") {
        options = try withOptions()
      } else {
        break
      }
    }
    return CreateTable(
      name: name, columns: elements.columns, keys: elements.keys, checks: elements.checks,
      references: elements.references, partition: partition, options: options,
      position: position(from: start))
  }

  mutating func tableElements(closing: String?) throws(SQLError) -> TableElements {
    var elements = TableElements()
    repeat {
      // A comma behind the last column is a slip that hurts nobody.
      if let closing, isSymbol(closing), !elements.columns.isEmpty { break }
      try tableElement(&elements)
    } while takeSymbol(",")
    return elements
  }

  private mutating func tableElement(_ elements: inout TableElements) throws(SQLError) {
    let start = token.start
    switch token.keyword {
    case "primary":
      advance()
      try expectWord("key", "after PRIMARY")
      elements.keys.append(try key(of: try identifierList("column"), from: start))
    case "check": elements.checks.append(try check())
    case "foreign":
      advance()
      try expectWord("key", "after FOREIGN")
      let columns = try identifierList("column")
      guard columns.count == 1 else {
        throw SQLError(
          "a reference has one column", at: position(from: start),
          hint: "References share a dictionary, which is of one column.")
      }
      guard isWord("references") else { throw unexpected("REFERENCES") }
      elements.references.append(try reference(of: columns[0]))
    case "unique", "constraint": throw refusedConstraint()
    default: try columnDefinition(&elements)
    }
  }

  private mutating func columnDefinition(_ elements: inout TableElements) throws(SQLError) {
    let name = try identifier("the name of a column")
    let type = try typeName()
    var isNotNull = false
    var checks: [Expression] = []
    while true {
      let start = token.start
      switch token.keyword {
      case "not":
        advance()
        try expectWord("null", "after NOT")
        isNotNull = true
      case "null": advance()
      case "check": checks.append(try check())
      case "primary":
        advance()
        try expectWord("key", "after PRIMARY")
        isNotNull = true
        elements.keys.append(try key(of: [name], from: start))
      case "references": elements.references.append(try reference(of: name))
      case "unique", "constraint", "default", "generated", "collate", "autoincrement":
        throw refusedConstraint()
      default:
        elements.columns.append(
          ColumnDefinition(name: name, type: type, isNotNull: isNotNull, checks: checks))
        return
      }
    }
  }

  private func refusedConstraint() -> SQLError {
    error(
      "\(token.text.uppercased()) is not supported",
      "A column has NOT NULL, CHECK (…), PRIMARY KEY and REFERENCES table.")
  }

  private mutating func check() throws(SQLError) -> Expression {
    advance()
    try expectSymbol("(", "after CHECK")
    let condition = try expression()
    try expectSymbol(")", "after the condition of CHECK")
    return condition
  }

  private mutating func reference(of column: Identifier) throws(SQLError) -> Reference {
    advance()
    let table = try identifier("a table")
    let target = isSymbol("(") ? try identifierList("column") : []
    if target.count > 1 {
      throw SQLError("a reference has one column", at: target[1].position)
    }
    return Reference(column: column, table: table, target: target.first)
  }

  /// `[WITHIN PARTITION | ACROSS FILES] [KEEP FIRST | LAST]`, in either order.
  private mutating func key(
    of columns: [Identifier], from start: Int
  ) throws(SQLError) -> KeyDefinition {
    var scope: KeyDefinition.Scope?
    var keep: KeyDefinition.Keep?
    while true {
      if scope == nil, takeWord("within") {
        try expectWord("partition", "after WITHIN")
        scope = .partition
      } else if scope == nil, takeWord("across") {
        try expectWord("files", "after ACROSS")
        scope = .files
      } else if keep == nil, takeWord("keep") {
        if takeWord("first") {
          keep = .first
        } else if takeWord("last") {
          keep = .last
        } else {
          throw unexpected("FIRST or LAST after KEEP")
        }
      } else {
        return KeyDefinition(
          columns: columns, scope: scope, keep: keep, position: position(from: start))
      }
    }
  }

  /// `(delimiter = ';', header_rows = 2)`.
  private mutating func withOptions() throws(SQLError) -> [Option] {
    try expectSymbol("(", "after WITH")
    var options: [Option] = []
    repeat {
      let name = try identifier("an option")
      guard takeSymbol("=") || takeSymbol("=>") else { throw unexpected("`=` after the option") }
      options.append(try option(name))
    } while takeSymbol(",")
    try expectSymbol(")", "after the options")
    return options
  }

  private mutating func createView(from start: Int) throws(SQLError) -> CreateView {
    let name = try identifier("the name of a view")
    try expectWord("as", "before the query of a view")
    return CreateView(name: name, query: try select(), position: position(from: start))
  }

  // MARK: - KPI tables

  private mutating func createKPITable(from start: Int) throws(SQLError) -> CreateKPITable {
    let name = try identifier("the name of a KPI table")
    guard takeWords("partition", "key") else {
      throw unexpected("PARTITION KEY after the name of a KPI table")
    }
    let partitionKey = try keyColumns()
    let sortKey = takeWords("sort", "key") ? try keyColumns() : []
    var list: ListDefinition?
    if takeWord("list") {
      let listName = try identifier("the name of a list")
      list = ListDefinition(name: listName, columns: try identifierList("column"))
    }
    try expectWord("as", "before the query of a KPI table")
    return CreateKPITable(
      name: name, partitionKey: partitionKey, sortKey: sortKey, list: list, query: try select(),
      position: position(from: start))
  }

  /// `a`, or `(a, b)`.
  private mutating func keyColumns() throws(SQLError) -> [Identifier] {
    if isSymbol("(") { return try identifierList("column") }
    return [try identifier("a column")]
  }
}
