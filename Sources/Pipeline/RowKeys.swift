import Bytes
import Columns

/// Keys of rows in 128 bits.
///
/// Numbers, dates, times and codes of a shared dictionary are packed side by side where 128 bits
/// hold them, and a text of up to 15 bytes is packed with its length: such keys are equal if and
/// only if the values are. Longer keys are hashed; two of a billion different ones then meet with a
/// chance of about 10⁻²⁰.
enum RowKeys {
  /// What a key column is, the same for all batches whose keys are compared.
  struct Part: Sendable, Hashable {
    /// Whether its codes are those of the lake, so that a code stands for its text. Other codes
    /// differ between files, so their texts count.
    let isShared: Bool
    let isNullable: Bool
  }

  /// The keys of all rows.
  static func keys(of columns: [Column], _ parts: [Part]) -> [UInt128] {
    precondition(columns.count == parts.count && !columns.isEmpty, "a key has columns")
    let widths = zip(columns, parts).map { width(of: $0, $1) }
    let total = widths.reduce(0) { $0 + ($1 ?? 1000) }
    if columns.count == 1, widths[0] == nil { return textKeys(columns[0]) }
    var keys = [UInt128](repeating: 0, count: columns[0].count)
    for (column, width) in zip(columns, widths) {
      if total <= 128, let width {
        pack(column, width: width, into: &keys)
      } else {
        var words = [UInt128](repeating: 0, count: column.count)
        if let width { pack(column, width: width, into: &words) } else { words = textKeys(column) }
        mix(words, into: &keys)
      }
    }
    return keys
  }

  /// The bits that a value takes; nil where it has to be hashed. A null is told apart by one bit.
  private static func width(of column: Column, _ part: Part) -> Int? {
    precondition(part.isNullable || column.validity == nil, "no null where none is declared")
    let bits: Int
    switch column.values {
    case .booleans: bits = 1
    case .dates: bits = 32
    case .integers, .doubles: bits = 64
    case .codes where part.isShared: bits = 32
    case .texts, .codes, .wide, .intervals: return nil
    }
    return part.isNullable ? bits + 1 : bits
  }

  private static func pack(_ column: Column, width: Int, into keys: inout [UInt128]) {
    let shift = UInt128(width)
    switch column.values {
    case .booleans(let values):
      for row in keys.indices { keys[row] = keys[row] << shift | (values[row] ? 1 : 0) }
    case .dates(let values):
      for row in keys.indices {
        keys[row] = keys[row] << shift | UInt128(UInt32(bitPattern: values[row]))
      }
    case .integers(let values):
      for row in keys.indices {
        keys[row] = keys[row] << shift | UInt128(UInt64(bitPattern: values[row]))
      }
    case .doubles(let values):
      // Equal numbers have equal bits but for the two zeros.
      for row in keys.indices {
        keys[row] = keys[row] << shift | UInt128(values[row] == 0 ? 0 : values[row].bitPattern)
      }
    case .codes(let values, _):
      for row in keys.indices { keys[row] = keys[row] << shift | UInt128(values[row]) }
    case .texts, .wide, .intervals: preconditionFailure("only what has a width is packed")
    }
    guard let validity = column.validity else { return }
    let null = UInt128(1) << (shift - 1)
    let mask = (UInt128(1) << shift) - 1
    for row in keys.indices where !validity[row] { keys[row] = keys[row] & ~mask | null }
  }

  private static func textKeys(_ column: Column) -> [UInt128] {
    var keys: [UInt128]
    switch column.values {
    case .codes(let codes, let dictionary):
      if dictionary.count == 0 || dictionary.count > codes.count {
        keys = textKeys(column.spelled)
      } else {
        let byCode = textKeys(dictionary.texts)
        keys = codes.map { byCode[Int($0)] }
      }
    case .texts(let texts): keys = textKeys(texts)
    case .wide(let values): keys = values.map { UInt128(bitPattern: $0) }
    case .intervals(let values):
      keys = values.map { value in
        UInt128(UInt32(bitPattern: value.months)) << 96
          | UInt128(UInt32(bitPattern: value.days)) << 64
          | UInt128(UInt64(bitPattern: value.microseconds))
      }
    case .booleans, .dates, .integers, .doubles:
      preconditionFailure("what has a width is packed")
    }
    if let validity = column.validity {
      for row in keys.indices where !validity[row] { keys[row] = nullKey }
    }
    return keys
  }

