// The name of a content: 128 bits by which a lake knows bytes that it has seen.
//
// The content is cut into leaves of 1 MiB at fixed offsets. A leaf is hashed on its own, so leaves
// can be hashed by any thread in any order; the root is taken over the leaves' hashes in their
// order and the length. How a content was cut for reading has no influence.
//
// A leaf has four lanes of two 64-bit states. Each lane takes 16 of every 64 bytes as two words;
// the first state multiplies them to 128 bits and folds the product, the second does the same with
// the words in exchanged places, so that a word which happens to cancel one of them is still in the
// other. Adding the turned old state keeps what came before from being lost in either.
//
// It finds accidents, not attacks: it has no secret and is no cryptographic hash. For honest files
// a collision is as likely as for any 128 random bits.
//
// The constants and the order of operations are the definition: hashes are stored in lakes, and a
// test holds them for ever.

/// 128 bits that stand for a content.
package struct ContentHash: Sendable, Hashable, Comparable, CustomStringConvertible {
  package let high: UInt64
  package let low: UInt64

  package init(high: UInt64, low: UInt64) {
    self.high = high
    self.low = low
  }

  /// Reads the 32 hexadecimal digits of `description`; nil for any other text.
  package init?(_ text: String) {
    guard text.utf8.count == 32, text.utf8.allSatisfy({ $0 != 43 && $0 != 45 }),
      let high = UInt64(text.prefix(16), radix: 16), let low = UInt64(text.suffix(16), radix: 16)
    else { return nil }
    self.init(high: high, low: low)
  }

  /// The hash of a whole content.
  package static func of(_ bytes: Span<UInt8>) -> ContentHash {
    var hasher = ContentHasher()
    hasher.update(bytes)
    return hasher.finish()
  }

  package var description: String { Self.hex(high) + Self.hex(low) }

  package static func < (one: ContentHash, other: ContentHash) -> Bool {
    (one.high, one.low) < (other.high, other.low)
  }

  private static func hex(_ word: UInt64) -> String {
    let digits = String(word, radix: 16)
    return String(repeating: "0", count: 16 - digits.count) + digits
  }
}

/// Takes a content in pieces of any size.
package struct ContentHasher: Sendable {
  /// The size of a leaf in bytes.
  package static let leafBytes = 1 << 20

  private var root = RootHash()
  private var pending: [UInt8] = []
  private var length = 0

  package init() {}

  package mutating func update(_ bytes: Span<UInt8>) {
    var offset = 0
    while offset < bytes.count {
      let count = min(Self.leafBytes - pending.count, bytes.count - offset)
      let piece = bytes.extracting(offset..<offset + count)
      offset += count
      if pending.isEmpty && count == Self.leafBytes {
        append(leaf: Self.leaf(piece), count: count)
      } else {
        // A loop over the span would be a hundred times slower in a debug build.
        pending.append(copying: piece)
        if pending.count == Self.leafBytes { flush() }
      }
    }
  }

  /// Adds a leaf that was hashed elsewhere. All leaves but the last have `leafBytes` bytes.
  package mutating func append(leaf: ContentHash, count: Int) {
    precondition(pending.isEmpty && length % Self.leafBytes == 0, "a leaf begins at its own offset")
    precondition(count <= Self.leafBytes, "a leaf is at most 1 MiB")
    root.append(leaf)
    length += count
  }

  package func finish() -> ContentHash {
    var copy = self
    if !copy.pending.isEmpty { copy.flush() }
    return copy.root.finish(length: copy.length)
  }

  private mutating func flush() {
    let leaf = Self.leaf(pending.span)
    let count = pending.count
    pending.removeAll(keepingCapacity: true)
    append(leaf: leaf, count: count)
  }

  /// The hash of one leaf.
  package static func leaf(_ bytes: Span<UInt8>) -> ContentHash {
    var lanes = LeafHash()
    let whole = bytes.count & ~63
    lanes.absorb(bytes, count: whole)
    if whole < bytes.count {
      var tail = [UInt8](repeating: 0, count: 64)
      for index in whole..<bytes.count { tail[index - whole] = bytes[index] }
      lanes.absorb(tail.span, count: 64)
    }
    return lanes.finish(length: bytes.count)
  }
}

/// The order-dependent sum of the leaves' hashes.
private struct RootHash: Sendable {
  private var first: UInt64 = 0x2545_F491_4F6C_DD1D
  private var second: UInt64 = 0xD6E8_FEB8_6659_FD93

  mutating func append(_ leaf: ContentHash) {
    first = step(first, leaf.high, leaf.low)
    second = step(second, leaf.low, leaf.high)
  }

  func finish(length: Int) -> ContentHash {
    let size = UInt64(length)
    let high = step(step(first, size, second), second, size)
    let low = step(step(second, first, size), high, first)
    return ContentHash(high: high, low: low)
  }
}

/// The eight states of a leaf.
private struct LeafHash {
  private var a0: UInt64 = 0x9E37_79B9_7F4A_7C15
  private var b0: UInt64 = 0xBF58_476D_1CE4_E5B9
  private var a1: UInt64 = 0x94D0_49BB_1331_11EB
  private var b1: UInt64 = 0xC2B2_AE3D_27D4_EB4F
  private var a2: UInt64 = 0x1656_67B1_9E37_79F9
  private var b2: UInt64 = 0x85EB_CA77_C2B2_AE63
  private var a3: UInt64 = 0x27D4_EB2F_1656_67C5
  private var b3: UInt64 = 0xFF51_AFD7_ED55_8CCD

  /// Takes `count` bytes, a multiple of 64.
  mutating func absorb(_ bytes: Span<UInt8>, count: Int) {
    var state = self
    var offset = 0
    while offset < count {
      let block = bytes.extracting(offset..<offset &+ 64)
      let w0 = block.word64(at: 0)
      let w1 = block.word64(at: 8)
      let w2 = block.word64(at: 16)
      let w3 = block.word64(at: 24)
      let w4 = block.word64(at: 32)
      let w5 = block.word64(at: 40)
      let w6 = block.word64(at: 48)
      let w7 = block.word64(at: 56)
      state.a0 = step(state.a0, w0, w1)
      state.b0 = step(state.b0, w1, w0)
      state.a1 = step(state.a1, w2, w3)
      state.b1 = step(state.b1, w3, w2)
      state.a2 = step(state.a2, w4, w5)
      state.b2 = step(state.b2, w5, w4)
      state.a3 = step(state.a3, w6, w7)
      state.b3 = step(state.b3, w7, w6)
      offset &+= 64
    }
    self = state
  }

  func finish(length: Int) -> ContentHash {
    var high = UInt64(length) ^ 0xC4CE_B9FE_1A85_EC53
    var low = UInt64(length) ^ 0xA076_1D64_78BD_642F
    for (a, b) in [(a0, b0), (a1, b1), (a2, b2), (a3, b3)] {
      high = step(high, a, b)
      low = step(low, b, a)
    }
    return ContentHash(high: step(high, low, high), low: step(low, high, low))
  }
}

/// One step of a state: two words in, nothing that was there lost.
@inline(__always)
private func step(_ state: UInt64, _ first: UInt64, _ second: UInt64) -> UInt64 {
  let product = (state ^ first ^ 0xE703_7ED1_A0B4_28DB)
    .multipliedFullWidth(by: second ^ 0x8EBC_6AF0_9C88_C6E3)
  return (product.high ^ product.low) &+ (state &<< 29 | state &>> 35)
}
