import Columns

/// What is known of the values of a column in some rows without reading them.
struct Bounds: Sendable {
  /// No value is smaller; nil where nothing is known.
  var minimum: Value?
  /// No value is larger; nil where nothing is known.
  var maximum: Value?
  var mayBeNull = true
  /// Whether there may be values that are not NULL.
  var mayHaveValues = true

  static let unknown = Bounds()
}

/// Whether rows of which only bounds are known can fulfil a condition. Where that cannot be told
/// the answer is yes.
struct Pruning {
  let bounds: (Int) -> Bounds

  /// Whether the condition may be true for some row.
  func mayHold(_ condition: Bound) -> Bool {
    switch condition {
    case .constant(let value, _): return value == .boolean(true)
    case .logic(let isAnd, let operands):
      return isAnd ? operands.allSatisfy(mayHold) : operands.contains(where: mayHold)
    case .isNull(let operand, let isNegated):
      guard let known = known(operand) else { return true }
      return isNegated ? known.mayHaveValues : known.mayBeNull
    case .isIn(let operand, let set, isNegated: false):
      guard let known = known(operand) else { return true }
      let values = set.values
      if values.count > 1000 { return true }
      return (0..<values.count).contains { mayEqual(known, values.value(at: $0)) }
    case .perCode(let inner, _, _): return mayHold(inner)
    case .call(let call): return mayHold(call)
    default: return true
    }
  }

  /// Whether the condition is true for all rows. Where that cannot be told the answer is no.
  func surelyHolds(_ condition: Bound) -> Bool {
    switch condition {
    case .constant(let value, _): return value == .boolean(true)
    case .logic(let isAnd, let operands):
      return isAnd ? operands.allSatisfy(surelyHolds) : operands.contains(where: surelyHolds)
    case .isNull(let operand, let isNegated):
      guard let known = known(operand) else { return false }
      return isNegated ? !known.mayBeNull : !known.mayHaveValues
    case .perCode(let inner, _, _): return surelyHolds(inner)
    case .call(let call):
      guard let (known, comparison, value) = comparison(of: call) else { return false }
      return surelyHolds(known, comparison, value)
    default: return false
    }
  }

  private func mayHold(_ call: BoundCall) -> Bool {
    guard let (known, comparison, value) = comparison(of: call) else { return true }
    return mayHold(known, comparison, value)
  }

  /// What is compared with a constant, where that is all that a call does.
  private func comparison(of call: BoundCall) -> (Bounds, Comparison, Value)? {
    guard call.arguments.count == 2, let comparison = Comparison(rawValue: call.function.name)
    else { return nil }
    let (left, right) = (call.arguments[0], call.arguments[1])
    if let value = right.constantValue, let known = known(left) {
      return (known, comparison, value)
    }
    if let value = left.constantValue, let known = known(right) {
      return (known, comparison.mirrored, value)
    }
    return nil
  }

  private func surelyHolds(_ known: Bounds, _ comparison: Comparison, _ value: Value) -> Bool {
    guard !known.mayBeNull, value != .null, let minimum = known.minimum,
      let maximum = known.maximum, let low = order(minimum, value), let high = order(maximum, value)
    else { return false }
    return switch comparison {
    case .equal: low == 0 && high == 0
    case .notEqual: low > 0 || high < 0
    case .less: high < 0
    case .lessOrEqual: high <= 0
    case .greater: low > 0
    case .greaterOrEqual: low >= 0
    }
  }

  /// The bounds of an expression that follows a column without turning back.
  private func known(_ bound: Bound) -> Bounds? {
    switch bound {
    case .column(let place, _): return bounds(place)
    case .perCode(let inner, _, _): return known(inner)
    case .call(let call) where call.function.name == "CAST" && call.type == .date:
      guard case .column(let place, .timestamp) = call.arguments[0] else { return nil }
      var known = bounds(place)
      known.minimum = known.minimum.flatMap(Self.day)
      known.maximum = known.maximum.flatMap(Self.day)
      return known
    default: return nil
    }
  }

  private static func day(_ value: Value) -> Value? {
    if case .timestamp(let time) = value { .date(Int32(dayNumber(time))) } else { nil }
  }

  private func mayEqual(_ known: Bounds, _ value: Value) -> Bool {
    mayHold(known, .equal, value)
  }

  private func mayHold(_ known: Bounds, _ comparison: Comparison, _ value: Value) -> Bool {
    if value == .null || !known.mayHaveValues { return false }
    /// Whether the smallest, or the largest, compares so with the value; nil where unknown.
    func minimum(_ test: (Int) -> Bool) -> Bool {
      known.minimum.flatMap { order($0, value) }.map(test) ?? true
    }
    func maximum(_ test: (Int) -> Bool) -> Bool {
      known.maximum.flatMap { order($0, value) }.map(test) ?? true
    }
    switch comparison {
    case .equal: return minimum { $0 <= 0 } && maximum { $0 >= 0 }
    case .less: return minimum { $0 < 0 }
    case .lessOrEqual: return minimum { $0 <= 0 }
    case .greater: return maximum { $0 > 0 }
    case .greaterOrEqual: return maximum { $0 >= 0 }
    case .notEqual: return true
    }
  }

  /// Negative, 0 or positive as `a` is smaller than, equal to or larger than `b`; nil where they
  /// are not of one type.
  private func order(_ a: Value, _ b: Value) -> Int? {
    func compared<T: Comparable>(_ x: T, _ y: T) -> Int { x < y ? -1 : x == y ? 0 : 1 }
    switch (a, b) {
    case (.bigint(let x), .bigint(let y)), (.timestamp(let x), .timestamp(let y)):
      return compared(x, y)
    case (.date(let x), .date(let y)): return compared(x, y)
    case (.double(let x), .double(let y)): return compared(orderedBits(x), orderedBits(y))
    case (.text(let x), .text(let y)):
      let (first, second) = (Array(x.utf8), Array(y.utf8))
      return Int(compareBytes(first, first.indices, second, second.indices))
    case (.boolean(let x), .boolean(let y)): return compared(x ? 1 : 0, y ? 1 : 0)
    default: return nil
    }
  }
}
