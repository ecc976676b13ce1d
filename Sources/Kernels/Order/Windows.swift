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
    var number: Int64 = 0
    return byRow(0) { place in
      number = startsPartition[place] ? 1 : number + 1
      return number
    }
  }

  /// One more than the number of rows of the partition before the row's peers.
  package func ranks() -> [Int64] {
    var number: Int64 = 0
    var rank: Int64 = 0
    return byRow(0) { place in
      number = startsPartition[place] ? 1 : number + 1
      if startsPeers[place] { rank = number }
      return rank
    }
  }

  package func denseRanks() -> [Int64] {
    var rank: Int64 = 0
    return byRow(0) { place in
      if startsPartition[place] { rank = 0 }
      if startsPeers[place] { rank += 1 }
      return rank
    }
  }

  /// The share of the other rows of the partition that come before the row's peers.
  package func relativeRanks() -> [Double] {
    let (partitions, peers) = (partitions, peers)
    return byRow(0) { place in
      let before = peers[place].lowerBound - partitions[place].lowerBound
      return before == 0 ? 0 : Double(before) / Double(partitions[place].count - 1)
    }
  }

  /// The share of the rows of the partition that do not come behind the row's peers.
  package func cumulativeShares() -> [Double] {
    let (partitions, peers) = (partitions, peers)
    return byRow(0) { place in
      let upTo = peers[place].upperBound - partitions[place].lowerBound
      return Double(upTo) / Double(partitions[place].count)
    }
  }

  /// Numbers so many parts of the partition, the first of which may have a row more.
  package func tiles(_ count: Int) -> [Int64] {
    let partitions = partitions
    return byRow(0) { place in
      let (size, larger) = partitions[place].count.quotientAndRemainder(dividingBy: count)
      let number = place - partitions[place].lowerBound
      let inLarger = larger * (size + 1)
      let tile = number < inLarger ? number / (size + 1) : larger + (number - inLarger) / size
      return Int64(tile) + 1
    }
  }

  /// The row that stands so many places behind each row in its partition; `UInt32.max` where there
  /// is none.
  package func rows(at distance: Int) -> [UInt32] {
    let partitions = partitions
    return byRow(.max) { place in
      let (other, overflow) = place.addingReportingOverflow(distance)
      return !overflow && partitions[place].contains(other) ? rows[other] : .max
    }
  }

  /// The row at a place of each row's frame, counted from its start, or from its end where it is
  /// negative; `UInt32.max` where there is none.
  package func rows(of frames: [Range<Int>], at number: Int) -> [UInt32] {
    byRow(.max) { place in
      let frame = frames[place]
      if number >= frame.count || number < -frame.count { return .max }
      return rows[(number < 0 ? frame.upperBound : frame.lowerBound) + number]
    }
  }

  /// What is computed of each place, by row. Places come in order.
  func byRow<Value>(_ empty: Value, _ value: (Int) -> Value) -> [Value] {
    var results = [Value](repeating: empty, count: rows.count)
    for place in rows.indices { results[Int(rows[place])] = value(place) }
    return results
  }

  /// The places of the partition that each place is in.
  var partitions: [Range<Int>] { Self.runs(startsPartition) }

  /// The places of the rows that are equal to the one at each place.
  var peers: [Range<Int>] { Self.runs(startsPeers) }

  private static func runs(_ starts: [Bool]) -> [Range<Int>] {
    var runs: [Range<Int>] = []
    runs.reserveCapacity(starts.count)
    while runs.count < starts.count {
      let start = runs.count
      let end = starts[(start + 1)...].firstIndex(of: true) ?? starts.count
      runs.append(contentsOf: repeatElement(start..<end, count: end - start))
    }
    return runs
  }
}
