import CKernels
import Glibc

/// An open file.
///
/// Invariant: `descriptor` is open until `deinit` and is closed by nothing else.
package struct File: ~Copyable, Sendable {
  private let descriptor: Int32
  package let path: String

  package enum Mode { case reading, creating, appending }

  package init(_ path: String, _ mode: Mode = .reading) throws(SystemError) {
    let flags =
      switch mode {
      case .reading: O_RDONLY | O_CLOEXEC
      case .creating: O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC
      case .appending: O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC
      }
    // SAFETY: Swift passes `path` as a NUL-terminated copy that outlives the call.
    let descriptor = unsafe open(path, flags, 0o644)
    guard descriptor >= 0 else { throw SystemError("cannot open", path, code: errno) }
    self.descriptor = descriptor
    self.path = path
  }

  deinit { _ = close(descriptor) }

  package func size() throws(SystemError) -> Int {
    var status = stat()
    // SAFETY: `status` is a whole `stat` and is only written during the call.
    guard unsafe fstat(descriptor, &status) == 0 else {
      throw SystemError("cannot measure", path, code: errno)
    }
    return Int(status.st_size)
  }

  /// Reads up to `count` bytes from `offset` on; fewer only at the end of the file.
  package func read(at offset: Int, count: Int) throws(SystemError) -> [UInt8] {
    precondition(count >= 0, "a file is read from a place in it")
    // Making an empty array by its memory writes the length of the one that all threads share.
    if count == 0 { return [] }
    var failure: Int32 = 0
    // SAFETY: `fill` writes within the buffer and says how many bytes from its start on it wrote.
    let bytes = unsafe [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
      (filled, failure) = unsafe fill(buffer, from: offset)
    }
    guard failure == 0 else { throw SystemError("cannot read", path, code: failure) }
    return bytes
  }

  /// Reads from `offset` on until the memory is full or the file ends; returns how many bytes.
  package func read(
    at offset: Int, into target: inout MutableSpan<UInt8>
  ) throws(SystemError) -> Int {
    // SAFETY: the buffer is the span's own memory, and `fill` writes within it.
    let (filled, failure) = unsafe target.withUnsafeMutableBufferPointer {
      unsafe fill($0, from: offset)
    }
    guard failure == 0 else { throw SystemError("cannot read", path, code: failure) }
    return filled
  }

  // SAFETY: writes nothing outside the buffer: `pread` is given what is left of it.
  private func fill(
    _ buffer: UnsafeMutableBufferPointer<UInt8>, from offset: Int
  ) -> (filled: Int, failure: Int32) {
    precondition(offset >= 0, "a file is read from a place in it")
    var filled = 0
    while filled < buffer.count {
      let got = unsafe pread(
        descriptor, buffer.baseAddress?.advanced(by: filled), buffer.count - filled,
        off_t(offset + filled))
      if got > 0 {
        filled += got
      } else if got == 0 {
        break
      } else if errno != EINTR {
        return (filled, errno)
      }
    }
    return (filled, 0)
  }

  /// Writes all of `bytes` behind what was written before.
  package func write(_ bytes: Span<UInt8>) throws(SystemError) {
    var failure: Int32 = 0
    // SAFETY: the buffer is the span's own memory and is only read during the closure.
    unsafe bytes.withUnsafeBufferPointer { buffer in
      var done = 0
      while done < buffer.count {
        let put = unsafe Glibc.write(
          descriptor, buffer.baseAddress?.advanced(by: done), buffer.count - done)
        if put >= 0 {
          done += put
        } else if errno != EINTR {
          failure = errno
          return
        }
      }
    }
    guard failure == 0 else { throw SystemError("cannot write", path, code: failure) }
  }

  /// Whether another open file of any process may write to this one, which is open for reading.
  /// The system tells by refusing a read lease; where it grants none to anybody (another owner's
  /// file, some network file systems) the answer is no.
  package var isOpenForWriting: Bool {
    // These calls are Linux's own, and Glibc's headers show them to C programs that ask only.
    let setLease: Int32 = 1024
    let setSignal: Int32 = 10
    // Whoever opens the file while the lease stands makes the system send a signal: one that
    // nobody heeds, where the usual one would end the process.
    guard fcntl(descriptor, setSignal, SIGURG) == 0 else { return false }
    if fcntl(descriptor, setLease, F_RDLCK) == 0 {
      _ = fcntl(descriptor, setLease, F_UNLCK)
      return false
    }
    return errno == EAGAIN
  }

  /// Asks the system to begin with what `synchronize` waits for. It is a hint: where the system
  /// cannot take it, the whole wait is at the end.
  package func beginSynchronizing() {
    groove_begin_write_back(descriptor)
  }

  /// Returns when what was written would survive a loss of power.
  package func synchronize() throws(SystemError) {
    guard fsync(descriptor) == 0 else { throw SystemError("cannot write", path, code: errno) }
  }

  /// The bytes of the file at `path`.
  package static func contents(of path: String) throws(SystemError) -> [UInt8] {
    let file = try File(path)
    return try file.read(at: 0, count: try file.size())
  }
}
