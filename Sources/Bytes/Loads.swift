/// Loads of several bytes at once: the smallest unsafe operations that readers of bytes share.
extension Span where Element == UInt8 {
  /// The eight bytes from `offset` on as a little-endian number.
  @inlinable @inline(__always)
  package func word64(at offset: Int) -> UInt64 {
    // SAFETY: the raw span checks that the eight bytes lie within it, and every pattern of bits is
    // a number.
    unsafe UInt64(littleEndian: bytes.unsafeLoadUnaligned(fromByteOffset: offset, as: UInt64.self))
  }

  /// The four bytes from `offset` on as a little-endian number.
  @inlinable @inline(__always)
  package func word32(at offset: Int) -> UInt32 {
    // SAFETY: the raw span checks that the four bytes lie within it, and every pattern of bits is
    // a number.
    unsafe UInt32(littleEndian: bytes.unsafeLoadUnaligned(fromByteOffset: offset, as: UInt32.self))
  }
}

extension MutableSpan where Element == UInt8 {
  /// Stores the eight bytes of a little-endian number from `offset` on.
  @inlinable @inline(__always)
  package mutating func store(word64 word: UInt64, at offset: Int) {
    // SAFETY: every pattern of bits is a byte, and the span checks that the eight lie within it.
    var raw = unsafe mutableBytes
    raw.storeBytes(of: word.littleEndian, toByteOffset: offset, as: UInt64.self)
  }
}
