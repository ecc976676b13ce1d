import Bytes
import Columns
import SQL

extension ExpressionBinder {
  func bind(_ call: Call, _ position: Position) throws(QueryError) -> Bound {
    let name = call.name.folded
    if let window = call.window { return try bindWindow(call, window, position) }
    if WindowName(rawValue: name) != nil {
      throw QueryError(
        "\(call.name) needs a window", at: call.name.position,
        hint: "Write \(call.name)(…) OVER (PARTITION BY … ORDER BY …).")
    }
    if AggregateName.isAggregate(name) {
      guard let groups else {
        throw QueryError(
          "the aggregate \(call.name) cannot stand in \(clause)", at: position,
          hint: clause == "WHERE" ? "Conditions on aggregates stand in HAVING." : "")
      }
      return try groups.bindAggregate(call, position)
    }
    if call.isStar || call.isDistinct || call.filter != nil || !call.orderBy.isEmpty {
      throw QueryError("\(call.name) is no aggregate", at: call.name.position)
    }
    return try bindScalar(call, name, position)
  }

  private func bindScalar(
    _ call: Call, _ name: String, _ position: Position
  ) throws(QueryError) -> Bound {
    var arguments: [Bound] = []
    for argument in call.arguments { arguments.append(try bind(argument)) }
    switch name {
    case "coalesce", "ifnull": return try coalesce(arguments, call, position)
    case "nullif":
      guard arguments.count == 2 else { break }
      let isEqual = try compare(.equal, arguments[0], arguments[1], position)
      let branch = Bound.Branch(
        condition: isEqual, result: .constant(.null, arguments[0].type))
      return folded(
        .conditional([branch], otherwise: arguments[0], arguments[0].type, CodeUnion()))
    case "if":
      guard arguments.count == 3 else { break }
      let condition = try cast(arguments[0], to: .boolean, at: position)
      guard let type = CommonType.of(arguments.dropFirst().map(\.shape)) else { break }
      let branch = Bound.Branch(
        condition: condition, result: try cast(arguments[1], to: type, at: position))
      let otherwise = try cast(arguments[2], to: type, at: position)
      return folded(.conditional([branch], otherwise: otherwise, type, CodeUnion()))
    default: break
    }
    guard let entries = FunctionRegistry.byName[name] else { throw Self.unknownFunction(call) }
    for entry in entries {
      if let resolution = entry.resolve(arguments.map(\.shape)) {
        return try self.call(resolution, arguments, position)
      }
    }
    let types = arguments.map(\.type.description).joined(separator: ", ")
    throw QueryError(
      "\(call.name) does not take (\(types))", at: position,
      hint: "It is \(entries.map(\.usage).joined(separator: " or ")).")
  }

  private static func unknownFunction(_ call: Call) -> QueryError {
    let names =
      FunctionRegistry.byName.keys.sorted() + AggregateName.all
      + WindowName.allCases.map(\.rawValue) + ["coalesce", "ifnull", "nullif"]
    return QueryError(
      "there is no function \(call.name)", at: call.name.position,
      hint: Scope.suggestion(call.name.name, names, ""))
  }

  private func coalesce(
    _ arguments: [Bound], _ call: Call, _ position: Position
  ) throws(QueryError) -> Bound {
    if arguments.count > 250 {
      throw QueryError("\(call.name) takes at most 250 values", at: position)
    }
    guard !arguments.isEmpty, let type = CommonType.of(arguments.map(\.shape)) else {
      throw QueryError("the values of \(call.name) have no type in common", at: position)
    }
    let values = try cast(arguments, to: type, at: position)
    return folded(.coalesce(values, type, CodeUnion()))
  }

  // MARK: Calls and casts

  func call(
    _ function: ScalarFunction, _ arguments: [Bound], _ type: DataType, _ position: Position?
  ) -> Bound {
    folded(
      .call(BoundCall(function: function, arguments: arguments, type: type, position: position)))
  }

  func call(
    _ resolution: Resolution, _ arguments: [Bound], _ position: Position
  ) throws(QueryError) -> Bound {
    var values: [Bound] = []
    for (argument, type) in zip(arguments, resolution.parameters) {
      values.append(try cast(argument, to: type, at: position))
    }
    return call(resolution.function, values, resolution.result, position)
  }

