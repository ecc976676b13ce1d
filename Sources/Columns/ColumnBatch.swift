/// Columns of equal length with their schema: what everything above bytes takes and gives.
package struct ColumnBatch: Sendable {
  package let schema: Schema
  package let columns: [Column]
  package let rowCount: Int

  package init(_ schema: Schema, _ columns: [Column], rowCount: Int? = nil) {
    precondition(schema.count == columns.count, "one column a field")
    self.schema = schema
    self.columns = columns
    self.rowCount = rowCount ?? columns.first?.count ?? 0
    for column in columns {
      precondition(column.count == self.rowCount, "the columns of a batch are equally long")
    }
  }

  package subscript(name: String) -> Column? { schema.index(of: name).map { columns[$0] } }
}
