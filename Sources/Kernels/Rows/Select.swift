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
