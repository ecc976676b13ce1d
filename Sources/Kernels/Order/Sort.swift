import Columns

/// The rows `0 ..< rowCount` in the order of `keys`, earlier keys first; rows that are equal in all
/// keys stay in their order.
package func sortedRows(by keys: [SortKey], rowCount: Int) -> [UInt32] {
  let words = SortWords(keys, rowCount: rowCount)
  var rows = (0..<UInt32(rowCount)).map { $0 }
  sort(&rows, 0..<rowCount, by: words.columns[...])
  return rows
}

/// The first `limit` rows of `sortedRows`, without sorting the others: key by key, only the rows
/// that can still be among the first are looked at.
package func topRows(by keys: [SortKey], rowCount: Int, limit: Int) -> [UInt32] {
  if limit >= rowCount { return sortedRows(by: keys, rowCount: rowCount) }
  if limit <= 0 { return [] }
  var candidates: [UInt32]?
  for place in keys.indices {
    let column = candidates.map { gather(keys[place].column, $0) } ?? keys[place].column
    // What is certainly in, by earlier keys, is certainly in by all of them, so each key only has
    // to find the rows not after the last that is in; ties stay for the next key.
    let words = SortWords([SortKey(column, keys[place].direction)], rowCount: column.count).columns
    guard let first = words.first else { continue }
    if words.count > 1 || place > 0 { break }
    let threshold = smallest(limit, of: first)
    var kept: [UInt32] = []
    for row in first.indices where first[row] <= threshold { kept.append(UInt32(row)) }
    candidates = kept
  }
  guard let candidates else {
    return Array(sortedRows(by: keys, rowCount: rowCount).prefix(limit))
  }
  let narrowed = keys.map { SortKey(gather($0.column, candidates), $0.direction) }
  let rows = sortedRows(by: narrowed, rowCount: candidates.count)
  return rows.prefix(limit).map { candidates[Int($0)] }
}

/// The value at place `limit - 1` of the ordered values: the root of a heap of the `limit`
/// smallest.
private func smallest(_ limit: Int, of values: [UInt64]) -> UInt64 {
  var heap = Array(values[..<limit])
  for place in stride(from: limit / 2, through: 0, by: -1) { siftDown(&heap, place) }
  for row in limit..<values.count where values[row] < heap[0] {
    heap[0] = values[row]
    siftDown(&heap, 0)
  }
  return heap[0]
}

private func siftDown(_ heap: inout [UInt64], _ start: Int) {
  var place = start
  while true {
    var child = place * 2 + 1
    if child >= heap.count { return }
    if child + 1 < heap.count && heap[child + 1] > heap[child] { child += 1 }
    if heap[place] >= heap[child] { return }
    heap.swapAt(place, child)
    place = child
  }
}

/// Keys as columns of unsigned words in ascending order: as few columns as hold all keys.
///
/// Each key is reduced to the distance from its smallest value (or, descending, from its largest),
/// with one more place for NULL before or behind all values. Keys that fit share a word, the
/// earlier above the later.
struct SortWords {
  private(set) var columns: [[UInt64]] = []
  private var freeBits = 0
  private let rowCount: Int

  init(_ keys: [SortKey], rowCount: Int) {
    self.rowCount = rowCount
    for key in keys { add(key) }
  }

  private mutating func add(_ key: SortKey) {
    let column = key.column
    precondition(column.count == rowCount, "a key has a value a row")
    switch column.values {
    case .texts, .codes:
      let ranks = textRanks(of: column)
      add(key.direction.isDescending ? ranks.map { ~$0 } : ranks, key)
    case .wide, .intervals:
      let words = wideOrderWords(column, key.direction.isDescending)
      // The nulls are told by the upper word, so the lower one must be equal for all of them.
      var low = words.map { UInt64(truncatingIfNeeded: $0) }
      if let validity = column.validity {
        for row in low.indices where !validity[row] { low[row] = 0 }
      }
      add(words.map { UInt64(truncatingIfNeeded: $0 >> 64) }, key)
      append(low, bits: 64)
    default:
      add(orderWords(column, isDescending: key.direction.isDescending), key)
    }
  }

