import Bytes
import Columns

// Texts of a batch as codes, before its rows go their ways: codes are a few bytes each to copy by
// date, to keep and to compare, and whoever writes them spells each once. Texts that hardly repeat
// become numbers where they are an affix and a number, and stay texts else.

enum TextCoding {
  /// The batch with codes in place of texts where that is shorter.
  static func coded(_ batch: ColumnBatch) -> ColumnBatch {
    let columns = batch.columns.map { column in
      guard case .texts(let texts) = column.values, texts.count > 0,
        let values = repeating(texts) ?? numbered(texts)
      else { return column }
      return Column(column.type, values, validity: column.validity)
    }
    return ColumnBatch(batch.schema, columns, rowCount: batch.rowCount)
  }

  /// Codes of a numbered dictionary, where the texts are an affix and a number.
  private static func numbered(_ texts: TextVector) -> Column.Values? {
    guard let affix = Affix(sampling: texts), let numbers = affix.numbers(texts),
      let first = numbers.first
    else { return nil }
    let extremes = Extremes(numbers.span, before: first)
    guard extremes.range < UInt64(UInt32.max) else { return nil }
    let least = extremes.least
    let dictionary = TextDictionary(
      count: Int(extremes.range) + 1, numbering: TextNumbering(affix: affix, first: least))
    return .codes(numbers.map { UInt32(truncatingIfNeeded: $0 &- least) }, dictionary)
  }

  /// How many texts are looked at before a column is called diverse.
  private static let sample = 1024

  /// Codes in the order of first appearance, where each text stands in four rows or more.
  private static func repeating(_ texts: TextVector) -> Column.Values? {
    let first = min(texts.count, sample)
    var interner = BatchInterner(limit: first / 2)
    var codes = [UInt32](repeating: 0, count: texts.count)
    guard interner.intern(texts, 0..<first, &codes) else { return nil }
    interner.limit = max(texts.count / 4, first / 2)
    guard interner.intern(texts, first..<texts.count, &codes) else { return nil }
    return .codes(codes, TextDictionary(texts.rows(interner.rows)))
  }
}

/// Numbers the different texts of a batch.
private struct BatchInterner {
  /// With more different texts it gives up.
  var limit: Int
  /// A row of each text, by code.
  private(set) var rows: [Int] = []
  private var keys: [UInt128] = []
  /// One more than a code; 0 where there is none. At most half full.
  private var slots = [UInt32](repeating: 0, count: 256)

  init(limit: Int) { self.limit = limit }

  /// Gives the texts of some rows their codes; false where they are too many.
  mutating func intern(_ texts: TextVector, _ range: Range<Int>, _ codes: inout [UInt32]) -> Bool {
    let found = RowKeys.keys(of: texts, range)
    for (index, row) in range.enumerated() {
      let key = found[index]
      var slot = Int(truncatingIfNeeded: KeyHash.hash(key)) & (slots.count - 1)
      while slots[slot] != 0 {
        let code = Int(slots[slot]) - 1
        if keys[code] == key && Self.areSame(texts, rows[code], row) { break }
        slot = (slot &+ 1) & (slots.count - 1)
      }
      if slots[slot] == 0 {
        if keys.count == limit { return false }
        keys.append(key)
        rows.append(row)
        slots[slot] = UInt32(keys.count)
        codes[row] = UInt32(keys.count - 1)
        if 2 * keys.count > slots.count { grow() }
      } else {
        codes[row] = slots[slot] - 1
      }
    }
    return true
  }

  /// Texts of fewer than 16 bytes are their keys; longer ones have a hash for a key.
  @inline(__always)
  private static func areSame(_ texts: TextVector, _ one: Int, _ other: Int) -> Bool {
    let first = texts.range(one)
    if first.count < 16 { return true }
    let second = texts.range(other)
    let bytes = texts.bytes.span
    guard first.count == second.count else { return false }
    var offset = 0
    while offset &+ 8 <= first.count {
      let isSame =
        bytes.word64(at: first.lowerBound &+ offset)
        == bytes.word64(at: second.lowerBound &+ offset)
      if !isSame { return false }
      offset &+= 8
    }
    while offset < first.count {
      if bytes[first.lowerBound &+ offset] != bytes[second.lowerBound &+ offset] { return false }
      offset &+= 1
    }
    return true
  }

  private mutating func grow() {
    slots = Array(repeating: 0, count: 4 * slots.count)
    for (code, key) in keys.enumerated() {
      var slot = Int(truncatingIfNeeded: KeyHash.hash(key)) & (slots.count - 1)
      while slots[slot] != 0 { slot = (slot &+ 1) & (slots.count - 1) }
      slots[slot] = UInt32(code + 1)
    }
  }
}
