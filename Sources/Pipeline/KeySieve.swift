// Which of many keys come first.
//
// A hash table of all keys of a partition is larger than the caches, so each look into it costs a
// miss. Here the keys go into buckets by the high bits of their hash first, each small enough for
// its table to stay in the second-level cache, and then bucket by bucket into one table that is
// used again. Within a bucket the keys are in their order, so the first of equal ones is the first.
//
// Keys of rows that are there already may be far more than those that come, so they are not kept:
// a filter of some bits a key that comes lets through what may be equal to one of them, and only
// that goes into the buckets, ahead of all others.

/// Finds the first of equal keys; `Key` is UInt64 or UInt128.
struct KeySieve<Key: FixedWidthInteger & UnsignedInteger & Sendable>: Sendable {
  private var keys: [Key]
  /// Keys that are there already and may be among those that come.
  private var earlier: [Key] = []
  /// A bit for each value of the highest bits of a hash; empty until something is there already.
  private var filter: [UInt64] = []
  private var filterShift: UInt64 = 0

  /// Of the keys that come, in their order.
  init(_ keys: [Key]) { self.keys = keys }

  /// Notes keys that are there already.
  mutating func note(_ others: [Key]) {
    if filter.isEmpty { makeFilter() }
    for key in others {
      let place = KeyHash.hash(key) &>> filterShift
      if filter[Int(truncatingIfNeeded: place &>> 6)] &>> (place & 63) & 1 != 0 {
        earlier.append(key)
      }
    }
  }

  /// Eight bits a key or more: of eight others one is let through in vain.
  private mutating func makeFilter() {
    var bits: UInt64 = 10
    while 1 << bits < keys.count * 8 { bits += 1 }
    filterShift = 64 - bits
    filter = Array(repeating: 0, count: 1 << Int(bits - 6))
    for key in keys {
      let place = KeyHash.hash(key) &>> filterShift
      filter[Int(truncatingIfNeeded: place &>> 6)] |= 1 &<< (place & 63)
    }
  }

  /// For each key that comes whether none before it is equal to it.
  consuming func firsts() -> [Bool] {
    let earlierCount = earlier.count
    var all = earlier
    all += keys
    let isFirst = firstKeys(all)
    return earlierCount == 0 ? isFirst : Array(isFirst[earlierCount...])
  }
}

enum KeyHash {
  /// Both halves of a key reach the high and the low bits of its hash.
  @inline(__always)
  static func hash<Key: FixedWidthInteger>(_ key: Key) -> UInt64 {
    let low = UInt64(truncatingIfNeeded: key)
    let high = Key.bitWidth > 64 ? UInt64(truncatingIfNeeded: key >> 64) : 0
    let product = (low ^ 0x9E37_79B9_7F4A_7C15)
      .multipliedFullWidth(by: high &* 0xC2B2_AE3D_27D4_EB4F ^ 0x1656_67B1_9E37_79F9)
    let mixed = product.high ^ product.low
    let spread = (mixed ^ mixed &>> 32) &* 0xD6E8_FEB8_6659_FD93
    return spread ^ spread &>> 32
  }
}

/// How many keys a bucket has, about: its table then has 64 Ki places of four bytes at most.
private let bucketKeys = 1 << 14

/// For each key whether none before it is equal to it.
func firstKeys<Key: FixedWidthInteger & UnsignedInteger>(_ keys: [Key]) -> [Bool] {
  precondition(keys.count < Int(UInt32.max), "rows of a partition are counted in 32 bits")
  var isFirst = [Bool](repeating: false, count: keys.count)
  var bits: UInt64 = 0
  while keys.count >> Int(bits) > bucketKeys && bits < 16 { bits += 1 }
  var table: [UInt32] = []
  if bits == 0 {
    let order = keys.indices.map { UInt32($0) }
    firstKeys(of: keys[...], order[...], &table, &isFirst)
    return isFirst
  }
  let shift = 64 - bits
  var starts = [Int](repeating: 0, count: (1 << Int(bits)) + 1)
  for key in keys { starts[Int(truncatingIfNeeded: KeyHash.hash(key) &>> shift) + 1] &+= 1 }
  for bucket in 1..<starts.count { starts[bucket] += starts[bucket - 1] }
  var next = starts
  var sorted = [Key](repeating: 0, count: keys.count)
  var order = [UInt32](repeating: 0, count: keys.count)
  for index in keys.indices {
    let key = keys[index]
    let bucket = Int(truncatingIfNeeded: KeyHash.hash(key) &>> shift)
    let place = next[bucket]
    next[bucket] = place &+ 1
    sorted[place] = key
    order[place] = UInt32(truncatingIfNeeded: index)
  }
  for bucket in 0..<starts.count - 1 {
    let range = starts[bucket]..<starts[bucket + 1]
    firstKeys(of: sorted[range], order[range], &table, &isFirst)
  }
  return isFirst
}

/// The same for one bucket, whose keys have the places `order`.
private func firstKeys<Key: FixedWidthInteger & UnsignedInteger>(
  of keys: ArraySlice<Key>, _ order: ArraySlice<UInt32>, _ table: inout [UInt32],
  _ isFirst: inout [Bool]
) {
  var size = 64
  while size < 2 * keys.count { size *= 2 }
  if table.count < size {
    table = Array(repeating: 0, count: size)
  } else {
    for slot in 0..<size { table[slot] = 0 }
  }
  let mask = size - 1
  let first = keys.startIndex
  // One more than the place of a key in the bucket stands in its slot of the table.
  for place in keys.indices {
    let key = keys[place]
    var slot = Int(truncatingIfNeeded: KeyHash.hash(key)) & mask
    while table[slot] != 0 && keys[first &+ Int(table[slot]) &- 1] != key {
      slot = (slot &+ 1) & mask
    }
    if table[slot] == 0 {
      table[slot] = UInt32(truncatingIfNeeded: place &- first &+ 1)
      isFirst[Int(order[place])] = true
    }
  }
}
