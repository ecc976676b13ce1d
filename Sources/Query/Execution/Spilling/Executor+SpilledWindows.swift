import Bytes
import Columns
import Kernels
import SQL

/// Window functions over more rows than fit memory. For each function the rows are sorted by its
/// partition and order, numbered in one pass, and at last sorted back into the order they came in.
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
    for number in calls.indices { rows = try numbered(rows, number) }
    let width = types.count + calls.count
    let sort = ExternalSort(
      executor, types: types + calls.map { _ in .bigint } + [.bigint],
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

  /// The rows in the order of a function, with its numbers before the sequence. Pieces have to be
  /// read in order, once, so they are set aside.
  private func numbered(_ rows: Stream, _ number: Int) throws(QueryError) -> Stream {
    let call = calls[number]
    let width = types.count + number
    let keys = call.partitionBy + call.orderBy.map(\.expression)
    let directions =
      call.partitionBy.map { _ in SortDirection() } + call.orderBy.map(\.direction)
    var order = directions.enumerated().map {
      ExternalSort.Key(place: width + 1 + $0.offset, direction: $0.element)
    }
    order.append(ExternalSort.Key(place: width, direction: SortDirection()))
    let sort = ExternalSort(
      executor,
      types: types + (0...number).map { _ in .bigint } + keys.map(\.type), keys: order)
    _ = try Parallel.map(count: rows.count, threads: executor.options.threads) {
      (piece) throws(QueryError) in
      var frame = try rows.read(piece)
      let input = frame
      for key in keys { frame.append(try key.column(input)) }
      try sort.add(frame)
    }
    let sorted = try sort.finish().stream(width: width + 1 + keys.count)
    var running = RunningWindow()
    var store = RowStore(executor)
    for piece in 0..<sorted.count {
      let frame = try sorted.read(piece)
      let all = frame.readColumns
      let own = Array(all[(width + 1)...])
      let split = call.partitionBy.count
      let numbers = running.numbers(
        partitionBy: Array(own[..<split]),
        orderBy: zip(own[split...], directions[split...]).map { SortKey($0, $1) },
        rowCount: frame.rowCount)
      let chosen =
        switch call.function {
        case .rowNumber: numbers.rowNumbers
        case .rank: numbers.ranks
        case .denseRank: numbers.denseRanks
        }
      let columns =
        all[..<width] + [Column(.bigint, .integers(chosen)), all[width]]
      try store.append(Frame(Array(columns), rowCount: frame.rowCount))
    }
    return try store.finish().stream
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
