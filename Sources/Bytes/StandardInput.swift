import Glibc

/// The standard input of the process: its only door.
package enum StandardInput {
  /// All that is left of it.
  package static func readAll() throws(SystemError) -> [UInt8] {
    var bytes: [UInt8] = []
    let piece = 1 << 16
    while true {
      var failure: Int32 = 0
      // SAFETY: the buffer has room for `piece` bytes, of which `read` writes the first ones and
      // `count` says how many.
      let more = unsafe [UInt8](unsafeUninitializedCapacity: piece) { buffer, count in
        var got = -1
        repeat { got = unsafe read(0, buffer.baseAddress, piece) } while got < 0 && errno == EINTR
        if got < 0 { failure = errno }
        count = max(0, got)
      }
      guard failure == 0 else {
        throw SystemError("cannot read", "standard input", code: failure)
      }
      if more.isEmpty { return bytes }
      bytes += more
    }
  }
}
