import Columns
import Kernels
import SQL

/// The functions that stand before OVER, beside the aggregates.
enum WindowName: String, CaseIterable {
  case rowNumber = "row_number"
  case rank
  case denseRank = "dense_rank"
  case percentRank = "percent_rank"
  case cumeDist = "cume_dist"
  case ntile
  case lag
  case lead
  case firstValue = "first_value"
  case lastValue = "last_value"
  case nthValue = "nth_value"

  /// How many arguments it takes.
  var argumentCounts: ClosedRange<Int> {
    switch self {
    case .rowNumber, .rank, .denseRank, .percentRank, .cumeDist: 0...0
    case .ntile, .firstValue, .lastValue: 1...1
    case .nthValue: 2...2
    case .lag, .lead: 1...3
    }
  }
}

extension ExpressionBinder {
  func bindWindow(
    _ call: Call, _ window: Window, _ position: Position
  ) throws(QueryError) -> Bound {
    guard let windows else {
      throw QueryError(
        "a window function cannot stand in \(clause)", at: position,
        hint: "Conditions on window functions stand in QUALIFY.")
    }
    var inner = self
    inner.windows = nil
    inner.clause = "a window"
    return windows.add(try WindowBinder(binder: inner, call: call).bind(window, position))
  }

  func bind(_ item: OrderItem) throws(QueryError) -> BoundOrder {
    BoundOrder(
      expression: try bind(item.expression),
      direction: SortDirection(isDescending: item.isDescending, nullsFirst: item.nullsFirst))
  }
}

/// Turns a call with OVER into one over bound arguments. `binder` is that of its arguments.
private struct WindowBinder {
  let binder: ExpressionBinder
  let call: Call

  func bind(_ window: Window, _ position: Position) throws(QueryError) -> BoundWindow {
    var bound = try function(position)
    for key in window.partitionBy { bound.partitionBy.append(try binder.bind(key)) }
    try BlockBinder.checkKeys(bound.partitionBy.count, "PARTITION BY", position)
    for item in window.orderBy { bound.orderBy.append(try binder.bind(item)) }
    try bindFrame(window, &bound)
    if case .aggregate(let aggregate) = bound.function, !bound.frame.isWhole,
      !aggregate.function.takesFrames
    {
      throw QueryError(
        "\(call.name) takes no ORDER BY or frame in OVER", at: call.name.position,
        hint: "Without them it is of the whole partition.")
    }
    return bound
  }

  /// The function and its arguments.
  private func function(_ position: Position) throws(QueryError) -> BoundWindow {
    let name = call.name.folded
    if AggregateName.isAggregate(name) {
      let bound = try AggregateBinder(binder: binder).bind(call, position)
      return BoundWindow(
        function: .aggregate(bound.aggregate), arguments: bound.arguments, partitionBy: [],
        orderBy: [])
    }
    guard let name = WindowName(rawValue: name) else {
      let names = WindowName.allCases.map(\.rawValue).joined(separator: ", ")
      throw QueryError(
        "\(call.name) is no window function", at: call.name.position,
        hint: "The window functions are \(names), and the aggregates.")
    }
    if call.isDistinct || call.isStar || call.filter != nil || !call.orderBy.isEmpty {
      throw QueryError("\(call.name) takes plain arguments only", at: position)
    }
    let counts = name.argumentCounts
    guard counts.contains(call.arguments.count) else {
      let text =
        switch (counts.lowerBound, counts.upperBound) {
        case (0, _): "no arguments"
        case (1, 1): "one argument"
        case (2, _): "two arguments"
        default: "one to three arguments"
        }
      throw QueryError("\(call.name) takes \(text)", at: position)
    }
    var arguments: [Bound] = []
    let function = try self.function(name, &arguments)
    return BoundWindow(function: function, arguments: arguments, partitionBy: [], orderBy: [])
  }

