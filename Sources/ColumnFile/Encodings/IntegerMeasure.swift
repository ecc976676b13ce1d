/// The extremes of a run of integers and of the steps between them, as a whole and a vector each.
struct IntegerMeasure {
  struct Extremes {
    var minimum = Int64.max
    var maximum = Int64.min

    /// The distance of the extremes; it always fits unsigned.
    var range: UInt64 {
      minimum <= maximum ? UInt64(bitPattern: maximum &- minimum) : 0
    }

    mutating func include(_ other: Extremes) {
      minimum = min(minimum, other.minimum)
      maximum = max(maximum, other.maximum)
    }
  }

  private(set) var values = Extremes()
  /// Of `value[i] - value[i - 1]`, wrapping, from the second value on.
  private(set) var steps = Extremes()
  private(set) var valuesByVector: [Extremes] = []
  /// The runs of equal neighbours.
  private(set) var runCount = 0

  init(_ integers: Span<Int64>) {
    var start = 0
    while start < integers.count {
      let end = min(start + Format.vectorRows, integers.count)
      measure(integers, start, end)
      start = end
    }
  }

  private mutating func measure(_ integers: Span<Int64>, _ start: Int, _ end: Int) {
    var before = start > 0 ? integers[start - 1] : integers[start]
    var low = Int64.max
    var high = Int64.min
    var lowStep = Int64.max
    var highStep = Int64.min
    var changes = 0
    for index in start..<end {
      let value = integers[index]
      let step = value &- before
      low = min(low, value)
      high = max(high, value)
      // The step of the very first value is no step; it is set apart below.
      if index > 0 {
        lowStep = min(lowStep, step)
        highStep = max(highStep, step)
      }
      changes &+= step == 0 ? 0 : 1
      before = value
    }
    if start == 0 { changes += 1 }
    let extremes = Extremes(minimum: low, maximum: high)
    valuesByVector.append(extremes)
    values.include(extremes)
    steps.include(Extremes(minimum: lowStep, maximum: highStep))
    runCount += changes
  }
}
