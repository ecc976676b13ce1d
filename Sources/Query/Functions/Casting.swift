import Columns
import SQL

/// The function that turns values of one type into another, as CAST does.
enum Casting {
  /// nil where there is no such cast. TRY_CAST gives NULL where CAST is an error.
  static func function(from source: DataType, to target: DataType, isTry: Bool) -> ScalarFunction? {
    if source == target { return identity(target) }
    switch (source, target) {
    case (.null, _): return nothing(target)
    case (_, .text): return toText
    case (.text, _): return parsing(target, isTry: isTry)
    case (.date, .timestamp): return dateToTimestamp
    case (.timestamp, .date): return timestampToDate
    case (_, .boolean) where source.isNumeric: return toBoolean(source)
    case (.boolean, _) where target.isNumeric:
      return number(.bigint, target, isTry, isBoolean: true)
    case (_, _) where source.isNumeric && target.isNumeric: return number(source, target, isTry)
    default: return nil
    }
  }

  private static func identity(_ type: DataType) -> ScalarFunction {
    ScalarFunction("CAST") { (arguments) throws(QueryError) in arguments[0].column.values }
  }

  private static func nothing(_ type: DataType) -> ScalarFunction {
    ScalarFunction(general: "CAST") { (arguments) throws(QueryError) in
      Column(repeating: .null, type, count: arguments.rowCount)
    }
  }

  private static let toText = ScalarFunction("CAST") { (arguments) throws(QueryError) in
    .texts(arguments[0].column.texts(0..<arguments[0].column.count))
  }

  private static let dateToTimestamp = ScalarFunction("CAST") { (arguments) throws(QueryError) in
    .integers(mapped(arguments[0].dates) { Int64($0) * Calendar.microsecondsPerDay })
  }

  private static let timestampToDate = ScalarFunction("CAST") { (arguments) throws(QueryError) in
    .dates(mapped(arguments[0].integers) { Int32(truncatingIfNeeded: dayNumber($0)) })
  }

  private static func toBoolean(_ source: DataType) -> ScalarFunction {
    ScalarFunction("CAST") { (arguments) throws(QueryError) in
      switch arguments[0].column.values {
      case .integers(let values): .booleans(mapped(values) { $0 != 0 })
      case .wide(let values): .booleans(mapped(values) { $0 != 0 })
      case .doubles(let values): .booleans(mapped(values) { $0 != 0 })
      default: preconditionFailure("numbers are cast to BOOLEAN")
      }
    }
  }

  /// Reads each text; where one cannot be read, CAST is an error that shows it.
  private static func parsing(_ target: DataType, isTry: Bool) -> ScalarFunction {
    ScalarFunction(general: isTry ? "TRY_CAST" : "CAST", canFail: !isTry) {
      (arguments) throws(QueryError) in
      let column = arguments[0].column
      let texts = arguments[0].texts
      let bytes = texts.bytes
      var builder = ColumnBuilder(target)
      for row in 0..<column.count {
        if column.isNull(row) {
          builder.append(.null)
          continue
        }
        let value = TextReading.value(bytes[texts.range(row)], as: target)
        if value == .null && !isTry {
          throw arguments.failure(
            "\"\(texts[row])\" is no \(target)",
            hint: "TRY_CAST gives NULL where a text is no \(target).")
        }
        builder.append(value)
      }
      return builder.column()
    }
  }

  private static func number(
    _ source: DataType, _ target: DataType, _ isTry: Bool, isBoolean: Bool = false
  ) -> ScalarFunction {
    if isTry {
      return ScalarFunction(general: "TRY_CAST") { (arguments) throws(QueryError) in
        let column = arguments[0].column
        var builder = ColumnBuilder(target)
        for row in 0..<column.count {
          builder.append(NumberCast.value(column.value(at: row), as: target) ?? .null)
        }
        return builder.column()
      }
    }
    let canFail = !(target == .double || target == .hugeint && source == .bigint)
    return ScalarFunction("CAST", canFail: canFail) { (arguments) throws(QueryError) in
      if let values = NumberCast.quick(arguments[0].column, to: target) { return values }
      let column = arguments[0].column
      var builder = ColumnBuilder(target)
      for row in 0..<column.count {
        let value = column.value(at: row)
        guard let cast = value == .null ? value : NumberCast.value(value, as: target) else {
          throw arguments.failure("\(value.text ?? "") does not fit \(target)")
        }
        builder.append(cast)
      }
      return builder.column().values
    }
  }
}

