import Columns
import Kernels

/// The comparisons of two values of one type.
enum Comparison: String, Sendable {
  case equal = "="
  case notEqual = "!="
  case less = "<"
  case lessOrEqual = "<="
  case greater = ">"
  case greaterOrEqual = ">="

  /// The same with its sides changed: `a < b` is `b > a`.
  var mirrored: Comparison {
    switch self {
    case .equal, .notEqual: self
    case .less: .greater
    case .lessOrEqual: .greaterOrEqual
    case .greater: .less
    case .greaterOrEqual: .lessOrEqual
    }
  }

  var function: ScalarFunction {
    ScalarFunction(rawValue) { (arguments) throws(QueryError) in
      .booleans(bits(arguments[0], arguments[1], arguments.rowCount))
    }
  }

  func bits(_ a: Operand, _ b: Operand, _ count: Int) -> [Bool] {
    switch a.type {
    case .boolean:
      let number = { (bit: Bool) -> UInt8 in bit ? 1 : 0 }
      return bits(a.booleans.map(number), b.booleans.map(number), count)
    case .date: return bits(a.dates, b.dates, count)
    case .bigint, .timestamp, .null: return bits(a.integers, b.integers, count)
    case .hugeint, .decimal: return bits(a.wide, b.wide, count)
    case .double: return bits(a.doubles.map(orderedBits), b.doubles.map(orderedBits), count)
    case .interval:
      let length = { (value: Interval) -> Int128 in value.comparableMicroseconds }
      return bits(a.intervals.map(length), b.intervals.map(length), count)
    case .text: return textBits(a, b, count)
    }
  }

  private func bits<T: Comparable>(_ a: [T], _ b: [T], _ count: Int) -> [Bool] {
    switch self {
    case .equal: mapped(a, b, count) { $0 == $1 }
    case .notEqual: mapped(a, b, count) { $0 != $1 }
    case .less: mapped(a, b, count) { $0 < $1 }
    case .lessOrEqual: mapped(a, b, count) { $0 <= $1 }
    case .greater: mapped(a, b, count) { $0 > $1 }
    case .greaterOrEqual: mapped(a, b, count) { $0 >= $1 }
    }
  }

  private func textBits(_ a: Operand, _ b: Operand, _ count: Int) -> [Bool] {
    if self == .equal || self == .notEqual,
      case .codes(let mine, let dictionary) = a.column.values,
      case .codes(let other, let another) = b.column.values, dictionary === another
    {
      return bits(mine, other, count)
    }
    let (one, other) = (a.texts, b.texts)
    let (oneBytes, otherBytes) = (one.bytes, other.bytes)
    let order = (0..<count).map { row -> Int8 in
      compareBytes(
        oneBytes, one.range(a.isConstant ? 0 : row), otherBytes,
        other.range(b.isConstant ? 0 : row))
    }
    return bits(order, [0], count)
  }
}

/// -1, 0 or 1 as the first text is smaller, equal or larger, by bytes.
func compareBytes(
  _ a: [UInt8], _ aRange: Range<Int>, _ b: [UInt8], _ bRange: Range<Int>
) -> Int8 {
  let shared = min(aRange.count, bRange.count)
  var offset = 0
  while offset < shared {
    let (x, y) = (a[aRange.lowerBound + offset], b[bRange.lowerBound + offset])
    if x != y { return x < y ? -1 : 1 }
    offset += 1
  }
  return aRange.count == bRange.count ? 0 : aRange.count < bRange.count ? -1 : 1
}

/// An integer that orders as doubles do in SQL: the zeros are equal, NaN equals itself and is
/// larger than all else.
func orderedBits(_ value: Double) -> Int64 {
  if value.isNaN { return .max }
  if value == 0 { return 0 }
  let bits = Int64(bitPattern: value.bitPattern)
  return bits >= 0 ? bits : .min &- bits
}

extension ScalarFunction {
  /// `a IS DISTINCT FROM b`, in which NULL is a value like others.
  static func distinct(isNegated: Bool) -> ScalarFunction {
    ScalarFunction(general: isNegated ? "IS NOT DISTINCT FROM" : "IS DISTINCT FROM") {
      (arguments) throws(QueryError) in
      let (a, b) = (arguments[0], arguments[1])
      let differs = Comparison.notEqual.bits(a, b, arguments.rowCount)
      let bits = differs.indices.map { row in
        let aNull = a.column.isNull(a.isConstant ? 0 : row)
        let bNull = b.column.isNull(b.isConstant ? 0 : row)
        let isDistinct = aNull || bNull ? aNull != bNull : differs[row]
        return isDistinct != isNegated
      }
      return Column(.boolean, .booleans(bits))
    }
  }

  static let not = ScalarFunction("NOT") { (arguments) throws(QueryError) in
    .booleans(mapped(arguments[0].booleans) { !$0 })
  }
}
