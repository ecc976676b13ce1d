import Bytes

/// The extremes of integers and of the steps between them, as a whole and a vector each, and what
/// all of them are multiples of.
struct IntegerMeasure: Sendable {
  private(set) var whole: Extremes
  private(set) var vectors: [Extremes] = []
  /// The greatest number that divides the distance of every value from the least: 1,000,000 for
  /// timestamps of whole seconds.
  private(set) var scale: UInt64 = 1
  /// The runs of equal neighbours.
  var runCount: Int { whole.changes + 1 }

  /// Of at least two integers.
  init(_ integers: Span<Int64>) {
    // The first value has no step; it takes that of the second, which changes no extreme.
    let before = integers[0] &- (integers[1] &- integers[0])
    let end = min(Format.vectorRows, integers.count)
    whole = Extremes(integers.extracting(0..<end), before: before)
    if integers[0] != integers[1] { whole.changes -= 1 }
    vectors.append(whole)
    var start = end
    while start < integers.count {
      let end = min(start + Format.vectorRows, integers.count)
      let vector = Extremes(integers.extracting(start..<end), before: integers[start - 1])
      vectors.append(vector)
      whole.include(vector)
      start = end
    }
    scale = Self.commonScale(integers, whole)
  }
}

extension IntegerMeasure {
  private static func commonScale(
    _ values: Span<Int64>, _ extremes: Extremes
  ) -> UInt64 {
    if extremes.range < 256 { return 1 }
    var scale = extremes.range
    let samples = min(values.count, 64)
    for sample in 0..<samples {
      let place = sample * values.count / samples
      scale = greatestDivisor(scale, UInt64(bitPattern: values[place] &- extremes.least))
      if scale == 1 { return 1 }
    }
    return divides(scale, values, extremes.least) ? scale : everyDivisor(values, extremes)
  }

  /// Whether the distances are all divisible, by a multiplication instead of a division each: a
  /// multiple of an odd number times its inverse is the quotient, anything else is too large.
  private static func divides(_ scale: UInt64, _ values: Span<Int64>, _ base: Int64) -> Bool {
    let shift = UInt64(scale.trailingZeroBitCount)
    let odd = scale >> shift
    let inverse = BitPacking.inverse(of: odd)
    let limit = UInt64.max / odd
    let lowBits: UInt64 = 1 << shift - 1
    var wrong = 0
    for index in values.indices {
      let distance = UInt64(bitPattern: values[index] &- base)
      let quotient = (distance >> shift) &* inverse
      wrong &+= quotient > limit || distance & lowBits != 0 ? 1 : 0
    }
    return wrong == 0
  }

  /// The slow way, for data whose sample misled.
  private static func everyDivisor(
    _ values: Span<Int64>, _ extremes: Extremes
  ) -> UInt64 {
    var scale = extremes.range
    for index in values.indices {
      scale = greatestDivisor(scale, UInt64(bitPattern: values[index] &- extremes.least))
      if scale == 1 { return 1 }
    }
    return scale
  }

  private static func greatestDivisor(_ left: UInt64, _ right: UInt64) -> UInt64 {
    var (left, right) = (left, right)
    while right != 0 { (left, right) = (right, left % right) }
    return left
  }
}
