package import Columns

/// The rows of a batch in their windows: partition by partition, in order within each.
///
/// A window function gives one value a row of the batch, in the batch's own order.
package struct WindowOrder: Sendable {
  /// The rows, by partition and order.
  package let rows: [UInt32]
  /// Whether the row at this place of `rows` is the first of its partition, and the first of the
  /// rows that are equal in the order keys.
  private let startsPartition: [Bool]
  private let startsPeers: [Bool]

  package init(partitionBy partition: [Column], orderBy keys: [SortKey], rowCount: Int) {
    var table = GroupTable(partition.map(\.type))
    let groups = table.add(partition, rowCount: rowCount).ids
    let group = SortKey(Column(.bigint, .integers(groups.map { Int64($0) })))
    let rows = sortedRows(by: [group] + keys, rowCount: rowCount)
    self.rows = rows
    let words = SortWords(keys, rowCount: rowCount).columns
    var startsPartition = [Bool](repeating: true, count: rowCount)
    var startsPeers = startsPartition
    for place in rows.indices.dropFirst() {
      let row = Int(rows[place])
      let before = Int(rows[place - 1])
      startsPartition[place] = groups[row] != groups[before]
      startsPeers[place] =
        startsPartition[place] || words.contains { $0[row] != $0[before] }
    }
    self.startsPartition = startsPartition
    self.startsPeers = startsPeers
  }

  package func rowNumbers() -> [Int64] {
    var results = [Int64](repeating: 0, count: rows.count)
    var number: Int64 = 0
    for place in rows.indices {
      number = startsPartition[place] ? 1 : number + 1
      results[Int(rows[place])] = number
    }
    return results
  }

  /// One more than the number of rows of the partition before the row's peers.
  package func ranks() -> [Int64] {
    var results = [Int64](repeating: 0, count: rows.count)
    var number: Int64 = 0
    var rank: Int64 = 0
    for place in rows.indices {
      number = startsPartition[place] ? 1 : number + 1
      if startsPeers[place] { rank = number }
      results[Int(rows[place])] = rank
    }
    return results
  }

  package func denseRanks() -> [Int64] {
    var results = [Int64](repeating: 0, count: rows.count)
    var rank: Int64 = 0
    for place in rows.indices {
      if startsPartition[place] { rank = 0 }
      if startsPeers[place] { rank += 1 }
      results[Int(rows[place])] = rank
    }
    return results
  }
}
