import Columns
import Kernels

extension Executor {
  /// The rows with a column for each window function behind them, those that fulfil `condition`.
  func windows(
    _ input: Plan, _ calls: [BoundWindow], where condition: Bound?
  ) throws(QueryError) -> Stream {
    let stream = try stream(input)
    let isNumbering = calls.allSatisfy(\.function.isNumber)
    let collected = try collected(
      stream, for: isNumbering ? WorkPerRow.sort : WorkPerRow.window)
    guard let frames = collected.all else {
      return try SpilledWindows(
        executor: self, types: input.types, calls: calls, condition: condition
      ).answer(stream.resumed(collected))
    }
    let rows = try windows(
      calls, over: try Frame.joined(frames, types: input.types), where: condition)
    guard let condition else { return Stream([rows]) }
    return Stream([rows.keeping(try condition.selected(rows))])
  }

  /// The rows with a column for each window function behind them. Rows that cannot fulfil
  /// `condition` may be left out.
  private func windows(
    _ calls: [BoundWindow], over all: Frame, where condition: Bound?
  ) throws(QueryError) -> Frame {
    var frame = all
    if calls.count == 1, let condition,
      let limit = condition.largestNumber(at: all.width)
    {
      frame = try leading(limit, of: calls[0], all)
    }
    var result = frame
    var orders: [String: WindowOrder] = [:]
    for call in calls { result.append(try column(call, frame, &orders)) }
    return result
  }

  /// The results of a function; `orders` are those of the frame that others have gone over before.
  func column(
    _ call: BoundWindow, _ frame: Frame, _ orders: inout [String: WindowOrder]
  ) throws(QueryError) -> Column {
    let partition = try columns(call.partitionBy, frame)
    let arguments = try columns(call.arguments, frame)
    if let aggregate = call.wholeAggregate {
      return try ofPartitions(aggregate, arguments, partition, frame.rowCount)
    }
    let keys = try sortKeys(call.orderBy, frame)
    let order =
      orders[call.orderKey]
      ?? WindowOrder(partitionBy: partition, orderBy: keys, rowCount: frame.rowCount)
    orders[call.orderKey] = order
    switch call.function {
    case .rowNumber: return Column(.bigint, .integers(order.rowNumbers()))
    case .rank: return Column(.bigint, .integers(order.ranks()))
    case .denseRank: return Column(.bigint, .integers(order.denseRanks()))
    case .relativeRank: return Column(.double, .doubles(order.relativeRanks()))
    case .cumulativeShare: return Column(.double, .doubles(order.cumulativeShares()))
    case .tiles(let count): return Column(.bigint, .integers(order.tiles(count)))
    case .shifted(let distance):
      let rows = order.rows(at: distance)
      guard arguments.count > 1 else { return gather(arguments[0], rows) }
      let count = UInt32(frame.rowCount)
      let both = concatenate(arguments, type: call.type)
      return gather(both, rows.indices.map { rows[$0] == .max ? count + UInt32($0) : rows[$0] })
    case .atPlace(let number):
      return gather(arguments[0], order.rows(of: try frames(call, order, keys, frame), at: number))
    case .aggregate(let aggregate):
      let frames = try self.frames(call, order, keys, frame)
      do { return try order.results(of: aggregate, arguments.first, over: frames) } catch {
        throw QueryError(error)
      }
    }
  }

  /// An aggregate of the partition of each row.
  private func ofPartitions(
    _ aggregate: Aggregate, _ arguments: [Column], _ partition: [Column], _ rowCount: Int
  ) throws(QueryError) -> Column {
    var table = GroupTable(partition.map(\.type))
    let groups = table.add(partition, rowCount: rowCount)
    var state = AggregateSet([aggregate], options: options.distinct)
    do {
      try state.update(groups, groupCount: table.groupCount, [arguments])
      return gather(try state.finish(groupCount: table.groupCount)[0], groups.ids)
    } catch { throw QueryError(error) }
  }

