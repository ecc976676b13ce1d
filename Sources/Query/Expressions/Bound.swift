import Columns
import SQL

/// An expression whose names, types and functions are settled: columns are places in a frame, and
/// every operand has the type that its function takes.
indirect enum Bound: Sendable {
  case column(Int, DataType)
  case constant(Value, DataType)
  case call(BoundCall)
  /// AND of all, or OR of all.
  case logic(isAnd: Bool, [Bound])
  case isNull(Bound, isNegated: Bool)
  case conditional([Branch], otherwise: Bound, DataType, CodeUnion)
  /// The first that is not NULL.
  case coalesce([Bound], DataType, CodeUnion)
  /// Whether a value is one of a set; NULL where it is not and the set has a NULL.
  case isIn(Bound, ValueSet, isNegated: Bool)
  /// An expression of one TEXT column, evaluated once for each entry of the column's dictionary.
  case perCode(Bound, column: Int, CodeCache)
  /// The one value of a query; replaced by it before rows are read.
  case query(Subquery)
  /// Whether a value is among those of a query; replaced by `isIn` before rows are read.
  case isInQuery(Bound, Subquery, isNegated: Bool)

  struct Branch: Sendable {
    let condition: Bound
    let result: Bound
  }

  var type: DataType {
    switch self {
    case .column(_, let type), .constant(_, let type), .coalesce(_, let type, _): type
    case .conditional(_, _, let type, _): type
    case .call(let call): call.type
    case .logic, .isNull, .isIn, .isInQuery: .boolean
    case .query(let query): query.type
    case .perCode(let inner, _, _): inner.type
    }
  }

  /// The expressions directly below.
  var operands: [Bound] {
    switch self {
    case .column, .constant, .query: []
    case .call(let call): call.arguments
    case .logic(_, let operands), .coalesce(let operands, _, _): operands
    case .isNull(let operand, _), .isIn(let operand, _, _), .perCode(let operand, _, _): [operand]
    case .isInQuery(let operand, _, _): [operand]
    case .conditional(let branches, let otherwise, _, _):
      branches.flatMap { [$0.condition, $0.result] } + [otherwise]
    }
  }

  /// The same with other expressions directly below, in the order of `operands`.
  func replacingOperands(_ operands: [Bound]) -> Bound {
    switch self {
    case .column, .constant, .query: return self
    case .isInQuery(_, let query, let isNegated):
      return .isInQuery(operands[0], query, isNegated: isNegated)
    case .call(let call): return .call(call.replacing(operands))
    case .logic(let isAnd, _): return .logic(isAnd: isAnd, operands)
    case .coalesce(_, let type, let union): return .coalesce(operands, type, union)
    case .isNull(_, let isNegated): return .isNull(operands[0], isNegated: isNegated)
    case .isIn(_, let set, let isNegated): return .isIn(operands[0], set, isNegated: isNegated)
    case .perCode(_, let column, let cache):
      return .perCode(operands[0], column: column, cache)
    case .conditional(let branches, _, let type, let union):
      let pairs = branches.indices.map {
        Branch(condition: operands[2 * $0], result: operands[2 * $0 + 1])
      }
      return .conditional(pairs, otherwise: operands[operands.count - 1], type, union)
    }
  }

  /// The same with each column replaced by what `place` says.
  func mappingColumns(_ place: (Int, DataType) -> Bound) -> Bound {
    if case .column(let index, let type) = self { return place(index, type) }
    return replacingOperands(operands.map { $0.mappingColumns(place) })
  }

  /// The places of the columns it reads.
  var columns: Set<Int> {
    if case .column(let place, _) = self { return [place] }
    return operands.reduce(into: []) { $0.formUnion($1.columns) }
  }

  /// Whether evaluating it for a row can be an error, so that rows it is not asked for must be left
  /// out.
  var canFail: Bool {
    if case .call(let call) = self, call.function.canFail { return true }
    return operands.contains { $0.canFail }
  }

  var constantValue: Value? {
    if case .constant(let value, _) = self { return value }
    return nil
  }
}

/// A query inside an expression. It does not see the columns around it, so it is answered once.
struct Subquery: Sendable {
  let plan: Plan
  let type: DataType
  let position: Position
}

/// A function with its arguments.
struct BoundCall: Sendable {
  let function: ScalarFunction
  let arguments: [Bound]
  let type: DataType
  /// Where it stands, for errors of the data.
  let position: Position?

  func replacing(_ arguments: [Bound]) -> BoundCall {
    BoundCall(function: function, arguments: arguments, type: type, position: position)
  }
}

/// What computes the values of a function for the rows of a batch.
struct ScalarFunction: Sendable {
  let name: String
  /// Whether some values are an error.
  let canFail: Bool
  let body: Body

  enum Body: Sendable {
    /// NULL where an argument is NULL: the body gives values for all rows, whatever stands at
    /// nulls.
    case strict(@Sendable (Arguments) throws(QueryError) -> Column.Values)
    /// Decides itself what NULL means.
    case general(@Sendable (Arguments) throws(QueryError) -> Column)
  }

  init(
    _ name: String, canFail: Bool = false,
    _ body: @escaping @Sendable (Arguments) throws(QueryError) -> Column.Values
  ) {
    self.name = name
    self.canFail = canFail
    self.body = .strict(body)
  }

  init(
    general name: String, canFail: Bool = false,
    _ body: @escaping @Sendable (Arguments) throws(QueryError) -> Column
  ) {
    self.name = name
    self.canFail = canFail
    self.body = .general(body)
  }
}

/// The arguments of a call for the rows of a batch.
struct Arguments: Sendable {
  let operands: [Operand]
  let rowCount: Int
  /// The rows where no argument is NULL; nil where all are so.
  let validity: Bitmap?
  let type: DataType
  let position: Position?

  subscript(index: Int) -> Operand { operands[index] }

  func isValid(_ row: Int) -> Bool { validity.map { $0[row] } ?? true }

  func failure(_ message: String, hint: String = "") -> QueryError {
    QueryError(message, at: position, hint: hint)
  }

  /// Throws what `fault` says of the first row that counts and has one. It is called after a loop
  /// has seen a fault in some row, perhaps one that is NULL, so that loops need not look.
  func throwFault(_ fault: (Int) -> String?) throws(QueryError) {
    for row in 0..<rowCount where isValid(row) {
      if let message = fault(row) { throw failure(message) }
    }
  }
}

extension Array {
  /// The element of a row, where one element stands for all rows.
  @inline(__always)
  func at(_ row: Int) -> Element { count == 1 ? self[0] : self[row] }
}
