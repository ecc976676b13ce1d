import Columns
import SQL

/// Checks one CREATE TABLE and makes an input table of it.
struct InputBuilder {
  private let table: CreateTable
  private let earlier: [InputTable]

  init(_ table: CreateTable, earlier: [InputTable]) {
    self.table = table
    self.earlier = earlier
  }

  func input() throws(SQLError) -> InputTable {
    try checkColumns()
    for reference in table.references { _ = try column(reference.column) }
    for check in table.checks { try resolve(check) }
    let partition = try partition()
    var columns: [PackColumn] = []
    for column in table.columns { columns.append(try packColumn(column)) }
    return InputTable(
      name: table.name.name, columns: columns, key: try key(isPartitioned: partition != nil),
      checks: table.checks, partition: partition,
      dialect: table.options.map { Setting(name: $0.name.folded, value: $0.value) })
  }

  private func checkColumns() throws(SQLError) {
    for (index, column) in table.columns.enumerated() {
      if table.columns[..<index].contains(where: { $0.name == column.name }) {
        throw SQLError("the column `\(column.name)` is here twice", at: column.name.position)
      }
      let isDeclarable = column.type.type.isStored
      if !isDeclarable {
        throw SQLError(
          "a column of a table cannot be \(column.type.type)", at: column.type.position,
          hint: "It can be BOOLEAN, BIGINT, DOUBLE, TEXT, DATE, TIMESTAMP or TIMESTAMPTZ.")
      }
    }
  }

  private func packColumn(_ column: ColumnDefinition) throws(SQLError) -> PackColumn {
    for check in column.checks { try resolve(check) }
    let inKey = table.keys.contains { $0.columns.contains(column.name) }
    let inPartition = table.partition.map { expression in
      expression.kind == .column(ColumnName(column.name))
    }
    let checks = column.checks.dropFirst().reduce(column.checks.first) { all, next in
      all.map { Expression(.binary(.and, $0, next), at: next.position) }
    }
    return PackColumn(
      name: column.name.name, type: column.type.type, hasZone: column.type.hasZone,
      isNullable: !column.isNotNull && !inKey && inPartition != true, check: checks,
      references: try reference(of: column))
  }

  private func reference(of column: ColumnDefinition) throws(SQLError) -> String? {
    let references = table.references.filter { $0.column == column.name }
    if references.count > 1 {
      throw SQLError(
        "`\(column.name)` has a reference already", at: references[1].table.position)
    }
    guard let reference = references.first else { return nil }
    guard let target = earlier.first(where: { $0.name.foldedName == reference.table.folded })
    else {
      let nearest = nearestWord(to: reference.table.name, of: earlier.map(\.name))
      throw SQLError(
        "there is no table `\(reference.table)` above", at: reference.table.position,
        hint: nearest.map { "Did you mean `\($0)`?" } ?? "Declare it before what refers to it.")
    }
    guard let key = target.key, key.columns.count == 1,
      let keyColumn = target.column(key.columns[0])
    else {
      throw SQLError(
        "`\(target.name)` has no PRIMARY KEY of one column", at: reference.table.position,
        hint: "Declare one, or leave REFERENCES out.")
    }
    if let named = reference.target, named.folded != keyColumn.name.foldedName {
      throw SQLError(
        "a reference is to the key, which is `\(keyColumn.name)`", at: named.position)
    }
    if keyColumn.type != column.type.type {
      throw SQLError(
        "`\(column.name)` is \(column.type.type), the key of `\(target.name)` is"
          + " \(keyColumn.type)", at: column.type.position)
    }
    return target.name
  }

  private func resolve(_ expression: Expression) throws(SQLError) {
    try expression.visit { (inner) throws(SQLError) in
      if let query = inner.innerQuery {
        throw SQLError("a query cannot stand here", at: query.position)
      }
      guard case .column(let column) = inner.kind else { return }
      if let qualifier = column.table, qualifier != table.name {
        throw SQLError("only `\(table.name)` can be named here", at: qualifier.position)
      }
      _ = try self.column(column.name)
    }
  }

  private func column(_ name: Identifier) throws(SQLError) -> ColumnDefinition {
    if let column = table.columns.first(where: { $0.name == name }) { return column }
    let names = table.columns.map(\.name.name)
    let nearest = nearestWord(to: name.name, of: names)
    throw SQLError(
      "there is no column `\(name)`", at: name.position,
      hint: nearest.map { "Did you mean `\($0)`?" }
        ?? "There are \(names.joined(separator: ", ")).")
  }

  // MARK: - Keys and partitions

  /// Unless it says otherwise, a key of a partitioned table is unique in a partition and its first
  /// row stays, as for events; that of any other table is unique over all files and the last file
  /// wins, as for things that change.
  private func key(isPartitioned: Bool) throws(SQLError) -> KeyRule? {
    guard let key = table.keys.first else { return nil }
    if table.keys.count > 1 {
      throw SQLError("there is a PRIMARY KEY already", at: table.keys[1].position)
    }
    var columns: [String] = []
    for name in key.columns {
      let column = try self.column(name).name.name
      if columns.contains(column) {
        throw SQLError("`\(name)` is in the key twice", at: name.position)
      }
      columns.append(column)
    }
    let scope = key.scope ?? (isPartitioned ? .partition : .files)
    if scope == .partition && !isPartitioned {
      throw SQLError(
        "`\(table.name)` has no partitions", at: key.position,
        hint: "Add PARTITION BY, or say ACROSS FILES.")
    }
    let keep = key.keep ?? (scope == .partition ? .first : .last)
    return KeyRule(
      columns: columns, scope: scope == .partition ? .partition : .files,
      keep: keep == .first ? .first : .last)
  }

  private func partition() throws(SQLError) -> PartitionRule? {
    guard let expression = table.partition else { return nil }
    try resolve(expression)
    let name: Identifier
    switch expression.kind {
    case .column(let column): name = column.name
    case .cast(let inner, let type, isTry: false) where type.type == .date:
      guard case .column(let column) = inner.kind else { fallthrough }
      name = column.name
    default:
      throw SQLError(
        "a partition is a date: a column of type DATE, or date(column) of a TIMESTAMP",
        at: expression.position)
    }
    let column = try column(name)
    let isDate = column.type.type == .date
    if !isDate && !(column.type.type == .timestamp && expression.kind != .column(ColumnName(name)))
    {
      throw SQLError(
        "a partition is a date, and `\(name)` is \(column.type.type)", at: expression.position,
        hint: column.type.type == .timestamp ? "Write date(\(name))." : "")
    }
    let inKey = table.keys.contains { $0.columns.contains(name) }
    if !column.isNotNull && !inKey {
      throw SQLError(
        "the partition cannot be NULL", at: name.position,
        hint: "Declare `\(name)` NOT NULL.")
    }
    return PartitionRule(
      column: column.name.name,
      expression: isDate
        ? Expression(.column(ColumnName(column.name)), at: expression.position) : expression)
  }
}
