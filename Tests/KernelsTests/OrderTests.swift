import Columns
import Kernels
import TestSupport
import Testing

@Suite struct `Ordering rows` {
  private func comesBefore(_ left: Int, _ right: Int, _ keys: [SortKey]) -> Bool? {
    for key in keys {
      let a = key.column.value(at: left)
      let b = key.column.value(at: right)
      if a == .null && b == .null { continue }
      if a == .null { return key.direction.nullsFirst }
      if b == .null { return !key.direction.nullsFirst }
      if isBefore(a, b) { return !key.direction.isDescending }
      if isBefore(b, a) { return key.direction.isDescending }
    }
    return nil
  }

  private func naive(_ keys: [SortKey], _ count: Int) -> [UInt32] {
    (0..<count).sorted { comesBefore($0, $1, keys) ?? ($0 < $1) }.map { UInt32($0) }
  }

  private func keys(_ samples: inout Samples, _ count: Int, _ nulls: Bool) -> [SortKey] {
    (0..<Int.random(in: 1...4, using: &samples.random)).map { _ in
      let type = Samples.types[Int.random(in: 0..<Samples.types.count, using: &samples.random)]
      let direction = SortDirection(
        isDescending: Bool.random(using: &samples.random),
        nullsFirst: Bool.random(using: &samples.random))
      return SortKey(samples.column(type, count: count, nulls: nulls), direction)
    }
  }

  @Test func `agrees with comparing cell by cell, and so do the first rows`() {
    for seed in 0..<200 as Range<UInt64> {
      var samples = Samples(seed)
      let count = seed % 20 == 0 ? 700 : Int.random(in: 0...50, using: &samples.random)
      let keys = keys(&samples, count, seed % 3 > 0)
      let expected = naive(keys, count)
      #expect(sortedRows(by: keys, rowCount: count) == expected, "seed \(seed)")
      for limit in [0, 1, 2, 7, 49, 1000] {
        let first = topRows(by: keys, rowCount: count, limit: limit)
        #expect(first == Array(expected.prefix(limit)), "seed \(seed) limit \(limit)")
      }
    }
  }

  @Test func `windows number their rows by definition`() {
    for seed in 0..<100 as Range<UInt64> {
      var samples = Samples(seed)
      let count = Int.random(in: 0...40, using: &samples.random)
      let partition = [samples.column(.text, count: count, nulls: true)]
      let keys = keys(&samples, count, true)
      let order = WindowOrder(partitionBy: partition, orderBy: keys, rowCount: count)
      let groups = partition[0].texts
      var numbers: [Int64] = []
      var ranks: [Int64] = []
      var denseRanks: [Int64] = []
      for row in 0..<count {
        let others = (0..<count).filter { groups[$0] == groups[row] }
        let before = others.filter { comesBefore($0, row, keys) == true }
        let peersBefore = others.filter { $0 < row && comesBefore($0, row, keys) == nil }
        numbers.append(Int64(before.count + peersBefore.count + 1))
        ranks.append(Int64(before.count + 1))
        let distinct = before.filter { one in
          !before.contains { $0 < one && comesBefore($0, one, keys) == nil }
        }
        denseRanks.append(Int64(distinct.count + 1))
      }
      #expect(order.rowNumbers() == numbers, "seed \(seed)")
      #expect(order.ranks() == ranks, "seed \(seed)")
      #expect(order.denseRanks() == denseRanks, "seed \(seed)")
    }
  }

  @Test func `of codes is the order of their texts`() {
    let texts = TextVector(["b", "a", "", "ab", "é", "z", "aaaaaaaab", "aaaaaaaaa"])
    let column = Column(.text, .codes(Array(0..<8), TextDictionary(texts)))
    #expect(sortedRows(by: [SortKey(column)], rowCount: 8) == [2, 1, 7, 6, 3, 0, 5, 4])
  }
}
