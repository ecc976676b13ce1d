import Columns

/// Rows of one table that wait to be written: by partition, in the order of rows.
struct Staging: Sendable {
  /// Rows of one file and one partition, in the order of their records.
  struct Piece: Sendable {
    /// The place of the file in the run.
    let file: Int
    let batch: ColumnBatch
  }

  /// The rows of one partition.
  struct Waiting: Sendable {
    var pieces: [Piece] = []
    /// About how much memory they take.
    var bytes = 0
  }

  private(set) var waiting: [Int32?: Waiting] = [:]
  /// About how much memory the rows take.
  private(set) var bytes = 0

  var isEmpty: Bool { waiting.isEmpty }

  mutating func append(_ batch: ColumnBatch, partition: Int32?, file: Int) {
    if batch.rowCount == 0 { return }
    let size = batch.memory
    waiting[partition, default: Waiting()].pieces.append(Piece(file: file, batch: batch))
    waiting[partition]?.bytes += size
    bytes += size
  }

  /// Takes back the rows of a file.
  mutating func remove(file: Int) {
    for (partition, rows) in waiting where rows.pieces.contains(where: { $0.file == file }) {
      var kept = Waiting()
      kept.pieces = rows.pieces.filter { $0.file != file }
      kept.bytes = kept.pieces.reduce(0) { $0 + $1.batch.memory }
      waiting[partition] = kept.pieces.isEmpty ? nil : kept
    }
    bytes = waiting.values.reduce(0) { $0 + $1.bytes }
  }

  /// Takes partitions out, the largest first, until they have `wanted` bytes; in the order of the
  /// partitions. The largest have most of their rows together, so that segments are few and large.
  mutating func takeLargest(_ wanted: Int) -> [(partition: Int32?, pieces: [Piece])] {
    let ranked = waiting.sorted {
      ($1.value.bytes, $0.key ?? .min) < ($0.value.bytes, $1.key ?? .min)
    }
    var taken: [(partition: Int32?, pieces: [Piece])] = []
    var size = 0
    for (partition, rows) in ranked where size < wanted {
      size += rows.bytes
      bytes -= rows.bytes
      waiting[partition] = nil
      taken.append((partition, rows.pieces))
    }
    return taken.sorted { ($0.partition ?? .min) < ($1.partition ?? .min) }
  }

  /// Takes all rows out, in the order of the partitions.
  mutating func takeAll() -> [(partition: Int32?, pieces: [Piece])] { takeLargest(.max) }
}
