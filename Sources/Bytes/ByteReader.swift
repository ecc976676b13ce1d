/// Bytes are not what they should be: cut off, changed, or made by something else.
package struct Damage: Error, Sendable, CustomStringConvertible {
  /// What is wrong, as the end of a sentence: "it ends in the middle of a number".
  package let description: String

  package init(_ description: String) { self.description = description }
}

/// Takes numbers and texts from bytes in order, and never reads outside them: the counterpart of
/// `ByteWriter`, whose every reading may fail.
///
/// Invariant: `position <= end <= bytes.count`.
package struct ByteReader: Sendable {
  package let bytes: [UInt8]
  package private(set) var position: Int
  package let end: Int

  package init(_ bytes: [UInt8]) {
    self.bytes = bytes
    position = 0
    end = bytes.count
  }

  /// Reads `range` of `bytes` only.
  package init(_ bytes: [UInt8], _ range: Range<Int>) {
    precondition(range.lowerBound >= 0 && range.upperBound <= bytes.count, "a reader's range")
    self.bytes = bytes
    position = range.lowerBound
    end = range.upperBound
  }

  package var remaining: Int { end - position }

  package var isAtEnd: Bool { position == end }

  /// The place of the next `count` bytes, which are passed over.
  package mutating func range(_ count: Int) throws(Damage) -> Range<Int> {
    guard count >= 0 && count <= remaining else { throw Damage("it ends too early") }
    position += count
    return position - count..<position
  }

  package mutating func bytes(_ count: Int) throws(Damage) -> [UInt8] {
    Array(bytes[try range(count)])
  }

  package mutating func u8() throws(Damage) -> UInt8 { bytes[try range(1).lowerBound] }

  package mutating func u16() throws(Damage) -> UInt16 { UInt16(try fixed(2)) }

  package mutating func u32() throws(Damage) -> UInt32 { UInt32(try fixed(4)) }

  package mutating func u64() throws(Damage) -> UInt64 { try fixed(8) }

  private mutating func fixed(_ count: Int) throws(Damage) -> UInt64 {
    let range = try range(count)
    var value: UInt64 = 0
    for index in range.reversed() { value = value << 8 | UInt64(bytes[index]) }
    return value
  }

  /// Only the shortest form is accepted, so that equal values are equal bytes.
  package mutating func varint() throws(Damage) -> UInt64 {
    var value: UInt64 = 0
    var shift: UInt64 = 0
    while true {
      let byte = try u8()
      guard shift < 63 || byte <= 1 else { throw Damage("a number in it has more than 64 bits") }
      guard byte != 0 || shift == 0 else { throw Damage("a number in it is not in short form") }
      value |= UInt64(byte & 0x7F) << shift
      if byte & 0x80 == 0 { return value }
      shift += 7
    }
  }

  /// A count or a size of at most `limit`.
  package mutating func count(
    atMost limit: Int = Int(Int32.max), of what: String = "size"
  ) throws(Damage) -> Int {
    let value = try varint()
    guard value <= UInt64(max(0, limit)) else {
      throw Damage("a \(what) in it is \(value), more than can be there (\(limit))")
    }
    return Int(value)
  }

  package mutating func signed() throws(Damage) -> Int64 {
    let value = try varint()
    return Int64(bitPattern: value >> 1) ^ -Int64(bitPattern: value & 1)
  }

  package mutating func text() throws(Damage) -> String {
    let range = try range(try count(atMost: remaining, of: "length of a text"))
    guard let text = String(validating: bytes[range], as: UTF8.self) else {
      throw Damage("a text in it is not UTF-8")
    }
    return text
  }
}
