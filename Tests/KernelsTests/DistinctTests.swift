import Columns
import Kernels
import TestSupport
import Testing

@Suite struct `Counting distinct values` {
  /// Options that force each form, and what the statistics must show then.
  static let forms: [DistinctOptions] = [
    DistinctOptions(),
    DistinctOptions(directBytes: 0),
    DistinctOptions(directBytes: 0, pendingRows: 10),
    DistinctOptions(directBytes: 0, bitsetBytes: 0, pendingRows: 10),
    DistinctOptions(directBytes: 64, bitsetBytes: 0, pendingRows: 7),
  ]

  @Test(arguments: forms.indices)
  func `agrees with sets of texts in every form, cut and merged anywhere`(form: Int) throws {
    for seed in 0..<120 as Range<UInt64> {
      var samples = Samples(seed)
      let count = Int.random(in: 0...80, using: &samples.random)
      let groupCount = Int.random(in: 1...6, using: &samples.random)
      let type = Samples.types[Int.random(in: 0..<Samples.types.count, using: &samples.random)]
      let ids = (0..<count).map { _ in
        UInt32.random(in: 0..<UInt32(groupCount), using: &samples.random)
      }
      // A column that is not of one piece: batches come with dictionaries and ranges of their own.
      let cuts = samples.cuts(of: count)
      let parts = cuts.map { samples.column(type, count: $0.count, nulls: seed % 2 == 0) }
      var sets = Array(repeating: Set<String>(), count: groupCount)
      for (range, part) in zip(cuts, parts) {
        for (offset, row) in range.enumerated() where !part.isNull(offset) {
          sets[Int(ids[row])].insert(groupText(part.value(at: offset)))
        }
      }
      let expected = sets.map { Value.bigint(Int64($0.count)) }
      let aggregate = [Aggregate(.countDistinct, [type])]
      var whole = AggregateSet(aggregate, options: Self.forms[form])
      var merged = AggregateSet(aggregate, options: Self.forms[form])
      for (range, part) in zip(cuts, parts) {
        let own = Array(ids[range])
        try whole.update(.each(own), groupCount: groupCount, [[part]])
        var local = AggregateSet(aggregate, options: Self.forms[form])
        let turned = own.map { UInt32(groupCount) - 1 - $0 }
        try local.update(.each(turned), groupCount: groupCount, [[part]])
        let groups = (0..<UInt32(groupCount)).map { UInt32(groupCount) - 1 - $0 }
        try merged.merge(local, groups: groups, groupCount: groupCount)
      }
      #expect(try whole.finish(groupCount: groupCount)[0].cells == expected, "seed \(seed) \(type)")
      #expect(
        try merged.finish(groupCount: groupCount)[0].cells == expected, "seed \(seed) \(type)")
    }
  }

  @Test func `says which form it used`() throws {
    let dictionary = TextDictionary(TextVector((0..<1000).map { "\($0)" }))
    let codes = (0..<7000).map { UInt32($0 % 1000) }
    let column = Column(.text, .codes(codes, dictionary))
    let groups = RowGroups.each((0..<7000).map { UInt32($0 % 7) })
    let expected: [DistinctStatistics] = [
      DistinctStatistics(bitsetBatches: 2),
      DistinctStatistics(pendingBatches: 2, groupPasses: 1),
      DistinctStatistics(pendingBatches: 2, groupPasses: 2),
      DistinctStatistics(pendingBatches: 2, groupPasses: 2),
      DistinctStatistics(pendingBatches: 2, groupPasses: 2),
    ]
    for form in Self.forms.indices {
      var set = AggregateSet([Aggregate(.countDistinct, [.text])], options: Self.forms[form])
      try set.update(groups, groupCount: 7, [[column]])
      try set.update(groups, groupCount: 7, [[column]])
      let counts = try set.finish(groupCount: 7)[0].cells
      #expect(counts == Array(repeating: .bigint(1000), count: 7))
      #expect(set.distinctStatistics == expected[form], "form \(form)")
    }
  }

  @Test func `numbers values that are far apart by hashing`() throws {
    var set = AggregateSet([Aggregate(.countDistinct, [.bigint])])
    for values in [[1, 2, 3], [1 << 50, 2, .min], [.max, 1, 4]] as [[Int64]] {
      let column = Column(.bigint, .integers(values))
      try set.update(.one(0, rows: 3), groupCount: 1, [[column]])
    }
    #expect(set.distinctStatistics.hashedBatches == 2)
    #expect(try set.finish(groupCount: 1)[0].cells == [.bigint(7)])
  }
}