  /// No text has this key: its length would be 254.
  private static let nullKey: UInt128 = 0xFE << 120

  private static func textKeys(_ texts: TextVector) -> [UInt128] {
    keys(of: texts, 0..<texts.count)
  }

  /// The keys of a range of texts.
  static func keys(of texts: TextVector, _ range: Range<Int>) -> [UInt128] {
    var keys = [UInt128](repeating: 0, count: range.count)
    let offsets = texts.offsets
    let array = texts.bytes
    let bytes = array.span
    let first = range.lowerBound
    var start = Int(offsets[first])
    for index in keys.indices {
      let end = Int(offsets[first &+ index &+ 1])
      if end &- start >= 16 {
        keys[index] = long(bytes, start, end)
      } else if start &+ 16 <= bytes.count {
        // PERF: two loads, not a loop over bytes, which took a quarter of a run's time.
        keys[index] = packed(
          bytes.word64(at: start), bytes.word64(at: start &+ 8), count: end &- start)
      } else {
        keys[index] = short(bytes, start, end)
      }
      start = end
    }
    return keys
  }

  /// The bytes themselves below their count.
  private static func short(_ bytes: Span<UInt8>, _ start: Int, _ end: Int) -> UInt128 {
    var first: UInt64 = 0
    var second: UInt64 = 0
    for index in start..<min(end, start &+ 8) {
      first |= UInt64(bytes[index]) &<< UInt64(8 &* (index &- start))
    }
    for index in min(end, start &+ 8)..<end {
      second |= UInt64(bytes[index]) &<< UInt64(8 &* (index &- start &- 8))
    }
    return packed(first, second, count: end &- start)
  }

  /// The first `count` of 16 bytes, at most 15, below their count.
  @inline(__always)
  private static func packed(_ first: UInt64, _ second: UInt64, count: Int) -> UInt128 {
    let bits = UInt64(truncatingIfNeeded: 8 &* count)
    let low = count >= 8 ? first : first & ((1 &<< bits) &- 1)
    let high = count <= 8 ? 0 : second & ((1 &<< (bits &- 64)) &- 1)
    return UInt128(UInt64(truncatingIfNeeded: count) &<< 56 | high) << 64 | UInt128(low)
  }

  /// 120 bits of a hash below 255.
  private static func long(_ bytes: Span<UInt8>, _ start: Int, _ end: Int) -> UInt128 {
    var state = UInt128(UInt64(end &- start))
    var index = start
    while index < end {
      let stop = min(index &+ 16, end)
      state = fold(state, short(bytes, index, stop &- 1), UInt64(bytes[stop &- 1]))
      index = stop
    }
    return UInt128(255) << 120 | state >> 8
  }

  private static func mix(_ words: [UInt128], into keys: inout [UInt128]) {
    for row in keys.indices { keys[row] = fold(keys[row], words[row], 0x5851_F42D) }
  }

  /// Both halves of the state depend on both halves of the old state and of the word.
  private static func fold(_ state: UInt128, _ word: UInt128, _ salt: UInt64) -> UInt128 {
    let stateHigh = UInt64(truncatingIfNeeded: state >> 64)
    let stateLow = UInt64(truncatingIfNeeded: state)
    let wordHigh = UInt64(truncatingIfNeeded: word >> 64) ^ salt
    let wordLow = UInt64(truncatingIfNeeded: word)
    let first = (stateHigh ^ wordHigh ^ 0xE703_7ED1_A0B4_28DB)
      .multipliedFullWidth(by: stateLow ^ wordLow ^ 0x8EBC_6AF0_9C88_C6E3)
    let second = (stateHigh ^ wordLow ^ 0x589D_65F0_F1CE_5B3D)
      .multipliedFullWidth(by: stateLow ^ wordHigh ^ 0x1D8E_4E27_C47D_124F)
    let high = (first.high ^ first.low) &+ (stateHigh << 23 | stateHigh >> 41)
    let low = (second.high ^ second.low) &+ (stateLow << 29 | stateLow >> 35)
    return UInt128(high) << 64 | UInt128(low)
  }
}
