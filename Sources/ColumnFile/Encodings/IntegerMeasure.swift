import Bytes

/// The extremes of integers and of the steps between them, as a whole and a vector each.
struct IntegerMeasure {
  private(set) var whole: Extremes
  private(set) var vectors: [Extremes] = []
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
  }
}
