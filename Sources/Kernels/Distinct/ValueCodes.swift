import Bytes
import Columns

/// A number for each different value of a column, batch after batch: the same value, the same code.
///
/// Texts have the codes of their dictionary, or count as integers while all of them are one affix
/// and a number. Integers that lie near each other are their own code, counted from a base.
/// Everything else is numbered by a group table.
///
/// PERF: 20 M integers in a row are counted as distinct in 0.1 s and 0.1 GB as their own codes; in
/// a table, where they left a range of 4 M, it took 26 s and 1.1 GB. 50 M numbered texts: 0.4 s and
/// 0.14 GB in place of 16 s and 2.1 GB (a limit of 1 GiB, Zen 5 VM, 2026-11-30).
///
/// Invariant: where integers are their own codes, `base` is set and `bound` is not 0; where there
/// is a `table`, codes are its groups; else they are those of `home`.
struct ValueCodes: Sendable {
  let type: DataType
  private var home = TextHome()
  /// What the texts have around their numbers, where these are the values.
  private var affix: Affix?
  /// The integer of code 0, while integers are their own code.
  private var base: Int64?
  /// No integer is less.
  private var least = Int64.max
  private var table: GroupTable?
  /// How many values there have been.
  private var valuesSeen = 0

  var limits = Limits()

  struct Limits {
    /// Integers that lie no wider apart may have `mostRoom` each.
    var reach: UInt64 = 0
    /// How much memory it may take to give codes anew.
    var memory = Int.max
  }

  /// Integers that lie no wider apart are their own codes in any case, and so are those that have
  /// no more room each than `room`.
  private static let leastReach: UInt64 = 1 << 22
  private static let room: UInt64 = 4
  private static let mostRoom: UInt64 = 256
  /// About how much memory a value in the table takes.
  static let bytesPerValue = 72

  init(_ type: DataType) { self.type = type }

  /// All codes given so far are below it.
  private(set) var bound = 0

  /// About how much memory the numbering takes.
  var bytes: Int { table.map { $0.groupCount * Self.bytesPerValue } ?? home.internedBytes }

  private(set) var hashedBatches = 0

  /// The codes of values, and what has become of the codes given before.
  struct Codes {
    var before = CodeMap.same
    var codes: [UInt32]
  }

  /// The codes of a column; of those given before, the ones in `sets` keep a meaning. Nil where too
  /// many of these would be given anew.
  mutating func codes(of column: Column, in sets: CodeSets) -> Codes? {
    if column.count == 0 { return Codes(codes: []) }
    valuesSeen += column.count
    return add(column, in: sets)
  }

  private mutating func add(_ column: Column, in sets: CodeSets) -> Codes? {
    switch column.values {
    case .texts, .codes:
      guard home.count == 0,
        let found = TextNumbering.numbers(of: column.values, affix, from: least)
      else { return texts(column, in: sets) }
      affix = found.affix
      return near(found.numbers, Column(.bigint, .integers(found.numbers)), in: sets)
    case .booleans(let values):
      bound = 2
      return Codes(codes: values.map { $0 ? 1 : 0 })
    case .dates(let values): return near(values, column, in: sets)
    case .integers(let values): return near(values, column, in: sets)
    default:
      hashedBatches += 1
      return Codes(codes: numbered(column))
    }
  }

  private mutating func texts(_ column: Column, in sets: CodeSets) -> Codes? {
    var before = CodeMap.same
    if affix != nil {
      // Those that were numbers become texts like the others.
      guard let used = sets.codesUsed(most: mostMoved(bound)) else { return nil }
      let texts = spelled(self.column(of: used))
      before = .mapped(home.codes(of: .texts(texts), validity: nil), from: used, bound: bound)
      affix = nil
      base = nil
      table = nil
    }
    let codes = home.codes(of: column.values, validity: nil)
    bound = home.count
    return Codes(before: before, codes: codes)
  }

  /// The most values of which codes are given anew: each gets a place in a table, and all codes
  /// below a bound one in a map.
  private func mostMoved(_ bound: Int) -> Int {
    (limits.memory - 4 * bound) / Self.bytesPerValue
  }

  private mutating func numbered(_ column: Column) -> [UInt32] {
    var own = table.take() ?? GroupTable([column.type])
    let codes = own.add([column], rowCount: column.count).ids
    bound = own.groupCount
    table = own
    return codes
  }

  /// The values of codes that have been given.
  func column(of codes: [UInt32]) -> Column {
    if let base {
      let values = codes.map { base &+ Int64($0) }
      if let affix { return Column(type, TextNumbering.values(values, affix, validity: nil)) }
      if type != .date { return Column(type, .integers(values)) }
      return Column(type, .dates(values.map { Int32(truncatingIfNeeded: $0) }))
    }
    if type == .boolean { return Column(type, .booleans(codes.map { $0 != 0 })) }
    if let table { return Self.column(gather(table.keyColumns()[0], codes), affix) }
    let dictionary = home.dictionary()
    // A dictionary of all texts would keep them in memory for as long as anything names it.
    let column = Column(.text, .codes(codes, dictionary))
    return home.internedBytes == 0 ? column : Column(.text, .texts(spelled(column)))
  }

  private static func column(_ numbers: Column, _ affix: Affix?) -> Column {
    guard let affix, case .integers(let values) = numbers.values else { return numbers }
    return Column(.text, TextNumbering.values(values, affix, validity: nil))
  }
}

// MARK: - Integers as their own codes

