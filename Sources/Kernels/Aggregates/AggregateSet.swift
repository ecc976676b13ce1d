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
  /// The variance of doubles, or its root: of a sample, or of all there is.
  case deviation(isSample: Bool, isRoot: Bool)
  /// The value below which that share of the values lies; between two doubles, or one of any type.
  case quantile(Double, isInterpolated: Bool)
  /// The texts of the first argument, ordered by the further ones, then by row.
  case joinTexts(separator: String, order: [SortDirection])
}

extension AggregateFunction {
  /// Whether its results depend on how many rows a group has, and not only on their values.
  fileprivate var needsRowCounts: Bool {
    switch self {
    case .countDistinct, .approximateCountDistinct, .argMinimum, .argMaximum, .first, .joinTexts:
      false
    case .countRows, .count, .sum, .average, .minimum, .maximum, .and, .or, .deviation,
      .quantile:
      true
    }
  }
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
    case .average, .deviation, .quantile(_, isInterpolated: true): .double
    case .minimum, .maximum, .argMinimum, .argMaximum, .first, .quantile:
      argumentTypes.first ?? .null
    case .and, .or: .boolean
    case .joinTexts: .text
    }
  }

  /// Whether a group can have too many rows for its result: 64 bits never add up to more than 128.
  package var canOverflow: Bool {
    switch (function, argumentTypes.first) {
    case (.sum, .hugeint), (.sum, .decimal), (.average, .hugeint), (.average, .decimal): true
    default: false
    }
  }

  /// Whether a summary of its argument is enough.
  package var takesSummary: Bool {
    switch (function, argumentTypes.first) {
    case (.count, _), (.sum, .bigint), (.average, .bigint): true
    case (.minimum, .bigint), (.minimum, .timestamp), (.minimum, .date), (.minimum, .boolean),
      (.maximum, .bigint), (.maximum, .timestamp), (.maximum, .date), (.maximum, .boolean):
      true
    default: false
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

/// What an aggregate is given of the rows of a batch.
package enum AggregateInput: Sendable {
  case columns([Column])
  /// What is known of the one argument without its values; for aggregates that take it.
  case summary(ColumnSummary)
}

/// The nulls of a column, the smallest and largest of its values, which are values of it, and their
/// sum; nil where it has none, and where something else is asked for.
package struct ColumnSummary: Sendable {
  package var minimum: Value?
  package var maximum: Value?
  package var sum: Int64?
  package var nullCount: Int

  package init(minimum: Value?, maximum: Value?, sum: Int64?, nullCount: Int) {
    self.minimum = minimum
    self.maximum = maximum
    self.sum = sum
    self.nullCount = nullCount
  }
}

/// The states of several aggregates over the same groups.
///
/// Batches are added in order, the sets of other rows are merged behind, and the results are the
/// same as for all rows in one batch: to the bit, for doubles too.
package struct AggregateSet: Sendable {
  package let aggregates: [Aggregate]
  /// By group, where an aggregate needs them: to find the group's place among a million costs as
  /// much as all the rest of a set that counts distinct values.
  private var rowCounts = RowCounts()
  private let countsRows: Bool
  private let countsDistinct: Bool
  private var states: [any AggregateState]

  package init(_ aggregates: [Aggregate], options: DistinctOptions = DistinctOptions()) {
    self.aggregates = aggregates
    countsRows = aggregates.contains { $0.function.needsRowCounts }
    countsDistinct = aggregates.contains { $0.function == .countDistinct }
    states = aggregates.map { makeState($0, options) }
  }

  /// Adds the rows of a batch: `arguments` has the columns of each aggregate in their order.
  package mutating func update(
    _ groups: RowGroups, groupCount: Int, _ arguments: [[Column]]
  ) throws(KernelsError) {
    try update(groups, groupCount: groupCount, arguments.map(AggregateInput.columns))
  }

  /// As above, where some of the columns are only known by their summaries: for rows of one group.
  package mutating func update(
    _ groups: RowGroups, groupCount: Int, _ inputs: [AggregateInput]
  ) throws(KernelsError) {
    precondition(inputs.count == states.count, "each aggregate gets its arguments")
    if groups.rowCount == 0 { return }
    rowCounts.grow(to: groupCount)
    let counts = countsRows || countsDistinct ? groups.counts(groupCount: groupCount) : []
    if countsRows { rowCounts.add(groups, counts) }
    for place in states.indices {
      switch inputs[place] {
      case .columns(let columns): try states[place].update(groups, groupCount, columns, counts)
      case .summary(let summary):
        guard case .one(let group, _) = groups else {
          preconditionFailure("a summary is of rows of one group")
        }
        try states[place].update(group, groupCount, summary)
      }
    }
  }

  /// Whether it is enough to know how many rows each group has.
  package var takesCounts: Bool { aggregates.allSatisfy { $0.function == .countRows } }

  /// As `update` for rows of which that is known.
  package mutating func add(_ counts: RowCounts) {
    precondition(takesCounts, "other aggregates need the rows")
    rowCounts.add(counts)
  }

  /// Adds the states of `other`, whose group `g` is `groups[g]` here.
  package mutating func merge(
    _ other: AggregateSet, groups: [UInt32], groupCount: Int
  ) throws(KernelsError) {
    precondition(other.aggregates == aggregates, "sets of the same aggregates are merged")
    rowCounts.grow(to: groupCount)
    if countsRows { rowCounts.merge(other.rowCounts, groups) }
    for place in states.indices {
      try states[place].merge(other.states[place], groups, groupCount)
    }
  }

  /// A column of results for each aggregate, with a row for each group.
  package mutating func finish(groupCount: Int) throws(KernelsError) -> [Column] {
    rowCounts.grow(to: groupCount)
    let rowCounts = rowCounts.all
    var columns: [Column] = []
    for place in states.indices { columns.append(try states[place].finish(rowCounts)) }
    return columns
  }

  /// About how much memory the states take. Distinct values, which go to disk by themselves, count
  /// for nothing.
  package var byteCount: Int {
    states.reduce(rowCounts.groupCount * 8) { $0 + $1.byteCount(rowCounts.groupCount) }
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
  /// As above, with what `groups.counts` gives.
  mutating func update(
    _ groups: RowGroups, _ groupCount: Int, _ arguments: [Column], _ counts: [UInt32]
  ) throws(KernelsError)
  /// Adds rows of one group of which only the summary of the argument is known.
  mutating func update(_ group: UInt32, _ groupCount: Int, _ summary: ColumnSummary)
    throws(KernelsError)
  /// `other` has the same type as this one.
  mutating func merge(_ other: any AggregateState, _ groups: [UInt32], _ groupCount: Int)
    throws(KernelsError)
  /// The results of groups `0 ..< rowCounts.count`, whose numbers of rows those are.
  mutating func finish(_ rowCounts: [Int64]) throws(KernelsError) -> Column
  /// About how much memory the states of so many groups take.
  func byteCount(_ groupCount: Int) -> Int
}

extension AggregateState {
  mutating func update(
    _ groups: RowGroups, _ groupCount: Int, _ arguments: [Column], _ counts: [UInt32]
  ) throws(KernelsError) {
    try update(groups, groupCount, arguments)
  }

  mutating func update(_ group: UInt32, _ groupCount: Int, _ summary: ColumnSummary) {
    preconditionFailure("this aggregate needs the values")
  }

  func byteCount(_ groupCount: Int) -> Int { groupCount * 16 }

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
    if type != .double { return IntegerSumState(aggregate) }
    return DoubleSumState(isAverage: aggregate.function == .average)
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
  case .deviation(let isSample, let isRoot):
    return DeviationState(isSample: isSample, isRoot: isRoot)
  case .quantile(let share, let isInterpolated):
    return QuantileState(type, share: share, isInterpolated: isInterpolated)
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

/// How many rows of each group have a NULL argument: kept only once there are any, since a group's
/// rows are counted for all aggregates together.
struct NullCounts: Sendable {
  private var nulls: [Int64] = []

  mutating func add(_ groups: RowGroups, _ groupCount: Int, _ validity: Bitmap?) {
    guard let validity else { return }
    grow(&nulls, to: groupCount)
    switch groups {
    case .one(let group, let rows): nulls[Int(group)] += Int64(rows - validity.setCount)
    case .each(let ids): validity.forEachClear { nulls[Int(ids[$0])] += 1 }
    }
  }

  mutating func add(_ group: UInt32, _ groupCount: Int, _ nullCount: Int) {
    if nullCount == 0 { return }
    grow(&nulls, to: groupCount)
    nulls[Int(group)] += Int64(nullCount)
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
  func validity(_ rowCounts: [Int64]) -> Bitmap {
    let counts = valid(rowCounts)
    return Bitmap(count: counts.count) { counts[$0] != 0 }
  }
}

struct CountState: AggregateState {
  let countsRows: Bool
  private var nulls = NullCounts()

  init(countsRows: Bool) { self.countsRows = countsRows }

  mutating func update(_ groups: RowGroups, _ groupCount: Int, _ arguments: [Column]) {
    if !countsRows { nulls.add(groups, groupCount, arguments[0].validity) }
  }

  mutating func update(_ group: UInt32, _ groupCount: Int, _ summary: ColumnSummary) {
    if !countsRows { nulls.add(group, groupCount, summary.nullCount) }
  }

  mutating func merge(_ other: any AggregateState, _ groups: [UInt32], _ groupCount: Int) {
    nulls.merge(same(other).nulls, groups, groupCount)
  }

  mutating func finish(_ rowCounts: [Int64]) -> Column {
    Column(.bigint, .integers(nulls.valid(rowCounts)))
  }
}