  private func function(
    _ name: WindowName, _ arguments: inout [Bound]
  ) throws(QueryError) -> WindowFunction {
    switch name {
    case .rowNumber: return .rowNumber
    case .rank: return .rank
    case .denseRank: return .denseRank
    case .percentRank: return .relativeRank
    case .cumeDist: return .cumulativeShare
    case .ntile: return .tiles(try wholeNumber(call.arguments[0], from: 1))
    case .firstValue, .lastValue:
      arguments = [try binder.bind(call.arguments[0])]
      return .atPlace(name == .firstValue ? 0 : -1)
    case .nthValue:
      arguments = [try binder.bind(call.arguments[0])]
      return .atPlace(try wholeNumber(call.arguments[1], from: 1) - 1)
    case .lag, .lead:
      let value = try binder.bind(call.arguments[0])
      arguments = [value]
      var distance = 1
      if call.arguments.count > 1 {
        // No table has so many rows that a limit on either side could be seen.
        distance = try wholeNumber(call.arguments[1], from: -.max)
      }
      if call.arguments.count > 2 {
        let position = call.arguments[2].position
        let fallback = try binder.bind(call.arguments[2])
        arguments.append(try binder.cast(fallback, to: value.type, at: position))
      }
      return .shifted(name == .lag ? -distance : distance)
    }
  }

  /// A constant.
  private func wholeNumber(_ expression: Expression, from least: Int) throws(QueryError) -> Int {
    guard case .bigint(let number)? = try binder.bind(expression).constantValue, number >= least
    else {
      let what = least == 1 ? "a constant from 1 on" : least == 0 ? "not negative" : "constant"
      throw QueryError("the number of rows has to be \(what)", at: expression.position)
    }
    return Int(number)
  }

  // MARK: Frames

  /// Functions that only look at the order have no frame, whatever is written.
  private func bindFrame(_ window: Window, _ bound: inout BoundWindow) throws(QueryError) {
    switch bound.function {
    case .aggregate, .atPlace: break
    default: return
    }
    if let frame = window.frame {
      bound.frame.start = try edge(frame.start, isEnd: false, frame, bound.orderBy)
      bound.frame.end = try edge(frame.end, isEnd: true, frame, bound.orderBy)
    } else if !bound.orderBy.isEmpty {
      bound.frame.end = .peers
    }
  }

  private func edge(
    _ edge: WindowFrame.Edge, isEnd: Bool, _ frame: WindowFrame, _ orders: [BoundOrder]
  ) throws(QueryError) -> BoundFrame.Edge {
    switch (edge, frame.unit) {
    case (.unbounded, _): return .partition
    case (.currentRow, .rows): return .rows(0)
    // Without an order all rows are equal in it.
    case (.currentRow, .range): return orders.isEmpty ? .partition : .peers
    case (.preceding(let offset), .rows): return .rows(-(try wholeNumber(offset, from: 0)))
    case (.following(let offset), .rows): return .rows(try wholeNumber(offset, from: 0))
    case (.preceding(let offset), .range):
      return .key(try key(offset, isBefore: true, frame, orders))
    case (.following(let offset), .range):
      return .key(try key(offset, isBefore: false, frame, orders))
    }
  }

  /// The order key at a distance from that of the row.
  private func key(
    _ offset: Expression, isBefore: Bool, _ frame: WindowFrame, _ orders: [BoundOrder]
  ) throws(QueryError) -> Bound {
    guard orders.count == 1 else {
      throw QueryError(
        "a distance in RANGE is one of a single key of ORDER BY", at: frame.position,
        hint: "Count rows with ROWS.")
    }
    let order = orders[0]
    let distance = try binder.bind(offset)
    guard distance.constantValue?.isDistance == true else {
      throw QueryError("a distance in RANGE is constant and not negative", at: offset.position)
    }
    let operation: Arithmetic = isBefore == order.direction.isDescending ? .add : .subtract
    let key = order.expression
    guard let resolution = ArithmeticTypes.resolve(operation, key.shape, distance.shape) else {
      throw QueryError(
        "\(distance.type) is no distance between values of \(key.type)", at: offset.position)
    }
    let target = try binder.call(resolution, [key, distance], offset.position)
    return try binder.cast(target, to: key.type, at: offset.position)
  }
}

extension Value {
  /// Whether it is one and does not point backward.
  fileprivate var isDistance: Bool {
    switch self {
    case .bigint(let value): value >= 0
    case .hugeint(let value), .decimal(let value, _): value >= 0
    case .double(let value): value >= 0
    case .interval(let value): value.months >= 0 && value.days >= 0 && value.microseconds >= 0
    case .null, .boolean, .text, .date, .timestamp: false
    }
  }
}
