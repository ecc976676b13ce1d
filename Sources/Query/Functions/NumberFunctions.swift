import Columns
import Glibc
import Kernels

// The functions of numbers.

extension ScalarFunction {
  /// A double of each double.
  static func ofDouble(
    _ name: String, _ body: @escaping @Sendable (Double) -> Double
  ) -> ScalarFunction {
    ScalarFunction(name) { (arguments) throws(QueryError) in
      .doubles(mapped(arguments[0].doubles) { body($0) })
    }
  }

  static func ofTwoDoubles(
    _ name: String, _ body: @escaping @Sendable (Double, Double) -> Double
  ) -> ScalarFunction {
    ScalarFunction(name) { (arguments) throws(QueryError) in
      let (a, b) = (arguments[0].doubles, arguments[1].doubles)
      return .doubles(mapped(a, b, arguments.rowCount) { body($0, $1) })
    }
  }

  static func ofWide(
    _ name: String, _ body: @escaping @Sendable (Int128) -> Int128
  ) -> ScalarFunction {
    ScalarFunction(name) { (arguments) throws(QueryError) in
      .wide(mapped(arguments[0].wide) { body($0) })
    }
  }

  static func ofInteger(
    _ name: String, _ body: @escaping @Sendable (Int64) -> Int64
  ) -> ScalarFunction {
    ScalarFunction(name) { (arguments) throws(QueryError) in
      .integers(mapped(arguments[0].integers) { body($0) })
    }
  }
}

/// How a number loses its digits behind a place.
enum Rounding: String, Sendable {
  case nearest = "round"
  case up = "ceil"
  case down = "floor"
  case towardZero = "trunc"

  /// For DOUBLE, with the number of digits as second argument where there is one.
  var ofDouble: ScalarFunction {
    ScalarFunction(rawValue) { (arguments) throws(QueryError) in
      let values = arguments[0].doubles
      if arguments.operands.count == 1 { return .doubles(mapped(values) { whole($0) }) }
      let digits = arguments[1].integers
      return .doubles(mapped(values, digits, arguments.rowCount) { value($0, digits: $1) })
    }
  }

  private func value(_ value: Double, digits: Int64) -> Double {
    if digits < 0 {
      let power = pow(10, -Double(digits))
      let result = whole(value / power) * power
      return result.isFinite ? result : 0
    }
    let power = pow(10, Double(digits))
    let result = (self == .nearest ? nearest(value, power) : whole(value * power)) / power
    return result.isFinite ? result : value
  }

  /// The product rounded as it is, not as it comes out: 2.675 is a little less than that, so that
  /// 100 times it is less than 267.5, though the nearest DOUBLE is 267.5.
  private func nearest(_ value: Double, _ power: Double) -> Double {
    let product = value * power
    let rounded = product.rounded(.toNearestOrAwayFromZero)
    guard (rounded - product).magnitude == 0.5 else { return rounded }
    let error = (-product).addingProduct(value, power)
    if error == 0 || (error < 0) == (product < 0) { return rounded }
    return product.rounded(.towardZero)
  }

  private func whole(_ value: Double) -> Double {
    switch self {
    case .nearest: value.rounded(.toNearestOrAwayFromZero)
    case .up: value.rounded(.up)
    case .down: value.rounded(.down)
    case .towardZero: value.rounded(.towardZero)
    }
  }

  /// For DECIMAL of `scale` digits behind the point, to `digits` of them; the result has
  /// `max(0, digits)`.
  func ofDecimal(scale: Int, digits: Int) -> ScalarFunction {
    let dropped = scale - digits
    let kept = max(0, digits)
    return ScalarFunction(rawValue) { (arguments) throws(QueryError) in
      if dropped > maximalPrecision { return .wide(mapped(arguments[0].wide) { _ in 0 }) }
      let divisor = powersOfTen[max(0, dropped)]
      let factor = powersOfTen[kept - min(digits, kept)]
      return .wide(mapped(arguments[0].wide) { whole($0, divisor) &* factor })
    }
  }

  /// For integers, to tens, hundreds and so on.
  func ofInteger(digits: Int) -> ScalarFunction {
    ScalarFunction(rawValue, canFail: digits < 0) { (arguments) throws(QueryError) in
      let values = arguments[0].integers
      if digits >= 0 { return .integers(values) }
      if digits < -18 { return .integers(mapped(values) { _ in 0 }) }
      let power = powersOfTen[-digits]
      try arguments.throwFault { row in
        Int64(exactly: whole(Int128(values[row]), power) * power) == nil
          ? "\(rawValue)(\(values[row]), \(digits)) is no BIGINT" : nil
      }
      return .integers(
        mapped(values) { Int64(truncatingIfNeeded: whole(Int128($0), power) &* power) })
    }
  }

  private func whole(_ value: Int128, _ divisor: Int128) -> Int128 {
    let (quotient, rest) = value.quotientAndRemainder(dividingBy: divisor)
    switch self {
    case .nearest: return value.dividedRoundingHalves(by: divisor)
    case .up: return rest > 0 ? quotient + 1 : quotient
    case .down: return rest < 0 ? quotient - 1 : quotient
    case .towardZero: return quotient
    }
  }
}

/// `greatest` and `least`: NULL is left out.
func extremeFunction(isGreatest: Bool) -> ScalarFunction {
  let comparison = isGreatest ? Comparison.greater : .less
  return ScalarFunction(general: isGreatest ? "greatest" : "least") {
    (arguments) throws(QueryError) in
    let count = arguments.rowCount
    var best = arguments[0].spread(over: count)
    for operand in arguments.operands.dropFirst() {
      let next = operand.spread(over: count)
      let wins = comparison.bits(.column(next), .column(best), count)
      // Two columns end to end: a row of the second lies `count` further on.
      let both = concatenate([best, next], type: arguments.type)
      let rows = (0..<count).map { row in
        let takesNext = !next.isNull(row) && (best.isNull(row) || wins[row])
        return UInt32(takesNext ? row + count : row)
      }
      best = gather(both, rows)
    }
    return best
  }
}

/// The power of doubles, by the C library.
func raised(_ base: Double, to exponent: Double) -> Double { pow(base, exponent) }
