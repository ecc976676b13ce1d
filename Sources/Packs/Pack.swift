package import Columns
package import SQL

/// A pack: the input tables of a lake and its KPI tables, all said by one text of SQL.
package struct Pack: Sendable {
  /// What messages call it: `music`, `groove.sql`.
  package let name: String
  /// The text, as a lake's first commit keeps it.
  package let text: String
  package let inputs: [InputTable]
  package let kpiTables: [KPITable]

  package func input(_ name: String) -> InputTable? { inputs.first { $0.name == name } }

  package func kpiTable(_ name: String) -> KPITable? { kpiTables.first { $0.name == name } }

  /// Whether the headers of incoming files, by the name of their table, have all columns that this
  /// pack declares for them. A table that the pack does not know does not fit.
  package func fits(_ headers: [(table: String, columns: [String])]) -> Bool {
    headers.allSatisfy { header in
      guard let input = input(header.table) else { return false }
      return input.missing(from: header.columns).isEmpty
    }
  }
}

/// A table that files bring.
package struct InputTable: Sendable, Hashable {
  package let name: String
  package let columns: [PackColumn]
  package let key: KeyRule?
  /// Conditions on whole rows, beside those of single columns. A row is refused where one is
  /// false; NULL passes, as in SQL.
  package let checks: [Expression]
  /// What divides the rows into partitions: a DATE, or the date of a TIMESTAMP. Never NULL.
  package let partition: PartitionRule?
  /// The settings of `WITH (…)`, in small letters, for the reader of its files.
  package let dialect: [Setting]

  package var schema: Schema {
    Schema(columns.map { Field($0.name, $0.type, isNullable: $0.isNullable) })
  }

  /// The columns that the header of a file of this table must have; others may be there too.
  package var requiredColumns: [String] { columns.map(\.name) }

  /// The required columns that `header` lacks.
  package func missing(from header: [String]) -> [String] {
    requiredColumns.filter { !header.contains($0) }
  }

  package func column(_ name: String) -> PackColumn? { columns.first { $0.name == name } }
}

package struct PackColumn: Sendable, Hashable {
  package let name: String
  package let type: DataType
  /// TIMESTAMPTZ: an offset is read and the time kept in UTC.
  package let hasZone: Bool
  package let isNullable: Bool
  /// A row is refused where it is false; NULL passes, as in SQL.
  package let check: Expression?
  /// The input table whose key this column holds.
  package let references: String?
}

/// Which of the rows with one key stays.
package struct KeyRule: Sendable, Hashable {
  /// Where a key is unique: in a partition, or in the whole table, over all files.
  package enum Scope: Sendable, Hashable { case partition, files }
  package enum Keep: Sendable, Hashable { case first, last }

  package let columns: [String]
  package let scope: Scope
  /// In a partition: the first or last row that was committed. Over files: the row of the first or
  /// the last file; within one file it is always the first row.
  package let keep: Keep

  package init(columns: [String], scope: Scope, keep: Keep) {
    self.columns = columns
    self.scope = scope
    self.keep = keep
  }
}

package struct PartitionRule: Sendable, Hashable {
  /// The column that it is computed from.
  package let column: String
  /// `date(column)`, or the column where that is a DATE.
  package let expression: Expression
}

package struct Setting: Sendable, Hashable {
  package let name: String
  package let value: String
}

/// A query and the keys of the items that its rows become.
package struct KPITable: Sendable, Hashable {
  package let name: String
  /// The query over input tables; the pack's views are put into it.
  package let query: Select
  /// The names of the query's columns, from the left.
  package let columns: [String]
  package let partitionKey: [String]
  package let sortKey: [String]
  package let list: ListColumn?
  /// The input tables that the query reads.
  package let inputs: [String]
  /// The partitioned input that the query reads, if it reads one.
  package let partitionedInput: String?
  /// The query's column that holds the partition, where the table is made of its partitions: its
  /// rows for one date come from the rows of that date only. Nil where it spans them.
  package let partitionColumn: String?

  package var groupedByPartition: Bool { partitionColumn != nil }

  /// The columns of the key, which no two items share.
  package var key: [String] { partitionKey + sortKey }
}

/// The rows of one key become one item, which holds these columns of them as a list.
package struct ListColumn: Sendable, Hashable {
  package let name: String
  package let columns: [String]
}
