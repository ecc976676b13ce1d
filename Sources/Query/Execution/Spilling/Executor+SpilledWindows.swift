import Bytes
import Columns
import Kernels
import SQL

/// Window functions over more rows than fit memory. For each function the rows are sorted by its
/// partition and order, answered in one pass, and at last sorted back into the order they came in.
///
/// Numbers, and aggregates of whole partitions, take no memory for a partition. Other functions
/// have to hold one at a time.
struct SpilledWindows: Sendable {
  let executor: Executor
  let types: [DataType]
  let calls: [BoundWindow]
  /// Rows that do not fulfil it are left out.
  let condition: Bound?

  func answer(_ stream: Stream) throws(QueryError) -> Stream {
    executor.collector.add { $0.spilledWindows += 1 }
    var rows = stream.sequenced
    // The sequence is the last column until all functions stand before it.
    for number in calls.indices { rows = try answered(rows, number) }
    let width = types.count + calls.count
    let sort = ExternalSort(
      executor, types: types + calls.map(\.type) + [.bigint],
      keys: [.init(place: width, direction: SortDirection())])
    let done = rows
    _ = try Parallel.map(count: done.count, threads: executor.options.threads) {
      (piece) throws(QueryError) in
      var frame = try done.read(piece)
      if let condition { frame = frame.keeping(try condition.selected(frame)) }
      try sort.add(frame)
    }
    return try sort.finish().stream(width: width)
  }

  /// The rows in the order of a function, with its results before the sequence. Pieces have to be
  /// read in order, once, so they are set aside.
  private func answered(_ rows: Stream, _ number: Int) throws(QueryError) -> Stream {
    let call = calls[number]
    let inputs = types + calls[..<number].map(\.type)
    let width = inputs.count
    let keys = call.partitionBy + call.orderBy.map(\.expression)
    let directions =
      call.partitionBy.map { _ in SortDirection() } + call.orderBy.map(\.direction)
    var order = directions.enumerated().map {
      ExternalSort.Key(place: width + 1 + $0.offset, direction: $0.element)
    }
    order.append(ExternalSort.Key(place: width, direction: SortDirection()))
    let sort = ExternalSort(
      executor, types: inputs + [.bigint] + keys.map(\.type), keys: order)
    _ = try Parallel.map(count: rows.count, threads: executor.options.threads) {
      (piece) throws(QueryError) in
      var frame = try rows.read(piece)
      let input = frame
      for key in keys { frame.append(try key.column(input)) }
      try sort.add(frame)
    }
    let sorted = try sort.finish().stream(width: width + 1 + keys.count)
    var running = RunningWindow()
    var partitions = OpenPartition(executor, call, inputs: inputs)
    for piece in 0..<sorted.count {
      let frame = try sorted.read(piece)
      let all = frame.readColumns
      let own = Array(all[(width + 1)...])
      let split = call.partitionBy.count
      let numbers = running.numbers(
        partitionBy: Array(own[..<split]),
        orderBy: zip(own[split...], directions[split...]).map { SortKey($0, $1) },
        rowCount: frame.rowCount)
      let rows = Frame(Array(all[...width]), rowCount: frame.rowCount)
      if call.function.isNumber {
        try partitions.store(rows, Column(.bigint, .integers(call.function.chosen(numbers))))
      } else {
        let starts = numbers.rowNumbers.indices.filter { numbers.rowNumbers[$0] == 1 }
        try partitions.add(rows, starts: starts)
      }
    }
    return try partitions.finish()
  }
}

extension WindowFunction {
  /// Whether it is one of the numbers that are known without the rest of the partition.
  var isNumber: Bool { [.rowNumber, .rank, .denseRank].contains(self) }

  fileprivate func chosen(_ numbers: RunningWindow.Numbers) -> [Int64] {
    switch self {
    case .rowNumber: numbers.rowNumbers
    case .rank: numbers.ranks
    case .denseRank: numbers.denseRanks
    default: preconditionFailure("it is one of the numbers")
    }
  }
}

