import Columns
import Kernels
import SQL

/// Turns one SELECT … FROM … WHERE … GROUP BY … HAVING … QUALIFY into a plan, with the ORDER BY and
/// LIMIT around it, since those may name columns that are not selected.
///
/// The operators stand in the order in which SQL means them: FROM, WHERE, GROUP BY, HAVING, the
/// window functions, QUALIFY, the selected expressions, DISTINCT, ORDER BY, LIMIT.
struct BlockBinder {
  let outer: SelectBinder
  let block: SelectBlock

  init(_ outer: SelectBinder, _ block: SelectBlock) {
    self.outer = outer
    self.block = block
  }

  /// A selected expression with its name.
  private struct Item {
    let expression: Expression
    let name: String
  }

  func bind(
    _ ordering: Ordering, limit: Int?, offset: Int
  ) throws(QueryError) -> (Plan, [Field]) {
    var (plan, scope) = try FromBinder(outer).bind(block.from)
    let items = try selected(scope)
    var binder = ExpressionBinder(scope)
    binder.planQuery = outer.bind
    binder.aliases = aliases
    if let filter = block.filter {
      var below = binder
      below.clause = "WHERE"
      plan = .filter(plan, try below.bindCondition(filter))
    }
    let groups = try grouping(items, binder, ordering)
    binder.groups = groups
    let windows = WindowCollector()
    binder.windows = windows

    let having = try block.having.map { (condition) throws(QueryError) in
      var inner = binder
      inner.windows = nil
      inner.clause = "HAVING"
      return try inner.bindCondition(condition)
    }
    var output: [Bound] = []
    for item in items { output.append(try binder.bind(item.expression)) }
    let qualify = try block.qualify.map { (condition) throws(QueryError) in
      try binder.bindCondition(condition)
    }
    let fields = items.indices.map { Field(items[$0].name, output[$0].type) }
    var orderBinder = binder
    orderBinder.prefersAliases = true
    let orders = try OutputOrder(fields: fields, output: output).bind(ordering, orderBinder)
    let isFirst = try distinctOn(orderBinder, orders, items.map(\.expression), windows)

    // All aggregates and window functions are known now, and with them the places of all columns.
    let layout = Layout(groups, windows, inputWidth: plan.types.count)
    if let groups {
      plan = .aggregate(
        Aggregation(input: plan, keys: groups.keys, aggregates: groups.calls))
    }
    if let having { plan = .filter(plan, layout.settled(having)) }
    if !windows.calls.isEmpty {
      plan = .window(plan, windows.calls.map { $0.mapping(layout.settled) })
    }
    if let condition = qualify ?? isFirst { plan = .filter(plan, layout.settled(condition)) }
    let expressions = output.map(layout.settled)
    let settledOrders = orders.map { $0.mapping(layout.settled) }
    let ordered = try project(plan, expressions, settledOrders, limit: limit, offset: offset)
    return (ordered, fields)
  }

  /// DISTINCT ON as a window function: the first row in the order of those that are equal.
  private func distinctOn(
    _ binder: ExpressionBinder, _ orders: [BoundOrder], _ items: [Expression],
    _ windows: WindowCollector
  ) throws(QueryError) -> Bound? {
    if block.distinctOn.isEmpty { return nil }
    let position = block.distinctOn[0].position
    var keys: [Bound] = []
    for key in block.distinctOn { keys.append(try binder.bind(try ordinal(key, items))) }
    let places = (keys + orders.map(\.expression)).flatMap(\.columns)
    if block.qualify != nil || places.contains(where: { $0 >= WindowCollector.windows }) {
      throw QueryError(
        "DISTINCT ON does not go with window functions", at: position,
        hint: "Put the query with them in FROM (…).")
    }
    let number = windows.add(
      BoundWindow(function: .rowNumber, partitionBy: keys, orderBy: orders))
    return try binder.compare(.equal, number, .constant(.bigint(1), .bigint), position)
  }

  /// The last operators: the columns that are shown, and those that are only ordered by.
  private func project(
    _ plan: Plan, _ expressions: [Bound], _ orders: [BoundOrder], limit: Int?, offset: Int
  ) throws(QueryError) -> Plan {
    var columns = expressions
    var keys: [BoundOrder] = []
    for order in orders {
      let known = columns.firstIndex { $0.key == order.expression.key }
      let place = known ?? columns.count
      if known == nil { columns.append(order.expression) }
      keys.append(
        BoundOrder(
          expression: .column(place, columns[place].type), direction: order.direction))
    }
    let isDistinct = block.isDistinct && block.distinctOn.isEmpty
    if isDistinct && columns.count > expressions.count {
      throw QueryError(
        "with SELECT DISTINCT, ORDER BY takes selected columns only",
        at: block.items.first?.position)
    }
    var result = Plan.project(plan, columns)
    if isDistinct {
      try Self.checkKeys(columns.count, "DISTINCT", block.items.first?.position)
      result = .distinct(result)
    }
    result = SelectBinder.ordered(result, keys, limit: limit, offset: offset)
    if columns.count == expressions.count { return result }
    return .project(result, expressions.indices.map { .column($0, expressions[$0].type) })
  }

