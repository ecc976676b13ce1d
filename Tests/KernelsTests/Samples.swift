import Columns
import TestSupport

/// Random columns of every type, with few values so that they meet, nulls, and the values that are
/// hard: both zeros, NaN, infinities, the ends of the ranges.
struct Samples {
  var random: Seeded
  let dictionaries: [TextDictionary]
  /// Whether texts are numbers behind a letter, but for some columns in which one is not.
  let areNumbered: Bool
  let numbered: [TextDictionary]

  static let types: [DataType] = [
    .boolean, .bigint, .double, .text, .date, .timestamp, .hugeint,
    .decimal(precision: 20, scale: 2), .interval,
  ]

  init(_ seed: UInt64) {
    random = Seeded(seed)
    areNumbered = seed % 3 == 1
    let ranges: [(Int64, Int)] = [
      (3, 12), (8, 100_000), (4_000_000_000, 9), (1_000_000_000_000, 30),
    ]
    numbered = ranges.map { first, count in
      let affix = Affix(prefix: Array("u".utf8), suffix: [], digits: 1)
      return TextDictionary(count: count, numbering: TextNumbering(affix: affix, first: first))
    }
    dictionaries = [
      TextDictionary(TextVector(["b", "", "a", "zz", "a longer text than eight", "é"])),
      TextDictionary(TextVector(["zz", "a longer text than nine", "b", "new", "a"])),
    ]
  }

  mutating func column(_ type: DataType, count: Int, nulls: Bool) -> Column {
    let values: Column.Values
    switch type {
    case .boolean: values = .booleans(pick(count, [true, false]))
    case .date: values = .dates(pick(count, [0, -1, 1, 19_000, 19_001, .min, .max]))
    case .double:
      let hard: [Double] = [
        0, -0.0, .nan, .infinity, -.infinity, 1.5, -1.5, 1e300, .leastNonzeroMagnitude,
      ]
      values = .doubles(pick(count, hard))
    case .text: values = texts(count)
    case .hugeint, .decimal: values = .wide(pick(count, [0, 1, -1, 1 << 100, -(1 << 100)]))
    case .interval:
      let hard = [
        Interval(), Interval(months: 1), Interval(days: 30),
        Interval(microseconds: 86_400_000_000), Interval(days: 1), Interval(days: -1),
      ]
      values = .intervals(pick(count, hard))
    case .bigint, .timestamp, .null:
      let hard: [Int64] = [0, 1, -1, 1 << 40, .max, .min]
      let near = (0..<count).map { _ in Int64.random(in: 0...20, using: &random) }
      values = .integers(Bool.random(using: &random) ? pick(count, hard) : near)
    }
    let validity = Bitmap(
      (0..<count).map { _ in !nulls || Int.random(in: 0..<5, using: &random) > 0 })
    return Column(type, values, validity: validity)
  }

  private mutating func texts(_ count: Int) -> Column.Values {
    if areNumbered && Int.random(in: 0..<12, using: &random) > 0 {
      let choice = Int.random(in: 0...8, using: &random)
      if choice == 8 { return .texts(TextVector(pick(count, ["u5", "u10", "u1000000000002"]))) }
      let codes = pick(count, [0, 1, 5, 7, 8] as [UInt32])
      return .codes(codes, numbered[choice % 4])
    }
    let choice = Int.random(in: 0...2, using: &random)
    if choice == 2 {
      return .texts(TextVector(pick(count, ["b", "", "new", "own", "a longer text than eight"])))
    }
    let dictionary = dictionaries[choice]
    return .codes(pick(count, (0..<UInt32(dictionary.count)).map { $0 }), dictionary)
  }

  private mutating func pick<T>(_ count: Int, _ values: [T]) -> [T] {
    (0..<count).map { _ in values[Int.random(in: 0..<values.count, using: &random)] }
  }

  /// Cuts `0 ..< count` into ranges at random places.
  mutating func cuts(of count: Int) -> [Range<Int>] {
    var places = [0, count]
    for _ in 0..<Int.random(in: 0...4, using: &random) {
      places.append(Int.random(in: 0...count, using: &random))
    }
    places.sort()
    return zip(places, places.dropFirst()).map { $0..<$1 }
  }
}

/// A cell as what GROUP BY and DISTINCT compare.
func canonical(_ value: Value) -> Value {
  switch value {
  case .double(let number):
    return .double(number == 0 ? 0 : number)
  case .interval(let interval):
    let days = Int64(interval.months) * 30 + Int64(interval.days)
    return .interval(Interval(microseconds: days * 86_400_000_000 + interval.microseconds))
  default: return value
  }
}

/// A cell as a text that is equal where the cells are the same group.
func groupText(_ value: Value) -> String { "\(canonical(value))" }

extension Column {
  var cells: [Value] { (0..<count).map { value(at: $0) } }
  var texts: [String] { cells.map { groupText($0) } }
}

/// Whether one cell comes before another in ascending order; neither is NULL.
func isBefore(_ left: Value, _ right: Value) -> Bool {
  switch (left, right) {
  case (.boolean(let a), .boolean(let b)): return !a && b
  case (.bigint(let a), .bigint(let b)): return a < b
  case (.timestamp(let a), .timestamp(let b)): return a < b
  case (.date(let a), .date(let b)): return a < b
  case (.double(let a), .double(let b)): return a.isNaN ? false : b.isNaN ? true : a < b
  case (.text(let a), .text(let b)): return Array(a.utf8).lexicographicallyPrecedes(Array(b.utf8))
  case (.hugeint(let a), .hugeint(let b)): return a < b
  case (.decimal(let a, _), .decimal(let b, _)): return a < b
  case (.interval, .interval):
    if case .interval(let a) = canonical(left), case .interval(let b) = canonical(right) {
      return a.microseconds < b.microseconds
    }
    return false
  default: return false
  }
}