  private mutating func add(_ words: [UInt64], _ key: SortKey) {
    let validity = key.column.validity
    guard let (low, high) = range(words, validity) else { return }
    var words = words
    let span = high - low
    for row in words.indices { words[row] &-= low }
    if let validity {
      let isFirst = key.direction.nullsFirst
      if span == .max {
        append((0..<rowCount).map { validity[$0] == isFirst ? 1 : 0 }, bits: 1)
        for row in words.indices where !validity[row] { words[row] = 0 }
        append(words, bits: 64)
        return
      }
      for row in words.indices {
        if validity[row] {
          words[row] &+= isFirst ? 1 : 0
        } else {
          words[row] = isFirst ? 0 : span + 1
        }
      }
      append(words, bits: 64 - (span + 1).leadingZeroBitCount)
    } else {
      append(words, bits: 64 - span.leadingZeroBitCount)
    }
  }

  private mutating func append(_ words: [UInt64], bits: Int) {
    if bits == 0 { return }
    if !columns.isEmpty && bits <= freeBits {
      let last = columns.count - 1
      for row in words.indices {
        columns[last][row] = columns[last][row] &<< UInt64(bits) | words[row]
      }
      freeBits -= bits
    } else {
      columns.append(words)
      freeBits = 64 - bits
    }
  }
}

/// The smallest and largest of the valid words.
private func range(_ words: [UInt64], _ validity: Bitmap?) -> (UInt64, UInt64)? {
  var low = UInt64.max
  var high: UInt64 = 0
  var hasValue = false
  for row in words.indices where validity?[row] ?? true {
    hasValue = true
    low = min(low, words[row])
    high = max(high, words[row])
  }
  return hasValue ? (low, high) : nil
}

/// Sorts a part of `rows`, which are in ascending order, by the first column of words, and runs of
/// equal words by the next.
private func sort(_ rows: inout [UInt32], _ range: Range<Int>, by columns: ArraySlice<[UInt64]>) {
  guard let words = columns.first, range.count > 1 else { return }
  var pairs = rows[range].map { WordAndRow(word: words[Int($0)], row: $0) }
  if pairs.count < 256 { pairs.sort() } else { radixSort(&pairs) }
  for (offset, pair) in pairs.enumerated() { rows[range.lowerBound + offset] = pair.row }
  if columns.count == 1 { return }
  var start = 0
  for place in 1...pairs.count where place == pairs.count || pairs[place].word != pairs[start].word
  {
    if place - start > 1 {
      sort(&rows, range.lowerBound + start..<range.lowerBound + place, by: columns.dropFirst())
    }
    start = place
  }
}

struct WordAndRow: Comparable {
  var word: UInt64
  var row: UInt32

  static func < (left: WordAndRow, right: WordAndRow) -> Bool {
    left.word == right.word ? left.row < right.row : left.word < right.word
  }
}

/// Sorts by word, stably: a byte a pass from the lowest on, passes in which all are equal left out.
private func radixSort(_ pairs: inout [WordAndRow]) {
  var differing: UInt64 = 0
  let first = pairs[0].word
  for place in pairs.indices { differing |= pairs[place].word ^ first }
  var other = pairs
  for shift in stride(from: UInt64(0), to: 64, by: 8) where differing >> shift & 0xFF != 0 {
    var starts = [Int](repeating: 0, count: 257)
    for place in pairs.indices {
      starts[Int(truncatingIfNeeded: pairs[place].word &>> shift & 0xFF) &+ 1] &+= 1
    }
    for digit in 0..<256 { starts[digit + 1] += starts[digit] }
    for place in pairs.indices {
      let digit = Int(truncatingIfNeeded: pairs[place].word &>> shift & 0xFF)
      other[starts[digit]] = pairs[place]
      starts[digit] &+= 1
    }
    swap(&pairs, &other)
  }
}
