import Columns
import Kernels
import SQL

/// What a window function computes for each row, from the rows of its partition in their order or
/// from those of its frame.
enum WindowFunction: Sendable, Hashable {
  case rowNumber
  case rank
  case denseRank
  case relativeRank
  case cumulativeShare
  /// So many parts of the partition.
  case tiles(Int)
  /// The first argument so many rows further on; where there is none, the second of this row.
  case shifted(Int)
  /// The argument at a place of the frame, from its start or, negative, from its end.
  case atPlace(Int)
  case aggregate(Aggregate)
}

/// A window function over columns of the window's input.
struct BoundWindow: Sendable {
  let function: WindowFunction
  var arguments: [Bound] = []
  var partitionBy: [Bound]
  var orderBy: [BoundOrder]
  var frame = BoundFrame.whole

  var type: DataType {
    switch function {
    case .rowNumber, .rank, .denseRank, .tiles: .bigint
    case .relativeRank, .cumulativeShare: .double
    case .shifted, .atPlace: arguments[0].type
    case .aggregate(let aggregate): aggregate.type
    }
  }

  /// The aggregate of all rows of the partition that it is.
  var wholeAggregate: Aggregate? {
    if case .aggregate(let aggregate) = function, frame.isWhole { aggregate } else { nil }
  }

  var key: String {
    "\(function)(\(arguments.map(\.key)); \(orderKey); \(frame.start.key), \(frame.end.key))"
  }

  /// Functions that agree in this go over their rows in the same order.
  var orderKey: String { "\(partitionBy.map(\.key)); \(orderBy.map(\.key))" }

  /// All that is read of the input.
  var expressions: [Bound] {
    arguments + partitionBy + orderBy.map(\.expression)
      + [frame.start.target, frame.end.target].compactMap { $0 }
  }

  func mapping<Failure: Error>(
    _ body: (Bound) throws(Failure) -> Bound
  ) throws(Failure) -> BoundWindow {
    var result = self
    for place in arguments.indices { result.arguments[place] = try body(arguments[place]) }
    for place in partitionBy.indices { result.partitionBy[place] = try body(partitionBy[place]) }
    for place in orderBy.indices { result.orderBy[place] = try orderBy[place].mapping(body) }
    result.frame.start = try frame.start.mapping(body)
    result.frame.end = try frame.end.mapping(body)
    return result
  }
}

/// The rows around a row that a function is of.
struct BoundFrame: Sendable {
  enum Edge: Sendable {
    case partition
    case peers
    case rows(Int)
    /// The rows whose order key is not beyond this one.
    case key(Bound)

    var target: Bound? {
      if case .key(let target) = self { target } else { nil }
    }

    var key: String {
      if case .key(let target) = self { target.key } else { "\(self)" }
    }

    func mapping<Failure: Error>(
      _ body: (Bound) throws(Failure) -> Bound
    ) throws(Failure) -> Edge {
      if case .key(let target) = self { .key(try body(target)) } else { self }
    }
  }

  var start: Edge
  var end: Edge

  static let whole = BoundFrame(start: .partition, end: .partition)

  var isWhole: Bool {
    if case (.partition, .partition) = (start, end) { true } else { false }
  }
}

/// A key of an order.
struct BoundOrder: Sendable {
  let expression: Bound
  let direction: SortDirection

  var key: String { "\(expression.key) \(direction)" }

  func mapping<Failure: Error>(
    _ body: (Bound) throws(Failure) -> Bound
  ) throws(Failure) -> BoundOrder {
    BoundOrder(expression: try body(expression), direction: direction)
  }
}

/// The window functions of a query, whose results stand behind the columns of its input; until all
/// are known they are placed behind `Self.windows`.
final class WindowCollector {
  static let windows = 1 << 21

  private(set) var calls: [BoundWindow] = []

  func add(_ window: BoundWindow) -> Bound {
    let place = calls.firstIndex { $0.key == window.key } ?? calls.count
    if place == calls.count { calls.append(window) }
    return .column(Self.windows + place, window.type)
  }
}

extension Expression {
  /// Whether an aggregate of this query stands in it.
  var hasAggregate: Bool {
    if case .call(let call) = kind, call.window == nil, AggregateName.isAggregate(call.name.folded)
    {
      return true
    }
    return children.contains { $0.hasAggregate }
  }
}
