import Columns
import Kernels
import TestSupport
import Testing

@Suite struct `An aggregate` {
  /// The aggregates of one group, computed cell by cell.
  private func naive(_ aggregate: Aggregate, _ rows: [Int], _ arguments: [Column]) -> Value {
    let cells = rows.map { row in arguments.map { $0.value(at: row) } }
    let valid = cells.filter { !$0.contains(.null) }
    switch aggregate.function {
    case .countRows: return .bigint(Int64(rows.count))
    case .count: return .bigint(Int64(valid.count))
    case .countDistinct: return .bigint(Int64(Set(valid.map { groupText($0[0]) }).count))
    case .first: return valid.first?[0] ?? .null
    case .minimum: return extreme(valid) { isBefore($0[0], $1[0]) }
    case .maximum: return extreme(valid) { isBefore($1[0], $0[0]) }
    case .argMinimum: return extreme(valid) { isBefore($0[1], $1[1]) }
    case .argMaximum: return extreme(valid) { isBefore($1[1], $0[1]) }
    case .and: return valid.isEmpty ? .null : .boolean(!valid.contains([.boolean(false)]))
    case .or: return valid.isEmpty ? .null : .boolean(valid.contains([.boolean(true)]))
    case .joinTexts(let separator, _):
      let texts = valid.map { if case .text(let text) = $0[0] { text } else { "" } }
      return texts.isEmpty ? .null : .text(texts.joined(separator: separator))
    case .quantile(let share, _):
      let sorted = valid.map { $0[0] }.sorted { isBefore($0, $1) }
      let place = Int((Double(sorted.count) * share).rounded(.up)) - 1
      return sorted.isEmpty ? .null : sorted[max(0, place)]
    case .sum, .average, .approximateCountDistinct, .deviation: return .null
    }
  }

  private func extreme(_ cells: [[Value]], _ isBetter: ([Value], [Value]) -> Bool) -> Value {
    guard var best = cells.first else { return .null }
    for cell in cells.dropFirst() where isBetter(cell, best) { best = cell }
    return best[0]
  }

  private func aggregates(_ samples: inout Samples) -> [Aggregate] {
    let types = Samples.types
    let type = types[Int.random(in: 0..<types.count, using: &samples.random)]
    let other = types[Int.random(in: 0..<types.count, using: &samples.random)]
    return [
      Aggregate(.countRows), Aggregate(.count, [type]), Aggregate(.first, [type]),
      Aggregate(.minimum, [type]), Aggregate(.maximum, [type]), Aggregate(.countDistinct, [type]),
      Aggregate(.argMinimum, [other, type]), Aggregate(.argMaximum, [other, type]),
      Aggregate(.and, [.boolean]), Aggregate(.or, [.boolean]),
      Aggregate(.joinTexts(separator: ", ", order: []), [.text]),
      Aggregate(.quantile(0.3, isInterpolated: false), [.bigint]),
      Aggregate(.quantile(1, isInterpolated: false), [.text]),
    ]
  }

