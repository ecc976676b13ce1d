import Synchronization

/// Counts how often something was done, by any thread.
final class OpenedFiles: Sendable {
  private let opened = Mutex(0)

  var count: Int { opened.withLock { $0 } }

  func add() { opened.withLock { $0 += 1 } }
}
