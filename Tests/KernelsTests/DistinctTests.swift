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
    DistinctOptions(pendingRows: 5, memoryBytes: 200),
    DistinctOptions(memoryBytes: 0),
  ]

  @Test(arguments: forms.indices)
  func `agrees with sets of texts in every form, cut and merged anywhere`(form: Int) throws {
    // Empty parts of spills within spills take their time.
    let seeds: UInt64 = Self.forms[form].memoryBytes == 0 ? 2 : 120
    for seed in 0..<seeds {
      var samples = Samples(seed)
      // Many rows of a group are sorted batch by batch, few of them together.
      let count = Int.random(in: 0...(seed % 3 == 0 ? 600 : 80), using: &samples.random)
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
      var groupsSoFar = 0
      for (range, part) in zip(cuts, parts) {
        let own = Array(ids[range])
        groupsSoFar = max(groupsSoFar, own.max().map { Int($0) + 1 } ?? 0)
        try whole.update(.each(own), groupCount: groupsSoFar, [[part]])
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
      DistinctStatistics(pairBatches: 2, groupPasses: 1),
      DistinctStatistics(pairBatches: 2, groupPasses: 1),
    ]
    for form in expected.indices {
      var set = AggregateSet([Aggregate(.countDistinct, [.text])], options: Self.forms[form])
      try set.update(groups, groupCount: 7, [[column]])
      try set.update(groups, groupCount: 7, [[column]])
      let counts = try set.finish(groupCount: 7)[0].cells
      #expect(counts == Array(repeating: .bigint(1000), count: 7))
      #expect(set.distinctStatistics == expected[form], "form \(form)")
    }
  }

  @Test(arguments: [1, 3])
  func `counts the few values of each of many groups, whoever has seen them`(threads: Int) throws {
    var options = DistinctOptions(bitsetBytes: 1 << 16)
    options.threads = threads
    for (bound, seed) in [(1000, 1), (70_000, 2), (1 << 25, 3)] as [(UInt32, UInt64)] {
      let dictionary = TextDictionary(count: Int(bound)) { TextVector() }
      var random = Seeded(seed)
      var expected: [UInt32: Set<UInt32>] = [:]
      var merged = AggregateSet([Aggregate(.countDistinct, [.text])], options: options)
      let groupCount = 9000
      for part in 0..<3 {
        var own = AggregateSet([Aggregate(.countDistinct, [.text])], options: options)
        // Each part numbers the groups in another way.
        let numbers = (0..<UInt32(groupCount)).map { ($0 + UInt32(part) * 100) % 9000 }
        for _ in 0..<4 {
          let ids = (0..<20_000).map { _ in UInt32.random(in: 0..<9000, using: &random) }
          let codes = ids.map { id in
            (id &* 7919 &+ UInt32.random(in: 0..<5, using: &random)) % bound
          }
          for (id, code) in zip(ids, codes) { expected[numbers[Int(id)], default: []].insert(code) }
          let column = Column(.text, .codes(codes, dictionary))
          try own.update(.each(ids), groupCount: groupCount, [[column]])
        }
        #expect(own.distinctStatistics.pairBatches == 4)
        try merged.merge(own, groups: numbers, groupCount: groupCount)
      }
      let counts = try merged.finish(groupCount: groupCount)[0].cells
      let wanted = (0..<UInt32(groupCount)).map { Value.bigint(Int64(expected[$0]?.count ?? 0)) }
      #expect(counts == wanted, "\(bound)")
    }
  }

  /// Integers are their own codes while they are near each other, and move where that pays.
  @Test func `counts integers and numbered texts wherever they lie`() throws {
    let affix = Affix(prefix: Array("s".utf8), suffix: [], digits: 1)
    let orders: [[Int64]] = [
      [0, 1, 2, 3, 4, 5], [5, 4, 3, 2, 1, 0], [0, 1 << 20, 1 << 33, 2], [1 << 33, 3, 1 << 20],
    ]
    for order in orders {
      for memory in [512 << 20, 1 << 20, 60_000] {
        var expected: Set<Int64> = []
        let options = DistinctOptions(bitsetBytes: 1 << 20, memoryBytes: memory)
        let aggregates = [Aggregate(.countDistinct, [.bigint]), Aggregate(.countDistinct, [.text])]
        var whole = AggregateSet(aggregates, options: options)
        var merged = AggregateSet(aggregates, options: options)
        for block in order {
          let values = (0..<5000).map { block * 3000 + $0 }
          expected.formUnion(values)
          let codes = values.map { UInt32($0 - block * 3000) }
          let numbering = TextNumbering(affix: affix, first: block * 3000)
          let dictionary = TextDictionary(count: 5000, numbering: numbering)
          let arguments = [
            [Column(.bigint, .integers(values))], [Column(.text, .codes(codes, dictionary))],
          ]
          var own = AggregateSet(aggregates, options: options)
          try whole.update(.one(0, rows: 5000), groupCount: 1, arguments)
          try own.update(.one(0, rows: 5000), groupCount: 1, arguments)
          try merged.merge(own, groups: [0], groupCount: 1)
        }
        let counts = [[Value.bigint(Int64(expected.count))], [.bigint(Int64(expected.count))]]
        #expect(try whole.finish(groupCount: 1).map(\.cells) == counts, "\(order) \(memory)")
        #expect(try merged.finish(groupCount: 1).map(\.cells) == counts, "\(order) \(memory)")
        let isNear = order.count == 6
        #expect((whole.distinctStatistics.hashedBatches == 0) == isNear, "\(order) \(memory)")
      }
    }
  }

  @Test func `goes to disk for what does not fit its memory, and answers the same`() throws {
    let aggregate = [Aggregate(.countDistinct, [.bigint]), Aggregate(.countDistinct, [.text])]
    var whole = AggregateSet(aggregate)
    let options = DistinctOptions(memoryBytes: 100_000)
    var first = AggregateSet(aggregate, options: options)
    var second = AggregateSet(aggregate, options: options)
    var random = Seeded(3)
    for batch in 0..<20 {
      let values = (0..<1000).map { _ in Int64.random(in: 0...5000, using: &random) &* 1_000_003 }
      let ids = values.map { UInt32(truncatingIfNeeded: $0 % 3) }
      let arguments = [
        [Column(.bigint, .integers(values))],
        [Column(.text, .texts(TextVector(values.map { "value \($0)" })))],
      ]
      try whole.update(.each(ids), groupCount: 3, arguments)
      if batch < 10 {
        try first.update(.each(ids), groupCount: 3, arguments)
      } else {
        try second.update(.each(ids), groupCount: 3, arguments)
      }
    }
    try first.merge(second, groups: [0, 1, 2], groupCount: 3)
    let expected = try whole.finish(groupCount: 3).map(\.cells)
    #expect(try first.finish(groupCount: 3).map(\.cells) == expected)
    #expect(first.distinctStatistics.spilledRows > 10_000)
    #expect(whole.distinctStatistics.spilledRows == 0)
  }

  @Test func `says where it could not make its file`() throws {
    let options = DistinctOptions(memoryBytes: 0, spillFolder: "/no/such/folder")
    var set = AggregateSet([Aggregate(.countDistinct, [.bigint])], options: options)
    let column = Column(.bigint, .integers([1 << 40, 2]))
    #expect(throws: KernelsError.self) {
      try set.update(.one(0, rows: 2), groupCount: 1, [[column]])
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
