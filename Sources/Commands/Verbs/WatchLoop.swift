import Bytes

/// The same work again and again: every interval, and as soon as files arrive in a folder.
///
/// A failure does not end it: the work is tried again after a second, then two, four and so on. An
/// interrupt ends it between two steps of the work, with everything committed that was done.
struct WatchLoop {
  let intervalSeconds: Int
  /// The folder in which files arrive; nil where the lake is in a place that cannot be watched.
  let folder: String?
  let console: Console

  /// The longest pause after failures, where the interval is shorter.
  private static let longestPause = 600
  /// How long nothing must arrive before the work begins, and how often that is waited for.
  private static let quietMilliseconds = 250
  private static let quietTries = 40

  func run(_ work: () throws -> Void) throws -> ExitStatus {
    var failures = 0
    while !Signals.isInterrupted {
      // What arrives from here on, while the work goes on, too, begins the next round at once.
      let watch = FolderWatch(folder ?? "")
      do {
        try work()
        failures = 0
      } catch {
        if Signals.isInterrupted { break }
        // A mistake in the words or the pack does not go away by waiting.
        if Program.isAboutTheWords(error) { throw error }
        failures += 1
        try console.complain("groove: \(error)")
      }
      try console.flush()
      if failures > 0 {
        try pause(after: failures)
      } else {
        wait(watch)
      }
    }
    return .done
  }

  /// Seconds before the next try.
  static func pauseSeconds(after failures: Int, interval: Int) -> Int {
    min(1 << min(failures - 1, 20), max(interval, longestPause))
  }

  private func pause(after failures: Int) throws {
    let seconds = Self.pauseSeconds(after: failures, interval: intervalSeconds)
    let times = failures == 1 ? "once" : "\(failures) times in a row"
    try console.complain("failed \(times), next try in \(seconds) s")
    for _ in 0..<seconds * 10 where !Signals.isInterrupted { Clock.sleep(milliseconds: 100) }
  }

  private func wait(_ watch: borrowing FolderWatch) {
    let end = Clock.monotonicNanoseconds() + Int64(intervalSeconds) * 1_000_000_000
    while !Signals.isInterrupted {
      let left = (end - Clock.monotonicNanoseconds()) / 1_000_000
      if left <= 0 { return }
      guard watch.wait(milliseconds: Int(min(left, 500))) else { continue }
      // Files that come together are taken together.
      var tries = 0
      while tries < Self.quietTries, watch.wait(milliseconds: Self.quietMilliseconds) {
        tries += 1
      }
      return
    }
  }
}
