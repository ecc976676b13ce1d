import Columns
import Kernels
import SQL
import Synchronization

/// What is to be done, as a tree of operators; the columns of each are known by place and type.
indirect enum Plan: Sendable {
  case scan(Scan)
  /// Rows of constants.
  case values([[Bound]], [DataType])
  case filter(Plan, Bound)
  case project(Plan, [Bound])
  case join(JoinPlan)
  case aggregate(Aggregation)
  /// The input's columns and behind them a column for each function.
  case window(Plan, [BoundWindow])
  case distinct(Plan)
  case sort(Plan, [BoundOrder], limit: Int?, offset: Int)
  case slice(Plan, limit: Int?, offset: Int)
  case union([Plan])
  /// What stands in several places and is worked out once: its number, and its columns.
  case shared(Int, [DataType])
  /// The rows of a plan, by its identity, that have been worked out before.
  case frames(StoredRows, [DataType], of: String)
}

/// Reading some columns of a table.
struct Scan: Sendable {
  let table: any TableSource
  /// The places of the columns in the table's schema.
  var columns: [Int]
  /// What all rows that are needed fulfil, over `columns`: what blocks are left out by. It is also
  /// a filter above the scan, since a block that stays may have other rows too.
  var conditions: [Bound] = []

  /// Tells tables apart that have the same name.
  let identity: String

  init(_ table: any TableSource, identity: String) {
    self.table = table
    self.identity = identity
    columns = Array(table.schema.fields.indices)
  }

  var types: [DataType] { columns.map { table.schema[$0].type } }
}

/// A join on equal keys. The columns are those of the left and then those of the right side.
struct JoinPlan: Sendable {
  var left: Plan
  var right: Plan
  let isLeftOuter: Bool
  /// Over the left side and over the right; equally many, of equal types.
  var leftKeys: [Bound]
  var rightKeys: [Bound]
  /// Whether rows come in the order of the left side; else in any.
  var keepsOrder = true
  /// Tells joins of one process apart, so that a right side that is needed often is found once.
  let number = JoinPlan.counter.wrappingAdd(1, ordering: .relaxed).newValue

  private static let counter = Atomic<Int>(0)
}

/// GROUP BY: the columns are the keys and then the aggregates.
struct Aggregation: Sendable {
  var input: Plan
  var keys: [Bound]
  var aggregates: [BoundAggregate]
  /// The keys whose NULL makes a group that nobody wants.
  var unwantedNulls: Set<Int> = []
  /// Whether groups come in the order of their first rows; else in any.
  var keepsOrder = true
}

extension Plan {
  /// The types of its columns.
  var types: [DataType] {
    switch self {
    case .scan(let scan): scan.types
    case .values(_, let types), .shared(_, let types), .frames(_, let types, _): types
    case .filter(let input, _), .distinct(let input): input.types
    case .sort(let input, _, _, _), .slice(let input, _, _): input.types
    case .project(_, let expressions): expressions.map(\.type)
    case .join(let join): join.left.types + join.right.types
    case .aggregate(let aggregation):
      aggregation.keys.map(\.type) + aggregation.aggregates.map(\.aggregate.type)
    case .window(let input, let calls): input.types + calls.map(\.type)
    case .union(let inputs): inputs[0].types
    }
  }

  /// The plans directly below.
  var inputs: [Plan] {
    switch self {
    case .scan, .values, .shared, .frames: []
    case .filter(let input, _), .project(let input, _), .window(let input, _),
      .distinct(let input), .sort(let input, _, _, _), .slice(let input, _, _):
      [input]
    case .join(let join): [join.left, join.right]
    case .aggregate(let aggregation): [aggregation.input]
    case .union(let inputs): inputs
    }
  }

  /// The same with other plans directly below, in the order of `inputs`.
  func replacingInputs(_ inputs: [Plan]) -> Plan {
    switch self {
    case .scan, .values, .shared, .frames: return self
    case .filter(_, let condition): return .filter(inputs[0], condition)
    case .project(_, let expressions): return .project(inputs[0], expressions)
    case .window(_, let calls): return .window(inputs[0], calls)
    case .distinct: return .distinct(inputs[0])
    case .sort(_, let orders, let limit, let offset):
      return .sort(inputs[0], orders, limit: limit, offset: offset)
    case .slice(_, let limit, let offset): return .slice(inputs[0], limit: limit, offset: offset)
    case .union: return .union(inputs)
    case .join(var join):
      (join.left, join.right) = (inputs[0], inputs[1])
      return .join(join)
    case .aggregate(var aggregation):
      aggregation.input = inputs[0]
      return .aggregate(aggregation)
    }
  }

  /// The same with every expression of this operator replaced, those below too.
  func mappingExpressions(
    _ body: (Bound) throws(QueryError) -> Bound
  ) throws(QueryError) -> Plan {
    func each(_ expressions: [Bound]) throws(QueryError) -> [Bound] {
      var result: [Bound] = []
      for expression in expressions { result.append(try body(expression)) }
      return result
    }
    func each(_ orders: [BoundOrder]) throws(QueryError) -> [BoundOrder] {
      var result: [BoundOrder] = []
      for order in orders {
        result.append(
          BoundOrder(expression: try body(order.expression), direction: order.direction))
      }
      return result
    }
    switch self {
    case .scan(var scan):
      scan.conditions = try each(scan.conditions)
      return .scan(scan)
    case .shared, .frames: return self
    case .values(let rows, let types):
      var result: [[Bound]] = []
      for row in rows { result.append(try each(row)) }
      return .values(result, types)
    case .filter(let input, let condition):
      return .filter(try input.mappingExpressions(body), try body(condition))
    case .project(let input, let expressions):
      return .project(try input.mappingExpressions(body), try each(expressions))
    case .join(var join):
      join.left = try join.left.mappingExpressions(body)
      join.right = try join.right.mappingExpressions(body)
      join.leftKeys = try each(join.leftKeys)
      join.rightKeys = try each(join.rightKeys)
      return .join(join)
    case .aggregate(var aggregation):
      aggregation.input = try aggregation.input.mappingExpressions(body)
      aggregation.keys = try each(aggregation.keys)
      var aggregates: [BoundAggregate] = []
      for call in aggregation.aggregates {
        aggregates.append(
          BoundAggregate(aggregate: call.aggregate, arguments: try each(call.arguments)))
      }
      aggregation.aggregates = aggregates
      return .aggregate(aggregation)
    case .window(let input, let calls):
      var windows: [BoundWindow] = []
      for call in calls { windows.append(try call.mapping(body)) }
      return .window(try input.mappingExpressions(body), windows)
    case .distinct(let input): return .distinct(try input.mappingExpressions(body))
    case .sort(let input, let orders, let limit, let offset):
      return .sort(
        try input.mappingExpressions(body), try each(orders), limit: limit, offset: offset)
    case .slice(let input, let limit, let offset):
      return .slice(try input.mappingExpressions(body), limit: limit, offset: offset)
    case .union(let inputs):
      var result: [Plan] = []
      for input in inputs { result.append(try input.mappingExpressions(body)) }
      return .union(result)
    }
  }
}