/// Numbers as numbers of another type: halves go away from zero, but from DOUBLE to an integer to
/// the even neighbour, as DuckDB has it.
enum NumberCast {
  /// The casts that always fit, over whole columns.
  static func quick(_ column: Column, to target: DataType) -> Column.Values? {
    switch (column.type, column.values, target) {
    case (.bigint, .integers(let values), .double): return .doubles(mapped(values) { Double($0) })
    case (.bigint, .integers(let values), .hugeint): return .wide(mapped(values) { Int128($0) })
    case (.hugeint, .wide(let values), .double): return .doubles(mapped(values) { Double($0) })
    case (.boolean, .booleans(let values), .bigint):
      return .integers(mapped(values) { $0 ? 1 : 0 })
    case (.decimal(_, let scale), .wide(let values), .double):
      return .doubles(mapped(values) { Self.double($0, scale: scale) })
    case (.bigint, .integers(let values), .decimal(let precision, let scale))
    where precision - scale >= 19:
      let factor = powersOfTen[scale]
      return .wide(mapped(values) { Int128($0) &* factor })
    case (.decimal(let p, let s), .wide(let values), .decimal(let precision, let scale))
    where scale >= s && precision - scale >= p - s:
      let factor = powersOfTen[scale - s]
      return .wide(mapped(values) { $0 &* factor })
    default: return nil
    }
  }

  static func double(_ digits: Int128, scale: Int) -> Double {
    // A double divided by a power of ten that it holds exactly is rounded once.
    if scale <= 22, digits.magnitude < 1 << 53 {
      return Double(digits) / Double(powersOfTen[scale])
    }
    let power = powersOfTen[scale]
    return Double(digits / power) + Double(digits % power) / Double(power)
  }

  /// nil where it does not fit.
  static func value(_ value: Value, as target: DataType) -> Value? {
    switch value {
    case .null: return .null
    case .boolean(let bit): return exact(bit ? 1 : 0, scale: 0, as: target)
    case .bigint(let number): return exact(Int128(number), scale: 0, as: target)
    case .hugeint(let number): return exact(number, scale: 0, as: target)
    case .decimal(let digits, let scale): return exact(digits, scale: scale, as: target)
    case .double(let number): return inexact(number, as: target)
    default: return nil
    }
  }

  private static func exact(_ digits: Int128, scale: Int, as target: DataType) -> Value? {
    switch target {
    case .double: return .double(double(digits, scale: scale))
    case .bigint:
      return Int64(exactly: rescaled(digits, from: scale, to: 0) ?? .max).map(Value.bigint)
    case .hugeint: return rescaled(digits, from: scale, to: 0).map(Value.hugeint)
    case .decimal(let precision, let newScale):
      guard let number = rescaled(digits, from: scale, to: newScale),
        number.magnitude < powersOfTen[precision].magnitude
      else { return nil }
      return .decimal(number, scale: newScale)
    default: return nil
    }
  }

  private static func inexact(_ number: Double, as target: DataType) -> Value? {
    switch target {
    case .double: return .double(number)
    case .bigint: return Int64(exactly: number.rounded(.toNearestOrEven)).map(Value.bigint)
    case .hugeint: return Int128(exactly: number.rounded(.toNearestOrEven)).map(Value.hugeint)
    case .decimal(let precision, let scale):
      let scaled = (number * Double(powersOfTen[scale])).rounded(.toNearestOrAwayFromZero)
      guard let digits = Int128(exactly: scaled),
        digits.magnitude < powersOfTen[precision].magnitude
      else { return nil }
      return .decimal(digits, scale: scale)
    default: return nil
    }
  }

  /// The digits with another number of them behind the point.
  static func rescaled(_ digits: Int128, from scale: Int, to newScale: Int) -> Int128? {
    if newScale >= scale {
      let (value, overflow) = digits.multipliedReportingOverflow(by: powersOfTen[newScale - scale])
      return overflow ? nil : value
    }
    return digits.dividedRoundingHalves(by: powersOfTen[scale - newScale])
  }
}

extension Int128 {
  /// The nearest quotient; a half goes away from zero.
  func dividedRoundingHalves(by divisor: Int128) -> Int128 {
    let (quotient, rest) = quotientAndRemainder(dividingBy: divisor)
    if rest.magnitude >= divisor.magnitude - rest.magnitude {
      return (self < 0) == (divisor < 0) ? quotient + 1 : quotient - 1
    }
    return quotient
  }
}

extension DataType {
  var isNumeric: Bool {
    switch self {
    case .bigint, .hugeint, .decimal, .double: true
    default: false
    }
  }
}
