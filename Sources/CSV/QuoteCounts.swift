import Bytes

/// Whether the parts of an input begin within quotes, which they do where an odd number of quotes
/// stands before them.
///
/// The quotes of a part are counted once, mostly by who reads it, while the bytes are in its cache;
/// who asks for the count of a part that another thread reads waits until it is known.
final class QuoteCounts: Sendable {
  private let plan: ReadPlan
  private let source: any ByteSource
  private let parts: [Part]

  private final class Part: Sendable {
    let range: Range<Int>
    let known = Lock(Known())

    init(_ range: Range<Int>) { self.range = range }
  }

  private struct Known: Sendable {
    var isOdd: Bool?
    /// Whether the part behind it begins within quotes.
    var endsInside: Bool?
  }

  /// The parts stand behind one another, and the first begins outside quotes.
  init(_ plan: ReadPlan, _ source: any ByteSource, _ parts: [Range<Int>]) {
    self.plan = plan
    self.source = source
    self.parts = parts.map(Part.init)
  }

  /// Reads a part, and some bytes behind it, into a window.
  func read(_ part: Int, to end: Int, into window: inout Window) throws(CSVError) {
    let range = parts[part].range
    try parts[part].known.withLock { (known) throws(CSVError) in
      let place = range.lowerBound..<end
      known.isOdd = try window.read(source, place, counting: range.count, plan) % 2 == 1
    }
  }

  /// Whether a part begins within quotes.
  func isInside(_ part: Int) throws(CSVError) -> Bool {
    if part == 0 { return false }
    var isInside = false
    for earlier in (0..<part).reversed() {
      let known = try known(earlier)
      isInside = isInside != (known.endsInside ?? known.isOdd)
      if known.endsInside != nil { break }
    }
    let result = isInside
    parts[part - 1].known.withLock { $0.endsInside = result }
    return result
  }

  private func known(_ part: Int) throws(CSVError) -> (isOdd: Bool, endsInside: Bool?) {
    let range = parts[part].range
    return try parts[part].known.withLock { (known) throws(CSVError) in
      if let isOdd = known.isOdd { return (isOdd, known.endsInside) }
      var window = Window()
      let isOdd = try window.read(source, range, counting: range.count, plan) % 2 == 1
      known.isOdd = isOdd
      return (isOdd, nil)
    }
  }
}
