import Bytes
package import Columns

/// One key column of a group table: its values by group, and how the values of a batch become
/// integers that are equal exactly where SQL groups them together.
///
/// - Texts become their numbers while all of them are one affix and a number, and else codes of a
///   `TextHome`.
/// - Doubles become their bits, with -0.0 as 0.0 and one NaN, since each pair is one group.
/// - Intervals become microseconds with 30 days a month, since that is when they are equal.
///
/// Invariant: `words`, `isNull`, and where there are any `high` and `intervals`, have one entry a
/// group; at a null the words are 0.
struct KeyStore: Sendable {
  let type: DataType
  private(set) var home = TextHome()
  /// What the texts of all groups have around their numbers, where they are numbers.
  private var affix: Affix?
  private(set) var words: [Int64] = []
  private(set) var high: [Int64] = []
  private(set) var isNull: [Bool] = []
  private var nullCount = 0
  private var intervals: [Interval] = []

  init(_ type: DataType) { self.type = type }

  private var isWide: Bool {
    switch type {
    case .hugeint, .decimal, .interval: true
    case .boolean, .bigint, .double, .text, .date, .timestamp, .null: false
    }
  }

  /// The values of a batch as integers.
  enum Words: Sendable {
    case codes([UInt32], bound: Int)
    case dates([Int32])
    case integers([Int64])
    case wide([Int128])
  }

  /// Whether texts are numbers so far. When a column turns up whose texts are not, the words of all
  /// groups change.
  var isNumbered: Bool { affix != nil }

  mutating func words(of column: Column) -> Words {
    switch column.values {
    case .texts, .codes:
      if home.count == 0,
        let found = TextNumbering.numbers(of: column.values, affix, from: leastWord)
      {
        affix = found.affix
        return .integers(found.numbers)
      }
      spellOut()
      let codes = home.codes(of: column.values, validity: column.validity)
      return .codes(codes, bound: home.count)
    default:
      return Self.numbers(of: column.values)
    }
  }

  private var leastWord: Int64 {
    words.indices.reduce(.max) { isNull[$1] ? $0 : min($0, words[$1]) }
  }

  /// From numbers to codes of texts.
  private mutating func spellOut() {
    guard let affix else { return }
    let numbers = TextNumbering.values(words, affix, validity: validity)
    let texts = spelled(Column(.text, numbers, validity: validity))
    words = home.codes(of: .texts(texts), validity: validity).map { Int64($0) }
    self.affix = nil
  }

  /// As `words(of:)` for a column that is only looked up: a text that no group has is `bound`, or a
  /// negative number.
  func lookUp(_ column: Column) -> Words {
    switch column.values {
    case .texts, .codes:
      if let affix { return .integers(Self.numbers(of: column, affix)) }
      let unknown = UInt32(home.count)
      return .codes(home.lookUp(column.values, unknown: unknown), bound: home.count + 1)
    default:
      return Self.numbers(of: column.values)
    }
  }

  mutating func prepareLookUp() {
    if type == .text { home.prepareLookUp() }
  }

  private static func numbers(of column: Column, _ affix: Affix) -> [Int64] {
    if case .codes(let codes, let dictionary) = column.values,
      let numbers = dictionary.numbers(codes, of: affix)
    {
      return numbers
    }
    let texts = spelled(column)
    let bytes = texts.bytes.span
    var numbers = [Int64](repeating: 0, count: texts.count)
    for row in numbers.indices {
      let range = texts.range(row)
      numbers[row] = affix.number(bytes, range.lowerBound, range.upperBound)
    }
    return numbers
  }

  private static func numbers(of values: Column.Values) -> Words {
    switch values {
    case .booleans(let values): .codes(values.map { $0 ? 1 : 0 }, bound: 2)
    case .dates(let values): .dates(values)
    case .integers(let values): .integers(values)
    case .wide(let values): .wide(values)
    case .doubles(let values): .integers(values.map { groupingBits($0) })
    case .intervals(let values): .wide(values.map { $0.comparableMicroseconds })
    case .texts, .codes: preconditionFailure("texts are coded by a text home")
    }
  }

