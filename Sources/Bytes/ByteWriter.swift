/// Builds bytes from numbers and texts, little-endian.
///
/// A varint has seven bits a byte, low bits first, the top bit set on all bytes but the last; a
/// signed one is folded so that small magnitudes of both signs are short.
package struct ByteWriter: Sendable {
  package var bytes: [UInt8] = []

  package init() {}

  package var count: Int { bytes.count }

  package mutating func u8(_ value: UInt8) { bytes.append(value) }

  package mutating func u16(_ value: UInt16) { fixed(UInt64(value), 2) }

  package mutating func u32(_ value: UInt32) { fixed(UInt64(value), 4) }

  package mutating func u64(_ value: UInt64) { fixed(value, 8) }

  private mutating func fixed(_ value: UInt64, _ count: Int) {
    for index in 0..<count { bytes.append(UInt8(truncatingIfNeeded: value >> (8 * index))) }
  }

  package mutating func varint(_ value: UInt64) {
    var rest = value
    while rest >= 0x80 {
      bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
      rest >>= 7
    }
    bytes.append(UInt8(rest))
  }

  /// A count or a size.
  package mutating func count(_ value: Int) {
    precondition(value >= 0, "a count is not negative")
    varint(UInt64(value))
  }

  package mutating func signed(_ value: Int64) {
    varint(UInt64(bitPattern: value << 1 ^ value >> 63))
  }

  /// The length in bytes, then the UTF-8.
  package mutating func text(_ text: String) {
    count(text.utf8.count)
    bytes.append(contentsOf: text.utf8)
  }

  package mutating func append(_ more: [UInt8]) { bytes.append(contentsOf: more) }

  package mutating func append(_ more: ArraySlice<UInt8>) { bytes.append(contentsOf: more) }

  /// Takes the bytes out.
  package consuming func finish() -> [UInt8] { bytes }
}
