import Bytes
import Columns

/// Gives each different text a code, in the order they first come.
///
/// An open-addressing table of codes; a slot's upper half remembers part of the hash, so that a
/// text is compared only with one that is very probably the same.
struct TextInterner: Sendable {
  private(set) var bytes: [UInt8] = []
  private(set) var offsets: [UInt32] = [0]
  /// The code plus one, below 32 bits of the hash; zero where free.
  private var slots: [UInt64]
  private var mask: Int

  init() {
    slots = Array(repeating: 0, count: 64)
    mask = 63
  }

  var count: Int { offsets.count - 1 }

  var memory: Int { bytes.count + offsets.count * 4 + slots.count * 8 }

  var texts: TextVector { TextVector(offsets: offsets, bytes: bytes) }

  /// The code of the text in `range` of `source`, which is new if nobody had it before.
  mutating func code(_ source: Span<UInt8>, _ range: Range<Int>) -> UInt32 {
    let hash = Self.hash(source, range)
    let tag = hash & ~0xFFFF_FFFF
    var slot = Int(truncatingIfNeeded: hash) & mask
    while slots[slot] != 0 {
      let entry = slots[slot]
      if entry & ~0xFFFF_FFFF == tag {
        let code = Int(truncatingIfNeeded: entry & 0xFFFF_FFFF) - 1
        if isEqual(code, source, range) { return UInt32(code) }
      }
      slot = (slot &+ 1) & mask
    }
    let code = count
    for index in range { bytes.append(source[index]) }
    offsets.append(UInt32(bytes.count))
    slots[slot] = tag | UInt64(code + 1)
    if count * 2 > slots.count { grow() }
    return UInt32(code)
  }

  private func isEqual(_ code: Int, _ source: Span<UInt8>, _ range: Range<Int>) -> Bool {
    let start = Int(offsets[code])
    guard Int(offsets[code + 1]) - start == range.count else { return false }
    for index in 0..<range.count where bytes[start &+ index] != source[range.lowerBound &+ index] {
      return false
    }
    return true
  }

  private mutating func grow() {
    var slots = [UInt64](repeating: 0, count: 4 * (mask + 1))
    mask = slots.count - 1
    let texts = bytes
    let source = texts.span
    for code in 0..<count {
      let hash = Self.hash(source, Int(offsets[code])..<Int(offsets[code + 1]))
      var slot = Int(truncatingIfNeeded: hash) & mask
      while slots[slot] != 0 { slot = (slot &+ 1) & mask }
      slots[slot] = hash & ~0xFFFF_FFFF | UInt64(code + 1)
    }
    self.slots = slots
  }

  /// Multiplies eight bytes at a time into the state and folds the product.
  static func hash(_ source: Span<UInt8>, _ range: Range<Int>) -> UInt64 {
    var state: UInt64 = 0x9E37_79B9_7F4A_7C15 ^ UInt64(truncatingIfNeeded: range.count)
    var index = range.lowerBound
    while index &+ 8 <= range.upperBound {
      state = mix(state ^ source.word(at: index))
      index &+= 8
    }
    var rest: UInt64 = 0
    while index < range.upperBound {
      rest = rest << 8 | UInt64(source[index])
      index &+= 1
    }
    return mix(state ^ rest)
  }

  private static func mix(_ value: UInt64) -> UInt64 {
    let product = value.multipliedFullWidth(by: 0xD6E8_FEB8_6659_FD93)
    return product.low ^ product.high
  }
}
