extension Array where Element == UInt8 {
  /// Appends the bytes of a span in one copy.
  package mutating func append(copying bytes: Span<UInt8>) {
    // SAFETY: the buffer is the span's own memory and is only read during the closure.
    unsafe bytes.withUnsafeBufferPointer { unsafe append(contentsOf: $0) }
  }
}

extension MutableSpan where Element == UInt8 {
  /// Overwrites the first bytes with those of a span, which has no more than there are.
  package mutating func copy(_ source: Span<UInt8>) {
    precondition(source.count <= count, "a copy fits its target")
    // SAFETY: both buffers have at least the source's count of initialized bytes. A mutable span
    // has its memory to itself, so they do not overlap.
    unsafe source.withUnsafeBufferPointer { from in
      unsafe withUnsafeMutableBufferPointer { to in
        guard let start = from.baseAddress, from.count > 0 else { return }
        unsafe to.baseAddress?.update(from: start, count: from.count)
      }
    }
  }
}

extension Array where Element == UInt8 {
  /// Lets `body` write to parts of the array in parallel; it gets the index of the part and its
  /// bytes. The parts rise and do not overlap. This thread does its own work first.
  package mutating func fill<Result: Sendable, Failure: Error>(
    _ parts: [Range<Int>], threads: Int, after own: () -> Void,
    _ body: @escaping @Sendable (Int, inout MutableSpan<UInt8>) throws(Failure) -> Result
  ) throws(Failure) -> [Result] {
    var end = 0
    for part in parts {
      precondition(part.lowerBound >= end && part.upperBound <= count, "parts stand side by side")
      end = part.upperBound
    }
    // SAFETY: the buffer lives until all threads have ended, since `map` waits for them. Each index
    // is handed out once, and the parts do not overlap, so no two threads write to one byte.
    return try unsafe withUnsafeMutableBufferPointer { (buffer) throws(Failure) -> [Result] in
      let memory = unsafe SharedMemory(start: buffer.baseAddress)
      return try Parallel.map(count: parts.count, threads: threads, after: own) {
        (index) throws(Failure) -> Result in
        let part = parts[index]
        // SAFETY: as above; the part lies within the array.
        var bytes = unsafe MutableSpan(
          _unsafeStart: memory.start.unsafelyUnwrapped + part.lowerBound, count: part.count)
        return try body(index, &bytes)
      }
    }
  }
}

/// The start of memory whose parts threads share among them.
@safe private struct SharedMemory: @unchecked Sendable {
  let start: UnsafeMutablePointer<UInt8>?
}
