import Columns
import Kernels
import SQL

/// The names of the aggregates.
enum AggregateName {
  static let all = [
    "count", "sum", "avg", "mean", "min", "max", "arg_min", "arg_max", "min_by", "max_by",
    "any_value", "first", "bool_and", "bool_or", "string_agg", "group_concat", "listagg",
    "approx_count_distinct", "count_if", "countif", "stddev", "stddev_samp", "stddev_pop",
    "variance", "var_samp", "var_pop", "median", "quantile", "quantile_disc", "quantile_cont",
  ]

  static func isAggregate(_ folded: String) -> Bool { all.contains(folded) }
}

/// An aggregate over columns of the aggregation's input.
struct BoundAggregate: Sendable {
  let aggregate: Aggregate
  let arguments: [Bound]

  var key: String { "\(aggregate)(\(arguments.map(\.key).joined(separator: ", ")))" }
}

/// The keys of a GROUP BY and the aggregates found so far: what an expression above the groups may
/// read. Group `g`'s keys are columns 0, 1, …; its aggregates are placed behind `Self.aggregates`
/// until all of them are known.
final class GroupedColumns {
  static let aggregates = 1 << 20

  let keys: [Bound]
  private(set) var calls: [BoundAggregate] = []
  private let places: [String: Int]
  /// Binds below the groups.
  private let input: ExpressionBinder

  init(_ keys: [Bound], input: ExpressionBinder) {
    self.keys = keys
    self.input = input
    var places: [String: Int] = [:]
    for (place, key) in keys.enumerated() where places[key.key] == nil { places[key.key] = place }
    self.places = places
  }

  /// The key that an expression is, where it is one.
  func key(for expression: Expression, _ binder: ExpressionBinder) throws(QueryError) -> Bound? {
    if keys.isEmpty || expression.hasAggregate { return nil }
    var below = input
    below.aliases = binder.aliases
    below.prefersAliases = binder.prefersAliases
    let bound: Bound
    // What has no meaning below the groups is no key; what is wrong with it is said above them.
    do { bound = try below.bind(expression) } catch { return nil }
    if bound.constantValue != nil { return nil }
    return places[bound.key].map { .column($0, keys[$0].type) }
  }

  func notGrouped(_ name: String, at position: Position) -> QueryError {
    QueryError(
      "the column \(name) is neither grouped nor aggregated", at: position,
      hint: "Add it to GROUP BY, or take any_value(\(name)).")
  }

  func bindAggregate(_ call: Call, _ position: Position) throws(QueryError) -> Bound {
    var binder = input
    binder.windows = nil
    binder.clause = "an aggregate"
    return place(try AggregateBinder(binder: binder).bind(call, position))
  }

  private func place(_ bound: BoundAggregate) -> Bound {
    let place = calls.firstIndex { $0.key == bound.key } ?? calls.count
    if place == calls.count { calls.append(bound) }
    return .column(Self.aggregates + place, bound.aggregate.type)
  }

  /// The place of a column in the result of the aggregation.
  func settled(_ place: Int) -> Int {
    place >= Self.aggregates && place < WindowCollector.windows
      ? keys.count + place - Self.aggregates : place
  }
}

/// Turns a call of an aggregate into one over bound arguments. `binder` is that of its arguments.
struct AggregateBinder {
  let binder: ExpressionBinder

  func bind(_ call: Call, _ position: Position) throws(QueryError) -> BoundAggregate {
    var arguments: [Bound] = []
    for argument in call.arguments { arguments.append(try binder.bind(argument)) }
    let condition = try call.filter.map { (filter) throws(QueryError) in
      try binder.bindCondition(filter)
    }
    let name = call.name.folded
    if name == "string_agg" || name == "group_concat" || name == "listagg" {
      return try joinTexts(call, arguments, condition, position)
    }
    if !call.orderBy.isEmpty {
      throw QueryError("\(call.name) takes no ORDER BY", at: call.name.position)
    }
    if call.isStar || (name == "count" && arguments.isEmpty) {
      guard name == "count" else {
        throw QueryError("\(call.name) does not take *", at: position)
      }
      guard let condition else {
        return BoundAggregate(aggregate: Aggregate(.countRows), arguments: [])
      }
      let one = Bound.constant(.bigint(1), .bigint)
      return aggregate(.count, [filtered(one, condition)])
    }
    let expected = Self.isOfTwo(name) ? 2 : 1
    guard arguments.count == expected else {
      throw QueryError(
        "\(call.name) takes \(expected == 1 ? "one argument" : "two arguments")", at: position)
    }
    let given = condition.map { filter in arguments.map { filtered($0, filter) } } ?? arguments
    return try aggregate(call, name, given, position)
  }

  private static func isOfTwo(_ name: String) -> Bool {
    ["arg_min", "arg_max", "min_by", "max_by", "quantile", "quantile_disc", "quantile_cont"]
      .contains(name)
  }

