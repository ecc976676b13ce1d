import Columns
import SQL

/// The reading of one SELECT … FROM …: resolves its names and follows the partition through it.
struct BlockReader {
  /// A table of FROM under the name it has there.
  private struct ScopeTable {
    let name: String?
    var reading: QueryReader.Reading
    /// The folded names that a table to the left shares by USING: `*` has them once.
    var shared: Set<String> = []
  }

  private let reader: QueryReader
  private let block: SelectBlock
  private var scope: [ScopeTable] = []
  private var span = QueryReader.Span.independent

  init(_ reader: QueryReader, _ block: SelectBlock) throws(SQLError) {
    self.reader = reader
    self.block = block
    if let from = block.from { (scope, span) = try Self.read(from, reader) }
  }

  func reading(orderBy: Ordering) throws(SQLError) -> QueryReader.Reading {
    let columns = try outputColumns()
    try resolveNames(orderBy)
    var inputs = Set(scope.flatMap(\.reading.inputs))
    var span = span
    for expression in expressions(orderBy) {
      try expression.visit { (inner) throws(SQLError) in
        guard let query = inner.innerQuery else { return }
        let reading = try reader.reading(of: query)
        inputs.formUnion(reading.inputs)
        if reading.span != .independent { span = .whole }
      }
    }
    if span == .byPartition, !keepsPartitionsApart(orderBy) { span = .whole }
    let carriers = span == .byPartition ? columns.filter(\.carries).map(\.name.foldedName) : []
    return QueryReader.Reading(
      columns: columns.map(\.name), span: span, carriers: Set(carriers), inputs: inputs)
  }

  // MARK: - FROM

  private static func read(
    _ table: TableExpression, _ reader: QueryReader
  ) throws(SQLError) -> ([ScopeTable], QueryReader.Span) {
    var reading: QueryReader.Reading
    var name = table.alias
    switch table.kind {
    case .table(let identifier):
      guard let known = reader.tables[identifier.folded] else {
        throw unknown("table", identifier, among: reader.tables.keys.sorted())
      }
      reading = known
      name = name ?? identifier
    case .query(let query): reading = try reader.reading(of: query)
    case .file, .csv:
      throw SQLError(
        "a pack reads its own tables only", at: table.position,
        hint: "Declare the file as a table: CREATE TABLE ….")
    case .join(let join): return try read(join, reader)
    }
    try reading.rename(to: table.columnAliases)
    return ([ScopeTable(name: name?.folded, reading: reading)], reading.span)
  }

  private static func read(
    _ join: Join, _ reader: QueryReader
  ) throws(SQLError) -> ([ScopeTable], QueryReader.Span) {
    let (left, leftSpan) = try read(join.left, reader)
    var (right, rightSpan) = try read(join.right, reader)
    for table in right where table.name != nil && left.contains(where: { $0.name == table.name }) {
      throw SQLError(
        "the table name `\(table.name ?? "")` is here twice", at: join.right.position,
        hint: "Give one of them an alias.")
    }
    var isOnPartition = false
    switch join.condition {
    case .using(let columns):
      for column in columns {
        for side in [left, right] where find(column, in: side) == nil {
          throw unknown("column", column, among: side.flatMap(\.reading.columns))
        }
        isOnPartition =
          isOnPartition
          || (find(column, in: left).map { $0.reading.carriers.contains(column.folded) } ?? false
            && find(column, in: right).map { $0.reading.carriers.contains(column.folded) } ?? false)
        for index in right.indices { right[index].shared.insert(column.folded) }
      }
    case .on(let condition):
      try resolve(condition, in: left + right, aliases: [])
      isOnPartition = equatesPartitions(condition, left, right)
    }
    let span: QueryReader.Span =
      switch (leftSpan, rightSpan) {
      case (.independent, .independent): .independent
      case (.byPartition, .independent): .byPartition
      case (.independent, .byPartition): join.kind == .inner ? .byPartition : .whole
      case (.byPartition, .byPartition): isOnPartition ? .byPartition : .whole
      case (.whole, _), (_, .whole): .whole
      }
    return (left + right, span)
  }

  private static func equatesPartitions(
    _ condition: Expression, _ left: [ScopeTable], _ right: [ScopeTable]
  ) -> Bool {
    guard case .binary(let binary, let one, let other) = condition.kind else { return false }
    if binary == .and {
      return equatesPartitions(one, left, right) || equatesPartitions(other, left, right)
    }
    return binary == .equal
      && (carries(one, in: left) && carries(other, in: right)
        || carries(one, in: right) && carries(other, in: left))
  }

  // MARK: - Names

  private static func find(_ column: Identifier, in scope: [ScopeTable]) -> ScopeTable? {
    scope.first { table in table.reading.columns.contains { $0.foldedName == column.folded } }
  }

  private static func find(_ column: ColumnName, in scope: [ScopeTable]) -> ScopeTable? {
    guard let table = column.table else { return find(column.name, in: scope) }
    return find(column.name, in: scope.filter { $0.name == table.folded })
  }

  private static func unknown(
    _ noun: String, _ name: Identifier, among names: [String]
  ) -> SQLError {
    let nearest = nearestWord(to: name.name, of: names)
    return SQLError(
      "there is no \(noun) `\(name)`", at: name.position,
      hint: nearest.map { "Did you mean `\($0)`?" }
        ?? (names.isEmpty ? "" : "There are \(names.joined(separator: ", "))."))
  }

