import Bytes
import CCounting

/// Measures the cases of one suite and prints a line for each.
final class Measurement {
  let suite: String
  let isSmoke: Bool
  let threads: Int
  private let options: BenchOptions
  private(set) var rows: [Record.Row] = []

  init(suite: String, options: BenchOptions) {
    self.suite = suite
    self.options = options
    isSmoke = options.isSmoke
    threads = options.threads
  }

  /// The size of an input: the full one, or the tiny one of a smoke run.
  func scaled(_ full: Int, smoke: Int) -> Int { isSmoke ? smoke : full }

  /// Runs `body` until the median is steady, checks that it always gives `answer`, and prints the
  /// rates of `bytes` and `rows` that one call handles, and how often one asks for memory.
  ///
  /// One call warms up; then at least five calls and at least half a second, at most fifty. A case
  /// that `--filter` leaves out is not run.
  func measure<Answer: Equatable>(
    _ name: String, bytes: Int? = nil, rows: Int? = nil, expecting answer: Answer,
    _ body: () throws -> Answer
  ) throws {
    guard options.isWanted("\(suite)/\(name)") else { return }
    try check(name, body(), against: answer)
    var times: [Int64] = []
    Memory.resetPeak()
    let allocations = Int(groove_allocations())
    while isSmoke ? times.isEmpty : times.count < 5 || isTooShort(times) {
      let start = Clock.monotonicNanoseconds()
      let given = try body()
      times.append(max(1, Clock.monotonicNanoseconds() - start))
      try check(name, given, against: answer)
    }
    let asked = (Int(groove_allocations()) - allocations) / times.count
    times.sort()
    let row = Record.Row(
      suite: suite, name: name, threads: threads, repeats: times.count,
      nanoseconds: times[times.count / 2], fastest: times[0], slowest: times[times.count - 1],
      bytes: bytes, rows: rows, allocations: asked, peakMemory: Memory.peakSize)
    self.rows.append(row)
    if !options.isJSON { Report.line(row.text) }
  }

  private func isTooShort(_ times: [Int64]) -> Bool {
    times.count < 50 && times.reduce(0, +) < 500_000_000
  }

  /// Fails where an answer is not the right one.
  func check<Answer: Equatable>(
    _ name: String, _ given: Answer, against answer: Answer
  ) throws(WrongAnswer) {
    if given != answer {
      throw WrongAnswer(description: "\(suite)/\(name) gave \(given) where \(answer) is right")
    }
  }
}