  private func aggregate(
    _ call: Call, _ name: String, _ arguments: [Bound], _ position: Position
  ) throws(QueryError) -> BoundAggregate {
    let type = arguments[0].type
    if call.isDistinct && !["count", "min", "max", "any_value", "first"].contains(name) {
      throw QueryError(
        "\(call.name) takes no DISTINCT", at: position,
        hint: "Aggregate over a query with DISTINCT instead.")
    }
    switch name {
    case "count":
      return aggregate(call.isDistinct ? .countDistinct : .count, arguments)
    case "approx_count_distinct": return aggregate(.approximateCountDistinct, arguments)
    case "count_if", "countif":
      // As in DuckDB it is a sum: NULL where no condition is known.
      let condition = try binder.cast(arguments[0], to: .boolean, at: position)
      return aggregate(.sum, [try binder.cast(condition, to: .bigint, at: position)])
    case "sum":
      if type == .boolean || type == .null {
        return aggregate(.sum, [try binder.cast(arguments[0], to: .bigint, at: position)])
      }
      guard type.isNumeric else { throw unfit(call, type, position) }
      return aggregate(.sum, arguments)
    case "avg", "mean":
      if type == .null {
        return aggregate(.average, [try binder.cast(arguments[0], to: .double, at: position)])
      }
      guard type.isNumeric else { throw unfit(call, type, position) }
      return aggregate(.average, arguments)
    case "stddev", "stddev_samp", "stddev_pop", "variance", "var_samp", "var_pop":
      guard type.isNumeric || type == .null else { throw unfit(call, type, position) }
      let function = AggregateFunction.deviation(
        isSample: !name.hasSuffix("_pop"), isRoot: name.hasPrefix("std"))
      return aggregate(function, [try binder.cast(arguments[0], to: .double, at: position)])
    case "median", "quantile", "quantile_disc", "quantile_cont":
      return try quantile(call, arguments, position)
    case "min": return aggregate(.minimum, arguments)
    case "max": return aggregate(.maximum, arguments)
    case "arg_min", "min_by": return aggregate(.argMinimum, arguments)
    case "arg_max", "max_by": return aggregate(.argMaximum, arguments)
    case "any_value", "first": return aggregate(.first, arguments)
    default:
      let values = [try binder.cast(arguments[0], to: .boolean, at: position)]
      return aggregate(name == "bool_and" ? .and : .or, values)
    }
  }

  private func quantile(
    _ call: Call, _ arguments: [Bound], _ position: Position
  ) throws(QueryError) -> BoundAggregate {
    var share = 0.5
    if arguments.count > 1 {
      let given = try binder.cast(try binder.bind(call.arguments[1]), to: .double, at: position)
      guard case .double(let number)? = given.constantValue, 0...1 ~= number else {
        throw QueryError(
          "the share of \(call.name) is a constant from 0 to 1", at: call.arguments[1].position)
      }
      share = number
    }
    let type = arguments[0].type
    let isInterpolated = ["median", "quantile_cont"].contains(call.name.folded)
    if !isInterpolated {
      return aggregate(.quantile(share, isInterpolated: false), [arguments[0]])
    }
    switch type {
    case .bigint, .hugeint, .double, .null:
      let doubles = try binder.cast(arguments[0], to: .double, at: position)
      return aggregate(.quantile(share, isInterpolated: true), [doubles])
    default:
      throw QueryError(
        "\(call.name) does not take \(type)", at: position,
        hint: "Cast to DOUBLE, or take quantile_disc(x, \(share)), which is one of the values.")
    }
  }

  private func unfit(_ call: Call, _ type: DataType, _ position: Position) -> QueryError {
    QueryError("\(call.name) takes numbers, not \(type)", at: position)
  }

  private func joinTexts(
    _ call: Call, _ arguments: [Bound], _ condition: Bound?, _ position: Position
  ) throws(QueryError) -> BoundAggregate {
    guard arguments.count == 1 || arguments.count == 2 else {
      throw QueryError("\(call.name) takes a text and a separator", at: position)
    }
    if call.isDistinct { throw QueryError("\(call.name) takes no DISTINCT", at: position) }
    var separator = ","
    if arguments.count == 2 {
      guard case .text(let text)? = arguments[1].constantValue else {
        throw QueryError("the separator of \(call.name) is a constant text", at: position)
      }
      separator = text
    }
    var value = try binder.cast(arguments[0], to: .text, at: position)
    if let condition { value = filtered(value, condition) }
    var columns = [value]
    var order: [SortDirection] = []
    for item in call.orderBy {
      columns.append(try binder.bind(item.expression))
      order.append(
        SortDirection(isDescending: item.isDescending, nullsFirst: item.nullsFirst))
    }
    return aggregate(.joinTexts(separator: separator, order: order), columns)
  }

  private func aggregate(_ function: AggregateFunction, _ arguments: [Bound]) -> BoundAggregate {
    BoundAggregate(aggregate: Aggregate(function, arguments.map(\.type)), arguments: arguments)
  }

  /// NULL, which no aggregate counts, where the condition does not hold.
  private func filtered(_ value: Bound, _ condition: Bound) -> Bound {
    let branch = Bound.Branch(condition: condition, result: value)
    let nothing = Bound.constant(.null, value.type)
    return .conditional([branch], otherwise: nothing, value.type, CodeUnion())
  }
}
