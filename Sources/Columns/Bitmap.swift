/// Bits in order, packed 64 to a word: which rows are valid, which are selected.
///
/// Invariant: `words.count == (count + 63) / 64`, and the bits behind `count` are zero.
@usableFromInline
package struct Bitmap: Sendable, Hashable {
  @usableFromInline package private(set) var words: [UInt64]
  @usableFromInline package private(set) var count: Int

  package init(repeating bit: Bool = false, count: Int) {
    self.count = count
    words = Array(repeating: bit ? ~0 : 0, count: (count + 63) / 64)
    clearTail()
  }

  /// Takes whole words; the bits behind `count` are cleared.
  @usableFromInline package init(words: [UInt64], count: Int) {
    precondition(words.count == (count + 63) / 64, "a bitmap holds exactly its words")
    self.words = words
    self.count = count
    clearTail()
  }

  package init(_ bits: [Bool]) { self.init(count: bits.count) { bits[$0] } }

  /// The bits of the indices for which `isSet` says so.
  @inlinable
  package init(count: Int, where isSet: (Int) -> Bool) {
    var words: [UInt64] = []
    words.reserveCapacity((count + 63) / 64)
    for first in stride(from: 0, to: count, by: 64) {
      var word: UInt64 = 0
      for index in first..<min(first &+ 64, count) {
        word |= isSet(index) ? 1 &<< UInt64(index & 63) : 0
      }
      words.append(word)
    }
    self.init(words: words, count: count)
  }

  /// All bits but a few.
  package init(count: Int, without rows: [UInt32]) {
    self.init(repeating: true, count: count)
    for row in rows { set(Int(row), to: false) }
  }

  private mutating func clearTail() {
    if count % 64 != 0 { words[words.count - 1] &= (1 << UInt64(count % 64)) - 1 }
  }

  @inlinable
  package subscript(index: Int) -> Bool {
    get { words[index &>> 6] &>> UInt64(index & 63) & 1 != 0 }
  }

  package mutating func set(_ index: Int, to bit: Bool) {
    precondition(index >= 0 && index < count, "a bit is set inside its bitmap")
    let mask: UInt64 = 1 << UInt64(index & 63)
    if bit { words[index >> 6] |= mask } else { words[index >> 6] &= ~mask }
  }

  /// Calls `body` with the index of each bit that is not set, in order.
  @inlinable
  package func forEachClear(_ body: (Int) -> Void) {
    for place in words.indices {
      let first = place &* 64
      var rest = ~words[place]
      if count &- first < 64 { rest &= (1 &<< UInt64(count &- first)) &- 1 }
      while rest != 0 {
        body(first &+ rest.trailingZeroBitCount)
        rest &= rest &- 1
      }
    }
  }

  package var setCount: Int {
    var total = 0
    for word in words { total &+= word.nonzeroBitCount }
    return total
  }
}