  /// Adds the values of `rows` as those of new groups.
  mutating func append(_ rows: [UInt32], of words: Words, from column: Column) {
    let first = isNull.count
    switch words {
    case .codes(let values, _): append(rows, of: values)
    case .dates(let values): append(rows, of: values)
    case .integers(let values): append(rows, of: values)
    case .wide(let values):
      for row in rows {
        self.words.append(Int64(truncatingIfNeeded: values[Int(row)]))
        high.append(Int64(truncatingIfNeeded: values[Int(row)] >> 64))
      }
    }
    isNull += repeatElement(false, count: rows.count)
    if let validity = column.validity {
      for (place, row) in rows.enumerated() where !validity[Int(row)] {
        nullCount += 1
        isNull[first + place] = true
        self.words[first + place] = 0
        if !high.isEmpty { high[first + place] = 0 }
      }
    }
    if case .intervals(let values) = column.values {
      for row in rows { intervals.append(values[Int(row)]) }
    }
  }

  private mutating func append<T: FixedWidthInteger>(_ rows: [UInt32], of values: [T]) {
    words.append(addingCapacity: rows.count) { output in
      for row in rows { output.append(Int64(truncatingIfNeeded: values[Int(row)])) }
    }
  }

  var validity: Bitmap? {
    nullCount > 0 ? Bitmap(count: isNull.count) { !isNull[$0] } : nil
  }

  /// The keys of all groups, in the form that those of a batch have.
  func groupWords() -> Words {
    if case .text = type, affix == nil {
      return .codes(words.map { UInt32(truncatingIfNeeded: $0) }, bound: home.count)
    }
    if !isWide { return .integers(words) }
    return .wide(zip(words, high).map { Int128($1) << 64 | Int128(UInt64(bitPattern: $0)) })
  }

  /// The keys of all groups, as a column of the type that came in.
  func column() -> Column {
    let values: Column.Values
    switch type {
    case .text:
      if let affix {
        values = TextNumbering.values(words, affix, validity: validity)
      } else {
        values = .codes(words.map { UInt32(truncatingIfNeeded: $0) }, home.dictionary())
      }
    case .boolean: values = .booleans(words.map { $0 != 0 })
    case .date: values = .dates(words.map { Int32(truncatingIfNeeded: $0) })
    case .double: values = .doubles(words.map { Double(bitPattern: UInt64(bitPattern: $0)) })
    case .interval: values = .intervals(intervals)
    case .hugeint, .decimal:
      values = .wide(zip(words, high).map { Int128($1) << 64 | Int128(UInt64(bitPattern: $0)) })
    case .bigint, .timestamp, .null: values = .integers(words)
    }
    return Column(type, values, validity: validity)
  }
}

extension KeyStore.Words {
  var isWide: Bool { if case .wide = self { true } else { false } }

  /// The smallest and largest value of the batch, where it fits 64 bits; what stands at nulls may
  /// widen it. Codes have the range of their dictionary, which needs no look at the rows.
  var range: ClosedRange<Int64>? {
    switch self {
    case .codes(_, let bound): 0...Int64(max(bound, 1) - 1)
    case .dates(let values): rangeOf(values)
    case .integers(let values): rangeOf(values)
    case .wide: nil
    }
  }
}

/// The smallest and largest of the values.
///
/// PERF: value by value it took 4 % of a rebuild, for its hours (samples, Zen 5 VM, 2026-11-30).
func rangeOf(_ values: [Int64]) -> ClosedRange<Int64>? {
  guard let first = values.first else { return nil }
  let extremes = Extremes(values.span, before: first)
  return extremes.least...extremes.greatest
}

/// The smallest and largest of the values.
func rangeOf<T: FixedWidthInteger>(_ values: [T]) -> ClosedRange<Int64>? {
  guard var low = values.first else { return nil }
  var high = low
  for index in values.indices {
    let value = values[index]
    if value < low { low = value }
    if value > high { high = value }
  }
  return Int64(truncatingIfNeeded: low)...Int64(truncatingIfNeeded: high)
}

/// The bits of a double with one pattern for zero and one for NaN.
func groupingBits(_ value: Double) -> Int64 {
  Int64(bitPattern: (value == 0 ? 0 : value.isNaN ? Double.nan : value).bitPattern)
}

extension Interval {
  /// What intervals compare by: a month is 30 days, a day 24 hours.
  package var comparableMicroseconds: Int128 {
    let days = Int128(months) * 30 + Int128(self.days)
    return days * Int128(Calendar.microsecondsPerDay) + Int128(microseconds)
  }
}
