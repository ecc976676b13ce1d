import Columns
import SQL

// What an expression says, as text: equal texts, equal values. GROUP BY finds its keys by it, and
// EXPLAIN shows it.

extension Bound {
  var key: String { text { "#\($0)" } }

  /// With columns by what `name` says.
  func text(_ name: (Int) -> String) -> String {
    switch self {
    case .column(let place, _): return name(place)
    case .constant(let value, let type):
      guard let text = value.text else { return "NULL" }
      switch type {
      case .text: return "'\(text.map { $0 == "'" ? "''" : String($0) }.joined())'"
      case .bigint, .boolean: return text
      default: return "\(type) '\(text)'"
      }
    case .call(let call): return call.text(name)
    case .logic(let isAnd, let operands):
      let parts = operands.map { $0.text(name) }
      return "(\(parts.joined(separator: isAnd ? " AND " : " OR ")))"
    case .isNull(let operand, let isNegated):
      return "(\(operand.text(name)) IS \(isNegated ? "NOT " : "")NULL)"
    case .conditional(let branches, let otherwise, _, _):
      let parts = branches.map { "WHEN \($0.condition.text(name)) THEN \($0.result.text(name))" }
      return "CASE \(parts.joined(separator: " ")) ELSE \(otherwise.text(name)) END"
    case .coalesce(let operands, _, _):
      return "coalesce(\(operands.map { $0.text(name) }.joined(separator: ", ")))"
    case .isIn(let operand, let set, let isNegated):
      return "(\(operand.text(name)) \(isNegated ? "NOT " : "")IN (\(set.text)))"
    case .perCode(let inner, _, _): return inner.text(name)
    case .query(let query): return "(query \(query.identity))"
    case .isInQuery(let operand, let query, let isNegated):
      let word = isNegated ? "NOT IN" : "IN"
      return "(\(operand.text(name)) \(word) (query \(query.identity)))"
    }
  }
}

extension Subquery {
  /// Equal where the rows are.
  fileprivate var identity: String { "\(type) \(plan.identity)" }
}

extension BoundCall {
  fileprivate func text(_ name: (Int) -> String) -> String {
    let parts = arguments.map { $0.text(name) }
    switch function.name {
    case "CAST", "TRY_CAST": return "\(function.name)(\(parts[0]) AS \(type))"
    case let symbol where parts.count == 2 && (symbol.first.map { !$0.isLetter } ?? false):
      return "(\(parts[0]) \(symbol) \(parts[1]))"
    default: return "\(function.name)(\(parts.joined(separator: ", ")))"
    }
  }
}
