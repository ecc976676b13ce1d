import Columns

/// The last step before rows are read: finds the parts of expressions that need to be evaluated
/// only once for each entry of a dictionary, or for each row of a table that is joined.
enum Compilation {
  static func compiled(_ bound: Bound) -> Bound {
    if bound.isWorthEveryCode, let place = bound.onlyTextColumn {
      return .perCode(bound, column: place, CodeCache())
    }
    if bound.isWorthEveryRowOfATable, let place = bound.onlyColumn {
      return .perCode(bound, column: place, CodeCache())
    }
    return bound.replacingOperands(bound.operands.map(compiled))
  }

  static func compiled(_ plan: Plan) -> Plan {
    do {
      return try plan.mappingExpressions { (bound) throws(QueryError) in compiled(bound) }
    } catch { preconditionFailure("compiling an expression does not fail") }
  }
}

extension Bound {
  /// The one column it reads, where that is a TEXT column.
  fileprivate var onlyTextColumn: Int? {
    let columns = references
    guard columns.count == 1, let only = columns.first, only.type == .text else { return nil }
    return only.place
  }

  fileprivate var onlyColumn: Int? {
    let columns = references
    return columns.count == 1 ? columns.first?.place : nil
  }

  private struct Reference: Hashable {
    let place: Int
    let type: DataType
  }

  private var references: Set<Reference> {
    if case .column(let place, let type) = self { return [Reference(place: place, type: type)] }
    return operands.reduce(into: []) { $0.formUnion($1.references) }
  }

  /// Whether it does more than look at codes.
  fileprivate var isWorthEveryCode: Bool {
    switch self {
    case .column, .constant, .isNull, .perCode, .query: false
    default: true
    }
  }

  /// Whether it computes a value that conditions and partitions are not told by: those look at the
  /// comparison or the date itself.
  fileprivate var isWorthEveryRowOfATable: Bool {
    if case .call = self { type != .boolean && type != .date } else { false }
  }
}
