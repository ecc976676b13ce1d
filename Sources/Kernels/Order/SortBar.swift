import Bytes
package import Columns

// A bar in the order of a key: who looks for the first rows and has enough of them already needs no
// row behind the last of those, and finds it by one comparison of numbers.
//
// The word of a NULL is the first or the last there is, so that a row may share it with a value;
// such a row counts as not behind the bar, and the whole order decides.

/// The place of a value in the order of a key, as a number; nil for texts and 128-bit values.
package func sortWord(of value: Value, _ direction: SortDirection) -> UInt64? {
  let flip: UInt64 = direction.isDescending ? ~(1 << 63) : 1 << 63
  return switch value {
  case .null: direction.nullsFirst ? 0 : .max
  case .boolean(let bit): (bit ? 1 : 0) ^ flip
  case .bigint(let number), .timestamp(let number): UInt64(bitPattern: number) ^ flip
  case .date(let days): UInt64(bitPattern: Int64(days)) ^ flip
  case .double(let number): UInt64(bitPattern: orderedBits(number)) ^ flip
  case .text, .hugeint, .decimal, .interval: nil
  }
}

/// The words of the rows of a key; nil for texts and 128-bit values.
private func sortWords(_ key: SortKey) -> [UInt64]? {
  switch key.column.values {
  case .texts, .codes, .wide, .intervals: return nil
  default: break
  }
  var words = orderWords(key.column, isDescending: key.direction.isDescending)
  if let validity = key.column.validity {
    let null: UInt64 = key.direction.nullsFirst ? 0 : .max
    for row in words.indices where !validity[row] { words[row] = null }
  }
  return words
}

/// The last word of all rows; nil for keys that have none, and without rows.
package func lastSortWord(_ key: SortKey) -> UInt64? { sortWords(key)?.max() }

/// The rows whose word is not behind `bar`; nil for keys that have no words.
package func rowsNotBehind(_ bar: UInt64, _ key: SortKey) -> [UInt32]? {
  if areAllBehind(bar, key) { return [] }
  guard let words = sortWords(key) else { return nil }
  var rows = [UInt32](repeating: 0, count: words.count)
  var count = 0
  for row in words.indices {
    rows[count] = UInt32(truncatingIfNeeded: row)
    count &+= words[row] <= bar ? 1 : 0
  }
  rows.removeLast(rows.count - count)
  return rows
}

/// Whether no row of integers is among the first: mostly the case once the bar is good.
///
/// PERF: the extremes come from a kernel that compares many numbers at a time.
private func areAllBehind(_ bar: UInt64, _ key: SortKey) -> Bool {
  guard case .integers(let values) = key.column.values, key.column.validity == nil,
    !values.isEmpty
  else { return false }
  let extremes = Extremes(values.span, before: 0)
  let first = key.direction.isDescending ? extremes.greatest : extremes.least
  return sortWord(of: .bigint(first), key.direction).map { $0 > bar } ?? false
}
