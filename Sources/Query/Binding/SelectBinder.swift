import Bytes
import Columns
import Kernels
import SQL

/// Turns the tree of a query into a plan.
struct SelectBinder {
  let catalog: any Catalog
  /// Opens a file that stands in FROM.
  let openFile: (FileReference) throws(QueryError) -> any TableSource
  /// The tables of the WITH clauses around, by folded name; the inner hide the outer.
  var commonTables: [String: CommonQuery] = [:]

  struct CommonQuery: Sendable {
    let plan: Plan
    let fields: [Field]
  }

  func bind(_ select: Select) throws(QueryError) -> (Plan, [Field]) {
    var inner = self
    for table in select.with {
      let (plan, fields) = try inner.bind(table.query)
      let renamed = try Self.asTable(fields, table.columns)
      inner.commonTables[table.name.folded] = CommonQuery(plan: plan, fields: renamed)
    }
    return try inner.bindBody(select)
  }

  private func bindBody(_ select: Select) throws(QueryError) -> (Plan, [Field]) {
    let limit = try count(select.limit, "LIMIT")
    let offset = try count(select.offset, "OFFSET") ?? 0
    if case .block(let block) = select.body {
      return try BlockBinder(self, block).bind(select.orderBy, limit: limit, offset: offset)
    }
    let (plan, fields) = try bindRows(select.body)
    // Above a union, names and numbers mean its columns.
    var binder = ExpressionBinder(Scope(fields, table: nil))
    binder.clause = "the ORDER BY of a UNION"
    let output = fields.indices.map { Bound.column($0, fields[$0].type) }
    let orders = try OutputOrder(fields: fields, output: output).bind(select.orderBy, binder)
    return (Self.ordered(plan, orders, limit: limit, offset: offset), fields)
  }

  static func ordered(_ plan: Plan, _ orders: [BoundOrder], limit: Int?, offset: Int) -> Plan {
    // Nothing is asked for, so nothing is done that could fail.
    if limit == 0 { return .values([], plan.types) }
    if !orders.isEmpty { return .sort(plan, orders, limit: limit, offset: offset) }
    return limit == nil && offset == 0 ? plan : .slice(plan, limit: limit, offset: offset)
  }

  private func bindRows(_ body: SelectBody) throws(QueryError) -> (Plan, [Field]) {
    switch body {
    case .block(let block):
      return try BlockBinder(self, block).bind(.none, limit: nil, offset: 0)
    case .values(let rows): return try bindValues(rows)
    case .unionAll(let selects):
      var plans: [Plan] = []
      var fields: [[Field]] = []
      for select in selects {
        let (plan, own) = try bind(select)
        if let first = fields.first, first.count != own.count {
          throw QueryError(
            "this query has \(own.count) columns, the first of the UNION has \(first.count)",
            at: select.position)
        }
        plans.append(plan)
        fields.append(own)
      }
      return try unified(plans, fields, selects)
    }
  }

  /// Brings the columns of the parts to common types.
  private func unified(
    _ plans: [Plan], _ fields: [[Field]], _ selects: [Select]
  ) throws(QueryError) -> (Plan, [Field]) {
    var result = fields[0]
    for place in result.indices {
      let shapes = fields.map { ArgumentShape(type: $0[place].type, constant: nil) }
      guard let type = CommonType.of(shapes) else {
        throw QueryError(
          "the column \(result[place].name) has no type in common in all parts of the UNION",
          at: selects[0].position)
      }
      result[place] = Field(result[place].name, type)
    }
    let binder = ExpressionBinder(Scope())
    var parts: [Plan] = []
    for (number, plan) in plans.enumerated() {
      var columns: [Bound] = []
      for place in result.indices {
        let column = Bound.column(place, fields[number][place].type)
        columns.append(
          try binder.cast(column, to: result[place].type, at: selects[number].position))
      }
      parts.append(plan.types == result.map(\.type) ? plan : .project(plan, columns))
    }
    return (.union(parts), result)
  }

  private func bindValues(_ rows: [[Expression]]) throws(QueryError) -> (Plan, [Field]) {
    var binder = ExpressionBinder(Scope())
    binder.planQuery = bind
    var bound: [[Bound]] = []
    for row in rows {
      var values: [Bound] = []
      for value in row { values.append(try binder.bind(value)) }
      bound.append(values)
    }
    var fields: [Field] = []
    for place in rows[0].indices {
      guard let type = CommonType.of(bound.map { $0[place].shape }) else {
        throw QueryError("the values have no type in common", at: rows[0][place].position)
      }
      fields.append(Field("col\(place)", type))
      for row in bound.indices {
        bound[row][place] = try binder.cast(
          bound[row][place], to: type, at: rows[row][place].position)
      }
    }
    return (.values(bound, fields.map(\.type)), fields)
  }

  /// The number behind LIMIT or OFFSET.
  private func count(_ expression: Expression?, _ word: String) throws(QueryError) -> Int? {
    guard let expression else { return nil }
    let bound = try ExpressionBinder(Scope()).bind(expression)
    switch bound.constantValue {
    case .bigint(let number) where number >= 0: return Int(number)
    case .null: return nil
    default:
      throw QueryError("\(word) takes a whole number that is not negative", at: expression.position)
    }
  }

  /// The columns of a query as a table: of equal names all but the first have a number behind them.
  static func asTable(
    _ fields: [Field], _ names: [Identifier]
  ) throws(QueryError) -> [Field] {
    var seen: Set<String> = []
    return try renamed(fields, names).map { field in
      var name = field.name
      var number = 0
      while !seen.insert(name.foldedName).inserted {
        number += 1
        name = "\(field.name)_\(number)"
      }
      return Field(name, field.type)
    }
  }

  static func renamed(_ fields: [Field], _ names: [Identifier]) throws(QueryError) -> [Field] {
    if names.count > fields.count {
      throw QueryError(
        "there are \(names.count) names for \(fields.count) columns",
        at: names[fields.count].position)
    }
    return fields.indices.map { place in
      place < names.count ? Field(names[place].name, fields[place].type) : fields[place]
    }
  }
}

/// ORDER BY over the columns of a result: by ordinal, by name, or by an expression of them.
struct OutputOrder {
  let fields: [Field]
  let output: [Bound]

  func bind(
    _ ordering: Ordering, _ binder: ExpressionBinder
  ) throws(QueryError) -> [BoundOrder] {
    switch ordering {
    case .none: return []
    case .all(let isDescending, let nullsFirst, _):
      return output.map {
        BoundOrder(
          expression: $0,
          direction: SortDirection(isDescending: isDescending, nullsFirst: nullsFirst))
      }
    case .items(let items):
      var orders: [BoundOrder] = []
      for item in items {
        let direction = SortDirection(
          isDescending: item.isDescending, nullsFirst: item.nullsFirst)
        if case .literal(.bigint(let number), _) = item.expression.kind {
          guard number >= 1 && number <= output.count else {
            throw QueryError(
              "ORDER BY \(number): there are \(output.count) columns", at: item.expression.position)
          }
          orders.append(BoundOrder(expression: output[Int(number) - 1], direction: direction))
          continue
        }
        orders.append(
          BoundOrder(expression: try binder.bind(item.expression), direction: direction))
      }
      return orders
    }
  }
}
