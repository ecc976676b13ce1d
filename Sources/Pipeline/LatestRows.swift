import Columns

/// The rows of a table that keeps the last: of several files with a key the last one's row stays,
/// and within a file the first. Rows that are there already pass by block by block, so that only
/// the rows that come are in memory.
///
/// Invariant: `winners` has a place for each key number, with the row that is to stay of those that
/// come; none where an equal row is there already.
struct LatestRows: Sendable {
  private let pieces: [Staging.Piece]
  private let key: [Int]
  private let parts: [RowKeys.Part]
  private var numbers: KeyNumbers
  /// The piece above its row.
  private var winners: [UInt64]
  /// Rows of each file whose key an earlier row of the same file has. A row that a later file
  /// replaces is none of them: it was kept, for a time.
  private(set) var duplicates: [Int: Int] = [:]

  private static let none = UInt64.max

  /// `pieces` are the rows that come, in their order.
  init(_ pieces: [Staging.Piece], key: [Int], _ parts: [RowKeys.Part]) {
    self.pieces = pieces
    self.key = key
    self.parts = parts
    numbers = KeyNumbers(expecting: pieces.reduce(0) { $0 + $1.batch.rowCount })
    winners = []
    for (index, piece) in pieces.enumerated() {
      let found = numbers.insert(keys(of: piece.batch))
      winners += repeatElement(Self.none, count: numbers.count - winners.count)
      var repeated = 0
      for row in found.indices {
        let before = winners[Int(found[row])]
        if before != Self.none && pieces[Int(before >> 32)].file == piece.file {
          repeated += 1
        } else {
          winners[Int(found[row])] = UInt64(index) << 32 | UInt64(row)
        }
      }
      if repeated > 0 { duplicates[piece.file, default: 0] += repeated }
    }
  }

  private func keys(of batch: ColumnBatch) -> [UInt128] {
    RowKeys.keys(of: key.map { batch.columns[$0] }, parts)
  }

  /// Whether any of the keys is among those that come.
  func touches(_ keyColumns: [Column]) -> Bool {
    numbers.find(RowKeys.keys(of: keyColumns, parts)).contains { $0 != KeyNumbers.none }
  }

  /// Lets rows that are there already pass, and says which are replaced; nil where none is.
  mutating func pass(_ batch: ColumnBatch) -> [Bool]? {
    var isReplaced: [Bool]?
    for (row, number) in numbers.find(keys(of: batch)).enumerated()
    where number != KeyNumbers.none && winners[Int(number)] != Self.none {
      let winner = winners[Int(number)]
      let piece = pieces[Int(winner >> 32)].batch
      if Self.areSame(batch, row, piece, Int(winner & 0xFFFF_FFFF)) {
        winners[Int(number)] = Self.none
      } else {
        if isReplaced == nil { isReplaced = Array(repeating: false, count: batch.rowCount) }
        isReplaced?[row] = true
      }
    }
    return isReplaced
  }

  /// The rows that come and stay: those that are new or have other values than before. To be asked
  /// when all rows that are there have passed.
  func changes() -> [ColumnBatch] {
    var chosen = pieces.map { Array(repeating: false, count: $0.batch.rowCount) }
    for winner in winners where winner != Self.none {
      chosen[Int(winner >> 32)][Int(winner & 0xFFFF_FFFF)] = true
    }
    return zip(pieces, chosen).map { $0.batch.rows(where: $1) }.filter { $0.rowCount > 0 }
  }

  private static func areSame(
    _ first: ColumnBatch, _ firstRow: Int, _ second: ColumnBatch, _ secondRow: Int
  ) -> Bool {
    zip(first.columns, second.columns).allSatisfy { one, other in
      if case .codes(let codes, let dictionary) = one.values,
        case .codes(let others, let same) = other.values, dictionary === same,
        codes[firstRow] == others[secondRow], !one.isNull(firstRow), !other.isNull(secondRow)
      {
        return true
      }
      return RowOrder.compare(one, firstRow, other, secondRow) == 0
    }
  }
}
