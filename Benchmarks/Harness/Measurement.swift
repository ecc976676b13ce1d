import Bytes

/// Measures the cases of one suite and prints a line for each.
final class Measurement {
  let suite: String
  let isSmoke: Bool
  let threads: Int
  private(set) var rows: [Record.Row] = []

  init(suite: String, options: BenchOptions) {
    self.suite = suite
    isSmoke = options.isSmoke
    threads = options.threads
  }

  /// The size of an input: the full one, or the tiny one of a smoke run.
  func scaled(_ full: Int, smoke: Int) -> Int { isSmoke ? smoke : full }

  /// Runs `body` until the median is steady, checks that it always gives `answer`, and prints the
  /// rates of `bytes` and `rows` that one call handles.
  ///
  /// One call warms up; then at least five calls and at least half a second, at most fifty.
  func measure<Answer: Equatable>(
    _ name: String, bytes: Int? = nil, rows: Int? = nil, expecting answer: Answer,
    _ body: () throws -> Answer
  ) throws {
    try check(name, body(), against: answer)
    var times: [Int64] = []
    Memory.resetPeak()
    while isSmoke ? times.isEmpty : times.count < 5 || isTooShort(times) {
      let start = Clock.monotonicNanoseconds()
      let given = try body()
      times.append(max(1, Clock.monotonicNanoseconds() - start))
      try check(name, given, against: answer)
    }
    times.sort()
    let row = Record.Row(
      suite: suite, name: name, threads: threads, repeats: times.count,
      nanoseconds: times[times.count / 2], fastest: times[0], bytes: bytes, rows: rows,
      peakMemory: Memory.peakSize)
    self.rows.append(row)
    Report.line(row.text)
  }

  private func isTooShort(_ times: [Int64]) -> Bool {
    times.count < 50 && times.reduce(0, +) < 500_000_000
  }

  private func check<Answer: Equatable>(
    _ name: String, _ given: Answer, against answer: Answer
  ) throws(WrongAnswer) {
    if given != answer {
      throw WrongAnswer(description: "\(suite)/\(name) gave \(given) where \(answer) is right")
    }
  }
}
