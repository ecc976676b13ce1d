import Columns

/// The value below which a share of the values of a group lies: one of them, or between two of
/// them. Keeps all values, and sorts at the end; NaN comes behind all numbers.
struct QuantileState: AggregateState {
  let type: DataType
  let share: Double
  /// Between the two nearest values, which are doubles; else one of the values.
  let isInterpolated: Bool
  private var groups: [UInt32] = []
  private var batches: [Column] = []
  private var memory = MemoryMeter()

  init(_ type: DataType, share: Double, isInterpolated: Bool) {
    self.type = type
    self.share = share
    self.isInterpolated = isInterpolated
  }

  mutating func update(_ groups: RowGroups, _ groupCount: Int, _ arguments: [Column]) {
    let ids = groups.ids
    let rows = ids.indices.filter { !arguments[0].isNull($0) }.map { UInt32($0) }
    if rows.isEmpty { return }
    self.groups.append(contentsOf: rows.map { ids[Int($0)] })
    let kept = rows.count == ids.count ? arguments[0] : gather(arguments[0], rows)
    memory.add([kept])
    batches.append(kept)
  }

  mutating func merge(_ other: any AggregateState, _ groups: [UInt32], _ groupCount: Int) {
    let other = same(other)
    self.groups.append(contentsOf: other.groups.map { groups[Int($0)] })
    batches.append(contentsOf: other.batches)
    memory.add(other.batches)
  }

  func byteCount(_ groupCount: Int) -> Int { memory.bytes + groups.count * 4 }

  mutating func finish(_ rowCounts: [Int64]) -> Column {
    let resultType = isInterpolated ? DataType.double : type
    if batches.isEmpty { return nullColumn(resultType, count: rowCounts.count) }
    let values = concatenate(batches, type: type)
    let owners = SortKey(Column(.bigint, .integers(groups.map { Int64($0) })))
    let rows = sortedRows(by: [owners, SortKey(values)], rowCount: groups.count)
    var starts = [Int](repeating: 0, count: rowCounts.count + 1)
    for group in groups { starts[Int(group) + 1] += 1 }
    for group in rowCounts.indices { starts[group + 1] += starts[group] }
    guard isInterpolated else {
      let chosen = rowCounts.indices.map { group -> UInt32 in
        let count = starts[group + 1] - starts[group]
        if count == 0 { return .max }
        let place = Int((Double(count) * share).rounded(.up)) - 1
        return rows[starts[group] + min(max(place, 0), count - 1)]
      }
      return gather(values, chosen)
    }
    guard case .doubles(let numbers) = values.values else {
      preconditionFailure("what lies between two values is a double")
    }
    let results = rowCounts.indices.map { group in
      let count = starts[group + 1] - starts[group]
      if count == 0 { return 0.0 }
      let place = Double(count - 1) * share
      let low = numbers[Int(rows[starts[group] + Int(place.rounded(.down))])]
      let high = numbers[Int(rows[starts[group] + Int(place.rounded(.up))])]
      let part = place - place.rounded(.down)
      return part == 0 ? low : low + (high - low) * part
    }
    let valid = Bitmap(count: rowCounts.count) { starts[$0 + 1] > starts[$0] }
    return Column(.double, .doubles(results), validity: valid)
  }
}
