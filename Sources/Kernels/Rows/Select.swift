import Bytes
package import Columns

/// The rows where a condition is true; neither false nor NULL.
package func selectedRows(_ condition: [Bool], validity: Bitmap?) -> [UInt32] {
  let rows = markedRows(condition)
  return validity.map { validity in rows.filter { validity[Int($0)] } } ?? rows
}

/// The rows of a column from `range` on, without a copy of the others.
package func slice(_ column: Column, _ range: Range<Int>) -> Column {
  if range == 0..<column.count { return column }
  return gather(column, range.map { UInt32($0) })
}

package func slice(_ batch: ColumnBatch, _ range: Range<Int>) -> ColumnBatch {
  ColumnBatch(batch.schema, batch.columns.map { slice($0, range) }, rowCount: range.count)
}
