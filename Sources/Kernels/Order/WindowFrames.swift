package import Columns

/// Where a row's frame begins or ends.
package enum FrameEdge: Sendable {
  /// With the partition.
  case partition
  /// With the rows that are equal to the row in the order keys.
  case peers
  /// So many places behind the row, before it where negative.
  case rows(Int)
  /// With the first row, or the last one, whose key is not beyond the one given for the row.
  case keys(SortKey, reaching: Column)
}

extension WindowOrder {
  /// The places of the frame of the row at each place.
  ///
  /// Neither the starts nor the ends of frames ever go back from one place to the next.
  package func frames(from start: FrameEdge, to end: FrameEdge) -> [Range<Int>] {
    let partitions = partitions
    let starts = places(of: start, partitions, isEnd: false)
    let ends = places(of: end, partitions, isEnd: true)
    return rows.indices.map { min(starts[$0], ends[$0])..<ends[$0] }
  }

  private func places(
    of edge: FrameEdge, _ partitions: [Range<Int>], isEnd: Bool
  ) -> [Int] {
    func side(_ range: Range<Int>) -> Int { isEnd ? range.upperBound : range.lowerBound }
    switch edge {
    case .partition: return partitions.map(side)
    case .peers: return peers.map(side)
    case .rows(let distance):
      return rows.indices.map { place in
        let partition = partitions[place]
        // No partition has more rows than that, so nothing overflows.
        let most = rows.count
        let reached = place + max(-most, min(distance, most)) + (isEnd ? 1 : 0)
        return max(partition.lowerBound, min(reached, partition.upperBound))
      }
    case .keys(let key, let target): return places(key, reaching: target, partitions, isEnd: isEnd)
    }
  }

  /// Keys and what is to be reached ascend together, so one pass finds all places.
  private func places(
    _ key: SortKey, reaching target: Column, _ partitions: [Range<Int>], isEnd: Bool
  ) -> [Int] {
    let both = concatenate([key.column, target], type: key.column.type)
    let words = SortWords([SortKey(both, key.direction)], rowCount: both.count).columns
    func isBefore(_ row: Int, _ other: Int) -> Bool {
      for word in words where word[row] != word[other] { return word[row] < word[other] }
      return isEnd
    }
    var reached = 0
    return rows.indices.map { place in
      let wanted = rows.count + Int(rows[place])
      reached = max(reached, partitions[place].lowerBound)
      while reached < partitions[place].upperBound && isBefore(Int(rows[reached]), wanted) {
        reached += 1
      }
      return reached
    }
  }
}
