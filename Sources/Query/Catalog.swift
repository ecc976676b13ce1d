import Bytes
package import ColumnFile
package import Columns

/// The tables that names in FROM may mean.
package protocol Catalog: Sendable {
  /// In the order that SHOW TABLES gives.
  var tableNames: [String] { get }

  /// The table of that name, whatever the case of its ASCII letters; nil where there is none.
  func table(_ name: String) throws(QueryError) -> (any TableSource)?
}

/// Rows that a query can read, in segments.
package protocol TableSource: Sendable {
  var name: String { get }
  var schema: Schema { get }
  /// The columns of a key that no two rows share; empty where there is none.
  var key: [String] { get }
  /// The parts, in the order in which rows are met.
  var segments: [Segment] { get }
  /// What partitions are by: the column that holds the date of a segment's rows, or the TIMESTAMP
  /// column whose date it is; nil where `Segment.partition` says nothing about the rows.
  var partitionColumn: String? { get }
}

extension TableSource {
  package var partitionColumn: String? { nil }
}

/// A part of a table whose rows are of one partition.
package struct Segment: Sendable {
  package let partition: Value?
  package let content: Content

  package enum Content: Sendable {
    case file(ColumnFile)
    case unopened(UnopenedFile)
    case batch(ColumnBatch)
    /// Rows of which some columns are read when they are asked for.
    case deferred(@Sendable ([Int]) throws(QueryError) -> ColumnBatch)
  }

  /// How many rows it has, where that is known before they are read.
  var rowCount: Int? {
    switch content {
    case .file(let file): file.rowCount
    case .unopened(let file): file.rowCount
    case .batch(let batch): batch.rowCount
    case .deferred: nil
    }
  }

  package init(partition: Value?, content: Content) {
    self.partition = partition
    self.content = content
  }
}

/// A file that is opened by who first needs more of it than the number of its rows.
package final class UnopenedFile: Sendable {
  package let rowCount: Int
  private let open: @Sendable () throws(QueryError) -> ColumnFile
  private let opened = Lock<ColumnFile?>(nil)

  package init(
    rowCount: Int, _ open: @escaping @Sendable () throws(QueryError) -> ColumnFile
  ) {
    self.rowCount = rowCount
    self.open = open
  }

  /// The same file for all who ask.
  package func file() throws(QueryError) -> ColumnFile {
    if let known = opened.withLock({ $0 }) { return known }
    let made = try open()
    return opened.withLock { opened in
      if let other = opened { return other }
      opened = made
      return made
    }
  }

  /// Lets go of the file with what was decoded for all of its blocks; who asks again opens it anew.
  func close() { opened.withLock { $0 = nil } }
}

/// A catalog of tables in memory.
package struct MemoryCatalog: Catalog {
  package let tables: [any TableSource]

  package init(_ tables: [any TableSource]) { self.tables = tables }

  package var tableNames: [String] { tables.map(\.name) }

  package func table(_ name: String) throws(QueryError) -> (any TableSource)? {
    tables.first { $0.name.lowercased() == name.lowercased() }
  }
}

/// A table of given segments.
package struct SegmentTable: TableSource {
  package let name: String
  package let schema: Schema
  package let key: [String]
  package let segments: [Segment]
  package let partitionColumn: String?

  package init(
    _ name: String, _ schema: Schema, key: [String] = [], segments: [Segment],
    partitionColumn: String? = nil
  ) {
    self.name = name
    self.schema = schema
    self.key = key
    self.segments = segments
    self.partitionColumn = partitionColumn
  }
}
