import CKernels
import Glibc
import Synchronization

/// A thread that waits for work, again and again.
///
/// Where a file is read, rounds of a millisecond follow one another, each of two parallel steps. A
/// new thread begins some 30 µs after it was asked for, and so does one that sleeps; one that waits
/// awake for a moment before it sleeps begins at once.
///
/// PERF: 200 MB of plays are read by two threads in 35 ms in place of 39, 145 MB of listens with
/// known keys in 25 in place of 29. To wait awake four times as long gains nothing (medians of
/// several runs of `bench`, Zen 5 VM, 2026-11-30).
///
/// Invariant: a helper is given work only by who took it out of `idle`, and goes back there only
/// when the work is done.
final class Helper: Sendable {
  private static let idle = Lock<[Helper]>([])
  private let task = Lock<(@Sendable () -> Void)?>(nil)
  private let given = Bell()
  private let done = Bell()

  /// As many helpers as there are idle ones and new threads, `count` at most.
  static func take(_ count: Int) -> [Helper] {
    var taken = idle.withLock { idle in
      let some = Array(idle.suffix(count))
      idle.removeLast(some.count)
      return some
    }
    while taken.count < count {
      let helper = Helper()
      guard Parallel.detach({ helper.serve() }) else { break }
      taken.append(helper)
    }
    return taken
  }

  func begin(_ body: @escaping @Sendable () -> Void) {
    task.withLock { $0 = body }
    given.ring()
  }

  /// Waits for the end of the work.
  func finish() {
    done.wait()
    Self.idle.withLock { $0.append(self) }
  }

  private func serve() {
    while true {
      given.wait()
      work()
      done.ring()
    }
  }

  /// Lets go of the work before its end is told: what it held is then the caller's alone again, who
  /// may change it where it is.
  ///
  /// PERF: a window of CSV was copied now and then before it could be moved on. A run over 50 M
  /// plays touches 148,000 new pages in place of 160,000 (Sapphire Rapids VM, 2026-12-01).
  @inline(never)
  private func work() {
    let body = task.withLock { $0.take() }
    body?()
  }
}

/// A signal from one thread to another that waits for it.
///
/// Invariant: between two rings there is a wait.
private final class Bell: Sendable {
  private static let silent = 0, rung = 1, asleep = 2
  private let state = Atomic<Int>(Bell.silent)
  private let sleeper = Semaphore()
  /// How often the waiting looks before it sleeps: some 20 µs.
  private static let looks = 1000

  func ring() {
    let before = state.exchange(Self.rung, ordering: .acquiringAndReleasing)
    if before == Self.asleep { sleeper.post() }
  }

  func wait() {
    for _ in 0..<Self.looks {
      if state.load(ordering: .acquiring) == Self.rung {
        state.store(Self.silent, ordering: .releasing)
        return
      }
      groove_pause()
    }
    let (isAsleep, _) = state.compareExchange(
      expected: Self.silent, desired: Self.asleep, ordering: .acquiringAndReleasing)
    if isAsleep { sleeper.wait() }
    state.store(Self.silent, ordering: .releasing)
  }
}

/// A semaphore of the system.
///
/// Invariant: it is initialized until `deinit`, and stays where it is.
// SAFETY: semaphores are made to be used by several threads.
@safe private final class Semaphore: @unchecked Sendable {
  private let semaphore: UnsafeMutablePointer<sem_t>

  init() {
    // SAFETY: the place is freshly allocated and initialized once.
    unsafe semaphore = .allocate(capacity: 1)
    let status = unsafe sem_init(semaphore, 0, 0)
    precondition(status == 0, "a semaphore of one process takes nothing that could be missing")
  }

  deinit {
    // SAFETY: nobody else knows the semaphore any more.
    _ = unsafe sem_destroy(semaphore)
    unsafe semaphore.deallocate()
  }

  func post() {
    // SAFETY: it is initialized until `deinit`.
    _ = unsafe sem_post(semaphore)
  }

  func wait() {
    // SAFETY: as above. A signal may end the wait too early.
    while unsafe sem_wait(semaphore) != 0 {}
  }
}
