import Columns
import SQL

extension Pack {
  /// Reads the text of a pack and checks all that can be checked without data: names, keys,
  /// references, and what the KPI tables select. Types of expressions are the engine's to check.
  package static func parse(text: String, name: String) throws(PackError) -> Pack {
    let source = SourceText(text, name: "the pack \(name)")
    do throws(SQLError) {
      var builder = PackBuilder()
      for statement in try Parser.statements(source) { try builder.add(statement, in: source) }
      if builder.inputs.isEmpty {
        throw SQLError(
          "a pack declares at least one table", at: Position(source, start: 0, end: 0),
          hint: "For example CREATE TABLE plays (at TIMESTAMP NOT NULL) PARTITION BY date(at);")
      }
      return Pack(name: name, text: text, inputs: builder.inputs, kpiTables: builder.kpiTables)
    } catch {
      throw PackError(error)
    }
  }
}

/// Collects the statements of a pack, each checked against those before it.
private struct PackBuilder {
  var inputs: [InputTable] = []
  var kpiTables: [KPITable] = []
  private var reader = QueryReader(tables: [:])
  private var expansion = ViewExpansion()
  private var names: Set<String> = []

  mutating func add(_ statement: Statement, in source: SourceText) throws(SQLError) {
    switch statement {
    case .createTable(let table): try add(table)
    case .createView(let view): try add(view)
    case .createKPITable(let table): try add(table)
    case .select(let select): throw Self.notDeclaration(select.position)
    case .explain, .describe, .showTables:
      throw Self.notDeclaration(Position(source, start: 0, end: 0))
    }
  }

  private static func notDeclaration(_ position: Position) -> SQLError {
    SQLError(
      "a pack declares and does not ask", at: position,
      hint: "It has CREATE TABLE, CREATE VIEW and CREATE KPI TABLE.")
  }

  /// A name becomes that of a folder and of a table in other systems.
  private mutating func claim(_ name: Identifier) throws(SQLError) {
    let isPlain = name.name.utf8.allSatisfy {
      97...122 ~= $0 | 32 || 48...57 ~= $0 || $0 == UInt8(ascii: "_") || $0 == UInt8(ascii: "-")
    }
    if !isPlain {
      throw SQLError(
        "the name of a table has letters of ASCII, digits, `_` and `-` only", at: name.position)
    }
    if !names.insert(name.folded).inserted {
      throw SQLError("there is a table `\(name)` already", at: name.position)
    }
  }

  // MARK: - Inputs

  private mutating func add(_ table: CreateTable) throws(SQLError) {
    try claim(table.name)
    let input = try InputBuilder(table, earlier: inputs).input()
    inputs.append(input)
    let partition = input.partition
    var carriers: Set<String> = []
    if let partition, input.column(partition.column)?.type == .date {
      carriers = [partition.column.foldedName]
    }
    reader.tables[table.name.folded] = QueryReader.Reading(
      columns: input.requiredColumns, span: partition == nil ? .independent : .byPartition,
      carriers: carriers, rule: partition, inputs: [input.name])
    expansion.inputs[table.name.folded] = input.requiredColumns
  }

  // MARK: - Views and KPI tables

  private mutating func add(_ view: CreateView) throws(SQLError) {
    try claim(view.name)
    let reading = try reader.reading(of: view.query)
    try checkDistinct(reading.columns, view.query.position)
    reader.tables[view.name.folded] = reading
    expansion.views[view.name.folded] = expansion.expanded(view.query)
  }

  private func checkDistinct(_ columns: [String], _ position: Position) throws(SQLError) {
    var seen: Set<String> = []
    for column in columns where !seen.insert(column.foldedName).inserted {
      throw SQLError(
        "two columns of this query are called `\(column)`", at: position,
        hint: "Name one of them otherwise: … AS name.")
    }
  }

  private mutating func add(_ table: CreateKPITable) throws(SQLError) {
    try claim(table.name)
    let reading = try reader.reading(of: table.query)
    try checkDistinct(reading.columns, table.query.position)
    let keys = table.partitionKey + table.sortKey
    let partitionKey = try Self.columns(table.partitionKey, of: reading)
    let sortKey = try Self.columns(table.sortKey, of: reading)
    for (index, key) in keys.enumerated() where keys[..<index].contains(key) {
      throw SQLError("`\(key)` is in the key twice", at: key.position)
    }
    let list = try list(of: table, reading, keys)
    let partitioned = inputs.filter { reading.inputs.contains($0.name) && $0.partition != nil }
    let carrier = (partitionKey + sortKey).first { reading.carriers.contains($0.foldedName) }
    kpiTables.append(
      KPITable(
        name: table.name.name, query: expansion.expanded(table.query), columns: reading.columns,
        partitionKey: partitionKey, sortKey: sortKey, list: list,
        inputs: inputs.map(\.name).filter { reading.inputs.contains($0) },
        partitionedInput: partitioned.first?.name,
        partitionColumn: partitioned.count == 1 && reading.span == .byPartition ? carrier : nil))
  }

  private static func columns(
    _ names: [Identifier], of reading: QueryReader.Reading
  ) throws(SQLError) -> [String] {
    var columns: [String] = []
    for name in names {
      guard let column = reading.columns.first(where: { $0.foldedName == name.folded }) else {
        throw unselected(name, reading.columns)
      }
      columns.append(column)
    }
    return columns
  }

  static func unselected(_ name: Identifier, _ columns: [String]) -> SQLError {
    let nearest = nearestWord(to: name.name, of: columns)
    return SQLError(
      "the query has no column `\(name)`", at: name.position,
      hint: nearest.map { "Did you mean `\($0)`?" }
        ?? "It has \(columns.joined(separator: ", ")).")
  }

  private func list(
    of table: CreateKPITable, _ reading: QueryReader.Reading, _ keys: [Identifier]
  ) throws(SQLError) -> ListColumn? {
    guard let list = table.list else { return nil }
    if keys.contains(list.name) {
      throw SQLError("the list has the name of a key", at: list.name.position)
    }
    for (index, column) in list.columns.enumerated() {
      if keys.contains(column) {
        throw SQLError(
          "`\(column)` is in the key, and so the same in all rows of a list", at: column.position)
      }
      if list.columns[..<index].contains(column) {
        throw SQLError("`\(column)` is in the list twice", at: column.position)
      }
    }
    let columns = try Self.columns(list.columns, of: reading)
    let known = Set((columns + keys.map(\.name)).map(\.foldedName))
    if let left = reading.columns.first(where: { !known.contains($0.foldedName) }) {
      throw SQLError(
        "the column `\(left)` is neither in the key nor in the list", at: list.name.position,
        hint: "Rows with one key become one item: its other columns are lists.")
    }
    return ListColumn(name: list.name.name, columns: columns)
  }
}
