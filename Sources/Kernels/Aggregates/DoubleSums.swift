import Columns

/// Sums of doubles, rounded once: the double nearest to the exact sum, so that the order of the
/// rows, the number of threads and the places where the input was cut cannot show in a single bit.
struct DoubleSumState: AggregateState {
  let isAverage: Bool
  private var nulls = NullCounts()
  private var sums = ExactSums()

  init(isAverage: Bool) { self.isAverage = isAverage }

  mutating func update(_ groups: RowGroups, _ groupCount: Int, _ arguments: [Column]) {
    guard case .doubles(let values) = arguments[0].values else {
      preconditionFailure("the argument has the declared type")
    }
    nulls.add(groups, groupCount, arguments[0].validity)
    sums.add(values, groups.ids, arguments[0].validity, groupCount)
  }

  mutating func merge(_ other: any AggregateState, _ groups: [UInt32], _ groupCount: Int) {
    let other = same(other)
    nulls.merge(other.nulls, groups, groupCount)
    sums.merge(other.sums, groups, groupCount)
  }

  mutating func finish(_ rowCounts: [Int64]) -> Column {
    Self.column(
      sums.rounded(groupCount: rowCounts.count), nulls.valid(rowCounts), isAverage: isAverage)
  }

  /// The results that sums of so many values each are.
  static func column(_ sums: [Double], _ counts: [Int64], isAverage: Bool) -> Column {
    var results = sums
    if isAverage {
      for group in results.indices where counts[group] != 0 {
        results[group] /= Double(counts[group])
      }
    }
    let validity = Bitmap(count: counts.count) { counts[$0] != 0 }
    return Column(.double, .doubles(results), validity: validity)
  }
}

/// Exact sums of doubles by group.
///
/// A double is an integer times a power of two. Where that integer fits a 128-bit **window** whose
/// lowest bit is worth 2⁻⁸⁰, it is added there: full precision for magnitudes from 4e-9 on, and
/// sums up to 1e14. Whatever does not fit, a value or a sum that leaves the window, goes to a
/// `WideSum` that holds any sum of doubles. Infinities and NaN are kept apart and decide at the
/// end.
///
/// Invariant: the exact sum of the finite values of group `g` is `window[g]` · 2⁻⁸⁰ + `wide[g]`.
struct ExactSums: Sendable {
  private var window: [Int128] = []
  private var wide: [UInt32: WideSum] = [:]
  private var special: [UInt32: Double] = [:]

  private static let lowestBit = -80

  init(groupCount: Int = 0) { grow(&window, to: groupCount) }

  /// Adds to a group for which there is room.
  @inline(__always)
  mutating func add(_ value: Double, to group: UInt32) {
    if !Self.addToWindow(value, &window[Int(group)]) { addOutside(value, group) }
  }

  mutating func add(_ values: [Double], _ ids: [UInt32], _ validity: Bitmap?, _ groupCount: Int) {
    grow(&window, to: groupCount)
    for row in ids.indices where validity?[row] ?? true {
      add(values[row], to: ids[row])
    }
  }

  /// Adds a value that fits the window; says whether it did.
  @inline(__always)
  private static func addToWindow(_ value: Double, _ sum: inout Int128) -> Bool {
    let bits = value.bitPattern
    let exponent = Int(truncatingIfNeeded: bits &>> 52 & 0x7FF)
    // A value is its 53-bit significand times 2^(exponent - 1075).
    let shift = exponent &- 1075 &- lowestBit
    if shift < 0 || shift > 70 { return exponent == 0 && bits &<< 1 == 0 }
    let significand = Int128(bits & (1 &<< 52 &- 1) | 1 &<< 52) &<< Int128(shift)
    let (result, overflow) = sum.addingReportingOverflow(
      value.sign == .minus ? -significand : significand)
    if overflow { return false }
    sum = result
    return true
  }

  private mutating func addOutside(_ value: Double, _ group: UInt32) {
    if value.isFinite {
      wide[group, default: WideSum()].add(value)
    } else {
      special[group, default: 0] += value
    }
  }

  mutating func merge(_ other: ExactSums, _ groups: [UInt32], _ groupCount: Int) {
    grow(&window, to: groupCount)
    for group in other.window.indices {
      let place = Int(groups[group])
      let (sum, overflow) = window[place].addingReportingOverflow(other.window[group])
      if overflow {
        wide[groups[group], default: WideSum()].add(other.window[group], times: Self.lowestBit)
      } else {
        window[place] = sum
      }
    }
    for (group, sum) in other.wide { wide[groups[Int(group)], default: WideSum()].add(sum) }
    for (group, value) in other.special { special[groups[Int(group)], default: 0] += value }
  }

