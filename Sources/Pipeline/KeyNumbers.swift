/// Keys numbered in the order in which they first came: open addressing, at most half full.
struct KeyNumbers: Sendable {
  private var slots: [UInt128]
  private var numbers: [UInt32]
  private var zero: UInt32?
  private(set) var count = 0

  /// The number of a key that is not there.
  static let none = UInt32.max

  init(expecting count: Int) {
    var size = 64
    while size < 2 * count { size *= 2 }
    slots = [UInt128](repeating: 0, count: size)
    numbers = [UInt32](repeating: 0, count: size)
  }

  /// The number of each key; a key that was not there gets the next one.
  mutating func insert(_ keys: [UInt128]) -> [UInt32] {
    precondition(2 * (count + keys.count) <= slots.count, "all keys were expected")
    var result = [UInt32](repeating: 0, count: keys.count)
    for index in keys.indices {
      let key = keys[index]
      if key == 0 {
        let number = zero ?? UInt32(count)
        if zero == nil { count += 1 }
        zero = number
        result[index] = number
        continue
      }
      let slot = slot(of: key)
      if slots[slot] == 0 {
        slots[slot] = key
        numbers[slot] = UInt32(count)
        count &+= 1
      }
      result[index] = numbers[slot]
    }
    return result
  }

  /// The number of each key, `none` where it has none.
  func find(_ keys: [UInt128]) -> [UInt32] {
    keys.map { key in
      if key == 0 { return zero ?? Self.none }
      let slot = slot(of: key)
      return slots[slot] == 0 ? Self.none : numbers[slot]
    }
  }

  /// Where the key stands, or would stand.
  @inline(__always)
  private func slot(of key: UInt128) -> Int {
    let mask = slots.count &- 1
    var slot = Int(truncatingIfNeeded: KeyHash.hash(key)) & mask
    while slots[slot] != 0 && slots[slot] != key { slot = (slot &+ 1) & mask }
    return slot
  }
}
