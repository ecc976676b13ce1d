import Columns

/// Variance and standard deviation of doubles.
///
/// The state is the exact sum of the values and that of their squares, each square as the double
/// nearest to it and what that lost. So the result does not depend on the order of the rows, and
/// large values that differ little lose nothing: n·Σx² − (Σx)² is computed in twice the precision.
struct DeviationState: AggregateState {
  /// Divides by one less than the number of values, and is NULL for a single one.
  let isSample: Bool
  /// The root of the variance.
  let isRoot: Bool
  private var nulls = NullCounts()
  private var sums = ExactSums()
  private var squares = ExactSums()

  init(isSample: Bool, isRoot: Bool) {
    self.isSample = isSample
    self.isRoot = isRoot
  }

  mutating func update(_ groups: RowGroups, _ groupCount: Int, _ arguments: [Column]) {
    guard case .doubles(let values) = arguments[0].values else {
      preconditionFailure("the argument has the declared type")
    }
    let (ids, validity) = (groups.ids, arguments[0].validity)
    nulls.add(groups, groupCount, validity)
    sums.add(values, ids, validity, groupCount)
    squares.add(values.map { $0 * $0 }, ids, validity, groupCount)
    let lost = values.map { value in
      let rest = (-value * value).addingProduct(value, value)
      return rest.isFinite ? rest : 0
    }
    squares.add(lost, ids, validity, groupCount)
  }

  mutating func merge(_ other: any AggregateState, _ groups: [UInt32], _ groupCount: Int) {
    let other = same(other)
    nulls.merge(other.nulls, groups, groupCount)
    sums.merge(other.sums, groups, groupCount)
    squares.merge(other.squares, groups, groupCount)
  }

  mutating func finish(_ rowCounts: [Int64]) -> Column {
    let counts = nulls.valid(rowCounts)
    let (sums, squares) = (sums.doubled(rowCounts.count), squares.doubled(rowCounts.count))
    let results = counts.indices.map { group in
      let count = Double(counts[group])
      let (sum, sumRest) = (sums.high[group], sums.low[group])
      let (square, squareRest) = (squares.high[group], squares.low[group])
      let (left, right) = (count * square, sum * sum)
      let lost = (-left).addingProduct(count, square) - (-right).addingProduct(sum, sum)
      let spread = (left - right) + lost + (count * squareRest - 2 * sum * sumRest)
      if !spread.isFinite { return Double.nan }
      let variance = max(0, spread) / count / (isSample ? count - 1 : count)
      return isRoot ? variance.squareRoot() : variance
    }
    let least: Int64 = isSample ? 2 : 1
    let validity = Bitmap(count: counts.count) { counts[$0] >= least }
    return Column(.double, .doubles(results), validity: validity)
  }

  func byteCount(_ groupCount: Int) -> Int { groupCount * 40 }
}

extension ExactSums {
  /// Each sum as the double nearest to it and the double nearest to the rest.
  fileprivate func doubled(_ groupCount: Int) -> (high: [Double], low: [Double]) {
    let high = rounded(groupCount: groupCount)
    var rest = self
    rest.add(
      high.map { $0.isFinite ? -$0 : 0 }, (0..<UInt32(groupCount)).map { $0 }, nil, groupCount)
    return (high, rest.rounded(groupCount: groupCount))
  }
}
