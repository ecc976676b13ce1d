import Bytes

/// Open addressing by one 64-bit key.
///
/// Invariant: `slots` holds pairs (key, group + 1), (_, 0) where free; the number of pairs is a
/// power of two and at least twice the number of keys.
struct PackedIndex: Sendable {
  private var slots: [UInt64]
  private var count = 0

  init(capacity: Int = 0) {
    var size = 64
    while size < capacity * 2 { size *= 2 }
    slots = Array(repeating: 0, count: size * 2)
  }

  func find(_ key: UInt64) -> UInt32 {
    let mask = slots.count / 2 - 1
    var slot = Int(truncatingIfNeeded: mixed(key)) & mask
    while slots[slot * 2 + 1] != 0 {
      if slots[slot * 2] == key { return UInt32(truncatingIfNeeded: slots[slot * 2 + 1] - 1) }
      slot = (slot + 1) & mask
    }
    return .max
  }

  mutating func assign(
    _ keys: [UInt64], _ rowCount: Int, _ nextGroup: UInt32, _ newRows: inout [UInt32]
  ) -> [UInt32] {
    var next = nextGroup
    var ids = [UInt32](repeating: 0, count: rowCount)
    for row in 0..<rowCount {
      let key = keys[row]
      let mask = slots.count &>> 1 &- 1
      var slot = Int(truncatingIfNeeded: mixed(key)) & mask
      while slots[slot &* 2 &+ 1] != 0 && slots[slot &* 2] != key { slot = (slot &+ 1) & mask }
      let entry = slots[slot &* 2 &+ 1]
      if entry != 0 {
        ids[row] = UInt32(truncatingIfNeeded: entry &- 1)
        continue
      }
      slots[slot &* 2] = key
      slots[slot &* 2 &+ 1] = UInt64(next) + 1
      ids[row] = next
      next += 1
      newRows.append(UInt32(row))
      count += 1
      if count * 4 > slots.count { grow() }
    }
    return ids
  }

  private mutating func grow() {
    let old = slots
    slots = Array(repeating: 0, count: old.count * 2)
    let mask = slots.count / 2 - 1
    for pair in 0..<old.count / 2 where old[pair * 2 + 1] != 0 {
      var slot = Int(truncatingIfNeeded: mixed(old[pair * 2])) & mask
      while slots[slot * 2 + 1] != 0 { slot = (slot + 1) & mask }
      slots[slot * 2] = old[pair * 2]
      slots[slot * 2 + 1] = old[pair * 2 + 1]
    }
  }
}
