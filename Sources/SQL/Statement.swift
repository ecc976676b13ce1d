/// One statement. Queries run; the three declarations stand in packs.
package enum Statement: Sendable, Hashable {
  case select(Select)
  /// EXPLAIN [ANALYZE].
  case explain(Select, isAnalyzed: Bool)
  /// DESCRIBE of a table, a file, or a query.
  case describe(TableExpression)
  case showTables
  case createTable(CreateTable)
  case createKPITable(CreateKPITable)
  case createView(CreateView)
}

/// `CREATE TABLE`: an input of a pack.
package struct CreateTable: Sendable, Hashable {
  package let name: Identifier
  package let columns: [ColumnDefinition]
  /// All keys that are said, in a column's line or in one of their own; a pack allows one.
  package let keys: [KeyDefinition]
  /// The checks that have a line of their own.
  package let checks: [Expression]
  package let references: [Reference]
  package let partition: Expression?
  package let options: [Option]
  package let position: Position
}

package struct ColumnDefinition: Sendable, Hashable {
  package let name: Identifier
  package let type: TypeName
  package let isNotNull: Bool
  package let checks: [Expression]
}

/// `PRIMARY KEY (columns) [WITHIN PARTITION | ACROSS FILES] [KEEP FIRST | LAST]`.
package struct KeyDefinition: Sendable, Hashable {
  package enum Scope: String, Sendable, Hashable {
    case partition = "WITHIN PARTITION"
    case files = "ACROSS FILES"
  }

  package enum Keep: String, Sendable, Hashable {
    case first = "KEEP FIRST"
    case last = "KEEP LAST"
  }

  package let columns: [Identifier]
  package let scope: Scope?
  package let keep: Keep?
  package let position: Position
}

/// `column … REFERENCES table [(column)]`.
package struct Reference: Sendable, Hashable {
  package let column: Identifier
  package let table: Identifier
  package let target: Identifier?
}

/// `CREATE KPI TABLE name PARTITION KEY … [SORT KEY …] [LIST name (columns)] AS query`.
package struct CreateKPITable: Sendable, Hashable {
  package let name: Identifier
  package let partitionKey: [Identifier]
  package let sortKey: [Identifier]
  package let list: ListDefinition?
  package let query: Select
  package let position: Position
}

/// `LIST name (columns)`: the rows of a key become one item that holds them as a list.
package struct ListDefinition: Sendable, Hashable {
  package let name: Identifier
  package let columns: [Identifier]
}

/// `CREATE VIEW name AS query`: what several KPI tables of a pack select from.
package struct CreateView: Sendable, Hashable {
  package let name: Identifier
  package let query: Select
  package let position: Position
}