  @Test func `agrees with its definition, in one batch, in many and merged`() throws {
    for seed in 0..<200 as Range<UInt64> {
      var samples = Samples(seed)
      let count = Int.random(in: 0...60, using: &samples.random)
      let groupCount = Int.random(in: 1...5, using: &samples.random)
      let ids = (0..<count).map { _ in
        UInt32.random(in: 0..<UInt32(groupCount), using: &samples.random)
      }
      let aggregates = aggregates(&samples)
      let arguments = aggregates.map { aggregate in
        aggregate.argumentTypes.map { samples.column($0, count: count, nulls: seed % 2 == 0) }
      }
      var whole = AggregateSet(aggregates)
      try whole.update(.each(ids), groupCount: groupCount, arguments)
      var parts = AggregateSet(aggregates)
      var merged = AggregateSet(aggregates)
      for range in samples.cuts(of: count) {
        let part = arguments.map { $0.map { slice($0, range) } }
        try parts.update(.each(Array(ids[range])), groupCount: groupCount, part)
        var own = AggregateSet(aggregates)
        // The groups of a part have numbers of their own.
        let turned = ids[range].map { UInt32(groupCount) - 1 - $0 }
        try own.update(.each(turned), groupCount: groupCount, part)
        let groups = (0..<UInt32(groupCount)).map { UInt32(groupCount) - 1 - $0 }
        try merged.merge(own, groups: groups, groupCount: groupCount)
      }
      let results = [
        try whole.finish(groupCount: groupCount), try parts.finish(groupCount: groupCount),
        try merged.finish(groupCount: groupCount),
      ]
      for (place, aggregate) in aggregates.enumerated() {
        let expected = (0..<groupCount).map { group in
          groupText(naive(aggregate, (0..<count).filter { ids[$0] == group }, arguments[place]))
        }
        for result in results {
          #expect(result[place].texts == expected, "seed \(seed) \(aggregate)")
          #expect(result[place].type == aggregate.type)
        }
      }
    }
  }

  @Test func `of one group for all rows is the same as with the group spelled out`() throws {
    for seed in 0..<50 as Range<UInt64> {
      var samples = Samples(seed)
      let aggregates =
        aggregates(&samples) + [
          Aggregate(.sum, [.bigint]), Aggregate(.average, [.bigint]), Aggregate(.sum, [.double]),
        ]
      let arguments = aggregates.map { aggregate in
        aggregate.argumentTypes.map { samples.column($0, count: 40, nulls: seed % 2 == 0) }
      }
      var one = AggregateSet(aggregates)
      var each = AggregateSet(aggregates)
      try one.update(.one(1, rows: 40), groupCount: 2, arguments)
      try each.update(.each(Array(repeating: 1, count: 40)), groupCount: 2, arguments)
      let expected = try each.finish(groupCount: 2).map(\.texts)
      #expect(try one.finish(groupCount: 2).map(\.texts) == expected, "seed \(seed)")
    }
  }

  @Test func `counts rows exactly, however soon its words are full`() {
    for seed in 0..<60 as Range<UInt64> {
      var samples = Samples(seed)
      let groupCount = seed % 2 == 0 ? 5 : 3000
      var parts = [RowCounts(limit: 100), RowCounts(limit: 70)]
      var expected = [Int64](repeating: 0, count: groupCount)
      for batch in 0..<12 {
        let ids = (0..<60).map { _ in
          UInt32.random(in: 0..<UInt32(groupCount), using: &samples.random)
        }
        let groups = batch % 5 == 0 ? RowGroups.one(ids[0], rows: 60) : .each(ids)
        for id in groups.ids { expected[Int(id)] += 1 }
        parts[batch % 2].grow(to: groupCount)
        parts[batch % 2].add(groups)
      }
      // The groups of the second stand in the opposite order in the first.
      let reversed = Array((0..<UInt32(groupCount)).reversed())
      var mirrored = RowCounts()
      mirrored.grow(to: groupCount)
      mirrored.merge(parts[1], reversed)
      parts[0].merge(mirrored, reversed)
      #expect(parts[0].all == expected, "seed \(seed)")
    }
  }

  @Test func `counts the rows of a group beyond 32 bits`() {
    var counts = RowCounts()
    counts.grow(to: 2)
    for _ in 0..<3 { counts.add(.one(1, rows: 5_000_000_000)) }
    counts.add(.each([0, 1, 1]))
    #expect(counts.all == [1, 15_000_000_002])
  }

