/// The name and type of a column.
package struct Field: Sendable, Hashable {
  package var name: String
  package var type: DataType
  package var isNullable: Bool

  package init(_ name: String, _ type: DataType, isNullable: Bool = true) {
    self.name = name
    self.type = type
    self.isNullable = isNullable
  }
}

/// The columns of a batch, a file or a table, in order.
package struct Schema: Sendable, Hashable {
  package var fields: [Field]

  package init(_ fields: [Field]) { self.fields = fields }

  package var count: Int { fields.count }

  package subscript(index: Int) -> Field { fields[index] }

  /// The place of the column called `name`, exactly as written.
  package func index(of name: String) -> Int? { fields.firstIndex { $0.name == name } }
}