  func cast(
    _ values: [Bound], to type: DataType, at position: Position
  ) throws(QueryError) -> [Bound] {
    var result: [Bound] = []
    for value in values { result.append(try cast(value, to: type, at: position)) }
    return result
  }

  func cast(
    _ value: Bound, to type: DataType, at position: Position, reason: String = ""
  ) throws(QueryError) -> Bound {
    if value.type == type { return value }
    if value.constantValue == .null { return .constant(.null, type) }
    guard let function = Casting.function(from: value.type, to: type, isTry: false) else {
      let cause = reason.isEmpty ? "" : "\(reason): "
      throw QueryError("\(cause)\(value.type) cannot become \(type)", at: position)
    }
    let bound = Bound.call(
      BoundCall(function: function, arguments: [value], type: type, position: position))
    guard value.constantValue != nil else { return bound }
    // A literal that cannot be read is wrong for every row, so it is said now.
    let constant = try bound.evaluate(.oneRow)
    return .constant(constant.value ?? .null, type)
  }

  func cast(
    _ value: Bound, to name: TypeName, isTry: Bool, at position: Position
  ) throws(QueryError) -> Bound {
    if name.hasZone {
      throw QueryError(
        "TIMESTAMPTZ is a type of input columns only", at: name.position,
        hint: "Cast to TIMESTAMP.")
    }
    guard let function = Casting.function(from: value.type, to: name.type, isTry: isTry) else {
      // No value can: TRY_CAST has NULL for all of them.
      if isTry { return .constant(.null, name.type) }
      throw QueryError("\(value.type) cannot become \(name.type)", at: position)
    }
    var result = value
    if value.type != name.type {
      result = call(function, [value], name.type, position)
    }
    if let bits = name.bits, bits < 64 {
      let narrow = ScalarFunction.narrow(bits: bits, name: name.name, isTry: isTry)
      result = call(narrow, [result], name.type, position)
    }
    return result
  }

  /// A constant where all operands are constants. What is an error stays, to be one when a row asks
  /// for it.
  func folded(_ bound: Bound) -> Bound {
    guard !bound.operands.isEmpty, bound.operands.allSatisfy({ $0.constantValue != nil }) else {
      return bound
    }
    if case .isInQuery = bound { return bound }
    do {
      let value = try bound.evaluate(.oneRow)
      return .constant(value.column.value(at: 0), bound.type)
    } catch { return bound }
  }
}

extension Bound {
  var shape: ArgumentShape { ArgumentShape(type: type, constant: constantValue) }

  /// The parts of a conjunction or disjunction.
  func flattened(isAnd: Bool) -> [Bound] {
    if case .logic(isAnd, let operands) = self { return operands }
    return [self]
  }

  var conjuncts: [Bound] { flattened(isAnd: true) }

  /// All of the conditions; nil where there are none.
  static func all(_ conditions: [Bound]) -> Bound? {
    conditions.count > 1 ? .logic(isAnd: true, conditions) : conditions.first
  }
}

extension CommonType {
  /// The type in which a value is looked for among others.
  static func ofMembers(_ value: ArgumentShape, _ members: [ArgumentShape]) -> DataType? {
    guard let common = of(members) else { return nil }
    let isLiteral = members.allSatisfy { $0.constant != nil }
    let constant: Value? = isLiteral ? members.first?.constant : nil
    return forComparison(value, ArgumentShape(type: common, constant: constant))
  }
}

extension FunctionRegistry {
  static let power: ScalarFunction = .ofTwoDoubles("^") { raised($0, to: $1) }
}

extension ScalarFunction {
  /// BIGINT as an integer type of fewer bits: only its range is checked.
  static func narrow(bits: Int, name: String, isTry: Bool) -> ScalarFunction {
    let limit: Int64 = 1 << Int64(bits - 1)
    let label = "CAST \(name)"
    if isTry {
      return ScalarFunction(general: label) { (arguments) throws(QueryError) in
        let column = arguments[0].column
        let values = arguments[0].integers
        let valid = values.indices.map {
          !column.isNull($0) && values[$0] >= -limit && values[$0] < limit
        }
        return Column(.bigint, .integers(values), validity: Bitmap(valid))
      }
    }
    return ScalarFunction(label, canFail: true) { (arguments) throws(QueryError) in
      let values = arguments[0].integers
      try arguments.throwFault { row in
        values[row] >= -limit && values[row] < limit ? nil : "\(values[row]) does not fit \(name)"
      }
      return .integers(values)
    }
  }
}
