import Bytes
package import Columns

/// How the rows of a table become items: which columns are the key, and which are gathered in a
/// list, so that one item holds all rows of its key.
package struct TableLayout: Sendable, Hashable {
  package let schema: Schema
  /// The columns that an item is asked for by.
  package let partitionKey: [String]
  /// The columns that tell items of one partition key apart, in their order; may be empty.
  package let sortKey: [String]
  /// The list's name and its columns; without one, each key has one row.
  package let list: List?

  package struct List: Sendable, Hashable {
    package let name: String
    package let columns: [String]

    package init(name: String, columns: [String]) {
      self.name = name
      self.columns = columns
    }
  }

  package init(
    _ schema: Schema, partitionKey: [String], sortKey: [String], list: List? = nil
  ) throws(TableError) {
    self.schema = schema
    self.partitionKey = partitionKey
    self.sortKey = sortKey
    self.list = list
    for name in partitionKey + sortKey + (list?.columns ?? []) where schema.index(of: name) == nil {
      throw TableError(
        Explanation(
          "cannot lay out", "the column \(name)", because: "the query does not give it",
          remedy: "It gives \(schema.fields.map(\.name).joined(separator: ", "))."))
    }
    guard !partitionKey.isEmpty else {
      throw TableError(
        Explanation("cannot lay out", "a table", because: "it has no partition key"))
    }
    let keys = partitionKey + sortKey
    for name in list?.columns ?? [] where keys.contains(name) && !partitionKey.contains(name) {
      throw TableError(
        Explanation(
          "cannot lay out", "the column \(name)",
          because: "it stands in the sort key and in the list"))
    }
  }

  /// Key columns by place, the partition key first.
  var keyColumns: [Int] { places(partitionKey + sortKey) }

  /// The columns that order the rows of one item.
  var listColumns: [Int] { places(list?.columns ?? []) }

  /// The columns that stand once in an item: the key first, then the rest in their order.
  package var itemColumns: [Int] {
    let inList = Set(list?.columns ?? [])
    let rest = schema.fields.indices.filter { index in
      !keyColumns.contains(index) && !inList.contains(schema[index].name)
    }
    return keyColumns + rest
  }

  private func places(_ names: [String]) -> [Int] { names.compactMap { schema.index(of: $0) } }
}

extension TableLayout {
  /// The rows in the order of their keys, then of their list's columns. Without a list a second row
  /// with one key is an error.
  package func sorted(_ batch: ColumnBatch) throws(TableError) -> ColumnBatch {
    let plain = ColumnBatch(
      batch.schema,
      batch.columns.map { column in
        if case .codes = column.values {
          return Column(column.type, .texts(column.spelled), validity: column.validity)
        }
        return column
      }, rowCount: batch.rowCount)
    let keys = keyColumns.map { plain.columns[$0] }
    let lists = listColumns.map { plain.columns[$0] }
    func order(_ columns: [Column], _ first: Int, _ second: Int) -> Int {
      for column in columns {
        let order = RowOrder.compare(column, first, second)
        if order != 0 { return order }
      }
      return 0
    }
    let words = KeyWords.of(keys[0])
    let rows = (0..<plain.rowCount).sorted { first, second in
      // Most rows differ in the first eight bytes of their keys.
      if words[first] != words[second] { return words[first] < words[second] }
      let byKey = order(keys, first, second)
      if byKey != 0 { return byKey < 0 }
      let byList = order(lists, first, second)
      return byList != 0 ? byList < 0 : first < second
    }
    for (first, second) in zip(rows, rows.dropFirst())
    where list == nil && order(keys, first, second) == 0 {
      let key = keys.map { $0.value(at: first).text ?? "NULL" }.joined(separator: ", ")
      throw TableError(
        Explanation(
          "cannot keep", "the rows of the key (\(key))",
          because: "there is more than one, and each would take the place of the other",
          remedy: "Add a column to the SORT KEY, or gather the rows in a LIST."))
    }
    return plain.rows(rows.map { UInt32($0) })
  }
}
