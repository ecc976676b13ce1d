package import Columns

/// An immutable `.groove` file that holds rows of one partition of a table.
package struct SegmentEntry: Sendable, Hashable {
  package var table: String
  /// The date of its rows, in days since 1970; nil for a table without partitions.
  package var partition: Int32?
  /// The name of the object, relative to the lake.
  package var object: String
  package var rows: Int
  package var bytes: Int
  /// The shared dictionaries whose codes it holds.
  package var dictionaries: [DictionaryUse]

  package init(
    table: String, partition: Int32?, object: String, rows: Int, bytes: Int,
    dictionaries: [DictionaryUse] = []
  ) {
    self.table = table
    self.partition = partition
    self.object = object
    self.rows = rows
    self.bytes = bytes
    self.dictionaries = dictionaries
  }
}

/// A column of a segment that holds codes of a shared dictionary.
///
/// All its codes are the lake's: the ids of a segment are committed before it is written, and codes
/// never change their meaning, so any later generation reads it.
package struct DictionaryUse: Sendable, Hashable {
  package var column: String
  /// The generation it was written with.
  package var base: SharedDictionary

  package init(column: String, base: SharedDictionary) {
    self.column = column
    self.base = base
  }
}

/// An input that is in the lake, known by its content.
package struct LedgerEntry: Sendable, Hashable {
  package var table: String
  /// Where it came from: its name under `incoming/`.
  package var source: String
  /// The hash of its bytes as they arrived.
  package var contentHash: String
  package var bytes: Int
  package var rowsRead: Int
  package var rowsKept: Int
  package var rowsRejected: Int
  package var duplicates: Int
  /// Where the raw file goes after the commit.
  package var archive: String
  /// The commit that took it in; with `source` and the record's number it orders all rows.
  package var version: Int

  package init(
    table: String, source: String, contentHash: String, bytes: Int, rowsRead: Int, rowsKept: Int,
    rowsRejected: Int, duplicates: Int, archive: String, version: Int = 0
  ) {
    self.table = table
    self.source = source
    self.contentHash = contentHash
    self.bytes = bytes
    self.rowsRead = rowsRead
    self.rowsKept = rowsKept
    self.rowsRejected = rowsRejected
    self.duplicates = duplicates
    self.archive = archive
    self.version = version
  }
}

/// New codes of a shared dictionary: `first ..< first + count`.
package struct DictionaryPart: Sendable, Hashable {
  package var name: String
  package var object: String
  package var first: Int
  package var count: Int

  package init(name: String, object: String, first: Int, count: Int) {
    self.name = name
    self.object = object
    self.first = first
    self.count = count
  }
}

/// One slot of a KPI table: its items of one date, or all of them where it is not kept by date.
package struct TableSlot: Sendable, Hashable {
  package var table: String
  package var partition: Int32?

  package init(table: String, partition: Int32?) {
    self.table = table
    self.partition = partition
  }
}

/// The sorted items that fill a slot of a KPI table.
package struct TableRunEntry: Sendable, Hashable {
  package var slot: TableSlot
  package var object: String
  package var rows: Int
  package var bytes: Int

  package init(slot: TableSlot, object: String, rows: Int, bytes: Int) {
    self.slot = slot
    self.object = object
    self.rows = rows
    self.bytes = bytes
  }
}

/// The text of the pack that a lake is kept by.
package struct PackText: Sendable, Hashable {
  package var name: String
  package var text: String

  package init(name: String, text: String) {
    self.name = name
    self.text = text
  }
}
