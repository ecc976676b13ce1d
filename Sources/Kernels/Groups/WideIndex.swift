import Bytes
import Columns

/// Open addressing by keys of any number of words.
///
/// A row is laid out as a word of null bits and, a key, one word or, for 128-bit values, two; at a
/// null they are 0.
///
/// Invariant: `keys` holds `wordsPerRow` words a group; a slot holds the group + 1 and above it the
/// upper half of the hash, or 0 where free; the number of slots is a power of two and at least
/// twice the number of groups.
struct WideIndex: Sendable {
  private let wordsPerRow: Int
  private var keys: [UInt64] = []
  private var slots = [UInt64](repeating: 0, count: 128)

  init(wordsPerRow: Int = 1) { self.wordsPerRow = wordsPerRow }

  private var count: Int { keys.count / wordsPerRow }

  static func wordsPerRow(_ words: [KeyStore.Words]) -> Int {
    words.reduce(1) { $0 + ($1.isWide ? 2 : 1) }
  }

  func find(_ rows: KeyRows) -> [UInt32] {
    let words = layOut(rows)
    return (0..<rows.rowCount).map { row in
      let start = row * wordsPerRow
      let group = slots[slot(of: words, start, hash(words, start))] & 0xFFFF_FFFF
      return group == 0 ? GroupIndex.absent : UInt32(group - 1)
    }
  }

  mutating func assign(_ rows: KeyRows, _ nextGroup: UInt32, _ newRows: inout [UInt32])
    -> [UInt32]
  {
    let words = layOut(rows)
    var ids = [UInt32](repeating: 0, count: rows.rowCount)
    var hashes = [UInt64](repeating: 0, count: PackedIndex.stripe)
    for first in stride(from: 0, to: rows.rowCount, by: PackedIndex.stripe) {
      let range = first..<min(first + PackedIndex.stripe, rows.rowCount)
      while (count + range.count) * 2 > slots.count { grow() }
      touch(words, range, &hashes)
      for row in range {
        let hash = hashes[row &- first]
        let slot = slot(of: words, row &* wordsPerRow, hash)
        if slots[slot] == 0 {
          newRows.append(UInt32(row))
          slots[slot] = hash & ~0xFFFF_FFFF | (UInt64(nextGroup) + UInt64(newRows.count))
          for word in 0..<wordsPerRow { keys.append(words[row * wordsPerRow + word]) }
        }
        ids[row] = UInt32(truncatingIfNeeded: slots[slot] & 0xFFFF_FFFF &- 1)
      }
    }
    return ids
  }

  /// Hashes some rows and reads their first slots, so that the cache misses overlap.
  private func touch(_ words: [UInt64], _ rows: Range<Int>, _ hashes: inout [UInt64]) {
    let mask = slots.count &- 1
    var seen: UInt64 = 0
    for row in rows {
      let hash = hash(words, row &* wordsPerRow)
      hashes[row &- rows.lowerBound] = hash
      seen &+= slots[Int(truncatingIfNeeded: hash) & mask] & 1
    }
    precondition(seen <= UInt64(rows.count), "each row reads one slot")
  }

  /// The slot that holds the key at `start`, or the free one where it belongs.
  private func slot(of words: [UInt64], _ start: Int, _ hash: UInt64) -> Int {
    let mask = slots.count &- 1
    let tag = hash &>> 32
    var slot = Int(truncatingIfNeeded: hash) & mask
    while slots[slot] != 0 {
      let entry = slots[slot]
      if entry &>> 32 == tag {
        let group = Int(truncatingIfNeeded: entry & 0xFFFF_FFFF &- 1) &* wordsPerRow
        var word = 0
        while word < wordsPerRow && keys[group &+ word] == words[start &+ word] { word &+= 1 }
        if word == wordsPerRow { break }
      }
      slot = (slot &+ 1) & mask
    }
    return slot
  }

  private func hash(_ words: [UInt64], _ start: Int) -> UInt64 {
    var hash: UInt64 = 0
    for word in start..<start &+ wordsPerRow { hash = mixed(hash ^ words[word]) }
    return hash
  }

  private mutating func grow() {
    let old = slots
    slots = Array(repeating: 0, count: old.count * 2)
    let mask = slots.count - 1
    for entry in old where entry != 0 {
      // The lower half of the hash is not kept, so the key is hashed again.
      let group = Int(entry & 0xFFFF_FFFF) - 1
      var slot = Int(truncatingIfNeeded: hash(keys, group * wordsPerRow)) & mask
      while slots[slot] != 0 { slot = (slot + 1) & mask }
      slots[slot] = entry
    }
  }

  private func layOut(_ rows: KeyRows) -> [UInt64] {
    var words = [UInt64](repeating: 0, count: rows.rowCount * wordsPerRow)
    var place = 1
    for key in rows.words.indices {
      let validity = rows.validity[key]
      switch rows.words[key] {
      case .codes(let values, _): fill(&words, values, validity, place, wordsPerRow)
      case .dates(let values): fill(&words, values, validity, place, wordsPerRow)
      case .integers(let values): fill(&words, values, validity, place, wordsPerRow)
      case .wide(let values):
        fill(&words, values, validity, place, wordsPerRow)
        fill(&words, values.map { $0 >> 64 }, validity, place + 1, wordsPerRow)
        place += 1
      }
      place += 1
      if let validity {
        for row in 0..<rows.rowCount where !validity[row] { words[row * wordsPerRow] |= 1 << key }
      }
    }
    return words
  }
}

private func fill<T: FixedWidthInteger>(
  _ words: inout [UInt64], _ values: [T], _ validity: Bitmap?, _ place: Int, _ wordsPerRow: Int
) {
  if values.count == 1 {
    // One value stands for all rows.
    let word = UInt64(truncatingIfNeeded: values[0])
    for start in stride(from: 0, to: words.count, by: wordsPerRow) where validity?[0] ?? true {
      words[start &+ place] = word
    }
    return
  }
  for row in values.indices where validity?[row] ?? true {
    words[row &* wordsPerRow &+ place] = UInt64(truncatingIfNeeded: values[row])
  }
}
