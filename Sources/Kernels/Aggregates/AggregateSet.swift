package import Columns

/// What an aggregate computes from the rows of a group. Rows whose argument is NULL count for
/// nothing, except in `countRows`; a group without any other row has NULL, or 0 where it counts.
package enum AggregateFunction: Sendable, Hashable {
  /// count(*), of no argument.
  case countRows
  case count
  /// BIGINT to HUGEINT, HUGEINT and DECIMAL to themselves, exactly or not at all; DOUBLE rounded
  /// once, whatever the order of the rows (see `ExactSums`).
  case sum
  /// To DOUBLE.
  case average
  case minimum
  case maximum
  /// The first argument where the second is smallest; among equals, that of the first row. Rows
  /// where either is NULL count for nothing.
  case argMinimum
  case argMaximum
  /// The first that is not NULL.
  case first
  case and
  case or
  case countDistinct
  /// Within about 1.6 % (standard error) of the number of distinct values.
  case approximateCountDistinct
  /// The texts of the first argument, ordered by the further ones, then by row.
  case joinTexts(separator: String, order: [SortDirection])
}

/// An aggregate over arguments of certain types.
package struct Aggregate: Sendable, Hashable {
  package var function: AggregateFunction
  package var argumentTypes: [DataType]

  package init(_ function: AggregateFunction, _ argumentTypes: [DataType] = []) {
    self.function = function
    self.argumentTypes = argumentTypes
  }

  /// The type of the results.
  package var type: DataType {
    switch function {
    case .countRows, .count, .countDistinct, .approximateCountDistinct: .bigint
    case .sum: argumentTypes.first.map { Self.sumType(of: $0) } ?? .hugeint
    case .average: .double
    case .minimum, .maximum, .argMinimum, .argMaximum, .first: argumentTypes.first ?? .null
    case .and, .or: .boolean
    case .joinTexts: .text
    }
  }

  private static func sumType(of type: DataType) -> DataType {
    switch type {
    case .double: .double
    case .decimal(_, let scale): .decimal(precision: 38, scale: scale)
    default: .hugeint
    }
  }
}

/// The states of several aggregates over the same groups.
///
/// Batches are added in order, the sets of other rows are merged behind, and the results are the
/// same as for all rows in one batch: to the bit, for doubles too.
package struct AggregateSet: Sendable {
  package let aggregates: [Aggregate]
  private var rowCounts: [Int64] = []
  private var states: [any AggregateState]

  package init(_ aggregates: [Aggregate], options: DistinctOptions = DistinctOptions()) {
    self.aggregates = aggregates
    states = aggregates.map { makeState($0, options) }
  }

  /// Adds the rows of a batch: `arguments` has the columns of each aggregate in their order.
  package mutating func update(
    _ groups: RowGroups, groupCount: Int, _ arguments: [[Column]]
  ) throws(KernelsError) {
    precondition(arguments.count == states.count, "each aggregate gets its arguments")
    if groups.rowCount == 0 { return }
    grow(&rowCounts, to: groupCount)
    countRows(groups, &rowCounts)
    for place in states.indices {
      try states[place].update(groups, groupCount, arguments[place])
    }
  }

  /// Adds the states of `other`, whose group `g` is `groups[g]` here.
  package mutating func merge(
    _ other: AggregateSet, groups: [UInt32], groupCount: Int
  ) throws(KernelsError) {
    precondition(other.aggregates == aggregates, "sets of the same aggregates are merged")
    grow(&rowCounts, to: groupCount)
    for group in other.rowCounts.indices {
      rowCounts[Int(groups[group])] += other.rowCounts[group]
    }
    for place in states.indices {
      try states[place].merge(other.states[place], groups, groupCount)
    }
  }

  /// A column of results for each aggregate, with a row for each group.
  package mutating func finish(groupCount: Int) throws(KernelsError) -> [Column] {
    grow(&rowCounts, to: groupCount)
    var columns: [Column] = []
    for place in states.indices { columns.append(try states[place].finish(rowCounts)) }
    return columns
  }

  /// The number of rows of each group.
  package func counts(groupCount: Int) -> [Int64] {
    rowCounts + Array(repeating: 0, count: groupCount - rowCounts.count)
  }

  /// How the distinct values were counted, over all aggregates.
  package var distinctStatistics: DistinctStatistics {
    var total = DistinctStatistics()
    for case let state as DistinctState in states { total.add(state.statistics) }
    return total
  }
}

