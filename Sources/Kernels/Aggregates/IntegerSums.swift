import Bytes
import Columns

/// Sums of integers, exact: in 64 bits for as long as nothing can overflow them, then in 128.
///
/// Invariant: the sum of a group is `low[g] + wide[g]`, an absent entry being 0, and no entry of
/// `low` is further from 0 than `bound`.
struct IntegerSumState: AggregateState {
  let aggregate: Aggregate
  private var nulls = NullCounts()
  private var low: [Int64] = []
  private var wide: [Int128] = []
  private var bound: UInt64 = 0

  init(_ aggregate: Aggregate) { self.aggregate = aggregate }

  mutating func update(_ groups: RowGroups, _ groupCount: Int, _ arguments: [Column])
    throws(KernelsError)
  {
    let column = arguments[0]
    nulls.add(groups, groupCount, column.validity)
    grow(&low, to: groupCount)
    switch column.values {
    case .integers(let values):
      try add(values, groups, column.validity, magnitude: largestMagnitude(values))
    case .dates(let values):
      try add(values, groups, column.validity, magnitude: largestMagnitude(values))
    case .booleans(let values):
      try add(values.map { $0 ? Int32(1) : 0 }, groups, column.validity, magnitude: 1)
    case .wide(let values): try addWide(values, groups, column.validity)
    default: preconditionFailure("sums are of numbers")
    }
  }

  mutating func update(_ group: UInt32, _ groupCount: Int, _ summary: ColumnSummary)
    throws(KernelsError)
  {
    nulls.add(group, groupCount, summary.nullCount)
    grow(&low, to: groupCount)
    let sum = summary.sum ?? 0
    if try raiseBound(by: sum.magnitude) {
      low[Int(group)] += sum
    } else {
      grow(&wide, to: groupCount)
      try addToWide(Int(group), Int128(sum))
    }
  }

  /// Makes room for sums that are `most` greater; false where 64 bits do not hold them.
  private mutating func raiseBound(by most: UInt64) throws(KernelsError) -> Bool {
    let limit = UInt64(Int64.max)
    if most > limit { return false }
    if bound > limit - most { try flush() }
    bound += most
    return true
  }

  private mutating func add<T: FixedWidthInteger & SignedInteger>(
    _ values: [T], _ groups: RowGroups, _ validity: Bitmap?, magnitude: UInt64
  ) throws(KernelsError) {
    let (most, overflow) = magnitude.multipliedReportingOverflow(by: UInt64(values.count))
    guard !overflow, try raiseBound(by: most) else {
      try addWide(values.map { Int128($0) }, groups, validity)
      return
    }
    switch groups {
    case .one(let group, _): low[Int(group)] &+= total(values, validity)
    case .each(let ids): addSums(values, ids, validity, &low)
    }
  }

  private mutating func addWide(_ values: [Int128], _ groups: RowGroups, _ validity: Bitmap?)
    throws(KernelsError)
  {
    grow(&wide, to: low.count)
    let ids = groups.ids
    for row in ids.indices where validity?[row] ?? true {
      try addToWide(Int(ids[row]), values[row])
    }
  }

  private mutating func addToWide(_ group: Int, _ value: Int128) throws(KernelsError) {
    let (sum, overflow) = wide[group].addingReportingOverflow(value)
    if overflow { throw .overflow(of: "sum", in: "\(aggregate.type)") }
    wide[group] = sum
  }

  /// Moves the 64-bit sums into the 128-bit ones.
  private mutating func flush() throws(KernelsError) {
    grow(&wide, to: low.count)
    for group in low.indices {
      try addToWide(group, Int128(low[group]))
      low[group] = 0
    }
    bound = 0
  }

  mutating func merge(_ other: any AggregateState, _ groups: [UInt32], _ groupCount: Int)
    throws(KernelsError)
  {
    let other = same(other)
    nulls.merge(other.nulls, groups, groupCount)
    grow(&low, to: groupCount)
    let (sum, overflow) = bound.addingReportingOverflow(other.bound)
    if overflow || sum > UInt64(Int64.max) { try flush() }
    bound += other.bound
    for group in other.low.indices { low[Int(groups[group])] &+= other.low[group] }
    if other.wide.isEmpty { return }
    grow(&wide, to: groupCount)
    for group in other.wide.indices { try addToWide(Int(groups[group]), other.wide[group]) }
  }

  mutating func finish(_ rowCounts: [Int64]) throws(KernelsError) -> Column {
    grow(&low, to: rowCounts.count)
    try flush()
    return try Self.column(wide, nulls.valid(rowCounts), of: aggregate)
  }

  /// The results that sums of so many values each are.
  static func column(
    _ sums: [Int128], _ counts: [Int64], of aggregate: Aggregate
  ) throws(KernelsError) -> Column {
    let validity = Bitmap(count: counts.count) { counts[$0] != 0 }
    if aggregate.function == .average {
      var scale = 1.0
      if case .decimal(_, let digits) = aggregate.argumentTypes[0] {
        for _ in 0..<digits { scale *= 10 }
      }
      let averages = sums.indices.map { group in
        counts[group] == 0 ? 0 : Double(sums[group]) / (Double(counts[group]) * scale)
      }
      return Column(.double, .doubles(averages), validity: validity)
    }
    if case .decimal = aggregate.type {
      for sum in sums where sum.magnitude >= decimalLimit {
        throw .overflow(of: "sum", in: "\(aggregate.type)")
      }
    }
    return Column(aggregate.type, .wide(sums), validity: validity)
  }

  /// The first magnitude that needs 39 digits.
  private static let decimalLimit: UInt128 =
    10_000_000_000_000_000_000 * 10_000_000_000_000_000_000
}

/// The largest distance from 0.
private func largestMagnitude(_ values: [Int64]) -> UInt64 {
  if values.isEmpty { return 1 }
  let extremes = Extremes(values.span, before: 0)
  return max(1, extremes.least.magnitude, extremes.greatest.magnitude)
}

/// No value is further from 0.
func largestMagnitude<T: FixedWidthInteger & SignedInteger>(_ values: [T]) -> UInt64 {
  var bits: T = 0
  for row in values.indices { bits |= values[row] }
  if bits < 0 {
    // The complement of a negative number is one less than its magnitude.
    bits = 0
    for row in values.indices {
      let value = values[row]
      bits |= value ^ (value &>> T(truncatingIfNeeded: T.bitWidth &- 1))
    }
  }
  if bits == 0 { return 1 }
  return (UInt64.max &>> UInt64(UInt64(truncatingIfNeeded: bits).leadingZeroBitCount)) &+ 1
}

/// Nulls are few, and what stands there is taken back.
private func total<T: FixedWidthInteger>(_ values: [T], _ validity: Bitmap?) -> Int64 {
  var total: Int64 = 0
  for row in values.indices { total &+= Int64(truncatingIfNeeded: values[row]) }
  validity?.forEachClear { total &-= Int64(truncatingIfNeeded: values[$0]) }
  return total
}

private func addSums<T: FixedWidthInteger>(
  _ values: [T], _ ids: [UInt32], _ validity: Bitmap?, _ sums: inout [Int64]
) {
  precondition(values.count == ids.count, "one group a row")
  for row in ids.indices { sums[Int(ids[row])] &+= Int64(truncatingIfNeeded: values[row]) }
  validity?.forEachClear { sums[Int(ids[$0])] &-= Int64(truncatingIfNeeded: values[$0]) }
}