/// Rows that come partition by partition, each with its sequence behind it, and the results of a
/// function for them. Only the last partition is incomplete.
private struct OpenPartition {
  private let executor: Executor
  private let call: BoundWindow
  private let inputs: [DataType]
  private var results: RowStore
  /// The rows of the last partition.
  private var open: RowStore
  private var meter = MemoryMeter()
  /// What a partition may always take.
  private static let leastMemory = 16 << 20

  init(_ executor: Executor, _ call: BoundWindow, inputs: [DataType]) {
    self.executor = executor
    self.call = call
    self.inputs = inputs
    results = RowStore(executor, share: 2)
    open = RowStore(executor, share: 2)
  }

  /// Adds sorted rows, of which those at `starts` are the first of their partitions.
  mutating func add(_ rows: Frame, starts: [Int]) throws(QueryError) {
    guard let first = starts.first, let last = starts.last else { return try extend(rows) }
    try extend(rows.gathered(0..<first))
    try close()
    // Of the partitions between, all rows are here.
    let whole = rows.gathered(first..<last)
    try store(whole, try column(whole))
    try extend(rows.gathered(last..<rows.rowCount))
  }

  mutating func finish() throws(QueryError) -> Stream {
    try close()
    return try results.finish().stream
  }

  /// Sets rows aside with their results, which stand before the sequence.
  mutating func store(_ rows: Frame, _ results: Column) throws(QueryError) {
    var columns = rows.readColumns
    columns.insert(results, at: inputs.count)
    try self.results.append(Frame(columns, rowCount: rows.rowCount))
  }

  private mutating func extend(_ rows: Frame) throws(QueryError) {
    meter.add(rows.readColumns)
    try open.append(rows)
  }

  private mutating func close() throws(QueryError) {
    let rows = try open.finish()
    defer {
      open = RowStore(executor, share: 2)
      meter = MemoryMeter()
    }
    if let aggregate = call.wholeAggregate {
      let result = try total(aggregate, rows.stream)
      for piece in 0..<rows.stream.count {
        let frame = try rows.stream.read(piece)
        let same = [UInt32](repeating: 0, count: frame.rowCount)
        try store(frame, gather(result, same))
      }
      return
    }
    let needed = meter.bytes + rows.rowCount * WorkPerRow.window
    guard needed <= max(executor.options.memory, Self.leastMemory) else {
      throw QueryError(
        "\(rows.rowCount) rows of one partition of a window take more than the "
          + "\(executor.options.memory) bytes there are", at: nil,
        hint: "Give more with --memory, or divide them with PARTITION BY.")
    }
    let all = try Frame.joined(try executor.frames(rows.stream), types: inputs + [.bigint])
    try store(all, try column(all))
  }

  private func column(_ rows: Frame) throws(QueryError) -> Column {
    var orders: [String: WindowOrder] = [:]
    return try executor.column(call, rows, &orders)
  }

  /// An aggregate of all rows, as one row.
  private func total(_ aggregate: Aggregate, _ rows: Stream) throws(QueryError) -> Column {
    var state = AggregateSet([aggregate], options: executor.options.distinct)
    for piece in 0..<rows.count {
      let frame = try rows.read(piece)
      var arguments: [Column] = []
      for argument in call.arguments { arguments.append(try argument.column(frame)) }
      do { try state.update(.one(0, rows: frame.rowCount), groupCount: 1, [arguments]) } catch {
        throw QueryError(error)
      }
    }
    do { return try state.finish(groupCount: 1)[0] } catch { throw QueryError(error) }
  }
}

extension Frame {
  fileprivate func gathered(_ rows: Range<Int>) -> Frame {
    gathered(Array(UInt32(rows.lowerBound)..<UInt32(rows.upperBound)))
  }
}

extension Stream {
  /// The rows with their sequence behind them.
  var sequenced: Stream {
    let read = self.read
    return Stream(count: count, partitions: partitions) { (piece) throws(QueryError) in
      var frame = try read(piece)
      frame.append(Stream.sequence(ofPiece: piece, rowCount: frame.rowCount))
      return frame
    }
  }
}
