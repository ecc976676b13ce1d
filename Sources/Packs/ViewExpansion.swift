import SQL

/// Puts the views of a pack into its queries.
///
/// A view that only names expressions over joined tables dissolves: the query selects from the
/// view's tables and says the view's expressions where it said its columns. So a plan sees one
/// plain query however the pack was divided for reading. Any other view becomes a subquery.
struct ViewExpansion {
  /// The queries of the views, by folded name, with no view left in them.
  var views: [String: Select] = [:]
  /// The columns of the input tables, by folded name.
  var inputs: [String: [String]] = [:]

  func expanded(_ select: Select) -> Select {
    var inner = self
    let with = select.with.map { table in
      let query = inner.expanded(table.query)
      // From here on the name means this query.
      inner.views[table.name.folded] = nil
      return CommonTable(name: table.name, columns: table.columns, query: query)
    }
    var orderBy = select.orderBy
    let body: SelectBody
    switch select.body {
    case .block(let block):
      let (block, order) = inner.expanded(block, orderBy)
      (body, orderBy) = (.block(block), order)
    case .values(let rows): body = .values(rows.map { $0.map(inner.opened) })
    case .unionAll(let queries): body = .unionAll(queries.map(inner.expanded))
    }
    return Select(
      with: with, body: body, orderBy: orderBy, limit: select.limit, offset: select.offset,
      position: select.position)
  }

  private func expanded(
    _ block: SelectBlock, _ orderBy: Ordering
  ) -> (SelectBlock, Ordering) {
    if let from = block.from, let (view, names) = dissolvable(from),
      let dissolved = dissolved(view, names, from, block, orderBy)
    {
      return dissolved
    }
    let filled = Filling(columns: { _ in nil }, queries: expanded)
    return (
      filled.block(block, items: block.items.map(filled.item), from: block.from.map(expanded)),
      filled.ordering(orderBy)
    )
  }

  private func opened(_ expression: Expression) -> Expression {
    expression.replacing(columns: { _ in nil }, queries: expanded)
  }

  private func expanded(_ table: TableExpression) -> TableExpression {
    var kind = table.kind
    var alias = table.alias
    switch table.kind {
    case .table(let name):
      if let view = views[name.folded] {
        kind = .query(view)
        alias = alias ?? name
      }
    case .query(let query): kind = .query(expanded(query))
    case .join(let join):
      kind = .join(
        Join(
          kind: join.kind, left: expanded(join.left), right: expanded(join.right),
          condition: join.condition))
    case .file, .csv: break
    }
    return TableExpression(
      kind, alias: alias, columnAliases: table.columnAliases, at: table.position)
  }

  // MARK: - Dissolving

  /// The view that `table` is, and its expressions by folded name, if it only names expressions.
  private func dissolvable(
    _ table: TableExpression
  ) -> (SelectBlock, [(name: Identifier, value: Expression)])? {
    guard case .table(let name) = table.kind, table.columnAliases.isEmpty,
      let view = views[name.folded], view.with.isEmpty, view.orderBy == .none, view.limit == nil,
      view.offset == nil, case .block(let block) = view.body, !block.isDistinct,
      block.groupBy == .none, block.having == nil, block.qualify == nil
    else { return nil }
    var names: [(name: Identifier, value: Expression)] = []
    for item in block.items {
      guard case .expression(let value, let alias) = item, Self.isPerRow(value) else { return nil }
      let name = alias ?? Identifier(BlockReader.plainName(of: value), at: value.position)
      if names.contains(where: { $0.name == name }) { return nil }
      names.append((name, value))
    }
    return (block, names)
  }

  /// Functions that are known to make one value of one row. A view with any other call becomes a
  /// subquery, which is right for every function.
  private static let perRow: Set<String> = [
    "abs", "ceil", "coalesce", "concat", "contains", "date_part", "date_trunc", "day", "floor",
    "greatest", "hour", "least", "left", "length", "lower", "ltrim", "minute", "month", "nullif",
    "replace", "right", "round", "rtrim", "second", "starts_with", "strftime", "substr",
    "substring", "trim", "upper", "year",
  ]

