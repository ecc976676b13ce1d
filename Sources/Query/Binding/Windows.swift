import Columns
import Kernels
import SQL

/// The window functions.
enum WindowFunction: String, CaseIterable, Sendable {
  case rowNumber = "row_number"
  case rank
  case denseRank = "dense_rank"
}

/// A window function over columns of the window's input.
struct BoundWindow: Sendable {
  let function: WindowFunction
  let partitionBy: [Bound]
  let orderBy: [BoundOrder]

  var key: String {
    let partition = partitionBy.map(\.key).joined(separator: ", ")
    return "\(function)(\(partition); \(orderBy.map(\.key).joined(separator: ", ")))"
  }
}

/// A key of an order.
struct BoundOrder: Sendable {
  let expression: Bound
  let direction: SortDirection

  var key: String { "\(expression.key) \(direction)" }
}

/// The window functions of a query, whose results stand behind the columns of its input; until all
/// are known they are placed behind `Self.windows`.
final class WindowCollector {
  static let windows = 1 << 21

  private(set) var calls: [BoundWindow] = []

  func add(_ window: BoundWindow) -> Bound {
    let place = calls.firstIndex { $0.key == window.key } ?? calls.count
    if place == calls.count { calls.append(window) }
    return .column(Self.windows + place, .bigint)
  }
}

extension ExpressionBinder {
  func bindWindow(
    _ call: Call, _ window: Window, _ position: Position
  ) throws(QueryError) -> Bound {
    guard let function = WindowFunction(rawValue: call.name.folded) else {
      let names = WindowFunction.allCases.map(\.rawValue).joined(separator: ", ")
      throw QueryError(
        "\(call.name) is no window function", at: call.name.position,
        hint: "The window functions are \(names).")
    }
    guard let windows else {
      throw QueryError(
        "a window function cannot stand in \(clause)", at: position,
        hint: "Conditions on window functions stand in QUALIFY.")
    }
    if !call.arguments.isEmpty || call.isDistinct || call.isStar || call.filter != nil {
      throw QueryError("\(call.name) takes no arguments", at: position)
    }
    var inner = self
    inner.windows = nil
    inner.clause = "a window"
    var partition: [Bound] = []
    for key in window.partitionBy { partition.append(try inner.bind(key)) }
    try BlockBinder.checkKeys(partition.count, "PARTITION BY", position)
    var order: [BoundOrder] = []
    for item in window.orderBy { order.append(try inner.bind(item)) }
    return windows.add(BoundWindow(function: function, partitionBy: partition, orderBy: order))
  }

  func bind(_ item: OrderItem) throws(QueryError) -> BoundOrder {
    BoundOrder(
      expression: try bind(item.expression),
      direction: SortDirection(isDescending: item.isDescending, nullsFirst: item.nullsFirst))
  }
}

extension Expression {
  /// The expressions directly below; not those of a window, nor of a query.
  var parts: [Expression] {
    switch kind {
    case .literal, .column, .query: []
    case .unary(_, let operand), .isNull(let operand, _), .cast(let operand, _, _): [operand]
    case .inQuery(let operand, _, _): [operand]
    case .binary(_, let left, let right), .isDistinct(let left, let right, _): [left, right]
    case .like(let like): [like.value, like.pattern] + (like.escape.map { [$0] } ?? [])
    case .between(let value, let lower, let upper, _): [value, lower, upper]
    case .inList(let value, let list, _): [value] + list
    case .conditional(let conditional):
      (conditional.operand.map { [$0] } ?? [])
        + conditional.branches.flatMap { [$0.condition, $0.result] }
        + (conditional.otherwise.map { [$0] } ?? [])
    case .call(let call): call.arguments + (call.filter.map { [$0] } ?? [])
    }
  }

  /// Whether an aggregate of this query stands in it.
  var hasAggregate: Bool {
    if case .call(let call) = kind {
      if call.window == nil && AggregateName.isAggregate(call.name.folded) { return true }
      if let window = call.window {
        let inner = window.partitionBy + window.orderBy.map(\.expression)
        if inner.contains(where: \.hasAggregate) { return true }
      }
    }
    return parts.contains { $0.hasAggregate }
  }
}
