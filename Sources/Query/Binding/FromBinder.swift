import Bytes
import Columns
import SQL

/// A file in FROM: where it is, and how it is said to be read.
enum FileReference: Sendable {
  case path(String, Position)
  case csv(ReadCSV, Position)
}

/// Turns FROM into a plan and the names of its columns.
struct FromBinder {
  let outer: SelectBinder

  init(_ outer: SelectBinder) { self.outer = outer }

  func bind(_ from: TableExpression?) throws(QueryError) -> (Plan, Scope) {
    guard let from else { return (.values([[]], []), Scope()) }
    switch from.kind {
    case .table(let name): return try bindTable(name, from)
    case .file(let path):
      let table = try outer.openFile(.path(path, from.position))
      return try scan(table, from, name: table.name, identity: "file \(path)")
    case .csv(let csv):
      let table = try outer.openFile(.csv(csv, from.position))
      return try scan(table, from, name: table.name, identity: "\(csv)")
    case .query(let query):
      let (plan, fields) = try outer.bind(query)
      let renamed = try SelectBinder.asTable(fields, from.columnAliases)
      return (plan, Scope(renamed, table: from.alias?.folded))
    case .join(let join): return try bindJoin(join)
    }
  }

  private func bindTable(
    _ name: Identifier, _ from: TableExpression
  ) throws(QueryError) -> (Plan, Scope) {
    if let common = outer.commonTables[name.folded] {
      let fields = try SelectBinder.renamed(common.fields, from.columnAliases)
      return (common.plan, Scope(fields, table: from.alias?.folded ?? name.folded))
    }
    guard let table = try outer.catalog.table(name.name) else {
      let names = outer.catalog.tableNames + outer.commonTables.keys.sorted()
      var hint = Scope.suggestion(name.name, names, "The tables are")
      if hint.isEmpty { hint = "SHOW TABLES lists what there is; a file stands in quotes." }
      throw QueryError("there is no table \(name)", at: name.position, hint: hint)
    }
    return try scan(table, from, name: name.name, identity: "table \(table.name)")
  }

  private func scan(
    _ table: any TableSource, _ from: TableExpression, name: String, identity: String
  ) throws(QueryError) -> (Plan, Scope) {
    let fields = try SelectBinder.renamed(table.schema.fields, from.columnAliases)
    return (
      .scan(Scan(table, identity: identity)),
      Scope(fields, table: from.alias?.folded ?? name.foldedName)
    )
  }

  // MARK: Joins

  private func bindJoin(_ join: Join) throws(QueryError) -> (Plan, Scope) {
    let (left, leftScope) = try bind(join.left)
    let (right, rightScope) = try bind(join.right)
    for table in Set(rightScope.entries.compactMap(\.table)).sorted()
    where leftScope.entries.contains(where: { $0.table == table }) {
      throw QueryError(
        "two tables are called \(table) here", at: join.right.position,
        hint: "Give one another name with AS.")
    }
    switch join.condition {
    case .using(let names):
      return try bindUsing(names, join, (left, leftScope), (right, rightScope))
    case .on(let condition):
      let scope = Scope(leftScope.entries + rightScope.entries)
      var binder = ExpressionBinder(scope)
      binder.clause = "ON"
      let bound = try binder.bindCondition(condition)
      let plan = try joined(left, right, join, bound.conjuncts, condition.position)
      return (plan, scope)
    }
  }

  private func bindUsing(
    _ names: [Identifier], _ join: Join, _ left: (plan: Plan, scope: Scope),
    _ right: (plan: Plan, scope: Scope)
  ) throws(QueryError) -> (Plan, Scope) {
    var result = JoinPlan(
      left: left.plan, right: right.plan, isLeftOuter: join.kind == .left, leftKeys: [],
      rightKeys: [])
    var hidden: Set<Int> = []
    let binder = ExpressionBinder(Scope())
    for name in names {
      let column = ColumnName(name)
      guard let mine = try left.scope.find(column) else { throw left.scope.unknown(column) }
      guard let other = try right.scope.find(column) else { throw right.scope.unknown(column) }
      let (a, b) = try binder.comparable(
        .column(mine, left.scope.entries[mine].type),
        .column(other, right.scope.entries[other].type), name.position, "USING")
      result.leftKeys.append(a)
      result.rightKeys.append(b)
      hidden.insert(other)
    }
    var scope = left.scope
    for (place, entry) in right.scope.entries.enumerated() {
      scope.entries.append(
        Scope.Entry(
          table: entry.table, name: entry.name, type: entry.type,
          isHidden: entry.isHidden || hidden.contains(place)))
    }
    return (.join(result), scope)
  }

  /// Sorts the conditions of ON into keys and what holds for one side alone.
  private func joined(
    _ left: Plan, _ right: Plan, _ join: Join, _ conditions: [Bound], _ position: Position
  ) throws(QueryError) -> Plan {
    let width = left.types.count
    var result = JoinPlan(
      left: left, right: right, isLeftOuter: join.kind == .left, leftKeys: [], rightKeys: [])
    var ofRight: [Bound] = []
    var others: [Bound] = []
    for condition in conditions {
      if let (a, b) = condition.equalSides(width: width) {
        result.leftKeys.append(a)
        result.rightKeys.append(b)
      } else if !condition.columns.isEmpty && condition.columns.allSatisfy({ $0 >= width }) {
        ofRight.append(condition.shiftingColumns(by: -width))
      } else {
        others.append(condition)
      }
    }
    if result.leftKeys.isEmpty {
      throw QueryError(
        "a join needs an equality between columns of both sides", at: position,
        hint: "Write ON a.x = b.x, or USING (x).")
    }
    if result.isLeftOuter, let onLeft = Bound.all(others) {
      if !onLeft.columns.allSatisfy({ $0 < width }) {
        throw QueryError(
          "LEFT JOIN takes equalities, and conditions on one side alone", at: position,
          hint: "Join a subquery, or move the condition to WHERE.")
      }
      // Where it does not hold the row has no partner: its key becomes NULL, which matches none.
      let key = result.leftKeys[0]
      let branch = Bound.Branch(condition: onLeft, result: key)
      result.leftKeys[0] = .conditional(
        [branch], otherwise: .constant(.null, key.type), key.type, CodeUnion())
      others = []
    }
    if let filter = Bound.all(ofRight) { result.right = .filter(right, filter) }
    guard let filter = Bound.all(others) else { return .join(result) }
    return .filter(.join(result), filter)
  }
}

extension Bound {
  func shiftingColumns(by distance: Int) -> Bound {
    mappingColumns { .column($0 + distance, $1) }
  }

  /// The sides of `a = b` where one is over the columns below `width` and the other over those from
  /// `width` on, counted from there.
  fileprivate func equalSides(width: Int) -> (left: Bound, right: Bound)? {
    guard case .call(let call) = self, call.function.name == Comparison.equal.rawValue else {
      return nil
    }
    let (a, b) = (call.arguments[0], call.arguments[1])
    let (aColumns, bColumns) = (a.columns, b.columns)
    if aColumns.isEmpty || bColumns.isEmpty { return nil }
    if aColumns.allSatisfy({ $0 < width }) && bColumns.allSatisfy({ $0 >= width }) {
      return (a, b.shiftingColumns(by: -width))
    }
    if bColumns.allSatisfy({ $0 < width }) && aColumns.allSatisfy({ $0 >= width }) {
      return (b, a.shiftingColumns(by: -width))
    }
    return nil
  }
}