  @Test func `deviation of large values that differ little loses nothing, in any order`() throws {
    let functions = [
      Aggregate(.deviation(isSample: true, isRoot: false), [.double]),
      Aggregate(.deviation(isSample: false, isRoot: true), [.double]),
      Aggregate(.quantile(0.5, isInterpolated: true), [.double]),
    ]
    var random = Seeded(11)
    let steps = (0..<1000).map { _ in Double(Int.random(in: 0..<64, using: &random)) / 8 }
    let mean = steps.reduce(0, +) / 1000
    let squares = steps.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
    for offset in [0.0, 1e6, 1e12] {
      var results: [[[Value]]] = []
      for turn in 0..<3 {
        let values = (turn == 0 ? steps : steps.shuffled(using: &random)).map { $0 + offset }
        var first = AggregateSet(functions)
        var second = AggregateSet(functions)
        for (place, value) in values.enumerated() {
          let argument = [Column(.double, .doubles([value]))]
          let arguments = [argument, argument, argument]
          if place % 3 == turn {
            try first.update(.one(0, rows: 1), groupCount: 1, arguments)
          } else {
            try second.update(.one(0, rows: 1), groupCount: 1, arguments)
          }
        }
        try first.merge(second, groups: [0], groupCount: 1)
        results.append(try first.finish(groupCount: 1).map(\.cells))
      }
      #expect(results[1] == results[0] && results[2] == results[0], "\(offset)")
      guard case .double(let variance) = results[0][0][0], case .double(let root) = results[0][1][0]
      else {
        Issue.record("a deviation is a double")
        return
      }
      #expect(abs(variance - squares / 999) < 1e-12 * variance, "\(offset)")
      #expect(abs(root - (squares / 1000).squareRoot()) < 1e-12 * root, "\(offset)")
    }
  }

  @Test func `sum of integers is exact far beyond 64 bits`() throws {
    var random = Seeded(7)
    for limit in [10, Int64.max / 4, Int64.max] {
      let values = (0..<300).map { _ in Int64.random(in: -limit...limit, using: &random) }
      let extra = values + [.min, .min, .max]
      let ids = extra.indices.map { UInt32($0 % 3) }
      var set = AggregateSet([Aggregate(.sum, [.bigint]), Aggregate(.average, [.bigint])])
      for start in stride(from: 0, to: extra.count, by: 50) {
        let range = start..<min(start + 50, extra.count)
        let column = Column(.bigint, .integers(Array(extra[range])))
        try set.update(.each(Array(ids[range])), groupCount: 3, [[column], [column]])
      }
      let results = try set.finish(groupCount: 3)
      for group in 0..<3 {
        let own = extra.indices.filter { $0 % 3 == group }.map { Int128(extra[$0]) }
        let sum = own.reduce(0, +)
        #expect(results[0].value(at: group) == .hugeint(sum))
        #expect(results[1].value(at: group) == .double(Double(sum) / Double(own.count)))
      }
    }
  }

  @Test func `sum of summaries is exact far beyond 64 bits`() throws {
    let sums: [Int64?] = [.max, nil, .max, 5, .min, .min, -7, .max]
    var set = AggregateSet([Aggregate(.sum, [.bigint]), Aggregate(.average, [.bigint])])
    for sum in sums {
      let summary = AggregateInput.summary(
        ColumnSummary(minimum: nil, maximum: nil, sum: sum, nullCount: sum == nil ? 4 : 2))
      try set.update(.one(1, rows: 4), groupCount: 2, [summary, summary])
    }
    let results = try set.finish(groupCount: 2)
    let sum = sums.reduce(Int128(0)) { $0 + Int128($1 ?? 0) }
    #expect(results[0].value(at: 1) == .hugeint(sum))
    #expect(results[1].value(at: 1) == .double(Double(sum) / 14))
  }

