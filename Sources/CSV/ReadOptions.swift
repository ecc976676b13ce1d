package import Bytes
package import Columns

/// A column that a reader of CSV is to deliver.
package struct InputColumn: Sendable {
  package var name: String
  /// One of the six stored types.
  package var type: DataType
  /// TIMESTAMPTZ: an offset is allowed and the value is kept in UTC.
  package var hasZone: Bool
  package var isNullable: Bool
  package var form: TextForm

  package init(
    _ name: String, _ type: DataType, hasZone: Bool = false, isNullable: Bool = true,
    form: TextForm = .plain
  ) {
    precondition(type.isStored, "CSV is read into stored types")
    self.name = name
    self.type = type
    self.hasZone = hasZone
    self.isNullable = isNullable
    self.form = form
  }

  /// What gives its texts their codes, before any is met; nil where it has none.
  var encoder: KeyEncoder? {
    guard type == .text else { return nil }
    switch form {
    case .plain: return nil
    case .compact: return KeyEncoder(nil, isLimited: true)
    case .coded(let base): return KeyEncoder(base)
    case .continuing(let encoder): return encoder
    }
  }
}

/// How a TEXT column is delivered.
package enum TextForm: Sendable {
  /// As the texts.
  case plain
  /// In the form that is the shortest, batch by batch: as codes of a numbered dictionary where all
  /// texts are one affix and a number, the numbers less than 2^32 apart; else as codes of a
  /// dictionary that grows along the input, as long as it is small; else as the texts.
  case compact
  /// As codes of a dictionary that extends `base`: codes below its count are its own. Codes never
  /// change their meaning within a reader; a later batch's dictionary extends an earlier one's, in
  /// the order of first appearance, and is the same object where nothing was added.
  case coded(base: TextDictionary?)
  /// The same, where a reader before this one ended.
  case continuing(KeyEncoder)
}

/// What to read, and in what steps.
package struct ReadOptions: Sendable {
  /// What is made of the records.
  package enum Taking: Sendable {
    /// Columns of values.
    case values
    /// Nothing but their number: no field is looked at, and what is wrong in one is not found.
    case records
  }

  package var dialect = Dialect.standard
  package var columns: [InputColumn]
  package var threads = Parallel.processors
  /// The bytes of input that one thread parses at a time. No result depends on it.
  package var chunkBytes = 2 << 20
  /// The bytes that the tokenizer takes at a time: what stays in a cache. No result depends on it.
  package var blockBytes = 128 << 10
  /// The longest field in bytes, quotes included; a longer one is a violation.
  package var fieldLimit = 16 << 20
  /// Whether the source's bytes are hashed along the way.
  package var takesHash = false
  /// The kernels to use.
  package var level = CPU.level
  package var taking = Taking.values
  /// How many rejections are kept in all; the rest are only counted.
  package var keepRejections = 10_000
  /// How many bytes of a rejected record are kept.
  package var rawTextLimit = 16 << 10

  package init(columns: [InputColumn]) { self.columns = columns }
}

/// What a reader has read so far.
///
/// Invariant: `rowsRead == rowsKept + rowsRejected`.
package struct ReadCounts: Sendable, Hashable {
  /// Bytes of the source, as stored.
  package var bytes = 0
  package var rowsRead = 0
  package var rowsKept = 0
  package var rowsRejected = 0
  /// Empty lines, which are no records where a record has several fields.
  package var blankLines = 0
  /// Chunks that were parsed again because a violation moved the record that they begin with.
  package var chunksRedone = 0
  /// The hash of the source's bytes, once all are read, where it was asked for.
  package var contentHash: ContentHash?

  package init() {}
}

/// Records of a chunk of input, typed.
package struct CSVBatch: Sendable {
  /// The declared columns, in declared order.
  package let batch: ColumnBatch
  /// Where its records stand in the decoded input.
  let range: Range<Int>
  /// The line breaks before its first record.
  let lines: Int
  /// The number of the first record of the chunk, kept or not, from 1.
  package let firstRecord: Int
  /// The record numbers of the kept rows, where some between them were rejected; else they follow
  /// one another from `firstRecord`.
  package let recordNumbers: [Int]?
  package let rejections: [Rejection]

  /// The record number of a row of the batch.
  package func record(ofRow row: Int) -> Int { recordNumbers?[row] ?? firstRecord + row }
}
