/// Keys numbered in the order in which they first came.
///
/// Codes of a dictionary are mostly less than twice as many as the rows, and are then their own
/// places in an array; other keys are hashed, with open addressing and at most half full.
///
/// PERF: a million new users take 10 ms, and took 52 hashed (samples, Zen 5 VM, 2026-11-30).
struct KeyNumbers: Sendable {
  /// By key, while all keys are small; then nothing.
  private var direct: [UInt32]
  private var slots: [UInt128] = []
  private var numbers: [UInt32] = []
  private var zero: UInt32?
  private(set) var count = 0
  private let expected: Int

  /// The number of a key that is not there.
  static let none = UInt32.max

  init(expecting count: Int) {
    expected = count
    direct = [UInt32](repeating: Self.none, count: 2 * count)
  }

  /// The number of each key; a key that was not there gets the next one.
  mutating func insert(_ keys: [UInt128]) -> [UInt32] {
    precondition(count + keys.count <= expected, "all keys were expected")
    if slots.isEmpty {
      let limit = UInt128(direct.count)
      if keys.allSatisfy({ $0 < limit }) { return insertDirect(keys) }
      leaveDirect()
    }
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

  private mutating func insertDirect(_ keys: [UInt128]) -> [UInt32] {
    var result = [UInt32](repeating: 0, count: keys.count)
    for index in keys.indices {
      let key = Int(truncatingIfNeeded: keys[index])
      if direct[key] == Self.none {
        direct[key] = UInt32(count)
        count &+= 1
      }
      result[index] = direct[key]
    }
    return result
  }

  private mutating func leaveDirect() {
    let known = direct
    direct = []
    var size = 64
    while size < 2 * expected { size *= 2 }
    slots = [UInt128](repeating: 0, count: size)
    numbers = [UInt32](repeating: 0, count: size)
    for (key, number) in known.enumerated() where number != Self.none {
      if key == 0 {
        zero = number
      } else {
        let slot = slot(of: UInt128(key))
        slots[slot] = UInt128(key)
        numbers[slot] = number
      }
    }
  }

  /// The number of each key, `none` where it has none.
  func find(_ keys: [UInt128]) -> [UInt32] {
    if slots.isEmpty {
      let limit = UInt128(direct.count)
      return keys.map { $0 < limit ? direct[Int(truncatingIfNeeded: $0)] : Self.none }
    }
    return keys.map { key in
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
