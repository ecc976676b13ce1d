import Columns
import SQL

/// Finds out what the names in an expression mean, which function each call is, and where values
/// have to be cast, so that the result can be evaluated without asking anything again.
///
/// In a query that groups, an expression is bound twice over: what equals a key of GROUP BY is that
/// key, what is an aggregate becomes a column of the aggregation, and only what lies above them is
/// computed from the groups.
struct ExpressionBinder {
  let scope: Scope
  /// What SELECT names with AS, by folded name.
  var aliases: [String: Expression] = [:]
  /// Whether an alias hides a column of the same name, as in ORDER BY.
  var prefersAliases = false
  /// Set above a GROUP BY.
  var groups: GroupedColumns?
  /// Where window functions are allowed, what collects them.
  var windows: WindowCollector?
  /// Plans the queries inside expressions; nil where there may be none.
  var planQuery: ((Select) throws(QueryError) -> (Plan, [Field]))?
  /// The clause, for messages.
  var clause = "an expression"

  init(_ scope: Scope) { self.scope = scope }

  func bind(_ expression: Expression) throws(QueryError) -> Bound {
    if let groups, let key = try groups.key(for: expression, self) { return key }
    let position = expression.position
    switch expression.kind {
    case .literal(let value, let type): return .constant(value, type)
    case .column(let name): return try bind(name, position)
    case .unary(let unary, let operand): return try bind(unary, operand, position)
    case .binary(let binary, let left, let right): return try bind(binary, left, right, position)
    case .isNull(let value, let isNegated):
      return folded(.isNull(try bind(value), isNegated: isNegated))
    case .isDistinct(let left, let right, let isNegated):
      let (a, b) = try comparable(try bind(left), try bind(right), position, "IS DISTINCT FROM")
      return call(.distinct(isNegated: isNegated), [a, b], .boolean, position)
    case .like(let like): return try bind(like, position)
    case .between(let value, let lower, let upper, let isNegated):
      let bound = try bind(value)
      let low = try compare(.greaterOrEqual, bound, try bind(lower), position)
      let high = try compare(.lessOrEqual, bound, try bind(upper), position)
      let both = folded(.logic(isAnd: true, [low, high]))
      return isNegated ? call(.not, [both], .boolean, position) : both
    case .inList(let value, let list, let isNegated):
      return try bindList(value, list, isNegated, position)
    case .inQuery(let value, let query, let isNegated):
      return try bindMembership(value, query, isNegated, position)
    case .conditional(let conditional): return try bind(conditional, position)
    case .cast(let value, let type, let isTry):
      return try cast(try bind(value), to: type, isTry: isTry, at: position)
    case .call(let call): return try bind(call, position)
    case .query(let query):
      let (plan, fields) = try subplan(query)
      guard fields.count == 1 else {
        throw QueryError("a query that stands for a value has one column", at: position)
      }
      return .query(Subquery(plan: plan, type: fields[0].type, position: position))
    }
  }

  /// A condition: BOOLEAN, or what is cast to it.
  func bindCondition(_ expression: Expression) throws(QueryError) -> Bound {
    let bound = try bind(expression)
    if bound.type == .boolean { return bound }
    return try cast(bound, to: .boolean, at: expression.position, reason: "a condition is BOOLEAN")
  }

  // MARK: Names

  private func bind(_ name: ColumnName, _ position: Position) throws(QueryError) -> Bound {
    let alias = name.table == nil ? aliases[name.name.folded] : nil
    if let alias, prefersAliases { return try bindAlias(alias, name) }
    if let place = try scope.find(name) {
      if let groups {
        throw groups.notGrouped(scope.entries[place].name, at: position)
      }
      return .column(place, scope.entries[place].type)
    }
    if let alias { return try bindAlias(alias, name) }
    throw scope.unknown(name, aliases: aliases.keys.sorted())
  }

  /// The expression an alias stands for. In it the alias means a column, or nothing.
  private func bindAlias(_ expression: Expression, _ name: ColumnName) throws(QueryError) -> Bound {
    var inner = self
    inner.aliases[name.name.folded] = nil
    inner.prefersAliases = false
    return try inner.bind(expression)
  }

  // MARK: Operators

  private func bind(
    _ unary: UnaryOperator, _ operand: Expression, _ position: Position
  ) throws(QueryError) -> Bound {
    let bound = unary == .not ? try bindCondition(operand) : try bind(operand)
    switch unary {
    case .not: return call(.not, [bound], .boolean, position)
    case .plus, .minus:
      guard bound.type.isNumeric || bound.type == .interval || bound.type == .null else {
        throw QueryError("\(unary.rawValue) takes a number, not \(bound.type)", at: position)
      }
      if unary == .plus || bound.type == .null { return bound }
      return call(.negate(bound.type), [bound], bound.type, position)
    }
  }

  private func bind(
    _ binary: BinaryOperator, _ left: Expression, _ right: Expression, _ position: Position
  ) throws(QueryError) -> Bound {
    if binary == .and || binary == .or {
      let operands = [try bindCondition(left), try bindCondition(right)]
      let isAnd = binary == .and
      return folded(.logic(isAnd: isAnd, operands.flatMap { $0.flattened(isAnd: isAnd) }))
    }
    let (a, b) = (try bind(left), try bind(right))
    if let comparison = Comparison(rawValue: binary.rawValue) {
      return try compare(comparison, a, b, position)
    }
    if let operation = Arithmetic(rawValue: binary.rawValue) {
      guard let resolution = ArithmeticTypes.resolve(operation, a.shape, b.shape) else {
        throw unfit(binary.rawValue, a, b, position)
      }
      return try call(resolution, [a, b], position)
    }
    switch binary {
    case .concatenate:
      let texts = [try cast(a, to: .text, at: position), try cast(b, to: .text, at: position)]
      return call(.concatenate, texts, .text, position)
    default:
      let isDivision = binary == .divide
      guard a.type.isNumeric || a.type == .null, b.type.isNumeric || b.type == .null else {
        throw unfit(binary.rawValue, a, b, position)
      }
      let doubles = [
        try cast(a, to: .double, at: position), try cast(b, to: .double, at: position),
      ]
      let function = isDivision ? ScalarFunction.divide : FunctionRegistry.power
      return call(function, doubles, .double, position)
    }
  }

