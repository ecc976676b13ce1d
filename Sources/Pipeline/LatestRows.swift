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

  /// Where a row stands: in the old rows (piece -1) or in a piece.
  private struct Place {
    let piece: Int
    let row: Int
  }

  init(
    existing: ColumnBatch, pieces: [Staging.Piece], key: [Int], _ parts: [RowKeys.Part]
  ) {
    func keys(_ batch: ColumnBatch) -> [UInt128] {
      RowKeys.keys(of: key.map { batch.columns[$0] }, parts)
    }
    var old: [UInt128: Int] = [:]
    if existing.rowCount > 0 {
      for (row, key) in keys(existing).enumerated() { old[key] = row }
    }
    var winners: [UInt128: Place] = [:]
    var duplicates: [Int: Int] = [:]
    for (index, piece) in pieces.enumerated() {
      for (row, key) in keys(piece.batch).enumerated() {
        if let before = winners[key], pieces[before.piece].file == piece.file {
          duplicates[piece.file, default: 0] += 1
          continue
        }
        winners[key] = Place(piece: index, row: row)
      }
    }
    self.duplicates = duplicates
    var chosen = [[Int]](repeating: [], count: pieces.count)
    var changed = [[Int]](repeating: [], count: pieces.count)
    var isReplaced = [Bool](repeating: false, count: existing.rowCount)
    for (index, piece) in pieces.enumerated() {
      for (row, key) in keys(piece.batch).enumerated() {
        guard let winner = winners[key], winner.piece == index, winner.row == row else { continue }
        let before = old[key]
        if let before, Self.areSame(existing, before, piece.batch, row) { continue }
        if let before { isReplaced[before] = true }
        chosen[index].append(row)
        changed[index].append(row)
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
