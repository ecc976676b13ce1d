import Glibc
import Synchronization

/// The signals a command meets.
package enum Signals {
  /// Set by the handler; an atomic of this size is lock-free, so a handler may store to it.
  private static let interrupted = Atomic<Bool>(false)

  /// Whether somebody pressed Ctrl-C or asked the process to end, since `catchInterrupts`.
  package static var isInterrupted: Bool { interrupted.load(ordering: .relaxed) }

  /// From now on a write to a pipe that nobody reads fails instead of ending the process.
  package static func ignoreBrokenPipes() {
    _ = signal(SIGPIPE, SIG_IGN)
  }

  /// From now on the first interrupt only sets `isInterrupted`; a second one ends the process.
  package static func catchInterrupts() {
    _ = interrupted.load(ordering: .relaxed)
    for number in [SIGINT, SIGTERM] {
      // The handler stores to a lock-free atomic that exists before it is installed, and calls
      // `signal`, which a handler may.
      _ = signal(number) { number in
        Signals.interrupted.store(true, ordering: .relaxed)
        _ = signal(number, SIG_DFL)
      }
    }
    // A parent may have blocked them in the thread that started this process.
    var set = sigset_t()
    // SAFETY: `set` is a whole signal set that only these calls write to.
    unsafe sigemptyset(&set)
    for number in [SIGINT, SIGTERM] { _ = unsafe sigaddset(&set, number) }
    _ = unsafe pthread_sigmask(SIG_UNBLOCK, &set, nil)
  }
}
