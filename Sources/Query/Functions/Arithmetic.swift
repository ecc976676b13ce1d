import Columns

// Arithmetic. Numbers that leave their type are errors, never wrong; what stands at nulls may
// overflow freely, so a loop only notes that some row did, and the rows are looked at afterwards.

/// The largest number of digits of a DECIMAL.
let maximalPrecision = 38

/// Ten to the power of 0 to 38.
let powersOfTen: [Int128] = {
  var powers: [Int128] = [1]
  for _ in 0..<maximalPrecision { powers.append(powers[powers.count - 1] * 10) }
  return powers
}()

enum Arithmetic: String, Sendable {
  case add = "+"
  case subtract = "-"
  case multiply = "*"
  case remainder = "%"
  case divideWhole = "//"

  /// For operands of `type` and a result of that type, but for the scale of DECIMAL products.
  func function(of type: DataType) -> ScalarFunction {
    switch type {
    case .bigint:
      return ScalarFunction(rawValue, canFail: true) { (arguments) throws(QueryError) in
        let (a, b) = (arguments[0].integers, arguments[1].integers)
        return .integers(try checked(a, b, arguments))
      }
    case .hugeint, .decimal:
      return ScalarFunction(rawValue, canFail: true) { (arguments) throws(QueryError) in
        let values = try checked(arguments[0].wide, arguments[1].wide, arguments)
        if case .decimal = arguments.type { try checkDigits(values, arguments) }
        return .wide(values)
      }
    case .double:
      return ScalarFunction(rawValue, canFail: self == .divideWhole) {
        (arguments) throws(QueryError) in
        .doubles(try doubles(arguments))
      }
    default: preconditionFailure("arithmetic is of numbers")
    }
  }

  private func checked<T: FixedWidthInteger & Sendable>(
    _ a: [T], _ b: [T], _ arguments: Arguments
  ) throws(QueryError) -> [T] {
    var isFaulty = false
    let count = arguments.rowCount
    let values: [T]
    switch self {
    case .add:
      values = mapped(a, b, count) { x, y in
        let (value, overflow) = x.addingReportingOverflow(y)
        isFaulty = isFaulty || overflow
        return value
      }
    case .subtract:
      values = mapped(a, b, count) { x, y in
        let (value, overflow) = x.subtractingReportingOverflow(y)
        isFaulty = isFaulty || overflow
        return value
      }
    case .multiply:
      values = mapped(a, b, count) { x, y in
        let (value, overflow) = x.multipliedReportingOverflow(by: y)
        isFaulty = isFaulty || overflow
        return value
      }
    case .remainder:
      values = mapped(a, b, count) { x, y in
        if y == -1 { return 0 }
        let (value, overflow) = x.remainderReportingOverflow(dividingBy: y)
        isFaulty = isFaulty || overflow
        return value
      }
    case .divideWhole:
      values = mapped(a, b, count) { x, y in
        let (value, overflow) = x.dividedReportingOverflow(by: y)
        isFaulty = isFaulty || overflow
        return value
      }
    }
    if isFaulty { try arguments.throwFault { fault(a.at($0), b.at($0)) } }
    return values
  }

  private func fault<T: FixedWidthInteger>(_ x: T, _ y: T) -> String? {
    switch self {
    case .add where x.addingReportingOverflow(y).overflow,
      .subtract where x.subtractingReportingOverflow(y).overflow,
      .multiply where x.multipliedReportingOverflow(by: y).overflow:
      return "\(x) \(rawValue) \(y) does not fit its type"
    case .divideWhole where y != 0 && x.dividedReportingOverflow(by: y).overflow:
      return "\(x) \(rawValue) \(y) does not fit its type"
    case .divideWhole where y == 0, .remainder where y == 0:
      return "division by zero in \(x) \(rawValue) \(y)"
    default: return nil
    }
  }

  private func doubles(_ arguments: Arguments) throws(QueryError) -> [Double] {
    let (a, b) = (arguments[0].doubles, arguments[1].doubles)
    let count = arguments.rowCount
    switch self {
    case .add: return mapped(a, b, count) { $0 + $1 }
    case .subtract: return mapped(a, b, count) { $0 - $1 }
    case .multiply: return mapped(a, b, count) { $0 * $1 }
    case .remainder:
      return mapped(a, b, count) { $0.truncatingRemainder(dividingBy: $1) }
    case .divideWhole:
      if b.contains(0) {
        try arguments.throwFault { b.at($0) == 0 ? "division by zero in \(a.at($0)) // 0" : nil }
      }
      return mapped(a, b, count) { $0 / $1 }
    }
  }
}

/// Throws where a DECIMAL has more digits than its type.
func checkDigits(_ values: [Int128], _ arguments: Arguments) throws(QueryError) {
  guard case .decimal(let precision, let scale) = arguments.type else { return }
  let limit = powersOfTen[precision]
  if values.contains(where: { $0 >= limit || $0 <= -limit }) {
    try arguments.throwFault { row in
      let value = values.at(row)
      if value < limit && value > -limit { return nil }
      let text = Value.decimal(value, scale: scale).text ?? ""
      return "\(text) has more digits than \(arguments.type)"
    }
  }
}

extension ScalarFunction {
  /// `a / b`, of doubles.
  static let divide = ScalarFunction("/") { (arguments) throws(QueryError) in
    let (a, b) = (arguments[0].doubles, arguments[1].doubles)
    return .doubles(mapped(a, b, arguments.rowCount) { $0 / $1 })
  }

  static func negate(_ type: DataType) -> ScalarFunction {
    ScalarFunction("-", canFail: type == .bigint || type == .hugeint) {
      (arguments) throws(QueryError) in
      let operand = arguments[0]
      switch type {
      case .bigint:
        let values = operand.integers
        if values.contains(.min) {
          try arguments.throwFault { values[$0] == .min ? "-(\(Int64.min)) is no BIGINT" : nil }
        }
        return .integers(mapped(values) { 0 &- $0 })
      case .hugeint, .decimal:
        let values = operand.wide
        if values.contains(.min) {
          try arguments.throwFault { values[$0] == .min ? "-(\(Int128.min)) is no HUGEINT" : nil }
        }
        return .wide(mapped(values) { 0 &- $0 })
      case .interval:
        return .intervals(mapped(operand.intervals) { $0.scaled(by: -1) })
      default:
        return .doubles(mapped(operand.doubles) { -$0 })
      }
    }
  }
}

extension Interval {
  /// Each part `factor` times; what does not fit wraps, and is found by `scalingOverflows`.
  func scaled(by factor: Int64) -> Interval {
    Interval(
      months: Int32(truncatingIfNeeded: Int64(months) &* factor),
      days: Int32(truncatingIfNeeded: Int64(days) &* factor),
      microseconds: microseconds &* factor)
  }

  func scalingOverflows(by factor: Int64) -> Bool {
    let months = Int64(months).multipliedReportingOverflow(by: factor)
    let days = Int64(days).multipliedReportingOverflow(by: factor)
    return months.overflow || days.overflow || Int32(exactly: months.partialValue) == nil
      || Int32(exactly: days.partialValue) == nil
      || microseconds.multipliedReportingOverflow(by: factor).overflow
  }
}