  func rounded(groupCount: Int) -> [Double] { (0..<groupCount).map { rounded($0) } }

  /// The double nearest to the sum of a group, ties to even.
  func rounded(_ group: Int) -> Double {
    let id = UInt32(group)
    if let value = special[id] { return value }
    let low = group < window.count ? window[group] : 0
    if var sum = wide[id] {
      sum.add(low, times: Self.lowestBit)
      return sum.rounded
    }
    return Double(low) * Double(sign: .plus, exponent: Self.lowestBit, significand: 1)
  }
}

/// Any sum of finite doubles, exactly: a fixed-point number from 2⁻¹⁰⁷⁴ to beyond the largest
/// double.
///
/// Invariant: the value is the sum of `limbs[i]` · 2^(32 i - 1088); each limb has been changed
/// fewer than 2³⁰ times by less than 2³² since the carries were last settled.
struct WideSum: Sendable {
  private var limbs = [Int64](repeating: 0, count: 72)
  private var additions = 0

  private static let lowestBit = -1088

  mutating func add(_ value: Double) {
    let exponent = max(Int(value.exponentBitPattern), 1)
    var significand = value.significandBitPattern
    if value.exponentBitPattern != 0 { significand |= 1 << 52 }
    add(
      Int128(value.sign == .minus ? -Int64(significand) : Int64(significand)),
      times: exponent - 1075)
  }

  /// Adds `integer` · 2^`exponent`.
  mutating func add(_ integer: Int128, times exponent: Int) {
    let place = exponent - Self.lowestBit
    let shift = place % 32
    var limb = place / 32
    var rest = integer.magnitude
    // The lowest limb's share is cut off first, so that no bit is shifted out at the top.
    let firstMask: UInt128 = 1 << UInt128(32 - shift) - 1
    addToLimb(limb, Int64(truncatingIfNeeded: (rest & firstMask) << UInt128(shift)), integer < 0)
    rest >>= UInt128(32 - shift)
    while rest != 0 {
      limb += 1
      addToLimb(limb, Int64(truncatingIfNeeded: rest & 0xFFFF_FFFF), integer < 0)
      rest >>= 32
    }
    additions += 1
    if additions == 1 << 30 { settle() }
  }

  private mutating func addToLimb(_ limb: Int, _ amount: Int64, _ isNegative: Bool) {
    limbs[limb] += isNegative ? -amount : amount
  }

  mutating func add(_ other: WideSum) {
    var other = other
    other.settle()
    settle()
    for limb in limbs.indices { limbs[limb] += other.limbs[limb] }
    additions += 1
  }

  /// Carries, so that every limb but the last is in `0 ..< 2³²`.
  private mutating func settle() {
    var carry: Int64 = 0
    for limb in limbs.indices.dropLast() {
      let sum = limbs[limb] + carry
      limbs[limb] = sum & 0xFFFF_FFFF
      carry = sum >> 32
    }
    limbs[limbs.count - 1] += carry
    additions = 0
  }

  /// The nearest double, ties to even; infinite beyond the largest.
  var rounded: Double {
    var sum = self
    sum.settle()
    let isNegative = (sum.limbs.last ?? 0) < 0
    if isNegative {
      for limb in sum.limbs.indices { sum.limbs[limb] = -sum.limbs[limb] }
      sum.settle()
    }
    guard let top = sum.limbs.lastIndex(where: { $0 != 0 }) else { return 0 }
    // Three limbs hold more than a significand; everything below is one sticky bit.
    var digits: UInt128 = 0
    for limb in 0..<3 { digits = digits << 32 | UInt128(top >= limb ? sum.limbs[top - limb] : 0) }
    var exponent = Self.lowestBit + 32 * (top - 2)
    let isSticky = top > 2 && sum.limbs[..<(top - 2)].contains { $0 != 0 }
    // Below 2⁻¹⁰⁷⁴ there is no double, so what is rounded away is at least everything below it.
    let width = 128 - digits.leadingZeroBitCount
    let drop = max(width - 53, -1074 - exponent)
    if drop > 0 {
      let rest = digits & (1 << UInt128(drop) - 1)
      let half: UInt128 = 1 << UInt128(drop - 1)
      digits >>= UInt128(drop)
      exponent += drop
      if rest > half || rest == half && (isSticky || digits & 1 != 0) { digits += 1 }
    }
    let magnitude = Double(sign: .plus, exponent: exponent, significand: Double(UInt64(digits)))
    return isNegative ? -magnitude : magnitude
  }
}
