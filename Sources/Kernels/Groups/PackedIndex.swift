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
    var ids = [UInt32](repeating: 0, count: rowCount)
    var starts = [Int](repeating: 0, count: Self.stripe)
    for first in stride(from: 0, to: rowCount, by: Self.stripe) {
      let rows = first..<min(first + Self.stripe, rowCount)
      // A table that never has to grow within a stripe keeps the starts right.
      while (count + rows.count) * 4 > slots.count { grow() }
      touch(keys, rows, &starts)
      place(keys, rows, starts, nextGroup, &ids, &newRows)
    }
    return ids
  }

  /// How many rows are looked up together.
  static let stripe = 64

  /// Finds the slot where each row's search starts, and reads it.
  ///
  /// PERF: these reads do not depend on each other, so their cache misses overlap, which they do
  /// not behind the branches of a search.
  private func touch(_ keys: [UInt64], _ rows: Range<Int>, _ starts: inout [Int]) {
    let mask = slots.count &>> 1 &- 1
    var seen: UInt64 = 0
    for row in rows {
      let slot = Int(truncatingIfNeeded: mixed(keys[row])) & mask
      starts[row &- rows.lowerBound] = slot
      seen |= slots[slot &* 2 &+ 1]
    }
    precondition(seen <= UInt64(UInt32.max) + 1, "a slot holds the number of a group")
  }

  private mutating func place(
    _ keys: [UInt64], _ rows: Range<Int>, _ starts: [Int], _ nextGroup: UInt32,
    _ ids: inout [UInt32], _ newRows: inout [UInt32]
  ) {
    let mask = slots.count &>> 1 &- 1
    for row in rows {
      let key = keys[row]
      var slot = starts[row &- rows.lowerBound]
      while slots[slot &* 2 &+ 1] != 0 && slots[slot &* 2] != key { slot = (slot &+ 1) & mask }
      var entry = slots[slot &* 2 &+ 1]
      if entry == 0 {
        entry = UInt64(nextGroup) + UInt64(newRows.count) + 1
        slots[slot &* 2] = key
        slots[slot &* 2 &+ 1] = entry
        newRows.append(UInt32(row))
        count += 1
      }
      ids[row] = UInt32(truncatingIfNeeded: entry &- 1)
    }
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
