import Columns
import Kernels
import TestSupport
import Testing

@Suite struct `A sum of doubles` {
  private func sum(_ values: [Double], pieces: Int = 1) throws -> Double {
    var set = AggregateSet([Aggregate(.sum, [.double])])
    let size = max(1, (values.count + pieces - 1) / pieces)
    for start in stride(from: 0, to: values.count, by: size) {
      var part = AggregateSet([Aggregate(.sum, [.double])])
      let column = Column(.double, .doubles(Array(values[start..<min(start + size, values.count)])))
      try part.update(.one(0, rows: column.count), groupCount: 1, [[column]])
      try set.merge(part, groups: [0], groupCount: 1)
    }
    guard case .double(let result) = try set.finish(groupCount: 1)[0].value(at: 0) else {
      return .nan
    }
    return result
  }

  @Test func `is rounded once`() throws {
    let least = Double.leastNonzeroMagnitude
    #expect(try sum([0.1, 0.2, 0.3]) == 0.6)
    #expect(try sum(Array(repeating: 0.1, count: 10)) == 1)
    #expect(try sum([1e100, 1, -1e100]) == 1)
    #expect(try sum([1e300, 1e-300, -1e300]) == 1e-300)
    #expect(try sum([least, least, 1e10, -1e10]) == 2 * least)
    #expect(try sum([-0.1, 1e17, -1e17]) == -0.1)
    #expect(try sum([1, 0x1p-53]) == 1)
    #expect(try sum([1, 0x1p-53, least]) == 1.0.nextUp)
    #expect(try sum([-1, -0x1p-53, -least]) == (-1.0).nextDown)
    #expect(try sum([.greatestFiniteMagnitude, .greatestFiniteMagnitude]) == .infinity)
    let most = Double.greatestFiniteMagnitude
    #expect(try sum([most, most, -most]) == most)
    #expect(try sum([.leastNormalMagnitude, -least]) == .leastNormalMagnitude.nextDown)
  }

  @Test func `keeps infinities and NaN`() throws {
    #expect(try sum([1, .infinity, 2]) == .infinity)
    #expect(try sum([1, -.infinity]) == -.infinity)
    #expect(try sum([.infinity, -.infinity]).isNaN)
    #expect(try sum([.nan, 1]).isNaN)
  }

  @Test func `has the same bits in any order and any parts`() throws {
    var random = Seeded(11)
    for round in 0..<40 {
      let scale = [1.0, 1e-12, 1e15, 1e200, 1e-300 * 1e-10][round % 5]
      var values = (0..<200).map { _ in Double.random(in: -1...1, using: &random) * scale }
      values += (0..<20).map { _ in Double.random(in: -1...1, using: &random) }
      let expected = try sum(values).bitPattern
      for pieces in [2, 7, 50] {
        values.shuffle(using: &random)
        #expect(try sum(values, pieces: pieces).bitPattern == expected, "round \(round)")
      }
      // The exact sum of values and their opposites is zero, so the rest must come out whole.
      let rest = values[0]
      #expect(try sum(values + values.map { -$0 } + [rest]) == rest, "round \(round)")
    }
  }
}
