package import Columns

/// An expression and where it stands. Two expressions are equal when they say the same.
package struct Expression: Sendable, Hashable {
  package indirect enum Kind: Sendable, Hashable {
    /// A constant with its type. `DATE '…'` and `TIMESTAMP '…'` are casts of texts.
    case literal(Value, DataType)
    case column(ColumnName)
    case unary(UnaryOperator, Expression)
    case binary(BinaryOperator, Expression, Expression)
    case isNull(Expression, isNegated: Bool)
    /// IS DISTINCT FROM; negated it is IS NOT DISTINCT FROM.
    case isDistinct(Expression, Expression, isNegated: Bool)
    case like(Like)
    case between(Expression, Expression, Expression, isNegated: Bool)
    case inList(Expression, [Expression], isNegated: Bool)
    case inQuery(Expression, Select, isNegated: Bool)
    case conditional(Conditional)
    case cast(Expression, TypeName, isTry: Bool)
    case call(Call)
    /// A query with one column and one row, in brackets.
    case query(Select)
  }

  package let kind: Kind
  package let position: Position

  package init(_ kind: Kind, at position: Position) {
    self.kind = kind
    self.position = position
  }
}

/// `column` or `table.column`.
package struct ColumnName: Sendable, Hashable {
  package let table: Identifier?
  package let name: Identifier

  package init(table: Identifier? = nil, _ name: Identifier) {
    self.table = table
    self.name = name
  }
}

package enum UnaryOperator: String, Sendable, Hashable {
  case not = "NOT"
  case minus = "-"
  case plus = "+"
}

package enum BinaryOperator: String, Sendable, Hashable {
  case or = "OR"
  case and = "AND"
  case equal = "="
  case notEqual = "!="
  case less = "<"
  case lessOrEqual = "<="
  case greater = ">"
  case greaterOrEqual = ">="
  /// `||`: NULL with anything is NULL.
  case concatenate = "||"
  case add = "+"
  case subtract = "-"
  case multiply = "*"
  /// `/`: of doubles, also between integers.
  case divide = "/"
  /// `//`: whole, toward zero.
  case divideWhole = "//"
  case remainder = "%"
  /// `^` and `**`: of doubles.
  case power = "^"
}

/// `value [NOT] LIKE|ILIKE pattern [ESCAPE escape]`.
package struct Like: Sendable, Hashable {
  package let value: Expression
  package let pattern: Expression
  package let escape: Expression?
  package let ignoresCase: Bool
  package let isNegated: Bool
}

/// CASE: with an operand each condition is a value it is compared with, without one a condition.
package struct Conditional: Sendable, Hashable {
  package struct Branch: Sendable, Hashable {
    package let condition: Expression
    package let result: Expression
  }

  package let operand: Expression?
  package let branches: [Branch]
  package let otherwise: Expression?
}

/// A call of a function, an aggregate or a window function: which of them the name decides, and
/// whether it has a window.
///
/// `count(*)` has no arguments and `isStar`. `date(x)` is a cast, `extract(hour FROM x)` is
/// `date_part('hour', x)`, `substring(x FROM a FOR b)` is `substring(x, a, b)`, `position(a IN b)`
/// is `strpos(b, a)`.
package struct Call: Sendable, Hashable {
  package let name: Identifier
  package let arguments: [Expression]
  package let isStar: Bool
  /// `count(DISTINCT x)`.
  package let isDistinct: Bool
  /// `string_agg(x, '|' ORDER BY y)`.
  package let orderBy: [OrderItem]
  /// `FILTER (WHERE …)`.
  package let filter: Expression?
  /// `OVER (…)`.
  package let window: Window?

  package init(
    _ name: Identifier, _ arguments: [Expression], isStar: Bool = false, isDistinct: Bool = false,
    orderBy: [OrderItem] = [], filter: Expression? = nil, window: Window? = nil
  ) {
    self.name = name
    self.arguments = arguments
    self.isStar = isStar
    self.isDistinct = isDistinct
    self.orderBy = orderBy
    self.filter = filter
    self.window = window
  }
}

/// `OVER (PARTITION BY … ORDER BY … ROWS BETWEEN … AND …)`.
package struct Window: Sendable, Hashable {
  package let partitionBy: [Expression]
  package let orderBy: [OrderItem]
  package let frame: WindowFrame?
  package let position: Position
}

/// The rows around a row that a window function is of.
package struct WindowFrame: Sendable, Hashable {
  package enum Unit: String, Sendable, CaseIterable {
    case rows = "ROWS"
    case range = "RANGE"
  }

  package enum Edge: Sendable, Hashable {
    case unbounded
    case currentRow
    case preceding(Expression)
    case following(Expression)
  }

  package let unit: Unit
  package let start: Edge
  package let end: Edge
  package let position: Position
}

/// One key of an order. Unless it says otherwise, NULL comes last, ascending or descending.
package struct OrderItem: Sendable, Hashable {
  package let expression: Expression
  package let isDescending: Bool
  package let nullsFirst: Bool

  package init(
    expression: Expression, isDescending: Bool, nullsFirst: Bool
  ) {
    self.expression = expression
    self.isDescending = isDescending
    self.nullsFirst = nullsFirst
  }
}
