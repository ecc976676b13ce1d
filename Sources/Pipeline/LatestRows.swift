import Columns

/// The rows of a table that keeps the last: of several files with a key the last one's row stays,
/// and within a file the first.
struct LatestRows: Sendable {
  /// All rows of the table, the old ones that stay and the new ones.
  let rows: ColumnBatch
  /// Rows of each file whose key an earlier row of the same file has. A row that a later file
  /// replaces is none of them: it was kept, for a time.
  let duplicates: [Int: Int]
  /// The keys that are new or have other values than before.
  let changedKeys: ColumnBatch

  var isChanged: Bool { changedKeys.rowCount > 0 }

  init(
    existing: ColumnBatch, pieces: [Staging.Piece], key: [Int], _ parts: [RowKeys.Part]
  ) {
    let rowCount = pieces.reduce(existing.rowCount) { $0 + $1.batch.rowCount }
    var known = KeyNumbers(expecting: rowCount)
    func numbers(_ batch: ColumnBatch) -> [UInt32] {
      known.insert(RowKeys.keys(of: key.map { batch.columns[$0] }, parts))
    }
    // By the number of a key: its old row, and its row of this run.
    let none = Int.min
    var old = [Int](repeating: none, count: rowCount)
    if existing.rowCount > 0 {
      for (row, number) in numbers(existing).enumerated() { old[Int(number)] = row }
    }
    let numbered = pieces.map { numbers($0.batch) }
    var winnerPiece = [Int](repeating: none, count: known.count)
    var winnerRow = winnerPiece
    var duplicates: [Int: Int] = [:]
    for (index, piece) in pieces.enumerated() {
      for (row, number) in numbered[index].enumerated() {
        let before = winnerPiece[Int(number)]
        if before != none, pieces[before].file == piece.file {
          duplicates[piece.file, default: 0] += 1
          continue
        }
        winnerPiece[Int(number)] = index
        winnerRow[Int(number)] = row
      }
    }
    self.duplicates = duplicates
    var chosen = [[Int]](repeating: [], count: pieces.count)
    var isReplaced = [Bool](repeating: false, count: existing.rowCount)
    for (index, piece) in pieces.enumerated() {
      for (row, number) in numbered[index].enumerated() {
        guard winnerPiece[Int(number)] == index, winnerRow[Int(number)] == row else { continue }
        let before = old[Int(number)]
        if before != none {
          if Self.areSame(existing, before, piece.batch, row) { continue }
          isReplaced[before] = true
        }
        chosen[index].append(row)
      }
    }
    var batches = [existing.rows(where: isReplaced.map { !$0 })]
    var keyBatches: [ColumnBatch] = []
    for (index, piece) in pieces.enumerated() where !chosen[index].isEmpty {
      let batch = piece.batch.rows(chosen[index])
      batches.append(batch)
      keyBatches.append(Self.select(key, batch))
    }
    rows = ColumnBatch.joined(batches, schema: existing.schema)
    changedKeys = ColumnBatch.joined(
      keyBatches, schema: Schema(key.map { existing.schema[$0] }))
  }

  private static func select(_ columns: [Int], _ batch: ColumnBatch) -> ColumnBatch {
    ColumnBatch(
      Schema(columns.map { batch.schema[$0] }), columns.map { batch.columns[$0] },
      rowCount: batch.rowCount)
  }

  private static func areSame(
    _ first: ColumnBatch, _ firstRow: Int, _ second: ColumnBatch, _ secondRow: Int
  ) -> Bool {
    zip(first.columns, second.columns).allSatisfy { one, other in
      RowOrder.compare(one, firstRow, other, secondRow) == 0
    }
  }
}
