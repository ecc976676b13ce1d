import Glibc

/// What the process is and how it ends.
package enum Process {
  /// Ends the process at once with `status`.
  package static func exit(_ status: Int32) -> Never { Glibc.exit(status) }

  /// The path of the program that runs; nil where the system does not tell.
  package static var executablePath: String? {
    let room = 4096
    var size = -1
    // SAFETY: the buffer has room for `room` bytes, `readlink` writes at most that many and says
    // how many, which is what `count` is set to.
    let bytes = unsafe [UInt8](unsafeUninitializedCapacity: room) { buffer, count in
      size = unsafe buffer.withMemoryRebound(to: CChar.self) { name in
        guard let start = name.baseAddress else { return -1 }
        return unsafe readlink("/proc/self/exe", start, room)
      }
      count = max(0, size)
    }
    return size > 0 && size < room ? String(decoding: bytes, as: UTF8.self) : nil
  }
}