  // MARK: The select list

  private var aliases: [String: Expression] {
    var aliases: [String: Expression] = [:]
    for case .expression(let expression, let alias?) in block.items {
      if aliases[alias.folded] == nil { aliases[alias.folded] = expression }
    }
    return aliases
  }

  /// The selected expressions, with stars replaced by the columns they stand for.
  private func selected(_ scope: Scope) throws(QueryError) -> [Item] {
    var items: [Item] = []
    for item in block.items {
      switch item {
      case .expression(let expression, let alias):
        items.append(Item(expression: expression, name: alias?.name ?? expression.resultName))
      case .star(let table, let excluding, let position):
        items += try expand(table, excluding, position, scope)
      }
    }
    return items
  }

  private func expand(
    _ table: Identifier?, _ excluding: [Identifier], _ position: Position, _ scope: Scope
  ) throws(QueryError) -> [Item] {
    let excluded = Set(excluding.map(\.folded))
    let names = scope.entries.map(\.name.foldedName)
    for name in excluding where !names.contains(name.folded) {
      throw scope.unknown(ColumnName(name))
    }
    if let table, !scope.entries.contains(where: { $0.table == table.folded }) {
      throw scope.unknown(ColumnName(table: table, table))
    }
    if scope.entries.isEmpty {
      throw QueryError("there are no columns for *", at: position, hint: "Add a FROM.")
    }
    return scope.entries.filter { entry in
      !excluded.contains(entry.name.foldedName)
        && (table.map { entry.table == $0.folded } ?? !entry.isHidden)
    }.map { entry in
      let owner = entry.table.map { Identifier($0, at: position) }
      let name = ColumnName(table: owner, Identifier(entry.name, at: position))
      return Item(expression: Expression(.column(name), at: position), name: entry.name)
    }
  }

  // MARK: GROUP BY

  private func grouping(
    _ items: [Item], _ binder: ExpressionBinder, _ ordering: Ordering
  ) throws(QueryError) -> GroupedColumns? {
    var below = binder
    below.clause = "GROUP BY"
    switch block.groupBy {
    case .none:
      let orders =
        if case .items(let items) = ordering { items.map(\.expression) } else { [Expression]() }
      let above =
        items.map(\.expression) + orders + [block.having, block.qualify].compactMap { $0 }
      let isAggregated = above.contains { $0.hasAggregate } || block.having != nil
      return isAggregated ? GroupedColumns([], input: binder) : nil
    case .all:
      // A constant is no key: alone it leaves one group, or, with nothing aggregated, no groups.
      var keys: [Bound] = []
      for item in items where !item.expression.hasAggregate {
        let key = try below.bind(item.expression)
        if !key.columns.isEmpty { keys.append(key) }
      }
      let isAggregated = block.having != nil || items.contains { $0.expression.hasAggregate }
      try Self.checkKeys(keys.count, "GROUP BY", items.first?.expression.position)
      return keys.isEmpty && !isAggregated ? nil : GroupedColumns(keys, input: binder)
    case .expressions(let expressions):
      var keys: [Bound] = []
      for expression in expressions {
        keys.append(try below.bind(try ordinal(expression, items.map(\.expression))))
      }
      try Self.checkKeys(keys.count, "GROUP BY", expressions.first?.position)
      return GroupedColumns(keys, input: binder)
    }
  }

  /// A group is told by so many keys at most.
  static func checkKeys(_ count: Int, _ clause: String, _ position: Position?) throws(QueryError) {
    if count > GroupTable.mostKeys {
      throw QueryError(
        "\(clause) takes at most \(GroupTable.mostKeys) keys, not \(count)", at: position)
    }
  }

  /// What a number in GROUP BY or DISTINCT ON stands for.
  private func ordinal(
    _ expression: Expression, _ items: [Expression]
  ) throws(QueryError) -> Expression {
    guard case .literal(.bigint(let number), _) = expression.kind else { return expression }
    guard number >= 1 && number <= items.count else {
      throw QueryError(
        "\(number): there are \(items.count) columns", at: expression.position)
    }
    return items[Int(number) - 1]
  }
}

/// The final places of the columns that were bound before all were known.
private struct Layout {
  private let groups: GroupedColumns?
  private let windowStart: Int

  init(_ groups: GroupedColumns?, _ windows: WindowCollector, inputWidth: Int) {
    self.groups = groups
    windowStart = groups.map { $0.keys.count + $0.calls.count } ?? inputWidth
  }

  func settled(_ bound: Bound) -> Bound {
    bound.mappingColumns { place, type in
      if place >= WindowCollector.windows {
        return .column(windowStart + place - WindowCollector.windows, type)
      }
      return .column(groups?.settled(place) ?? place, type)
    }
  }
}

extension SelectItem {
  var position: Position {
    switch self {
    case .expression(let expression, _): expression.position
    case .star(_, _, let position): position
    }
  }
}

extension Expression {
  /// The name of a column that has no alias.
  var resultName: String {
    switch kind {
    case .column(let column): column.name.name
    case .call(let call) where call.isStar && call.window == nil: "\(call.name.folded)_star()"
    default: description
    }
  }
}
