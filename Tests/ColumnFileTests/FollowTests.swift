import TestSupport
import Testing

@testable import ColumnFile

@Suite struct `A map of what follows` {
  /// The rows that differ from what the frozen keys say, found one by one.
  private func check(_ keys: [Int64], _ values: [Int64], learning first: Int) {
    var map = FollowMap(firstKey: keys.prefix(first).min() ?? 0)
    map.learn(Array(keys.prefix(first)), Array(values.prefix(first)), keyLimit: 1 << 20)
    map.freeze()
    let frozen = map.frozenValues()
    var known: [Int64: Int64] = [:]
    for (place, value) in zip(frozen.places, frozen.values) { known[map.firstKey + place] = value }
    let others = keys.indices.filter { known[keys[$0]] != values[$0] }
    let exceptions = map.exceptions(keys, values)
    #expect(exceptions.places == others.map { Int64($0) })
    #expect(exceptions.values == others.map { values[$0] })
    #expect(exceptions.valueCount == values.count)
  }

  @Test func `leaves exactly the rows that do not`() {
    var random = Seeded(17)
    for range in [Int64(10), 1 << 20, Int64(UInt32.max) - 1, Int64(UInt32.max), 1 << 40, .max] {
      for _ in 0..<20 {
        let base = Int64.random(in: -1000...1000, using: &random)
        let usual = (0..<50).map { _ in
          Int64.random(in: base...max(base, base &+ range), using: &random)
        }
        let keys = (0..<2000).map { _ in Int64.random(in: 100..<150, using: &random) }
        let values = keys.map { key in
          Int.random(in: 0..<4, using: &random) == 0
            ? Int64.random(in: .min ... .max, using: &random) : usual[Int(key - 100)]
        }
        check(keys, values, learning: 1000)
      }
    }
    check([], [], learning: 0)
  }

  /// A key without a value has the mark for none, which no value of a row may be taken for.
  @Test func `takes no value for the mark of none`() {
    let far = Int64(UInt32.max)
    for base in [Int64(0), -5, 1 << 50, .min] {
      check(
        [1, 1, 3, 3, 2, 2, 9, 0],
        [base, base, base + 7, base + 7] + [far, far + 1, far, far].map { base + $0 },
        learning: 4)
    }
  }
}
