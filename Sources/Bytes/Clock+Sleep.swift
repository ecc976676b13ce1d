import Glibc

extension Clock {
  /// Lets other work go on for a while; less where a signal arrives.
  package static func sleep(milliseconds: Int) {
    var time = timespec(
      tv_sec: milliseconds / 1000, tv_nsec: milliseconds % 1000 * 1_000_000)
    // SAFETY: `time` is a whole `timespec` that is only read during the call.
    _ = unsafe nanosleep(&time, nil)
  }
}
