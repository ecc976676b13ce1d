import Columns
import Glibc

extension FunctionRegistry {
  static let numberFunctions: [FunctionEntry] =
    [
      rounding(.nearest, "round"), rounding(.up, "ceil", "ceiling"), rounding(.down, "floor"),
      rounding(.towardZero, "trunc"),
      FunctionEntry("abs", "@", usage: "abs(number)") { absolute($0) },
      FunctionEntry("sign", usage: "sign(number)") { sign($0) },
      FunctionEntry("mod", usage: "mod(number, divisor)") { shapes in
        guard shapes.count == 2 else { return nil }
        return ArithmeticTypes.resolve(.remainder, shapes[0], shapes[1])
      },
      FunctionEntry("power", "pow", usage: "power(base, exponent)") { shapes in
        several(
          shapes, [.double, .double], atLeast: 2, .double, .ofTwoDoubles("power") { pow($0, $1) })
      },
      FunctionEntry("atan2", usage: "atan2(y, x)") { shapes in
        several(
          shapes, [.double, .double], atLeast: 2, .double, .ofTwoDoubles("atan2") { atan2($0, $1) })
      },
      FunctionEntry("log", usage: "log(number) or log(base, number)") { shapes in
        if shapes.count == 1 {
          return one(shapes, .double, .double, .ofDouble("log") { log10($0) })
        }
        return several(
          shapes, [.double, .double], atLeast: 2, .double,
          .ofTwoDoubles("log") { log10($1) / log10($0) })
      },
      FunctionEntry(
        "pi", [], .double, ScalarFunction("pi") { (_) throws(QueryError) in .doubles([.pi]) }),
      FunctionEntry("isnan", [.double], .boolean, doubleTest("isnan") { $0.isNaN }),
      FunctionEntry("isinf", [.double], .boolean, doubleTest("isinf") { $0.isInfinite }),
      FunctionEntry("isfinite", [.double], .boolean, doubleTest("isfinite") { $0.isFinite }),
    ] + ofDoubles

  private static let ofDoubles: [FunctionEntry] = [
    ofDouble("sqrt") { sqrt($0) }, ofDouble("cbrt") { cbrt($0) }, ofDouble("exp") { exp($0) },
    ofDouble("ln") { log($0) }, ofDouble("log2") { log2($0) }, ofDouble("log10") { log10($0) },
    ofDouble("sin") { sin($0) }, ofDouble("cos") { cos($0) }, ofDouble("tan") { tan($0) },
    ofDouble("atan") { atan($0) }, ofDouble("asin") { asin($0) }, ofDouble("acos") { acos($0) },
    ofDouble("degrees") { $0 * 180 / .pi }, ofDouble("radians") { $0 * .pi / 180 },
  ]

  private static func ofDouble(
    _ name: String, _ body: @escaping @Sendable (Double) -> Double
  ) -> FunctionEntry {
    FunctionEntry(name, [.double], .double, .ofDouble(name, body))
  }

  private static func doubleTest(
    _ name: String, _ test: @escaping @Sendable (Double) -> Bool
  ) -> ScalarFunction {
    ScalarFunction(name) { (arguments) throws(QueryError) in
      .booleans(mapped(arguments[0].doubles) { test($0) })
    }
  }

  private static func rounding(_ rounding: Rounding, _ names: String...) -> FunctionEntry {
    let takesDigits = rounding == .nearest || rounding == .towardZero
    let usage = takesDigits ? "\(names[0])(number[, digits])" : "\(names[0])(number)"
    let resolve: @Sendable ([ArgumentShape]) -> Resolution? = { shapes in
      guard let first = shapes.first, shapes.count == 1 || takesDigits && shapes.count == 2 else {
        return nil
      }
      var digits: Int? = 0
      if shapes.count == 2 {
        guard shapes[1].fits(.bigint) else { return nil }
        digits = if case .bigint(let number)? = shapes[1].constant { Int(number) } else { nil }
      }
      let parameters = [first.type] + shapes.dropFirst().map { _ in DataType.bigint }
      switch first.type {
      case .decimal(let precision, let scale):
        guard let digits else { break }
        let kept = min(scale, max(-maximalPrecision, digits))
        let type = DataType.decimal(precision: precision, scale: max(0, kept))
        return Resolution(
          parameters: parameters, result: type,
          function: rounding.ofDecimal(scale: scale, digits: kept))
      case .bigint:
        // ceil and floor of a BIGINT are DOUBLE, as in DuckDB.
        guard let digits, takesDigits else { break }
        return Resolution(
          parameters: parameters, result: .bigint, function: rounding.ofInteger(digits: digits))
      case .null, .hugeint, .double: break
      default: return nil
      }
      let doubles = [DataType.double] + parameters.dropFirst()
      return Resolution(parameters: doubles, result: .double, function: rounding.ofDouble)
    }
    return FunctionEntry(names, usage: usage, resolve: resolve)
  }

  private static func absolute(_ shapes: [ArgumentShape]) -> Resolution? {
    guard shapes.count == 1 else { return nil }
    let type = shapes[0].type
    switch type {
    case .bigint:
      let function = ScalarFunction("abs", canFail: true) { (arguments) throws(QueryError) in
        let values = arguments[0].integers
        try arguments.throwFault { values[$0] == .min ? "abs(\(Int64.min)) is no BIGINT" : nil }
        return .integers(mapped(values) { $0 < 0 ? 0 &- $0 : $0 })
      }
      return Resolution(parameters: [type], result: type, function: function)
    case .hugeint, .decimal:
      return Resolution(
        parameters: [type], result: type, function: .ofWide("abs") { $0 < 0 ? 0 &- $0 : $0 })
    case .double, .null:
      return Resolution(
        parameters: [.double], result: .double, function: .ofDouble("abs") { $0.magnitude })
    default: return nil
    }
  }

  private static func sign(_ shapes: [ArgumentShape]) -> Resolution? {
    guard shapes.count == 1, shapes[0].type.isNumeric || shapes[0].type == .null else { return nil }
    let function = ScalarFunction("sign") { (arguments) throws(QueryError) in
      .integers(mapped(arguments[0].doubles) { $0 > 0 ? 1 : $0 < 0 ? -1 : 0 })
    }
    return Resolution(parameters: [.double], result: .bigint, function: function)
  }
}
