import Bytes
import Columns

/// Open addressing by keys of any number of words.
///
/// A row is laid out as a word of null bits and, a key, one word or, for 128-bit values, two; at a
/// null they are 0.
///
/// Invariant: `keys` holds `wordsPerRow` words a group; `slots` holds group + 1, or 0 where free;
/// its count is a power of two and at least twice the number of groups.
struct WideIndex: Sendable {
  private let wordsPerRow: Int
  private var keys: [UInt64] = []
  private var slots = [UInt32](repeating: 0, count: 64)

  init(wordsPerRow: Int = 1) { self.wordsPerRow = wordsPerRow }

  private var count: Int { keys.count / wordsPerRow }

  static func wordsPerRow(_ words: [KeyStore.Words]) -> Int {
    words.reduce(1) { $0 + ($1.isWide ? 2 : 1) }
  }

  func find(_ rows: KeyRows) -> [UInt32] {
    let words = layOut(rows)
    return (0..<rows.rowCount).map { row in
      let group = slots[slot(of: words, row)]
      return group == 0 ? GroupIndex.absent : group - 1
    }
  }

  mutating func assign(_ rows: KeyRows, _ nextGroup: UInt32, _ newRows: inout [UInt32])
    -> [UInt32]
  {
    let words = layOut(rows)
    var next = nextGroup
    var ids = [UInt32](repeating: 0, count: rows.rowCount)
    for row in 0..<rows.rowCount {
      let slot = slot(of: words, row)
      let entry = slots[slot]
      if entry != 0 {
        ids[row] = entry &- 1
        continue
      }
      slots[slot] = next + 1
      ids[row] = next
      next += 1
      newRows.append(UInt32(row))
      for word in 0..<wordsPerRow { keys.append(words[row * wordsPerRow + word]) }
      if count * 2 > slots.count { grow() }
    }
    return ids
  }

  /// The slot that holds the key of `row`, or the free one where it belongs.
  private func slot(of words: [UInt64], _ row: Int) -> Int {
    let mask = slots.count &- 1
    let start = row &* wordsPerRow
    var slot = Int(truncatingIfNeeded: hash(words, start)) & mask
    while slots[slot] != 0 {
      let group = Int(slots[slot] &- 1)
      var word = 0
      while word < wordsPerRow && keys[group &* wordsPerRow &+ word] == words[start &+ word] {
        word &+= 1
      }
      if word == wordsPerRow { break }
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
    slots = Array(repeating: 0, count: slots.count * 2)
    let mask = slots.count - 1
    for group in 0..<count {
      var slot = Int(truncatingIfNeeded: hash(keys, group * wordsPerRow)) & mask
      while slots[slot] != 0 { slot = (slot + 1) & mask }
      slots[slot] = UInt32(group + 1)
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
  for row in values.indices where validity?[row] ?? true {
    words[row &* wordsPerRow &+ place] = UInt64(truncatingIfNeeded: values[row])
  }
}