  private func frames(
    _ call: BoundWindow, _ order: WindowOrder, _ keys: [SortKey], _ frame: Frame
  ) throws(QueryError) -> [Range<Int>] {
    func edge(_ edge: BoundFrame.Edge) throws(QueryError) -> FrameEdge {
      switch edge {
      case .partition: .partition
      case .peers: .peers
      case .rows(let distance): .rows(distance)
      case .key(let target): .keys(keys[0], reaching: try target.column(frame))
      }
    }
    return order.frames(from: try edge(call.frame.start), to: try edge(call.frame.end))
  }

  private func columns(_ expressions: [Bound], _ frame: Frame) throws(QueryError) -> [Column] {
    var columns: [Column] = []
    for expression in expressions { columns.append(try expression.column(frame)) }
    return columns
  }

  /// The rows that can be among the first `limit` of their partition: those whose first order key
  /// is not worse than the partition's `limit`-th best. All rows before a row that stays do stay,
  /// so their numbers and ranks do not change.
  private func leading(
    _ limit: Int, of call: BoundWindow, _ frame: Frame
  ) throws(QueryError) -> Frame {
    guard [.rowNumber, .rank].contains(call.function), limit > 0, limit <= 64,
      let first = call.orderBy.first
    else { return frame }
    let column = try first.expression.column(frame)
    guard case .integers(let values) = column.values, column.validity == nil else { return frame }
    let partition = try columns(call.partitionBy, frame)
    var table = GroupTable(partition.map(\.type))
    let groups = table.add(partition, rowCount: frame.rowCount).ids
    let words = first.direction.isDescending ? values.map { ~$0 } : values
    let rows = leadingRows(words, groups, groupCount: table.groupCount, limit: limit)
    return frame.keeping(rows.count == frame.rowCount ? .all : .rows(rows))
  }
}

/// The rows whose word is at most the `limit`-th smallest of their group.
private func leadingRows(
  _ words: [Int64], _ groups: [UInt32], groupCount: Int, limit: Int
) -> [UInt32] {
  // The smallest words of each group so far, in ascending order.
  var best = [Int64](repeating: .max, count: groupCount * limit)
  for row in words.indices {
    let start = Int(groups[row]) * limit
    let word = words[row]
    if word >= best[start + limit - 1] { continue }
    var place = start + limit - 1
    while place > start && best[place - 1] > word {
      best[place] = best[place - 1]
      place -= 1
    }
    best[place] = word
  }
  var rows: [UInt32] = []
  for row in words.indices where words[row] <= best[Int(groups[row]) * limit + limit - 1] {
    rows.append(UInt32(row))
  }
  return rows
}

extension Bound {
  /// The largest number that the column may have for the condition to hold, where it says one.
  fileprivate func largestNumber(at place: Int) -> Int? {
    var limit: Int?
    for condition in conjuncts {
      guard case .call(let call) = condition, call.arguments.count == 2,
        let comparison = Comparison(rawValue: call.function.name)
      else { continue }
      let found: Int?
      if call.arguments[0].isColumn(place), let number = call.arguments[1].wholeNumber {
        found = comparison.bound(number)
      } else if call.arguments[1].isColumn(place), let number = call.arguments[0].wholeNumber {
        found = comparison.mirrored.bound(number)
      } else {
        found = nil
      }
      limit = [limit, found].compactMap { $0 }.min()
    }
    return limit
  }

  private func isColumn(_ place: Int) -> Bool {
    if case .column(place, _) = self { true } else { false }
  }

  private var wholeNumber: Int? {
    if case .bigint(let number)? = constantValue { Int(number) } else { nil }
  }
}

extension Comparison {
  /// The largest whole number that compares so with `number`.
  fileprivate func bound(_ number: Int) -> Int? {
    switch self {
    case .equal, .lessOrEqual: number
    case .less: number == .min ? nil : number - 1
    default: nil
    }
  }
}
