package import Columns

/// Window functions over rows that come sorted by partition and order, piece by piece, so that no
/// more than a piece is in memory: what the next piece has to know is carried over.
///
/// Invariant: `last` holds the keys of the last row seen, as columns of one row; nil before the
/// first.
package struct RunningWindow: Sendable {
  private var last: (partition: [Column], order: [Column])?
  private var number: Int64 = 0
  private var rank: Int64 = 0
  private var denseRank: Int64 = 0

  package init() {}

  package struct Numbers: Sendable {
    package var rowNumbers: [Int64] = []
    package var ranks: [Int64] = []
    package var denseRanks: [Int64] = []
  }

  /// The numbers of the rows of the next piece.
  package mutating func numbers(
    partitionBy partition: [Column], orderBy keys: [SortKey], rowCount: Int
  ) -> Numbers {
    if rowCount == 0 { return Numbers() }
    let isFirstPartition = changes(partition.map { SortKey($0) }, last?.partition, rowCount)
    let isFirstPeer = changes(keys, last?.order, rowCount)
    var result = Numbers()
    for row in 0..<rowCount {
      if isFirstPartition[row] { (number, rank, denseRank) = (0, 0, 0) }
      number += 1
      if isFirstPartition[row] || isFirstPeer[row] {
        rank = number
        denseRank += 1
      }
      result.rowNumbers.append(number)
      result.ranks.append(rank)
      result.denseRanks.append(denseRank)
    }
    let end = [UInt32(rowCount - 1)]
    last = (partition.map { gather($0, end) }, keys.map { gather($0.column, end) })
    return result
  }

  /// Whether each row differs from the one before it, the first from the last of the piece before.
  private func changes(_ keys: [SortKey], _ before: [Column]?, _ rowCount: Int) -> [Bool] {
    guard let before else {
      return [true] + differences(SortWords(keys, rowCount: rowCount), rowCount)
    }
    let joined = zip(keys, before).map { key, row in
      SortKey(concatenate([row, key.column], type: key.column.type), key.direction)
    }
    return differences(SortWords(joined, rowCount: rowCount + 1), rowCount + 1)
  }

  private func differences(_ words: SortWords, _ rowCount: Int) -> [Bool] {
    (1..<max(1, rowCount)).map { row in words.columns.contains { $0[row] != $0[row - 1] } }
  }
}
