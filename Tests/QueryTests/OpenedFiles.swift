import Bytes

/// Counts how often something was done, by any thread.
final class OpenedFiles: Sendable {
  private let opened = Lock(0)

  var count: Int { opened.withLock { $0 } }

  func add() { opened.withLock { $0 += 1 } }
}
