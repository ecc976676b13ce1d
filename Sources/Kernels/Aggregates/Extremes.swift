import Bytes
import Columns

/// min and max of what fits 64 bits: integers, times, dates, booleans, and doubles by their place
/// in the order of doubles.
///
/// Invariant: `best[g]` is the extreme of the values of the group so far, or the worst there is.
struct ExtremeState: AggregateState {
  let type: DataType
  let wantsMaximum: Bool
  private var nulls = NullCounts()
  private var best: [Int64] = []

  init(type: DataType, wantsMaximum: Bool) {
    self.type = type
    self.wantsMaximum = wantsMaximum
  }

  private var worst: Int64 { wantsMaximum ? .min : .max }

  mutating func update(_ groups: RowGroups, _ groupCount: Int, _ arguments: [Column]) {
    let column = arguments[0]
    nulls.add(groups, groupCount, column.validity)
    grow(&best, to: groupCount, by: worst)
    switch column.values {
    case .integers(let values):
      if case .one(let group, _) = groups, column.validity == nil {
        let extremes = Bytes.Extremes(values.span, before: 0)
        keep(wantsMaximum ? extremes.greatest : extremes.least, Int(group))
      } else {
        add(values, groups, column.validity)
      }
    case .dates(let values): add(values, groups, column.validity)
    case .booleans(let values): add(values.map { $0 ? Int32(1) : 0 }, groups, column.validity)
    case .doubles(let values): add(values.map { orderedBits($0) }, groups, column.validity)
    default: preconditionFailure("the argument has the declared type")
    }
  }

  mutating func update(_ group: UInt32, _ groupCount: Int, _ summary: ColumnSummary) {
    nulls.add(group, groupCount, summary.nullCount)
    grow(&best, to: groupCount, by: worst)
    guard let extreme = wantsMaximum ? summary.maximum : summary.minimum else { return }
    let number: Int64 =
      switch extreme {
      case .bigint(let value), .timestamp(let value): value
      case .date(let days): Int64(days)
      case .boolean(let bit): bit ? 1 : 0
      default: preconditionFailure("the extremes of \(type) are not taken from a summary")
      }
    keep(number, Int(group))
  }

  private mutating func keep(_ extreme: Int64, _ group: Int) {
    best[group] = wantsMaximum ? max(best[group], extreme) : min(best[group], extreme)
  }

  private mutating func add<T: FixedWidthInteger & SignedInteger>(
    _ values: [T], _ groups: RowGroups, _ validity: Bitmap?
  ) {
    switch groups {
    case .one(let group, _):
      if let extreme = extremeOf(values, validity, wantsMaximum) { keep(extreme, Int(group)) }
    case .each(let ids):
      if wantsMaximum {
        keepLargest(values, ids, validity, &best)
      } else {
        keepSmallest(values, ids, validity, &best)
      }
    }
  }

  mutating func merge(_ other: any AggregateState, _ groups: [UInt32], _ groupCount: Int) {
    let other = same(other)
    nulls.merge(other.nulls, groups, groupCount)
    grow(&best, to: groupCount, by: worst)
    if other.best.isEmpty { return }
    add(other.best, .each(Array(groups[..<other.best.count])), nil)
  }

  mutating func finish(_ rowCounts: [Int64]) -> Column {
    grow(&best, to: rowCounts.count, by: worst)
    let validity = nulls.validity(rowCounts)
    for group in best.indices where !validity[group] { best[group] = 0 }
    let values: Column.Values
    switch type {
    case .boolean: values = .booleans(best.map { $0 != 0 })
    case .date: values = .dates(best.map { Int32(truncatingIfNeeded: $0) })
    case .double: values = .doubles(best.map { doubleOf(orderedBits: $0) })
    default: values = .integers(best)
    }
    return Column(type, values, validity: validity)
  }
}

private func extremeOf<T: FixedWidthInteger & SignedInteger>(
  _ values: [T], _ validity: Bitmap?, _ wantsMaximum: Bool
) -> Int64? {
  if validity == nil {
    return rangeOf(values).map { wantsMaximum ? $0.upperBound : $0.lowerBound }
  }
  var best: T?
  for row in values.indices where validity?[row] ?? true {
    let value = values[row]
    if let current = best, wantsMaximum ? value <= current : value >= current { continue }
    best = value
  }
  return best.map { Int64($0) }
}

private func keepLargest<T: FixedWidthInteger>(
  _ values: [T], _ ids: [UInt32], _ validity: Bitmap?, _ best: inout [Int64]
) {
  for row in ids.indices where validity?[row] ?? true {
    let value = Int64(truncatingIfNeeded: values[row])
    if value > best[Int(ids[row])] { best[Int(ids[row])] = value }
  }
}

private func keepSmallest<T: FixedWidthInteger>(
  _ values: [T], _ ids: [UInt32], _ validity: Bitmap?, _ best: inout [Int64]
) {
  for row in ids.indices where validity?[row] ?? true {
    let value = Int64(truncatingIfNeeded: values[row])
    if value < best[Int(ids[row])] { best[Int(ids[row])] = value }
  }
}

/// A double as an integer of the same order: NaN after everything, -0.0 as 0.0.
func orderedBits(_ value: Double) -> Int64 {
  let bits = groupingBits(value)
  return bits < 0 ? bits ^ Int64.max : bits
}

func doubleOf(orderedBits bits: Int64) -> Double {
  Double(bitPattern: UInt64(bitPattern: bits < 0 ? bits ^ Int64.max : bits))
}

/// min and max of 128-bit numbers.
struct WideExtremeState: AggregateState {
  let type: DataType
  let wantsMaximum: Bool
  private var nulls = NullCounts()
  private var best: [Int128] = []

  init(type: DataType, wantsMaximum: Bool) {
    self.type = type
    self.wantsMaximum = wantsMaximum
  }

  private var worst: Int128 { wantsMaximum ? .min : .max }

  mutating func update(_ groups: RowGroups, _ groupCount: Int, _ arguments: [Column]) {
    guard case .wide(let values) = arguments[0].values else {
      preconditionFailure("the argument has the declared type")
    }
    nulls.add(groups, groupCount, arguments[0].validity)
    add(values, groups.ids, arguments[0].validity, groupCount)
  }

  private mutating func add(
    _ values: [Int128], _ ids: [UInt32], _ validity: Bitmap?, _ groupCount: Int
  ) {
    grow(&best, to: groupCount, by: worst)
    for row in values.indices where validity?[row] ?? true {
      let group = Int(ids[row])
      best[group] = wantsMaximum ? max(best[group], values[row]) : min(best[group], values[row])
    }
  }

  mutating func merge(_ other: any AggregateState, _ groups: [UInt32], _ groupCount: Int) {
    let other = same(other)
    nulls.merge(other.nulls, groups, groupCount)
    add(other.best, groups, nil, groupCount)
  }

  mutating func finish(_ rowCounts: [Int64]) -> Column {
    grow(&best, to: rowCounts.count, by: worst)
    let validity = nulls.validity(rowCounts)
    for group in best.indices where !validity[group] { best[group] = 0 }
    return Column(type, .wide(best), validity: validity)
  }
}
