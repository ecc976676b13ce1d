import Bytes

// From a text to its code.
//
// Texts that are an affix and up to eight digits (`U000123`) need no hash: the digits are a number,
// the number is a place in a table of codes. Texts of different lengths have places of their own:
// all of one digit first, then all of two, and so on, so leading zeros tell apart what they should.
//
// All others are in a hash table of slots of 32 bytes, so that looking at one costs one line of the
// cache. A text of up to 23 bytes is its own key: three words, the length in the highest byte. Of a
// longer one the key is 128 bits of hash with its length, and the text itself is compared too.

/// Codes by text. Copies share their memory until one of them grows.
struct KeyTable: Sendable {
  /// A key in x, y, z; in w one more than the code, and for a long text its index above bit 32.
  typealias Slot = SIMD4<UInt64>

  private(set) var slots: [Slot] = Array(repeating: Slot(repeating: 0), count: 256)
  private var used = 0
  /// The long texts, and where each ends.
  private(set) var longBytes: [UInt8] = []
  private(set) var longEnds: [Int] = [0]
  /// One more than the code of each number; 0 where there is none.
  private(set) var numbers: [UInt32] = []
  /// What stands before the digits, where texts of that form were seen first.
  private(set) var affix: Affix?
  /// The texts in the table.
  private(set) var count = 0
  private let hasNumbers: Bool

  static let empty = KeyTable(hasNumbers: false)

  /// Without numbers for a table of few texts: theirs would be as large as the largest number.
  init(hasNumbers: Bool = true) { self.hasNumbers = hasNumbers }

  /// The bytes before the digits of a text.
  struct Affix: Sendable {
    let length: Int
    let word: UInt64
    let mask: UInt64

    /// Of a text that ends in one to eight digits behind at most eight other bytes.
    init?(_ text: Span<UInt8>) {
      var length = text.count
      while length > 0 && text[length - 1] &- 0x30 <= 9 { length -= 1 }
      guard length <= 8, (1...8).contains(text.count - length) else { return nil }
      var word: UInt64 = 0
      for index in 0..<length { word |= UInt64(text[index]) << UInt64(8 * index) }
      self.length = length
      self.word = word
      mask = length == 8 ? ~0 : (1 << UInt64(8 * length)) - 1
    }
  }

  /// Where the texts of each number of digits begin.
  static let places: [UInt64] = [
    0, 0, 10, 110, 1110, 11_110, 111_110, 1_111_110, 11_111_110, 111_111_110,
  ]

  /// Numbers below this are always in the table of numbers; its pages exist only once touched.
  private static let alwaysDense = 1 << 22

  /// The code of a text; the text must have `Window.padding` bytes behind it in its span.
  func code(of bytes: Span<UInt8>, _ start: Int, _ length: Int) -> UInt32? {
    if let place = number(bytes, start, length), place < numbers.count {
      let found = numbers[place]
      if found != 0 { return found - 1 }
    }
    let key = Self.key(bytes, start, length)
    return find(key, bytes, start, length)
  }

  /// Gives a text that is not in the table a code.
  mutating func insert(_ bytes: Span<UInt8>, _ start: Int, _ length: Int, code: UInt32) {
    if count == 0 && hasNumbers { affix = Affix(bytes.extracting(start..<start + length)) }
    count += 1
    if let place = number(bytes, start, length), place < max(Self.alwaysDense, 4 * count) {
      if place >= numbers.count {
        let size = max(place + 1, min(2 * numbers.count, max(Self.alwaysDense, 4 * count)), 1024)
        numbers.append(contentsOf: repeatElement(0, count: size - numbers.count))
      }
      numbers[place] = code + 1
      return
    }
    var key = Self.key(bytes, start, length)
    key.w = UInt64(code) + 1
    if length > 23 {
      key.w |= UInt64(longEnds.count - 1) << 32
      longBytes.append(copying: bytes.extracting(start..<start + length))
      longEnds.append(longBytes.count)
    }
    if 2 * (used + 1) > slots.count { grow() }
    Self.place(key, in: &slots)
    used += 1
  }

