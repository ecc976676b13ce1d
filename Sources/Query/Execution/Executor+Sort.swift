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
  ) throws(QueryError) -> Frame {
    guard let limit else {
      let all = try frame(input)
      let rows = sortedRows(by: try sortKeys(orders, all), rowCount: all.rowCount)
      return all.keeping(.rows(Array(rows.dropFirst(offset))))
    }
    let stream = try stream(input)
    let types = input.types
    let (count, overflow) = limit.addingReportingOverflow(offset)
    let wanted = overflow ? .max : count
    let parts = stream.parts(options.threads)
    let candidates = try Parallel.map(count: parts.count, threads: options.threads) {
      (part) throws(QueryError) in
      try first(wanted, of: stream, parts[part], by: orders, types: types)
    }
    let all = Frame.joined(candidates, types: types)
    let rows = topRows(by: try sortKeys(orders, all), rowCount: all.rowCount, limit: wanted)
    return all.keeping(.rows(Array(rows.dropFirst(offset))))
  }

  /// The rows of some pieces that can be among the first `wanted`, in their own order, so that rows
  /// which are equal in `orders` stay in it.
  private func first(
    _ wanted: Int, of stream: Stream, _ pieces: Range<Int>, by orders: [BoundOrder],
    types: [DataType]
  ) throws(QueryError) -> Frame {
    var kept: [Frame] = []
    var rowCount = 0
    for piece in pieces {
      let frame = try reduced(try stream.read(piece), to: wanted, by: orders)
      kept.append(frame)
      rowCount += frame.rowCount
      if rowCount / 8 > max(wanted, 1 << 13) {
        kept = [try reduced(Frame.joined(kept, types: types), to: wanted, by: orders)]
        rowCount = kept[0].rowCount
      }
    }
    return try reduced(Frame.joined(kept, types: types), to: wanted, by: orders)
  }

  private func reduced(
    _ frame: Frame, to wanted: Int, by orders: [BoundOrder]
  ) throws(QueryError) -> Frame {
    if frame.rowCount <= wanted { return frame }
    let rows = topRows(by: try sortKeys(orders, frame), rowCount: frame.rowCount, limit: wanted)
    return frame.keeping(.rows(rows.sorted()))
  }
}
