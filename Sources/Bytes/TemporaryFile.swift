import Glibc

/// A file without a name, for what does not fit memory: it is gone when it is closed, however the
/// process ends.
///
/// Invariant: `descriptor` is open until `deinit`; everything before `end` has been written.
package final class TemporaryFile: Sendable {
  private let descriptor: Int32
  private let folder: String
  private let end = Lock<Int>(0)

  /// Makes one in `folder`; `isNamedFirst` as on file systems where there is no other way.
  package init(in folder: String, isNamedFirst: Bool = false) throws(SystemError) {
    self.folder = folder
    if !isNamedFirst {
      // A file that never has a name cannot be left behind by whoever kills the process.
      let flags = Self.nameless | O_EXCL | O_RDWR | O_CLOEXEC
      // SAFETY: the path is a NUL-terminated copy that lives through the call.
      let descriptor = unsafe open(folder, flags, 0o600)
      if descriptor >= 0 {
        self.descriptor = descriptor
        return
      }
    }
    descriptor = try Self.unlinked(in: folder)
  }

  /// Linux's `O_TMPFILE`, which is a macro that Swift does not see.
  private static let nameless = 0o20_000_000 | O_DIRECTORY

  /// A file whose name is taken away at once.
  private static func unlinked(in folder: String) throws(SystemError) -> Int32 {
    let unique = String(repeating: "X", count: 6)
    var path = Array("\(folder)/groove-\(unique)".utf8CString)
    // SAFETY: `path` is a NUL-terminated buffer that `mkstemp` changes in place, within its
    // length.
    let descriptor = unsafe mkstemp(&path)
    guard descriptor >= 0 else {
      throw SystemError("cannot make a temporary file in", folder, code: errno)
    }
    _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
    // SAFETY: `path` is still NUL-terminated, and is only read.
    guard unsafe unlink(path) == 0 else {
      let code = errno
      _ = close(descriptor)
      throw SystemError("cannot delete a temporary file in", folder, code: code)
    }
    return descriptor
  }

  deinit { _ = close(descriptor) }

  /// How much has been written.
  package var size: Int { end.withLock { $0 } }

  /// Writes all of `bytes` behind what was written before, and says where they begin.
  package func append(_ bytes: [UInt8]) throws(SystemError) -> Int {
    let start = end.withLock { end in
      defer { end += bytes.count }
      return end
    }
    var failure: Int32 = 0
    // SAFETY: the buffer is the array's own memory and is only read during the closure.
    unsafe bytes.withUnsafeBytes { buffer in
      var done = 0
      while done < buffer.count {
        let put = unsafe pwrite(
          descriptor, buffer.baseAddress?.advanced(by: done), buffer.count - done,
          off_t(start + done))
        if put >= 0 {
          done += put
        } else if errno != EINTR {
          failure = errno
          return
        }
      }
    }
    guard failure == 0 else {
      throw SystemError("cannot write a temporary file in", folder, code: failure)
    }
    return start
  }

  /// The bytes of a range that was written.
  package func read(_ range: Range<Int>) throws(SystemError) -> [UInt8] {
    precondition(range.upperBound <= size, "only what was written is read")
    var failure: Int32 = 0
    // SAFETY: the buffer has room for the range; `pread` writes at most what is left of it, and
    // `filled` counts just the bytes it wrote.
    let bytes = unsafe [UInt8](unsafeUninitializedCapacity: range.count) { buffer, filled in
      while filled < range.count {
        let got = unsafe pread(
          descriptor, buffer.baseAddress?.advanced(by: filled), range.count - filled,
          off_t(range.lowerBound + filled))
        if got > 0 {
          filled += got
        } else if got == 0 {
          failure = EIO
          return
        } else if errno != EINTR {
          failure = errno
          return
        }
      }
    }
    guard failure == 0 else {
      throw SystemError("cannot read a temporary file in", folder, code: failure)
    }
    return bytes
  }
}

/// Arrays of numbers as the bytes they have in this process, for files that no other will read.
package enum RawNumbers {
  package static func append<T: BitwiseCopyable>(_ values: [T], to bytes: inout [UInt8]) {
    // SAFETY: the memory of the array is initialized and is only read as bytes.
    unsafe values.withUnsafeBytes { unsafe bytes.append(contentsOf: $0) }
  }

  /// `count` numbers from `place` on, where `append` put them; `place` moves behind them.
  package static func take<T: BitwiseCopyable>(
    _ type: T.Type, _ count: Int, from bytes: [UInt8], at place: inout Int
  ) -> [T] {
    let size = count * MemoryLayout<T>.stride
    precondition(place >= 0 && place + size <= bytes.count, "the numbers lie inside the bytes")
    // Making an empty array by its memory writes the length of the one that all threads share.
    if count == 0 { return [] }
    let start = place
    place += size
    // SAFETY: the source range is inside the array, and the bytes are those of numbers of the same
    // type in this process.
    return unsafe [T](unsafeUninitializedCapacity: count) { output, filled in
      unsafe bytes[start..<start + size].withUnsafeBytes { input in
        unsafe UnsafeMutableRawBufferPointer(output).copyMemory(from: input)
      }
      filled = count
    }
  }
}