/// The state of one aggregate. It is called once a batch.
protocol AggregateState: Sendable {
  mutating func update(_ groups: RowGroups, _ groupCount: Int, _ arguments: [Column])
    throws(KernelsError)
  /// `other` has the same type as this one.
  mutating func merge(_ other: any AggregateState, _ groups: [UInt32], _ groupCount: Int)
    throws(KernelsError)
  /// The results of groups `0 ..< rowCounts.count`, whose numbers of rows those are.
  mutating func finish(_ rowCounts: [Int64]) throws(KernelsError) -> Column
}

extension AggregateState {
  /// `other` as what it is.
  func same(_ other: any AggregateState) -> Self {
    guard let other = other as? Self else {
      preconditionFailure("states of the same aggregate are merged")
    }
    return other
  }
}

private func makeState(_ aggregate: Aggregate, _ options: DistinctOptions) -> any AggregateState {
  let type = aggregate.argumentTypes.first ?? .null
  switch aggregate.function {
  case .countRows: return CountState(countsRows: true)
  case .count: return CountState(countsRows: false)
  case .sum, .average:
    let isAverage = aggregate.function == .average
    if type == .double { return DoubleSumState(isAverage: isAverage) }
    return IntegerSumState(isAverage: isAverage, type: type, resultType: aggregate.type)
  case .minimum, .maximum:
    let wantsMaximum = aggregate.function == .maximum
    switch type {
    case .text, .interval: return ArgExtremeState(type, keyIsResult: true, wantsMaximum)
    case .hugeint, .decimal: return WideExtremeState(type: type, wantsMaximum: wantsMaximum)
    default: return ExtremeState(type: type, wantsMaximum: wantsMaximum)
    }
  case .argMinimum: return ArgExtremeState(type, keyIsResult: false, false)
  case .argMaximum: return ArgExtremeState(type, keyIsResult: false, true)
  case .first: return FirstState(type: type)
  case .and: return ExtremeState(type: .boolean, wantsMaximum: false)
  case .or: return ExtremeState(type: .boolean, wantsMaximum: true)
  case .countDistinct: return DistinctState(type, options)
  case .approximateCountDistinct: return ApproximateState(type)
  case .joinTexts(let separator, let order):
    return JoinTextsState(separator: separator, order: order)
  }
}

/// Appends zeros up to `count`.
func grow<T: Numeric>(_ values: inout [T], to count: Int, by value: T = 0) {
  if values.count < count {
    values.append(contentsOf: repeatElement(value, count: count - values.count))
  }
}

func countRows(_ groups: RowGroups, _ counts: inout [Int64]) {
  switch groups {
  case .one(let group, let rows): counts[Int(group)] += Int64(rows)
  case .each(let ids): for row in ids.indices { counts[Int(ids[row])] &+= 1 }
  }
}

/// How many rows of each group have a NULL argument: kept only once there are any, since a group's
/// rows are counted for all aggregates together.
struct NullCounts: Sendable {
  private var nulls: [Int64] = []

  mutating func add(_ groups: RowGroups, _ groupCount: Int, _ validity: Bitmap?) {
    guard let validity else { return }
    grow(&nulls, to: groupCount)
    switch groups {
    case .one(let group, let rows): nulls[Int(group)] += Int64(rows - validity.setCount)
    case .each(let ids): for row in ids.indices where !validity[row] { nulls[Int(ids[row])] += 1 }
    }
  }

  mutating func merge(_ other: NullCounts, _ groups: [UInt32], _ groupCount: Int) {
    if other.nulls.isEmpty { return }
    grow(&nulls, to: groupCount)
    for group in other.nulls.indices { nulls[Int(groups[group])] += other.nulls[group] }
  }

  /// The number of rows with an argument, by group.
  func valid(_ rowCounts: [Int64]) -> [Int64] {
    if nulls.isEmpty { return rowCounts }
    var counts = rowCounts
    for group in nulls.indices { counts[group] -= nulls[group] }
    return counts
  }

  /// Which groups have a row with an argument.
  func validity(_ rowCounts: [Int64]) -> Bitmap { Bitmap(valid(rowCounts).map { $0 != 0 }) }
}

struct CountState: AggregateState {
  let countsRows: Bool
  private var nulls = NullCounts()

  init(countsRows: Bool) { self.countsRows = countsRows }

  mutating func update(_ groups: RowGroups, _ groupCount: Int, _ arguments: [Column]) {
    if !countsRows { nulls.add(groups, groupCount, arguments[0].validity) }
  }

  mutating func merge(_ other: any AggregateState, _ groups: [UInt32], _ groupCount: Int) {
    nulls.merge(same(other).nulls, groups, groupCount)
  }

  mutating func finish(_ rowCounts: [Int64]) -> Column {
    Column(.bigint, .integers(nulls.valid(rowCounts)))
  }
}
