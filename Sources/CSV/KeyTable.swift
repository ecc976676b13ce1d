import Bytes

// From a text to its code.
//
// Texts that are an affix and up to eight digits (`U000123`) need no hash: the digits are a number,
// the number is a place in a table of codes. Texts of different lengths have places of their own:
// all of one digit first, then all of two, and so on, so leading zeros tell apart what they should.
//
// All others are in a hash table of slots of 32 bytes, so that looking at one costs one line of
// the cache; a small table is nearly empty, so that the first slot looked at is the right one. A
// text of up to 23 bytes is its own key: three words, the length in the highest byte. Of a longer
// one the key is 128 bits of hash with its length, and the text itself is compared too.

/// Codes by text. Copies share their memory until one of them grows.
struct KeyTable: Sendable {
  /// A text in x, y, z; in w one more than the code, and for a long text its index above bit 32.
  typealias Key = SIMD4<UInt64>

  private(set) var slots: [Key] = Array(repeating: Key(repeating: 0), count: 256)
  private var used = 0
  private var longTexts = TextBuilder()
  /// One more than the code of each number; 0 where there is none.
  private(set) var numbers: [UInt32] = []
  /// The longest run of numbers that have got codes in a row, as a dimension has that lists its ids
  /// in their order; and the last one.
  private(set) var longestRun = CodedRun()
  private var lastRun = CodedRun()
  /// What stands before the digits, where most texts have that form.
  private(set) var affix: FieldAffix?
  /// The texts in the table.
  private(set) var count = 0

  static let empty = KeyTable()

  /// Where the texts of each number of digits begin.
  static let places: [UInt64] = [
    0, 0, 10, 110, 1110, 11_110, 111_110, 1_111_110, 11_111_110, 111_111_110,
  ]

  /// Numbers below this are always in the table of numbers; its pages exist only once touched.
  static let alwaysDense = 1 << 22

  /// The code of a key; a long text is `length` bytes from `start` on.
  func code(of key: Key, _ bytes: Span<UInt8>, _ start: Int, _ length: Int) -> UInt32? {
    if let place = place(of: key), place < numbers.count {
      let found = numbers[place]
      if found != 0 { return found - 1 }
    }
    if used == 0 { return nil }
    let found = slots[slot(of: key, hash(ofKey: key), bytes, start, length)].w
    return found == 0 ? nil : UInt32(truncatingIfNeeded: found) &- 1
  }

  /// The slot that a key is in, or the empty one where it would be.
  @inline(__always)
  private func slot(
    of key: Key, _ hash: UInt64, _ bytes: Span<UInt8>, _ start: Int, _ length: Int
  ) -> Int {
    var index = Int(truncatingIfNeeded: hash) & (slots.count &- 1)
    while true {
      let slot = slots[index]
      if slot.w == 0 { return index }
      if slot.x == key.x && slot.y == key.y && slot.z == key.z {
        if length <= 23
          || longTexts.isEqual(Int(slot.w >> 32), bytes.extracting(start..<start + length))
        {
          return index
        }
      }
      index = (index &+ 1) & (slots.count &- 1)
    }
  }

  /// Gives the texts of a list codes from `next` on where they have none yet; appends the codes of
  /// all to `codes`, and the texts that are new to `added`.
  mutating func enter(
    _ list: KeyList, from next: UInt32, codes: inout [UInt32], added: inout KeyList
  ) {
    if count == 0 { affix = list.commonAffix }
    if affix == nil && list.affix == nil {
      enterKeys(list, from: next, codes: &codes, added: &added)
      return
    }
    var next = next
    var nextKey = 0
    let bytes = list.longTexts.bytes.span
    codes.reserveCapacity(codes.count + list.count)
    for first in stride(from: 0, to: list.count, by: 64) {
      let end = min(first + 64, list.count)
      fetch(list, first..<end, nextKey)
      for index in first..<end {
        var key = KeyTable.Key()
        let place = list.place(index)
        if place == KeyList.isKey {
          key = list.keys[nextKey]
          nextKey += 1
        } else if affix != nil {
          codes.append(enter(place, next, &added))
          if codes[codes.count - 1] == next { next += 1 }
          continue
        } else if let affix = list.affix {
          key = Self.key(ofPlace: Int(place), affix)
        }
        let text = list.longRange(key)
        if let code = code(of: key, bytes, text.lowerBound, text.count) {
          codes.append(code)
          continue
        }
        insert(key, bytes.extracting(text), code: next)
        added.append(key, bytes, text.lowerBound, text.count)
        codes.append(next)
        next += 1
      }
    }
  }