  private static func resolve(
    _ expression: Expression, in scope: [ScopeTable], aliases: Set<String>
  ) throws(SQLError) {
    try expression.visit { (inner) throws(SQLError) in
      guard case .column(let column) = inner.kind else { return }
      if let table = column.table, !scope.contains(where: { $0.name == table.folded }) {
        throw unknown("table", table, among: scope.compactMap(\.name))
      }
      if find(column, in: scope) != nil { return }
      if column.table == nil, aliases.contains(column.name.folded) { return }
      let visible = scope.filter { column.table == nil || $0.name == column.table?.folded }
      throw unknown("column", column.name, among: visible.flatMap(\.reading.columns))
    }
  }

  private func resolveNames(_ orderBy: Ordering) throws(SQLError) {
    let names = Set(aliases.keys)
    for expression in expressions(orderBy) {
      try Self.resolve(expression, in: scope, aliases: names)
    }
  }

  /// All expressions of the block, and those of its order.
  private func expressions(_ orderBy: Ordering) -> [Expression] {
    var all = block.items.compactMap { item -> Expression? in
      if case .expression(let expression, _) = item { return expression }
      return nil
    }
    all += [block.filter, block.having, block.qualify].compactMap { $0 }
    if case .expressions(let keys) = block.groupBy { all += keys }
    if case .items(let items) = orderBy { all += items.map(\.expression) }
    return all
  }

  private var aliases: [String: Expression] {
    var aliases: [String: Expression] = [:]
    for case .expression(let expression, let alias?) in block.items {
      aliases[alias.folded] = expression
    }
    return aliases
  }

  // MARK: - Columns

  private func outputColumns() throws(SQLError) -> [(name: String, carries: Bool)] {
    var columns: [(name: String, carries: Bool)] = []
    for item in block.items {
      switch item {
      case .expression(let expression, let alias):
        let name = alias?.name ?? Self.plainName(of: expression)
        columns.append((name, Self.carries(expression, in: scope)))
      case .star(let table, let excluded, let position):
        columns += try starColumns(of: table, excluding: excluded, position)
      }
    }
    return columns
  }

  static func plainName(of expression: Expression) -> String {
    if case .column(let column) = expression.kind { return column.name.name }
    return expression.description
  }

  private func starColumns(
    of table: Identifier?, excluding excluded: [Identifier], _ position: Position
  ) throws(SQLError) -> [(name: String, carries: Bool)] {
    if let table, !scope.contains(where: { $0.name == table.folded }) {
      throw Self.unknown("table", table, among: scope.compactMap(\.name))
    }
    if scope.isEmpty { throw SQLError("there is no FROM that * could mean", at: position) }
    var columns: [(name: String, carries: Bool)] = []
    let excludedNames = Set(excluded.map(\.folded))
    for each in scope where table == nil || each.name == table?.folded {
      for name in each.reading.columns where !excludedNames.contains(name.foldedName) {
        if table == nil && each.shared.contains(name.foldedName) { continue }
        columns.append((name, each.reading.carriers.contains(name.foldedName)))
      }
    }
    return columns
  }

  // MARK: - Partitions

  /// Whether `expression` is the partition of its row.
  private static func carries(_ expression: Expression, in scope: [ScopeTable]) -> Bool {
    switch expression.kind {
    case .column(let column):
      guard let table = find(column, in: scope) else { return false }
      return table.reading.carriers.contains(column.name.folded)
    case .cast(let inner, let type, _) where type.type == .date:
      guard case .column(let column) = inner.kind, let table = find(column, in: scope) else {
        return false
      }
      return table.reading.rule?.column.foldedName == column.name.folded
    default: return false
    }
  }

  /// `carries`, where a name may also be that of a column of the result.
  private func isPartition(_ expression: Expression) -> Bool {
    if Self.carries(expression, in: scope) { return true }
    guard case .column(let column) = expression.kind, column.table == nil,
      Self.find(column, in: scope) == nil, let aliased = aliases[column.name.folded]
    else { return false }
    return Self.carries(aliased, in: scope)
  }

  /// Whether groups, windows and DISTINCT have the partition among their keys.
  private func keepsPartitionsApart(_ orderBy: Ordering) -> Bool {
    let selectsPartition = block.items.contains { item in
      if case .expression(let expression, _) = item { return isPartition(expression) }
      return false
    }
    switch block.groupBy {
    case .none: break
    case .all where !selectsPartition: return false
    case .all: break
    case .expressions(let keys):
      if !keys.contains(where: { isPartition(ordinal($0) ?? $0) }) { return false }
    }
    if block.isDistinct && !selectsPartition { return false }
    var isApart = true
    for expression in expressions(orderBy) {
      expression.visit { inner in
        guard case .call(let call) = inner.kind, let window = call.window else { return }
        if !window.partitionBy.contains(where: isPartition) { isApart = false }
      }
    }
    return isApart
  }

  /// The item of the select list that a whole number means.
  private func ordinal(_ expression: Expression) -> Expression? {
    guard case .literal(.bigint(let number), _) = expression.kind,
      case .expression(let item, _)? = block.items.dropFirst(Int(clamping: number) - 1).first,
      number >= 1
    else { return nil }
    return item
  }
}
