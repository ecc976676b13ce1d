import Bytes

/// What the threads of a run spend their time on while it reads. Stages overlap, and several
/// threads may be in one, so the seconds are those of threads and their sum may exceed the run's.
package final class StageTimes: Sendable {
  package enum Stage: String, Sendable, CaseIterable {
    /// Reading and parsing CSV.
    case read
    /// Checks, dates, rows by date.
    case judge
    /// Keys against what is there and what comes; references.
    case compare
    /// Rows to the bytes of segments.
    case press
    /// Bytes to the store.
    case store
  }

  private let nanoseconds = Lock<[Stage: Int64]>([:])

  package init() {}

  /// Runs `body` and adds its time to a stage.
  func time<Result, Failure: Error>(
    _ stage: Stage, _ body: () throws(Failure) -> Result
  ) throws(Failure) -> Result {
    let start = Clock.monotonicNanoseconds()
    defer {
      let spent = Clock.monotonicNanoseconds() - start
      nanoseconds.withLock { $0[stage, default: 0] += spent }
    }
    return try body()
  }

  /// The seconds of all stages, in the order of a run.
  package var seconds: [(stage: Stage, seconds: Double)] {
    let all = nanoseconds.withLock { $0 }
    return Stage.allCases.map { ($0, Double(all[$0] ?? 0) / 1e9) }
  }
}