  /// The same for a list of keys alone, where the table has no numbers.
  ///
  /// PERF: 3 M listens to 90,000 tracks are read in 52.4 ms in place of 53.5 by one thread and in
  /// 30.9 in place of 32.1 by two (medians of runs in turn, Zen 5 VM, 2026-11-30).
  private mutating func enterKeys(
    _ list: KeyList, from initial: UInt32, codes: inout [UInt32], added: inout KeyList
  ) {
    let (keys, bytes) = (list.keys.span, list.longTexts.bytes.span)
    // Taken out, so that nobody asks at each whether others have them too.
    var slots: [Key] = []
    swap(&slots, &self.slots)
    var next = initial
    var hashes = [UInt64](repeating: 0, count: 64)
    codes.reserveCapacity(codes.count + keys.count)
    added.reserve(keys.count)
    for first in stride(from: 0, to: keys.count, by: hashes.count) {
      let end = min(first + hashes.count, keys.count)
      Self.makeRoom(for: used + end - first, in: &slots)
      var target = slots.mutableSpan
      let mask = target.count &- 1
      // Touches their slots, so that they come into the cache side by side.
      var touched: UInt64 = 0
      for index in first..<end {
        let hash = hash(ofKey: keys[index])
        hashes[index &- first] = hash
        touched |= target[Int(truncatingIfNeeded: hash) & mask].w
      }
      precondition(touched != .max, "a code and an index are never all ones")
      for index in first..<end {
        var key = keys[index]
        var slot = Int(truncatingIfNeeded: hashes[index &- first]) & mask
        var known = target[slot]
        while known.w != 0 && !isSame(known, key, list) {
          slot = (slot &+ 1) & mask
          known = target[slot]
        }
        if known.w != 0 {
          codes.append(UInt32(truncatingIfNeeded: known.w) &- 1)
          continue
        }
        let text = list.longRange(key)
        added.append(key, bytes, text.lowerBound, text.count)
        key.w = word(code: next, bytes.extracting(text))
        target[slot] = key
        used += 1
        codes.append(next)
        next += 1
      }
    }
    swap(&slots, &self.slots)
    count += Int(next - initial)
  }

  /// Whether a slot has the text of a key of a list.
  @inline(__always)
  private func isSame(_ slot: Key, _ key: Key, _ list: KeyList) -> Bool {
    if slot.x != key.x || slot.y != key.y || slot.z != key.z { return false }
    return key.z &>> 56 != 0xFF
      || longTexts.isEqual(
        Int(slot.w >> 32), list.longTexts.bytes.span.extracting(list.longRange(key)))
  }

  /// The code of a number, which is `next` if it had none.
  @inline(__always)
  private mutating func enter(_ place: UInt32, _ next: UInt32, _ added: inout KeyList) -> UInt32 {
    let index = Int(place)
    if index < numbers.count, numbers[index] != 0 { return numbers[index] - 1 }
    count += 1
    setNumber(index, code: next)
    added.append(place: place)
    return next
  }

  private mutating func setNumber(_ place: Int, code: UInt32) {
    if place >= numbers.count {
      let size = max(place + 1, min(2 * numbers.count, max(Self.alwaysDense, 4 * count)), 1024)
      numbers.append(contentsOf: repeatElement(0, count: size - numbers.count))
    }
    numbers[place] = code + 1
    let listed = UInt32(truncatingIfNeeded: place)
    if !lastRun.extend(listed, code: code) {
      lastRun = CodedRun(first: listed, code: code, count: 1)
    }
    if lastRun.count > longestRun.count { longestRun = lastRun }
  }

  /// Touches the places of some texts, so that they come into the cache side by side.
  private func fetch(_ list: KeyList, _ range: Range<Int>, _ nextKey: Int) {
    var sum: UInt64 = 0
    var nextKey = nextKey
    for index in range {
      let listed = list.place(index)
      if listed != KeyList.isKey {
        if listed < numbers.count { sum |= UInt64(numbers[Int(listed)]) }
        continue
      }
      let key = list.keys[nextKey]
      nextKey += 1
      if let place = place(of: key) {
        if place < numbers.count { sum |= UInt64(numbers[place]) }
      } else {
        sum |= slots[Int(truncatingIfNeeded: hash(ofKey: key)) & (slots.count &- 1)].w
      }
    }
    precondition(sum != .max, "a code and an index are never all ones")
  }

  /// Gives a text that is not in the table a code.
  mutating func insert(_ key: Key, _ text: Span<UInt8>, code: UInt32) {
    count += 1
    if let place = place(of: key), place < max(Self.alwaysDense, 4 * count) {
      setNumber(place, code: code)
      return
    }
    var key = key
    key.w = word(code: code, text)
    put(key)
    // Numbers far apart are no better than other texts, and two tables are worse than one.
    if affix != nil && used > 1024 && used > count / 4 { forgetNumbers() }
  }

