import Columns

/// The type that values of several types are brought to before they are compared or stand in one
/// column.
enum CommonType {
  /// nil where there is none. Literal texts take the type of the others.
  static func of(_ shapes: [ArgumentShape]) -> DataType? {
    guard let first = shapes.first else { return nil }
    var type = first.type
    var isLiteral = first.constant != nil
    for shape in shapes.dropFirst() {
      let nextIsLiteral = shape.constant != nil
      guard let common = of(type, isLiteral, shape.type, nextIsLiteral) else { return nil }
      type = common
      isLiteral = isLiteral && nextIsLiteral
    }
    return type
  }

  /// For comparisons: a text is compared with what is no text by reading it.
  static func forComparison(_ a: ArgumentShape, _ b: ArgumentShape) -> DataType? {
    if a.type == .text && b.type != .null { return b.type }
    if b.type == .text && a.type != .null { return a.type }
    return numeric(a.type, b.type, keepsScale: true) ?? of([a, b])
  }

  private static func of(
    _ a: DataType, _ aIsLiteral: Bool, _ b: DataType, _ bIsLiteral: Bool
  ) -> DataType? {
    if a == b || b == .null { return a }
    if a == .null { return b }
    if a == .text { return aIsLiteral && !(bIsLiteral && b == .text) ? b : .text }
    if b == .text { return bIsLiteral ? a : .text }
    switch (a, b) {
    case (.date, .timestamp), (.timestamp, .date): return .timestamp
    case (.boolean, _) where b.isNumeric: return b
    case (_, .boolean) where a.isNumeric: return a
    default: return numeric(a, b)
    }
  }

  /// Two decimals that 38 digits do not hold together keep what stands before the point, and what
  /// stands behind it as far as there is room; or the other way round, with `keepsScale`.
  static func numeric(_ a: DataType, _ b: DataType, keepsScale: Bool = false) -> DataType? {
    guard a.isNumeric && b.isNumeric else { return nil }
    if a == b { return a }
    if a == .double || b == .double { return .double }
    if let (p, s) = a.digits, let (q, t) = b.digits {
      let (whole, scale) = (max(p - s, q - t), max(s, t))
      let precision = min(maximalPrecision, whole + scale)
      switch (a, b) {
      case (.decimal, .decimal) where !keepsScale:
        return .decimal(precision: precision, scale: min(scale, maximalPrecision - whole))
      case (.decimal, _), (_, .decimal): return .decimal(precision: precision, scale: scale)
      default: return .hugeint
      }
    }
    return nil
  }
}

extension DataType {
  /// The digits in all and behind the point that a DECIMAL needs to hold all values of the type.
  var digits: (precision: Int, scale: Int)? {
    switch self {
    case .bigint: (19, 0)
    case .hugeint: (maximalPrecision, 0)
    case .decimal(let precision, let scale): (precision, scale)
    default: nil
    }
  }
}

/// The types that arithmetic takes and gives.
enum ArithmeticTypes {
  static func resolve(
    _ operation: Arithmetic, _ a: ArgumentShape, _ b: ArgumentShape
  ) -> Resolution? {
    if let times = ofTimes(operation, a.type, b.type) { return times }
    let left = a.type == .null ? (b.type == .null ? .bigint : b.type) : a.type
    let right = b.type == .null ? left : b.type
    guard left.isNumeric && right.isNumeric else { return nil }
    if left == .double || right == .double { return uniform(operation, .double) }
    if let (p, s) = digits(a, left), let (q, t) = digits(b, right) {
      let isDecimal =
        if case .decimal = left { true } else if case .decimal = right { true } else { false }
      if isDecimal { return decimal(operation, (p, s), (q, t)) }
      return uniform(operation, left == right ? left : .hugeint)
    }
    return nil
  }

  private static func uniform(_ operation: Arithmetic, _ type: DataType) -> Resolution {
    Resolution(parameters: [type, type], result: type, function: operation.function(of: type))
  }

  /// A literal integer needs only ten digits, as DuckDB's INTEGER does.
  private static func digits(
    _ shape: ArgumentShape, _ type: DataType
  ) -> (precision: Int, scale: Int)? {
    if case .bigint(let number)? = shape.constant, Int32(exactly: number) != nil { return (10, 0) }
    return type.digits
  }

  private static func decimal(
    _ operation: Arithmetic, _ a: (precision: Int, scale: Int), _ b: (precision: Int, scale: Int)
  ) -> Resolution? {
    let scale = max(a.scale, b.scale)
    let whole = max(a.precision - a.scale, b.precision - b.scale)
    switch operation {
    case .add, .subtract:
      let type = DataType.decimal(precision: min(maximalPrecision, whole + scale + 1), scale: scale)
      return uniform(operation, type)
    case .remainder:
      return uniform(
        operation, .decimal(precision: min(maximalPrecision, whole + scale), scale: scale))
    case .divideWhole: return uniform(operation, .double)
    case .multiply:
      if a.scale + b.scale > maximalPrecision { return nil }
      let type = DataType.decimal(
        precision: min(maximalPrecision, a.precision + b.precision), scale: a.scale + b.scale)
      return Resolution(
        parameters: [
          .decimal(precision: a.precision, scale: a.scale),
          .decimal(precision: b.precision, scale: b.scale),
        ], result: type, function: operation.function(of: type))
    }
  }

  private static func ofTimes(
    _ operation: Arithmetic, _ a: DataType, _ b: DataType
  ) -> Resolution? {
    let isMinus = operation == .subtract
    func form(_ left: DataType, _ right: DataType, _ result: DataType, _ function: ScalarFunction)
      -> Resolution
    {
      Resolution(parameters: [left, right], result: result, function: function)
    }
    switch (operation, a, b) {
    case (.add, .date, .bigint), (.subtract, .date, .bigint):
      return form(.date, .bigint, .date, .shiftDays(isMinus: isMinus))
    case (.add, .bigint, .date):
      return form(.bigint, .date, .date, ScalarFunction.shiftDays(isMinus: false).swapped)
    case (.subtract, .date, .date): return form(.date, .date, .bigint, .daysBetween)
    case (.subtract, .timestamp, .timestamp), (.subtract, .timestamp, .date),
      (.subtract, .date, .timestamp):
      return form(.timestamp, .timestamp, .interval, .timeBetween)
    case (.add, .date, .interval), (.subtract, .date, .interval), (.add, .timestamp, .interval),
      (.subtract, .timestamp, .interval):
      return form(.timestamp, .interval, .timestamp, .shiftTime(isMinus: isMinus))
    case (.add, .interval, .date), (.add, .interval, .timestamp):
      return form(
        .interval, .timestamp, .timestamp, ScalarFunction.shiftTime(isMinus: false).swapped)
    case (.add, .interval, .interval), (.subtract, .interval, .interval):
      return form(.interval, .interval, .interval, .addIntervals(isMinus: isMinus))
    case (.multiply, .interval, .bigint): return form(.interval, .bigint, .interval, .scaleInterval)
    case (.multiply, .bigint, .interval):
      return form(.bigint, .interval, .interval, ScalarFunction.scaleInterval.swapped)
    default: return nil
    }
  }
}

extension ScalarFunction {
  /// The same with its two arguments in the other order.
  fileprivate var swapped: ScalarFunction {
    guard case .strict(let body) = body else { return self }
    return ScalarFunction(name, canFail: canFail) { (arguments) throws(QueryError) in
      try body(
        Arguments(
          operands: arguments.operands.reversed(), rowCount: arguments.rowCount,
          validity: arguments.validity, type: arguments.type, position: arguments.position))
    }
  }
}
