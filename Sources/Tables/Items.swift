package import Bytes
package import Columns

/// One entry of a KPI table: the columns of its key and the rest, and its list where it has one.
package struct TableItem: Sendable {
  package let fields: [(name: String, value: Value)]
  package let list: (name: String, columns: [String], rows: [[Value]])?

  /// The item as a JSON object; the list is a list of objects.
  package var json: JSON {
    var members = fields.map { JSON.Member($0.name, $0.value.json) }
    if let list {
      let rows = list.rows.map { row in
        JSON.object(zip(list.columns, row).map { JSON.Member($0, $1.json) })
      }
      members.append(JSON.Member(list.name, .list(rows)))
    }
    return .object(members)
  }
}

extension TableLayout {
  /// The items that these rows, sorted by their keys, make up.
  package func items(of batch: ColumnBatch) -> [TableItem] {
    precondition(batch.schema.fields.map(\.name) == schema.fields.map(\.name), "rows fit the table")
    let keys = keyColumns.map { batch.columns[$0] }
    var items: [TableItem] = []
    var start = 0
    while start < batch.rowCount {
      var end = start + 1
      while list != nil, end < batch.rowCount,
        keys.allSatisfy({ RowOrder.compare($0, start, end) == 0 })
      { end += 1 }
      items.append(item(of: batch, start..<end))
      start = end
    }
    return items
  }

  private func item(of batch: ColumnBatch, _ rows: Range<Int>) -> TableItem {
    let fields = itemColumns.map { column in
      (name: schema[column].name, value: batch.columns[column].value(at: rows.lowerBound))
    }
    guard let list else { return TableItem(fields: fields, list: nil) }
    let columns = listColumns.map { batch.columns[$0] }
    let values = rows.map { row in columns.map { $0.value(at: row) } }
    return TableItem(fields: fields, list: (list.name, list.columns, values))
  }
}
