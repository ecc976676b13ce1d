import Bytes
import Pipeline
import Synchronization

/// Work that a progress line shows while it goes on.
enum Watched {
  private static let pauseMilliseconds = 100

  /// Does `work` on this thread and shows its progress from another, where somebody watches.
  static func run<Result: Sendable>(
    _ progress: Progress, on console: Console,
    _ work: @escaping @Sendable () throws(PipelineError) -> Result
  ) throws -> Result {
    guard let width = console.errorWidth, !console.isQuiet else { return try work() }
    let isDone = Mark()
    let start = Clock.monotonicNanoseconds()
    let results = try Parallel.map(count: 2, threads: 2) {
      (index) throws(PipelineError) -> Result? in
      if index == 0 {
        defer { isDone.set() }
        return try work()
      }
      while !isDone.isSet {
        show(progress.current, since: start, width: width)
        Clock.sleep(milliseconds: pauseMilliseconds)
      }
      put("\r\u{1B}[K")
      return nil
    }
    guard let result = results[0] else { preconditionFailure("the work gave a result") }
    return result
  }

  private static func show(_ state: Progress.State, since start: Int64, width: Int) {
    if state.step.isEmpty { return }
    let total = state.bytesTotal > 0 ? state.bytesTotal : nil
    let text = ProgressLine.text(
      "\(state.step) \(state.subject)", state.bytesDone, of: total, "B",
      nanoseconds: Clock.monotonicNanoseconds() - start)
    put("\r\(TextWidth.cut(text, to: max(1, width - 1)))\u{1B}[K")
  }

  private static func put(_ text: String) {
    // A progress line that cannot be shown is no reason to stop the work.
    do { try StandardStream.error.write(Array(text.utf8).span) } catch {}
  }

  /// A fact that one thread tells another.
  private final class Mark: Sendable {
    private let value = Atomic<Bool>(false)

    var isSet: Bool { value.load(ordering: .acquiring) }

    func set() { value.store(true, ordering: .releasing) }
  }
}
