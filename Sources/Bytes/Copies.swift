extension Array where Element == UInt8 {
  /// Appends the bytes of a span in one copy.
  package mutating func append(copying bytes: Span<UInt8>) {
    // SAFETY: the buffer is the span's own memory and is only read during the closure.
    unsafe bytes.withUnsafeBufferPointer { unsafe append(contentsOf: $0) }
  }
}