  private static func isPerRow(_ expression: Expression) -> Bool {
    var isPerRow = true
    expression.visit { inner in
      if inner.innerQuery != nil { isPerRow = false }
      if case .call(let call) = inner.kind, !perRow.contains(call.name.folded) {
        isPerRow = false
      }
    }
    return isPerRow
  }

  /// The block over the view's own tables; nil where a name that it means for a column of its
  /// result would mean a column of those tables.
  private func dissolved(
    _ view: SelectBlock, _ names: [(name: Identifier, value: Expression)],
    _ table: TableExpression, _ block: SelectBlock, _ orderBy: Ordering
  ) -> (SelectBlock, Ordering)? {
    guard case .table(let viewName) = table.kind else { return nil }
    let called = table.alias ?? viewName
    let hidden = view.from.map(columnNames) ?? []
    var isCaptured = false
    let filling = Filling(
      columns: { column in
        if let table = column.table, table != called { return nil }
        if let named = names.first(where: { $0.name == column.name }) { return named.value }
        if hidden.contains(column.name.folded) { isCaptured = true }
        return nil
      }, queries: expanded)
    let items = block.items.flatMap { item -> [SelectItem] in
      switch item {
      case .expression(let value, let alias):
        let name = alias ?? Identifier(BlockReader.plainName(of: value), at: value.position)
        return [.expression(filling.expression(value), alias: name)]
      case .star(_, let excluded, _):
        return names.filter { !excluded.contains($0.name) }
          .map { .expression($0.value, alias: $0.name) }
      }
    }
    var result = filling.block(block, items: items, from: view.from)
    if let filter = view.filter {
      let both = result.filter.map { Expression(.binary(.and, filter, $0), at: $0.position) }
      result = Filling.filtered(result, by: both ?? filter)
    }
    // A name alone in ORDER BY is first of all that of a column of the result.
    let outputs = Set(
      items.compactMap { item -> String? in
        if case .expression(_, let alias) = item { return alias?.folded }
        return nil
      })
    let order = filling.ordering(orderBy, keeping: outputs)
    return isCaptured ? nil : (result, order)
  }

  /// The folded names of all columns of the input tables in `table`.
  private func columnNames(_ table: TableExpression) -> Set<String> {
    switch table.kind {
    case .table(let name): Set((inputs[name.folded] ?? []).map(\.foldedName))
    case .join(let join): columnNames(join.left).union(columnNames(join.right))
    case .query, .file, .csv: []
    }
  }
}

/// Rebuilds the parts of a block with other expressions in the place of its column names.
private struct Filling {
  let columns: (ColumnName) -> Expression?
  let queries: (Select) -> Select

  func expression(_ expression: Expression) -> Expression {
    expression.replacing(columns: columns, queries: queries)
  }

  func item(_ item: SelectItem) -> SelectItem {
    guard case .expression(let value, let alias) = item else { return item }
    return .expression(expression(value), alias: alias)
  }

  func block(
    _ block: SelectBlock, items: [SelectItem], from: TableExpression?
  ) -> SelectBlock {
    var groupBy = block.groupBy
    if case .expressions(let keys) = groupBy { groupBy = .expressions(keys.map(expression)) }
    return SelectBlock(
      isDistinct: block.isDistinct, on: block.distinctOn.map(expression), items: items, from: from,
      filter: block.filter.map(expression), groupBy: groupBy,
      having: block.having.map(expression), qualify: block.qualify.map(expression))
  }

  func ordering(_ ordering: Ordering, keeping outputs: Set<String> = []) -> Ordering {
    guard case .items(let items) = ordering else { return ordering }
    return .items(
      items.map { item in
        if case .column(let column) = item.expression.kind, column.table == nil,
          outputs.contains(column.name.folded)
        {
          return item
        }
        return OrderItem(
          expression: expression(item.expression), isDescending: item.isDescending,
          nullsFirst: item.nullsFirst)
      })
  }

  static func filtered(_ block: SelectBlock, by filter: Expression) -> SelectBlock {
    SelectBlock(
      isDistinct: block.isDistinct, on: block.distinctOn, items: block.items, from: block.from,
      filter: filter,
      groupBy: block.groupBy, having: block.having, qualify: block.qualify)
  }
}
