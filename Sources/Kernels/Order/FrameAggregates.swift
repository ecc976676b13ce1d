package import Columns

extension AggregateFunction {
  /// Whether it is computed of frames that move on from row to row.
  package var takesFrames: Bool {
    switch self {
    case .countRows, .count, .sum, .average, .minimum, .maximum, .and, .or: true
    default: false
    }
  }
}

extension WindowOrder {
  /// An aggregate that takes frames, of the rows of each row's frame.
  ///
  /// A frame only ever takes in rows at its end and loses rows at its start, so each row is added
  /// once and taken back once. Sums are exact meanwhile: what comes and goes leaves nothing behind.
  package func results(
    of aggregate: Aggregate, _ argument: Column?, over frames: [Range<Int>]
  ) throws(KernelsError) -> Column {
    let column = argument.map { gather($0, rows) }
    let isRow = column?.validity
    let sorted: Column
    switch (aggregate.function, column) {
    case (.minimum, let column?), (.and, let column?):
      sorted = gather(column, extremes(column, isDescending: false, frames))
    case (.maximum, let column?), (.or, let column?):
      sorted = gather(column, extremes(column, isDescending: true, frames))
    case (.sum, let column?), (.average, let column?):
      let counts = counts(isRow, frames)
      switch column.values {
      case .doubles(let values):
        let totals = totals(DoubleTotal(), values, isRow, frames)
        sorted = DoubleSumState.column(totals, counts, isAverage: aggregate.function == .average)
      case .integers(let values):
        let totals = totals(IntegerTotal(), values.map { Int128($0) }, isRow, frames)
        sorted = try integers(aggregate, totals, counts)
      case .wide(let values):
        sorted = try integers(aggregate, totals(IntegerTotal(), values, isRow, frames), counts)
      default: preconditionFailure("sums are of numbers")
      }
    default: sorted = Column(.bigint, .integers(counts(isRow, frames)))
    }
    var places = [UInt32](repeating: 0, count: rows.count)
    for place in rows.indices { places[Int(rows[place])] = UInt32(place) }
    return gather(sorted, places)
  }

  /// The number of rows of each frame that are not NULL.
  private func counts(_ isRow: Bitmap?, _ frames: [Range<Int>]) -> [Int64] {
    guard let isRow else { return frames.map { Int64($0.count) } }
    var before: [Int64] = [0]
    before.reserveCapacity(rows.count + 1)
    for place in rows.indices { before.append(before[place] + (isRow[place] ? 1 : 0)) }
    return frames.map { before[$0.upperBound] - before[$0.lowerBound] }
  }

  /// The first place in each frame with the least value, or the greatest; `UInt32.max` where all
  /// are NULL.
  private func extremes(
    _ column: Column, isDescending: Bool, _ frames: [Range<Int>]
  ) -> [UInt32] {
    let key = SortKey(column, SortDirection(isDescending: isDescending))
    let words = SortWords([key], rowCount: column.count).columns
    func isBefore(_ place: Int, _ other: Int) -> Bool {
      for word in words where word[place] != word[other] { return word[place] < word[other] }
      return false
    }
    // The places that can still become the first, each better than those behind it; the first
    // `gone` have left the frame.
    var candidates: [Int] = []
    var gone = 0
    var end = 0
    return frames.map { frame in
      while end < frame.upperBound {
        if !column.isNull(end) {
          while candidates.count > gone, isBefore(end, candidates[candidates.count - 1]) {
            candidates.removeLast()
          }
          candidates.append(end)
        }
        end += 1
      }
      while gone < candidates.count && candidates[gone] < frame.lowerBound { gone += 1 }
      return gone < candidates.count && !frame.isEmpty ? UInt32(candidates[gone]) : .max
    }
  }

  private func totals<State: FrameTotal>(
    _ empty: State, _ values: [State.Element], _ isRow: Bitmap?, _ frames: [Range<Int>]
  ) -> [State.Total] {
    var state = empty
    var held = 0..<0
    return frames.map { frame in
      for place in held.upperBound..<frame.upperBound where isRow?[place] ?? true {
        state.add(values[place])
      }
      for place in held.lowerBound..<frame.lowerBound where isRow?[place] ?? true {
        state.takeBack(values[place])
      }
      held = frame
      return state.total
    }
  }

  private func integers(
    _ aggregate: Aggregate, _ totals: [Int128?], _ counts: [Int64]
  ) throws(KernelsError) -> Column {
    var sums: [Int128] = []
    sums.reserveCapacity(totals.count)
    for total in totals {
      guard let total else { throw .overflow(of: "sum", in: "\(aggregate.type)") }
      sums.append(total)
    }
    return try IntegerSumState.column(sums, counts, of: aggregate)
  }
}

/// A sum from which values can be taken back.
private protocol FrameTotal {
  associatedtype Element
  associatedtype Total
  mutating func add(_ value: Element)
  /// Takes back a value that was added.
  mutating func takeBack(_ value: Element)
  var total: Total { get }
}

/// A sum of 128-bit integers in 192 bits; its total is nil where it does not fit 128.
private struct IntegerTotal: FrameTotal {
  private var low: UInt128 = 0
  private var high: Int64 = 0

  mutating func add(_ value: Int128) {
    let (sum, carry) = low.addingReportingOverflow(UInt128(truncatingIfNeeded: value))
    low = sum
    high += (value < 0 ? -1 : 0) + (carry ? 1 : 0)
  }

  mutating func takeBack(_ value: Int128) {
    let (rest, borrow) = low.subtractingReportingOverflow(UInt128(truncatingIfNeeded: value))
    low = rest
    high -= (value < 0 ? -1 : 0) + (borrow ? 1 : 0)
  }

  var total: Int128? {
    let value = Int128(truncatingIfNeeded: low)
    return high == (value < 0 ? -1 : 0) ? value : nil
  }
}

/// An exact sum of doubles, rounded once.
private struct DoubleTotal: FrameTotal {
  private var finite = ExactSums(groupCount: 1)
  private var infinities = (positive: 0, negative: 0)
  private var nanCount = 0

  mutating func add(_ value: Double) {
    if value.isFinite { finite.add(value, to: 0) } else { count(value, by: 1) }
  }

  mutating func takeBack(_ value: Double) {
    if value.isFinite { finite.add(-value, to: 0) } else { count(value, by: -1) }
  }

  private mutating func count(_ value: Double, by step: Int) {
    if value.isNaN {
      nanCount += step
    } else if value > 0 {
      infinities.positive += step
    } else {
      infinities.negative += step
    }
  }

  var total: Double {
    if nanCount > 0 || infinities.positive > 0 && infinities.negative > 0 { return .nan }
    if infinities.positive > 0 { return .infinity }
    return infinities.negative > 0 ? -.infinity : finite.rounded(0)
  }
}