  /// The last word of the slot of a text, which is kept if it is long.
  private mutating func word(code: UInt32, _ text: Span<UInt8>) -> UInt64 {
    if text.count <= 23 { return UInt64(code) + 1 }
    longTexts.append(text)
    return UInt64(code) + 1 | UInt64(longTexts.count - 1) << 32
  }

  private mutating func put(_ key: Key) {
    Self.makeRoom(for: used + 1, in: &slots)
    Self.place(key, in: &slots)
    used += 1
  }

  /// Makes room for `count` texts in all.
  private static func makeRoom(for count: Int, in slots: inout [Key]) {
    while (slots.count < 1 << 14 ? 8 : 2) * count > slots.count {
      var larger = [Key](repeating: Key(repeating: 0), count: slots.count * 4)
      for slot in slots where slot.w != 0 { place(slot, in: &larger) }
      slots = larger
    }
  }

  private static func place(_ slot: Key, in slots: inout [Key]) {
    var index = Int(truncatingIfNeeded: hash(ofKey: slot)) & (slots.count - 1)
    while slots[index].w != 0 { index = (index + 1) & (slots.count - 1) }
    slots[index] = slot
  }

  /// Moves the texts of the table of numbers into the slots.
  private mutating func forgetNumbers() {
    guard let affix else { return }
    self.affix = nil
    let codes = numbers
    numbers = []
    for place in codes.indices where codes[place] != 0 {
      var key = Self.key(ofPlace: place, affix)
      key.w = UInt64(codes[place])
      put(key)
    }
  }
}

// MARK: - Keys

extension KeyTable {
  /// The key of a text, which has `Window.padding` bytes behind its start in the span.
  @inline(__always)
  static func key(_ bytes: Span<UInt8>, _ start: Int, _ length: Int) -> Key {
    if length > 23 { return longKey(bytes, start, length) }
    let first = bytes.word64(at: start)
    let size = UInt64(truncatingIfNeeded: length)
    if length <= 8 {
      return Key(length == 8 ? first : first & ((1 &<< (8 &* size)) &- 1), 0, size &<< 56, 0)
    }
    let second = bytes.word64(at: start &+ 8)
    if length <= 16 {
      let rest = 8 &* (size &- 8)
      return Key(first, length == 16 ? second : second & ((1 &<< rest) &- 1), size &<< 56, 0)
    }
    let third = bytes.word64(at: start &+ 16) & ((1 &<< (8 &* (size &- 16))) &- 1)
    return Key(first, second, third | size &<< 56, 0)
  }

  /// Two sums over the words of the text; the last word overlaps the one before it.
  private static func longKey(_ bytes: Span<UInt8>, _ start: Int, _ length: Int) -> Key {
    var (first, second) = (UInt64(truncatingIfNeeded: length), UInt64(0))
    let last = start &+ length &- 8
    var place = start
    while place < last {
      let word = bytes.word64(at: place)
      first = mixed(first ^ word)
      second = (second ^ word) &* 0x9E37_79B9_7F4A_7C15
      second ^= second &>> 29
      place &+= 8
    }
    let word = bytes.word64(at: last)
    return Key(
      mixed(first ^ word), mixed(second &+ word), 0xFF << 56 | UInt64(truncatingIfNeeded: length), 0
    )
  }

  /// The place among the numbers of a text of the table's form.
  @inline(__always)
  private func place(of key: Key) -> Int? {
    guard let affix else { return nil }
    let count = Int(truncatingIfNeeded: key.z &>> 56) &- affix.length
    guard count >= 1 && count <= 8, key.x & affix.mask == affix.word else { return nil }
    let word = digits(Self.behind(affix, key), count: count)
    return isDigits(word)
      ? Int(truncatingIfNeeded: Self.places[count] &+ number(word)) : nil
  }

  /// The eight bytes behind the affix of a key.
  @inline(__always)
  static func behind(_ affix: FieldAffix, _ key: Key) -> UInt64 {
    if affix.length == 0 { return key.x }
    let bits = UInt64(truncatingIfNeeded: 8 &* affix.length)
    return affix.length == 8 ? key.y : key.x &>> bits | key.y &<< (64 &- bits)
  }

  static func key(ofPlace place: Int, _ affix: FieldAffix) -> Key {
    var count = 1
    while UInt64(place) >= places[count + 1] { count += 1 }
    var rest = UInt64(place) - places[count]
    var word: UInt64 = 0
    for _ in 0..<count {
      word = word << 8 | (0x30 + rest % 10)
      rest /= 10
    }
    var key = Key(affix.word, 0, UInt64(affix.length + count) << 56, 0)
    let bits = UInt64(8 * affix.length)
    if affix.length < 8 { key.x |= word << bits }
    if affix.length > 0 { key.y = affix.length == 8 ? word : word >> (64 - bits) }
    return key
  }
}