extension ValueCodes {
  private mutating func near<T: FixedWidthInteger & SignedInteger>(
    _ values: [T], _ column: Column, in sets: CodeSets
  ) -> Codes? {
    guard let range = rangeOf(values) else { return Codes(codes: []) }
    least = min(least, range.lowerBound)
    if table == nil, let shift = makeRoom(for: range), let base {
      // PERF: many at a time, where `map` takes 22 instructions for each.
      let codes = [UInt32](capacity: values.count) { codes in
        for row in values.indices {
          codes.append(UInt32(truncatingIfNeeded: Int64(values[row]) &- base))
        }
      }
      return Codes(before: .shifted(shift), codes: codes)
    }
    guard let before = fillTable(sets) else { return nil }
    hashedBatches += 1
    return Codes(before: before, codes: numbered(column))
  }

  /// From codes that are integers to those of a table, in their order.
  private mutating func fillTable(_ sets: CodeSets) -> CodeMap? {
    guard let base, table == nil else { return .same }
    guard let used = sets.codesUsed(most: mostMoved(bound)) else { return nil }
    let values = used.map { base &+ Int64($0) }
    let column =
      type == .date
      ? Column(.date, .dates(values.map { Int32(truncatingIfNeeded: $0) }))
      : Column(type == .text ? .bigint : type, .integers(values))
    self.base = nil
    let bound = bound
    return used.isEmpty ? .same : .mapped(numbered(column), from: used, bound: bound)
  }

  /// Whether integers of a range can be their own codes beside those there are.
  private func isNear(_ range: ClosedRange<Int64>) -> Bool {
    var (low, high) = (range.lowerBound, range.upperBound)
    if let base {
      low = min(low, base)
      high = max(high, base + Int64(bound - 1))
    }
    let seen = UInt64(valuesSeen)
    let room = max(
      Self.leastReach, min(seen * Self.room, 1 << 31), min(seen * Self.mostRoom, limits.reach))
    return UInt64(bitPattern: high &- low) < room
  }

  /// Makes integers of a range their own codes, and says how far the codes given before have moved;
  /// nil where they would lie too far apart.
  private mutating func makeRoom(for range: ClosedRange<Int64>) -> Int? {
    guard isNear(range) else { return nil }
    var shift = 0
    if base.map({ range.lowerBound < $0 }) ?? true {
      // Later batches may start lower, but hardly by more than this one is wide.
      let span = UInt64(bitPattern: range.upperBound &- range.lowerBound)
      let spare = Int64(min(max(span, 16) &* 2, Self.leastReach / 2))
      let (low, overflow) = range.lowerBound.subtractingReportingOverflow(spare)
      let start = overflow ? range.lowerBound : affix == nil ? low : max(low, 0)
      if let base { shift = Int(base - start) }
      base = start
    }
    bound = max(bound + shift, Int(range.upperBound &- (base ?? 0)) + 1)
    return shift
  }
}

// MARK: - Merging

extension ValueCodes {
  /// What becomes of the codes given here and of those of `other`, whose values are added. The
  /// codes that matter there are those in `theirs`. Nil where too many would be given anew.
  mutating func merge(
    _ other: ValueCodes, _ theirs: CodeSets, in sets: CodeSets
  ) -> (here: CodeMap, there: CodeMap)? {
    valuesSeen += other.valuesSeen
    if other.bound == 0 { return (.same, .same) }
    if let first = other.base, takesIntegers(of: other) {
      if bound == 0 { affix = other.affix }
      if let shift = makeRoom(for: first...first + Int64(other.bound - 1)), let base {
        least = min(least, other.least)
        return (.shifted(shift), .shifted(Int(first - base)))
      }
    }
    if other.isNumberedByHome {
      let all = other.column(of: Array(0..<UInt32(other.bound)))
      return add(all, in: sets).map { ($0.before, .mapped($0.codes)) }
    }
    // What is no code of a dictionary needs room, so it is only what there is.
    guard let used = theirs.codesUsed(most: mostMoved(other.bound)) else { return nil }
    return add(other.column(of: used), in: sets).map {
      ($0.before, .mapped($0.codes, from: used, bound: other.bound))
    }
  }

  /// Whether the integers of another are values here too, or the same texts.
  private func takesIntegers(of other: ValueCodes) -> Bool {
    if table != nil || home.count > 0 { return false }
    guard let affix, let theirs = other.affix else { return bound == 0 || other.affix == nil }
    return affix.takesNumbers(of: theirs, from: other.least)
  }

  private var isNumberedByHome: Bool { base == nil && table == nil }
}

/// What codes become.
enum CodeMap: Sendable {
  case same
  case shifted(UInt32)
  case mapped([UInt32])

  static func shifted(_ distance: Int) -> CodeMap {
    distance == 0 ? .same : .shifted(UInt32(distance))
  }

  /// The new codes of some of the codes below `bound`, in the order of `old`.
  static func mapped(_ codes: [UInt32], from old: [UInt32], bound: Int) -> CodeMap {
    var map = [UInt32](repeating: 0, count: bound)
    for place in old.indices { map[Int(old[place])] = codes[place] }
    return .mapped(map)
  }

  var isSame: Bool { if case .same = self { true } else { false } }

  func callAsFunction(_ codes: [UInt32]) -> [UInt32] {
    switch self {
    case .same: codes
    case .shifted(let distance): codes.map { $0 &+ distance }
    case .mapped(let map): codes.map { map[Int($0)] }
    }
  }
}
