import Columns
import TestSupport
import Testing

@testable import Pipeline

@Suite struct `The keys that are present` {
  private func column(_ values: [Int64], nullAt nulls: Set<Int> = []) -> Column {
    let validity = nulls.isEmpty ? nil : Bitmap(values.indices.map { !nulls.contains($0) })
    return Column(.bigint, .integers(values), validity: validity)
  }

  /// Batches whose integers are close together or far apart, in any order, against a set.
  @Test func `tell which integers find none`() {
    var random = Seeded(7)
    let places: [ClosedRange<Int64>] = [
      0...5_000, -3_000...3_000, 1_000_000...1_002_000, Int64.max - 500...Int64.max,
      Int64.min...Int64.min + 500, Int64.min...Int64.max,
    ]
    for round in 0..<200 {
      var present = PresentKeys(dictionary: nil, needsTexts: true)
      var known: Set<Int64> = []
      let own = places.filter { _ in Bool.random(using: &random) } + [places[round % places.count]]
      for place in own {
        let values = (0..<Int.random(in: 1...300, using: &random)).map { _ in
          Int64.random(in: place, using: &random)
        }
        let nulls: Set<Int> = round % 3 == 0 ? [0] : []
        present.insert(column(values, nullAt: nulls))
        for row in values.indices where !nulls.contains(row) { known.insert(values[row]) }
      }
      let asked =
        known.flatMap { [$0, $0 &+ 1] }
        + (0..<50).map { _ in Int64.random(in: own[0], using: &random) }
      let missing = asked.filter { !known.contains($0) }.count
      #expect(present.unmatchedCount(column(asked)) == missing, "round \(round): \(own)")
      let isFirstMissing = known.contains(asked[0]) ? 0 : 1
      #expect(present.unmatchedCount(column(asked, nullAt: [0])) == missing - isFirstMissing)
    }
  }
}