  @Test func `sum that does not fit is an error`() throws {
    let huge = Column(.hugeint, .wide([.max, 1]))
    var set = AggregateSet([Aggregate(.sum, [.hugeint])])
    #expect(throws: KernelsError.self) {
      try set.update(.one(0, rows: 2), groupCount: 1, [[huge]])
    }
    let most: Int128 = 99_999_999_999_999_999_999_999_999_999_999_999_999
    let decimal = Column(.decimal(precision: 38, scale: 2), .wide([most, 1]))
    var decimals = AggregateSet([Aggregate(.sum, [.decimal(precision: 38, scale: 2)])])
    try decimals.update(.one(0, rows: 2), groupCount: 1, [[decimal]])
    #expect(throws: KernelsError.self) { try decimals.finish(groupCount: 1) }
  }

  @Test func `average of decimals minds their scale`() throws {
    let type = DataType.decimal(precision: 10, scale: 2)
    var set = AggregateSet([Aggregate(.average, [type]), Aggregate(.sum, [type])])
    let column = Column(type, .wide([150, 250]))
    try set.update(.one(0, rows: 2), groupCount: 1, [[column], [column]])
    let results = try set.finish(groupCount: 1)
    #expect(results[0].cells == [.double(2)])
    #expect(results[1].cells == [.decimal(400, scale: 2)])
    #expect(results[1].type == .decimal(precision: 38, scale: 2))
  }

  @Test func `string_agg follows its order`() throws {
    let function = AggregateFunction.joinTexts(
      separator: "|", order: [SortDirection(isDescending: true)])
    var set = AggregateSet([Aggregate(function, [.text, .bigint])])
    let texts = Column(.text, .texts(TextVector(["a", "b", "c", "d"])))
    let keys = Column(.bigint, .integers([1, 3, 1, 2]))
    try set.update(.each([0, 0, 0, 1]), groupCount: 3, [[texts, keys]])
    #expect(try set.finish(groupCount: 3)[0].cells == [.text("b|a|c"), .text("d"), .null])
  }

  @Test func `approximate count is within four standard errors`() throws {
    for count in [0, 1, 10, 1000, 20_000, 300_000] {
      let values = (0..<count * 2).map { Int64($0 / 2) &* 7_919 }
      var set = AggregateSet([Aggregate(.approximateCountDistinct, [.bigint])])
      let column = Column(.bigint, .integers(values))
      try set.update(.one(0, rows: values.count), groupCount: 1, [[column]])
      guard case .bigint(let result) = try set.finish(groupCount: 1)[0].value(at: 0) else {
        Issue.record("a count is a BIGINT")
        continue
      }
      #expect(abs(Double(result) - Double(count)) <= 0.065 * Double(count), "\(count): \(result)")
    }
  }

  @Test func `are the same quantiles whatever order their values come in`() throws {
    let count = 3_001
    var random = Seeded(5)
    let rising = (0..<count).map { Double($0 / 3) }
    let pipe = (0..<count).map { Double(min($0, count - $0)) }
    let bits = (0..<count).map { Double($0 % 2) }
    let mixed = (0..<count).map { Double($0 * 7919 % count) }
    let broken: [Double] = mixed.map { $0 < 300 ? .nan : -$0 }
    let zeros = [Double](repeating: -0.0, count: count)
    let falling = [Double](rising.reversed())
    let shuffled = rising.shuffled(using: &random)
    for values in [rising, falling, shuffled, pipe, bits, mixed, broken, zeros] {
      let sorted = values.sorted { $0.isNaN ? false : $1.isNaN ? true : $0 < $1 }
      for share in [0, 0.25, 0.5, 0.9, 0.9995, 1] {
        var set = AggregateSet([Aggregate(.quantile(share, isInterpolated: true), [.double])])
        let column = Column(.double, .doubles(values))
        try set.update(.one(0, rows: count), groupCount: 1, [[column]])
        let place = Double(count - 1) * share
        let low = sorted[Int(place.rounded(.down))]
        let high = sorted[Int(place.rounded(.up))]
        let part = place - place.rounded(.down)
        let expected = part == 0 ? low : low + (high - low) * part
        let found = try set.finish(groupCount: 1)[0].value(at: 0)
        #expect("\(found)" == "\(Value.double(expected))", "\(share) of \(values.prefix(5))")
      }
    }
  }
}