  private func unfit(_ symbol: String, _ a: Bound, _ b: Bound, _ position: Position) -> QueryError {
    QueryError(
      "\(symbol) does not take \(a.type) and \(b.type)", at: position,
      hint: a.type == .text || b.type == .text ? "Cast the text: CAST(x AS BIGINT)." : "")
  }

  func compare(
    _ comparison: Comparison, _ a: Bound, _ b: Bound, _ position: Position
  ) throws(QueryError) -> Bound {
    let (left, right) = try comparable(a, b, position, comparison.rawValue)
    return call(comparison.function, [left, right], .boolean, position)
  }

  /// Both sides as one type.
  func comparable(
    _ a: Bound, _ b: Bound, _ position: Position, _ symbol: String
  ) throws(QueryError) -> (Bound, Bound) {
    guard let type = CommonType.forComparison(a.shape, b.shape) else {
      throw unfit(symbol, a, b, position)
    }
    return (try cast(a, to: type, at: position), try cast(b, to: type, at: position))
  }

  private func bind(_ like: Like, _ position: Position) throws(QueryError) -> Bound {
    var operands = [try bind(like.value), try bind(like.pattern)]
    if let escape = like.escape { operands.append(try bind(escape)) }
    for operand in operands where operand.type != .text && operand.type != .null {
      throw QueryError("LIKE takes TEXT, not \(operand.type)", at: position)
    }
    let texts = try cast(operands, to: .text, at: position)
    return call(
      .like(ignoresCase: like.ignoresCase, isNegated: like.isNegated), texts, .boolean, position)
  }

  // MARK: IN

  private func bindList(
    _ value: Expression, _ list: [Expression], _ isNegated: Bool, _ position: Position
  ) throws(QueryError) -> Bound {
    let bound = try bind(value)
    var items: [Bound] = []
    for item in list { items.append(try bind(item)) }
    guard let type = CommonType.ofMembers(bound.shape, items.map(\.shape)) else {
      throw QueryError("the values of IN have no type in common", at: position)
    }
    let operand = try cast(bound, to: type, at: position)
    let members = try cast(items, to: type, at: position)
    if members.allSatisfy({ $0.constantValue != nil }) {
      let values = ColumnBuilder(type, members.compactMap(\.constantValue)).column()
      return folded(.isIn(operand, ValueSet([values], type), isNegated: isNegated))
    }
    let tests = members.map { call(Comparison.equal.function, [operand, $0], .boolean, position) }
    let any = tests.count == 1 ? tests[0] : .logic(isAnd: false, tests)
    return isNegated ? call(.not, [any], .boolean, position) : any
  }

  private func bindMembership(
    _ value: Expression, _ query: Select, _ isNegated: Bool, _ position: Position
  ) throws(QueryError) -> Bound {
    let bound = try bind(value)
    let (plan, fields) = try subplan(query)
    guard fields.count == 1 else {
      throw QueryError("the query of IN has one column", at: query.position)
    }
    let member = ArgumentShape(type: fields[0].type, constant: nil)
    guard let type = CommonType.forComparison(bound.shape, member) else {
      throw QueryError(
        "IN does not take \(bound.type) and a query of \(fields[0].type)", at: position)
    }
    let column = try cast(.column(0, fields[0].type), to: type, at: position)
    let inner = Subquery(plan: .project(plan, [column]), type: type, position: query.position)
    return .isInQuery(try cast(bound, to: type, at: position), inner, isNegated: isNegated)
  }

  private func subplan(_ query: Select) throws(QueryError) -> (Plan, [Field]) {
    guard let planQuery else {
      throw QueryError("a query cannot stand in \(clause)", at: query.position)
    }
    return try planQuery(query)
  }

  // MARK: CASE

  private func bind(
    _ conditional: Conditional, _ position: Position
  ) throws(QueryError) -> Bound {
    var conditions: [Bound] = []
    var results: [Bound] = []
    let operand = try conditional.operand.map { (value) throws(QueryError) in try bind(value) }
    for branch in conditional.branches {
      if let operand {
        conditions.append(try compare(.equal, operand, try bind(branch.condition), position))
      } else {
        conditions.append(try bindCondition(branch.condition))
      }
      results.append(try bind(branch.result))
    }
    results.append(
      try conditional.otherwise.map { (value) throws(QueryError) in try bind(value) }
        ?? .constant(.null, .null))
    guard let type = CommonType.of(results.map(\.shape)) else {
      throw QueryError("the results of CASE have no type in common", at: position)
    }
    let values = try cast(results, to: type, at: position)
    let branches = conditions.indices.map {
      Bound.Branch(condition: conditions[$0], result: values[$0])
    }
    if branches.count > 250 { throw QueryError("a CASE has at most 250 branches", at: position) }
    return folded(.conditional(branches, otherwise: values[branches.count], type, CodeUnion()))
  }
}
