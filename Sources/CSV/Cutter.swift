import Bytes

// Cutting a window into pieces that begin with a record, before anything is parsed.
//
// Quotes have a parity: a place is within quotes when an odd number of them stands before it. The
// quotes of equal parts are counted in parallel, mostly by who has read them, and the sums of the
// counts give the parity at every cut; from there on the first record end outside quotes is where a
// piece begins. As long as no quote breaks the rule this is exact. Whoever parses a piece says
// where it really ended, and a piece that does not begin there is cut again.

/// Cuts for `ReadPlan`.
struct Cutter {
  let plan: ReadPlan
  /// About how long a piece is to be at least, where there are threads for several.
  let chunkBytes: Int

  /// Pieces of the window from `start` on, each from its first record to the next piece.
  func pieces(_ window: Window, from start: Int) -> [Range<Int>] {
    let count = window.count - start
    let wanted = (count + chunkBytes - 1) / chunkBytes
    let parts = min(plan.options.threads, wanted)
    guard parts > 1, plan.tokenizer != nil else { return [start..<window.count] }
    let size = (count + parts - 1) / parts
    let bounds = (0...parts).map { min(start + $0 * size, window.count) }
    let counts = Parallel.map(count: parts - 1, threads: plan.options.threads) { part in
      quotes(window, bounds[part]..<bounds[part + 1])
    }
    var starts = [start]
    var sum = 0
    for part in 1..<parts {
      sum += counts[part - 1]
      if let next = plan.recordStart(window.text, from: bounds[part], sum % 2 == 1),
        next > starts[starts.count - 1], next < window.count
      {
        starts.append(next)
      }
    }
    starts.append(window.count)
    return (0..<starts.count - 1).map { starts[$0]..<starts[$0 + 1] }
  }

  private func quotes(_ window: Window, _ range: Range<Int>) -> Int {
    var sum = 0
    var place = range.lowerBound
    for part in window.counted
    where part.range.lowerBound >= place && part.range.upperBound <= range.upperBound {
      sum += plan.quotes(window.text, place..<part.range.lowerBound) + part.quotes
      place = part.range.upperBound
    }
    return sum + plan.quotes(window.text, place..<range.upperBound)
  }
}
