import Columns

/// Rows of one table that wait to be written: by partition, in the order of rows.
struct Staging: Sendable {
  /// Rows of one file and one partition, in the order of their records.
  struct Piece: Sendable {
    /// The place of the file in the run.
    let file: Int
    let batch: ColumnBatch
  }

  private(set) var pieces: [Int32?: [Piece]] = [:]
  /// About how much memory the rows take.
  private(set) var bytes = 0

  var isEmpty: Bool { pieces.isEmpty }

  mutating func append(_ batch: ColumnBatch, partition: Int32?, file: Int) {
    if batch.rowCount == 0 { return }
    pieces[partition, default: []].append(Piece(file: file, batch: batch))
    bytes += batch.memory
  }

  /// Takes back the rows of a file.
  mutating func remove(file: Int) {
    for (partition, list) in pieces where list.contains(where: { $0.file == file }) {
      let kept = list.filter { $0.file != file }
      pieces[partition] = kept.isEmpty ? nil : kept
    }
    bytes = pieces.values.reduce(0) { sum, list in list.reduce(sum) { $0 + $1.batch.memory } }
  }

  /// The partitions in their order.
  var partitions: [Int32?] { pieces.keys.sorted { ($0 ?? .min) < ($1 ?? .min) } }
}

/// The rows of a batch by the day they belong to.
enum Scatter {
  /// The parts of `batch`, by ascending day; rows keep their order. `days` has a day for each row
  /// that `isKept`.
  static func parts(
    of batch: ColumnBatch, days: [Int32], isKept: [Bool]?
  ) -> [(day: Int32, batch: ColumnBatch)] {
    if isKept == nil, let first = days.first, days.allSatisfy({ $0 == first }) {
      return [(first, batch)]
    }
    var rows: [Int32: [Int]] = [:]
    // Neighbours mostly share their day: runs of one day are appended at once.
    var start = 0
    while start < days.count {
      if let isKept, !isKept[start] {
        start += 1
        continue
      }
      var end = start + 1
      while end < days.count, days[end] == days[start], isKept?[end] ?? true { end += 1 }
      rows[days[start], default: []].append(contentsOf: start..<end)
      start = end
    }
    return rows.sorted { $0.key < $1.key }.map { ($0.key, batch.rows($0.value)) }
  }
}

extension ColumnBatch {
  /// About how many bytes its values take.
  var memory: Int {
    columns.reduce(0) { sum, column in
      let values: Int
      switch column.values {
      case .booleans(let values): return sum + values.count
      case .dates(let rows): values = rows.count * 4
      case .integers(let rows): values = rows.count * 8
      case .wide(let rows): values = rows.count * 16
      case .doubles(let rows): values = rows.count * 8
      case .texts(let texts): values = texts.bytes.count + texts.offsets.count * 4
      case .codes(let rows, _): values = rows.count * 4
      case .intervals(let rows): values = rows.count * 16
      }
      return sum + values
    }
  }

  /// The rows for which `isKept` is set.
  func rows(where isKept: [Bool]) -> ColumnBatch {
    var chosen: [Int] = []
    chosen.reserveCapacity(isKept.count)
    for row in isKept.indices where isKept[row] { chosen.append(row) }
    return chosen.count == rowCount ? self : rows(chosen)
  }
}
