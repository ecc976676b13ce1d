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
      let byCode = textKeys(dictionary.texts)
      keys = byCode.isEmpty ? codes.map { _ in 0 } : codes.map { byCode[Int($0)] }
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
    var keys: [UInt128] = []
    keys.reserveCapacity(texts.count)
    let offsets = texts.offsets
    let bytes = texts.bytes
    var start = 0
    for index in 0..<texts.count {
      let end = Int(offsets[index &+ 1])
      keys.append(end &- start < 16 ? short(bytes, start, end) : long(bytes, start, end))
      start = end
    }
    return keys
  }

  /// The bytes themselves below their count.
  private static func short(_ bytes: [UInt8], _ start: Int, _ end: Int) -> UInt128 {
    var high: UInt64 = 0
    var low: UInt64 = 0
    for index in start..<end {
      high = high << 8 | low >> 56
      low = low << 8 | UInt64(bytes[index])
    }
    return UInt128(end &- start) << 120 | UInt128(high) << 64 | UInt128(low)
  }

  /// 120 bits of a hash below 255.
  private static func long(_ bytes: [UInt8], _ start: Int, _ end: Int) -> UInt128 {
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

/// Keys numbered in the order in which they first came.
struct KeyNumbers {
  private var slots: [UInt128]
  private var numbers: [UInt32]
  private var zero: UInt32?
  private(set) var count = 0

  init(expecting count: Int) {
    var size = 64
    while size < 2 * count { size *= 2 }
    slots = [UInt128](repeating: 0, count: size)
    numbers = [UInt32](repeating: 0, count: size)
  }

  /// The number of each key; a key that was not there gets the next one.
  mutating func insert(_ keys: [UInt128]) -> [UInt32] {
    precondition(2 * (count + keys.count) <= slots.count, "all keys were expected")
    var result = [UInt32](repeating: 0, count: keys.count)
    let mask = slots.count - 1
    for index in keys.indices {
      let key = keys[index]
      if key == 0 {
        let number = zero ?? UInt32(count)
        if zero == nil { count += 1 }
        zero = number
        result[index] = number
        continue
      }
      var slot = KeySet.place(key) & mask
      while slots[slot] != 0 && slots[slot] != key { slot = (slot &+ 1) & mask }
      if slots[slot] == 0 {
        slots[slot] = key
        numbers[slot] = UInt32(count)
        count &+= 1
      }
      result[index] = numbers[slot]
    }
    return result
  }
}

/// A set of keys: open addressing, at most half full.
struct KeySet {
  private var slots: [UInt128]
  private var hasZero = false
  private(set) var count = 0

  init(expecting count: Int) {
    var size = 64
    while size < 2 * count { size *= 2 }
    slots = [UInt128](repeating: 0, count: size)
  }

  /// Adds the keys in their order and returns which of them were not there before.
  mutating func insert(_ keys: [UInt128]) -> [Bool] {
    reserve(adding: keys.count)
    var isNew = [Bool](repeating: false, count: keys.count)
    let mask = slots.count - 1
    var added = 0
    for index in keys.indices {
      let key = keys[index]
      if key == 0 {
        isNew[index] = !hasZero
        if !hasZero { added &+= 1 }
        hasZero = true
        continue
      }
      var slot = Self.place(key) & mask
      while slots[slot] != 0 && slots[slot] != key { slot = (slot &+ 1) & mask }
      if slots[slot] == 0 {
        slots[slot] = key
        isNew[index] = true
        added &+= 1
      }
    }
    count += added
    return isNew
  }

  func contains(_ key: UInt128) -> Bool {
    if key == 0 { return hasZero }
    let mask = slots.count - 1
    var slot = Self.place(key) & mask
    while slots[slot] != 0 {
      if slots[slot] == key { return true }
      slot = (slot &+ 1) & mask
    }
    return false
  }

  private mutating func reserve(adding: Int) {
    guard 2 * (count + adding) > slots.count else { return }
    var larger = KeySet(expecting: max(2 * count, count + adding))
    let mask = larger.slots.count - 1
    for key in slots where key != 0 {
      var slot = Self.place(key) & mask
      while larger.slots[slot] != 0 { slot = (slot &+ 1) & mask }
      larger.slots[slot] = key
    }
    slots = larger.slots
  }

  static func place(_ key: UInt128) -> Int {
    let high = UInt64(truncatingIfNeeded: key >> 64)
    let low = UInt64(truncatingIfNeeded: key)
    let product = (low ^ 0x9E37_79B9_7F4A_7C15)
      .multipliedFullWidth(by: high ^ 0xC2B2_AE3D_27D4_EB4F)
    return Int(truncatingIfNeeded: (product.high ^ product.low) >> 1)
  }
}
