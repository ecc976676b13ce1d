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
    let (count, overflow) = limit.addingReportingOverflow(offset)
    let stream = try stream(input)
    let search = TopRows(overflow ? .max : count, orders, of: stream, input.types)
    let (first, passed) = try search.find(threads: options.threads)
    collector.add { $0.piecesPassed += passed }
    let rows = (min(offset, first.rowCount)..<first.rowCount).map { UInt32($0) }
    return first.keeping(Selection(rows, first))
  }
}
