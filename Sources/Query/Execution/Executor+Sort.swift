import Bytes
import Columns
import Kernels

extension Executor {
  func sortKeys(_ orders: [BoundOrder], _ frame: Frame) throws(QueryError) -> [SortKey] {
    var keys: [SortKey] = []
    for order in orders {
      keys.append(SortKey(try order.expression.column(frame), order.direction))
    }
    return keys
  }

  /// The rows in order, from `offset` on, `limit` of them.
  func sorted(
    _ input: Plan, _ orders: [BoundOrder], limit: Int?, offset: Int
  ) throws(QueryError) -> Stream {
    let stream = try stream(input)
    let types = input.types
    if let limit {
      let (count, overflow) = limit.addingReportingOverflow(offset)
      let wanted = overflow ? .max : count
      // Each thread keeps about twice as many rows as are wanted.
      if wanted <= options.heldBytesPerThread / (64 * (types.count + 1)) {
        let search = TopRows(wanted, orders, of: stream, types)
        let (first, passed) = try search.find(threads: options.threads)
        collector.add { $0.piecesPassed += passed }
        let rows = (min(offset, first.rowCount)..<first.rowCount).map { UInt32($0) }
        return Stream([first.keeping(Selection(rows, first))])
      }
    }
    let collected = try collected(stream, for: WorkPerRow.sort)
    if let frames = collected.all {
      let all = try Frame.joined(frames, types: types)
      let rows = sortedRows(by: try sortKeys(orders, all), rowCount: all.rowCount)
      return Stream([all.keeping(.rows(Array(rows.dropFirst(offset).prefix(limit ?? .max))))])
    }
    let sort = try externalSort(of: stream.resumed(collected), types, orders)
    return try sort.finish().stream(width: types.count, limit: limit, offset: offset)
  }

  /// All rows given to a sort on disk: their columns, the keys, the sequence.
  private func externalSort(
    of stream: Stream, _ types: [DataType], _ orders: [BoundOrder]
  ) throws(QueryError) -> ExternalSort {
    let expressions = orders.map(\.expression)
    let directions = orders.map(\.direction) + [SortDirection()]
    let sort = ExternalSort(
      self, types: types + expressions.map(\.type) + [.bigint],
      keys: directions.enumerated().map {
        .init(place: types.count + $0.offset, direction: $0.element)
      })
    _ = try Parallel.map(count: stream.count, threads: options.threads) {
      (piece) throws(QueryError) in
      var frame = try stream.read(piece)
      let input = frame
      for expression in expressions { frame.append(try expression.column(input)) }
      frame.append(Stream.sequence(ofPiece: piece, rowCount: input.rowCount))
      try sort.add(frame)
    }
    return sort
  }
}
