import CKernels

/// The extremes of integers and of the steps between neighbours, which decide how they are stored.
package struct Extremes: Sendable, Hashable {
  package var least: Int64
  package var greatest: Int64
  /// Of `value[i] - value[i - 1]`, wrapping around.
  package var leastStep: Int64
  package var greatestStep: Int64
  /// The steps that are not zero.
  package var changes: Int

  /// The distance of the extremes, which always fits unsigned.
  package var range: UInt64 { UInt64(bitPattern: greatest &- least) }

  package var stepRange: UInt64 { UInt64(bitPattern: greatestStep &- leastStep) }

  /// Of at least one value; the first step is the one from `before`.
  package init(_ values: Span<Int64>, before: Int64, level: CPU.Level = CPU.level) {
    precondition(values.count > 0, "no values have no extremes")
    if level == .swift {
      self = Self.plainly(values, before)
      return
    }
    // SAFETY: the kernels read just the span's own values, of which there is one at least.
    let found = unsafe values.withUnsafeBufferPointer { input in
      unsafe groove_measure64(input.baseAddress, input.count, before, Int32(level.rawValue))
    }
    least = found.least
    greatest = found.greatest
    leastStep = found.least_step
    greatestStep = found.greatest_step
    changes = Int(found.changes)
  }

  private init(first: Int64, step: Int64) {
    (least, greatest, leastStep, greatestStep, changes) = (first, first, step, step, 0)
  }

  /// The twin of the kernels.
  private static func plainly(_ values: Span<Int64>, _ before: Int64) -> Extremes {
    var extremes = Extremes(first: values[0], step: values[0] &- before)
    var last = before
    for index in values.indices {
      let value = values[index]
      let step = value &- last
      extremes.least = min(extremes.least, value)
      extremes.greatest = max(extremes.greatest, value)
      extremes.leastStep = min(extremes.leastStep, step)
      extremes.greatestStep = max(extremes.greatestStep, step)
      extremes.changes &+= step == 0 ? 0 : 1
      last = value
    }
    return extremes
  }

  /// Of these values and others behind them.
  package mutating func include(_ other: Extremes) {
    least = min(least, other.least)
    greatest = max(greatest, other.greatest)
    leastStep = min(leastStep, other.leastStep)
    greatestStep = max(greatestStep, other.greatestStep)
    changes += other.changes
  }
}

/// The greatest of some values; nil of none.
///
/// PERF: codes that are read are held to the size of their dictionary. Users of plays are read at
/// 6.0 Grows/s, and were at 3.7 by a loop in Swift (medians of `bench`, Zen 5 VM, 2026-11-30).
package func greatest(_ values: Span<UInt32>, level: CPU.Level = CPU.level) -> UInt32? {
  if values.isEmpty { return nil }
  if level == .swift {
    var greatest: UInt32 = 0
    for index in values.indices { greatest = max(greatest, values[index]) }
    return greatest
  }
  // SAFETY: the kernels read just the span's own values.
  return unsafe values.withUnsafeBufferPointer { input in
    unsafe groove_greatest32(input.baseAddress, input.count, Int32(level.rawValue))
  }
}

/// The least step from one value to the next, wrapping around; the highest number where there are
/// no two.
///
/// PERF: of all marks of CSV at once, where a field may be empty: plays are read at 3.7 GB/s, and
/// were at 3.4 by a loop in Swift (medians of `bench`, one thread, Zen 5 VM, 2026-11-30).
package func leastStep(_ values: Span<UInt32>, level: CPU.Level = CPU.level) -> UInt32 {
  if level == .swift {
    var least = UInt32.max
    for index in values.indices.dropFirst() {
      least = min(least, values[index] &- values[index &- 1])
    }
    return least
  }
  // SAFETY: the kernels read just the span's own values.
  return unsafe values.withUnsafeBufferPointer { input in
    unsafe groove_least_step32(input.baseAddress, input.count, Int32(level.rawValue))
  }
}

/// Whether all values are within a range, which is shorter than 2^62.
package func areWithin(
  _ range: ClosedRange<Int64>, _ values: Span<Int64>, level: CPU.Level = CPU.level
) -> Bool {
  let (low, high) = (range.lowerBound, range.upperBound)
  precondition(UInt64(bitPattern: high &- low) < 1 << 62, "a difference must not wrap into it")
  if level == .swift {
    // A value outside is below zero seen from one end, also where the difference wraps around.
    var outside: Int64 = 0
    for index in values.indices { outside |= (values[index] &- low) | (high &- values[index]) }
    return outside >= 0
  }
  // SAFETY: the kernels read just the span's own values.
  return unsafe values.withUnsafeBufferPointer { input in
    unsafe groove_are_within64(
      input.baseAddress, input.count, low, high, Int32(level.rawValue)) != 0
  }
}
