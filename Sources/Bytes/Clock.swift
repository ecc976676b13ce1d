import Glibc

/// The door to the system's clocks and to what tells this process apart from others.
package enum Clock {
  /// The time of day: microseconds since 1970-01-01T00:00:00Z.
  package static func now() -> Int64 {
    let time = read(CLOCK_REALTIME)
    return Int64(time.tv_sec) * 1_000_000 + Int64(time.tv_nsec) / 1000
  }

  /// Nanoseconds since some moment in the past; it never goes back.
  package static func monotonicNanoseconds() -> Int64 {
    let time = read(CLOCK_MONOTONIC)
    return Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec)
  }

  /// A number that no other running process of this machine has.
  package static var processNumber: Int { Int(getpid()) }

  private static func read(_ clock: clockid_t) -> timespec {
    var time = timespec()
    // SAFETY: `time` is a whole `timespec` and is only written during the call.
    let status = unsafe clock_gettime(clock, &time)
    precondition(status == 0, "the clock of the system can be read")
    return time
  }
}