  private mutating func grow() {
    var larger = [Slot](repeating: Slot(repeating: 0), count: slots.count * 4)
    for slot in slots where slot.w != 0 { Self.place(slot, in: &larger) }
    slots = larger
  }

  private static func place(_ slot: Slot, in slots: inout [Slot]) {
    var index = Int(truncatingIfNeeded: hash(slot)) & (slots.count - 1)
    while slots[index].w != 0 { index = (index + 1) & (slots.count - 1) }
    slots[index] = slot
  }

  /// The place of a text of the table's form among the numbers.
  @inline(__always)
  private func number(_ bytes: Span<UInt8>, _ start: Int, _ length: Int) -> Int? {
    guard let affix else { return nil }
    let count = length - affix.length
    guard count >= 1 && count <= 8, bytes.word64(at: start) & affix.mask == affix.word else {
      return nil
    }
    let word = CSV.digits(bytes.word64(at: start + affix.length), count: count)
    return isDigits(word) ? Int(Self.places[count] + CSV.number(word)) : nil
  }

  @inline(__always)
  func find(_ key: Slot, _ bytes: Span<UInt8>, _ start: Int, _ length: Int) -> UInt32? {
    let slots = slots.span
    let mask = slots.count &- 1
    var index = Int(truncatingIfNeeded: Self.hash(key)) & mask
    while true {
      let slot = slots[index]
      if slot.w == 0 { return nil }
      if slot.x == key.x && slot.y == key.y && slot.z == key.z {
        if length <= 23 || isLong(Int(slot.w >> 32), bytes, start, length) {
          return UInt32(truncatingIfNeeded: slot.w) &- 1
        }
      }
      index = (index &+ 1) & mask
    }
  }

  private func isLong(_ index: Int, _ bytes: Span<UInt8>, _ start: Int, _ length: Int) -> Bool {
    let first = longEnds[index]
    guard longEnds[index + 1] - first == length else { return false }
    for offset in 0..<length where longBytes[first + offset] != bytes[start + offset] {
      return false
    }
    return true
  }

  @inline(__always)
  static func hash(_ key: Slot) -> UInt64 {
    let product = (key.x ^ 0x9E37_79B9_7F4A_7C15)
      .multipliedFullWidth(by: key.y ^ key.z &* 0xC2B2_AE3D_27D4_EB4F ^ 0x1656_67B1_9E37_79F9)
    let mixed = product.high ^ product.low
    return (mixed ^ mixed &>> 32) &* 0xD6E8_FEB8_6659_FD93 &>> 24
  }

  @inline(__always)
  static func key(_ bytes: Span<UInt8>, _ start: Int, _ length: Int) -> Slot {
    if length > 23 { return longKey(bytes, start, length) }
    let first = bytes.word64(at: start)
    let size = UInt64(truncatingIfNeeded: length)
    if length <= 8 {
      return Slot(length == 8 ? first : first & ((1 &<< (8 &* size)) &- 1), 0, size &<< 56, 0)
    }
    let second = bytes.word64(at: start &+ 8)
    if length <= 16 {
      let rest = 8 &* (size &- 8)
      return Slot(
        first, length == 16 ? second : second & ((1 &<< rest) &- 1), size &<< 56, 0)
    }
    let third = bytes.word64(at: start &+ 16) & ((1 &<< (8 &* (size &- 16))) &- 1)
    return Slot(first, second, third | size &<< 56, 0)
  }

  @inline(never)
  private static func longKey(_ bytes: Span<UInt8>, _ start: Int, _ length: Int) -> Slot {
    let hash = ContentHasher.leaf(bytes.extracting(start..<start + min(length, 1 << 20)))
    return Slot(hash.high, hash.low, 0xFF << 56 | UInt64(length), 0)
  }
}
