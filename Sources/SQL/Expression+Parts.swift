extension Expression {
  /// The expressions directly inside this one, from the left; the queries in it are not opened.
  package var children: [Expression] {
    switch kind {
    case .literal, .column, .query: []
    case .unary(_, let operand): [operand]
    case .binary(_, let left, let right): [left, right]
    case .isNull(let value, _): [value]
    case .isDistinct(let left, let right, _): [left, right]
    case .like(let like): [like.value, like.pattern] + (like.escape.map { [$0] } ?? [])
    case .between(let value, let lower, let upper, _): [value, lower, upper]
    case .inList(let value, let list, _): [value] + list
    case .inQuery(let value, _, _): [value]
    case .conditional(let conditional): conditional.children
    case .cast(let value, _, _): [value]
    case .call(let call): call.children
    }
  }

  /// The query that stands in this expression, if one does.
  package var innerQuery: Select? {
    switch kind {
    case .inQuery(_, let query, _), .query(let query): query
    default: nil
    }
  }

  /// This expression and all inside it, the outer before the inner.
  package func visit<Failure: Error>(
    _ body: (Expression) throws(Failure) -> Void
  ) throws(Failure) {
    try body(self)
    for child in children { try child.visit(body) }
  }

  /// This expression with others in the place of its column names and queries. What is put in the
  /// place of a name stands where the name stood.
  package func replacing(
    columns: (ColumnName) -> Expression?, queries: (Select) -> Select
  ) -> Expression {
    func new(_ expression: Expression) -> Expression {
      expression.replacing(columns: columns, queries: queries)
    }
    func new(_ items: [OrderItem]) -> [OrderItem] {
      items.map {
        OrderItem(
          expression: new($0.expression), isDescending: $0.isDescending,
          nullsFirst: $0.nullsFirst)
      }
    }
    let kind: Kind =
      switch self.kind {
      case .literal: self.kind
      case .column(let name): columns(name)?.kind ?? self.kind
      case .unary(let unary, let operand): .unary(unary, new(operand))
      case .binary(let binary, let left, let right): .binary(binary, new(left), new(right))
      case .isNull(let value, let isNegated): .isNull(new(value), isNegated: isNegated)
      case .isDistinct(let left, let right, let isNegated):
        .isDistinct(new(left), new(right), isNegated: isNegated)
      case .like(let like):
        .like(
          Like(
            value: new(like.value), pattern: new(like.pattern), escape: like.escape.map(new),
            ignoresCase: like.ignoresCase, isNegated: like.isNegated))
      case .between(let value, let lower, let upper, let isNegated):
        .between(new(value), new(lower), new(upper), isNegated: isNegated)
      case .inList(let value, let list, let isNegated):
        .inList(new(value), list.map(new), isNegated: isNegated)
      case .inQuery(let value, let query, let isNegated):
        .inQuery(new(value), queries(query), isNegated: isNegated)
      case .conditional(let conditional):
        .conditional(
          Conditional(
            operand: conditional.operand.map(new),
            branches: conditional.branches.map {
              Conditional.Branch(condition: new($0.condition), result: new($0.result))
            },
            otherwise: conditional.otherwise.map(new)))
      case .cast(let value, let type, let isTry): .cast(new(value), type, isTry: isTry)
      case .call(let call):
        .call(
          Call(
            call.name, call.arguments.map(new), isStar: call.isStar, isDistinct: call.isDistinct,
            orderBy: new(call.orderBy), filter: call.filter.map(new),
            window: call.window.map {
              Window(
                partitionBy: $0.partitionBy.map(new), orderBy: new($0.orderBy),
                frame: $0.frame?.mapping(new), position: $0.position)
            }))
      case .query(let query): .query(queries(query))
      }
    return Expression(kind, at: position)
  }
}

extension Conditional {
  var children: [Expression] {
    (operand.map { [$0] } ?? []) + branches.flatMap { [$0.condition, $0.result] }
      + (otherwise.map { [$0] } ?? [])
  }
}

extension Call {
  var children: [Expression] {
    arguments + orderBy.map(\.expression) + (filter.map { [$0] } ?? [])
      + (window?.children ?? [])
  }
}

extension Window {
  package var children: [Expression] {
    partitionBy + orderBy.map(\.expression)
      + [frame?.start.offset, frame?.end.offset].compactMap { $0 }
  }
}

extension WindowFrame {
  func mapping(_ body: (Expression) -> Expression) -> WindowFrame {
    WindowFrame(
      unit: unit, start: start.mapping(body), end: end.mapping(body), position: position)
  }
}

extension WindowFrame.Edge {
  var offset: Expression? {
    switch self {
    case .unbounded, .currentRow: nil
    case .preceding(let offset), .following(let offset): offset
    }
  }

  func mapping(_ body: (Expression) -> Expression) -> WindowFrame.Edge {
    switch self {
    case .unbounded, .currentRow: self
    case .preceding(let offset): .preceding(body(offset))
    case .following(let offset): .following(body(offset))
    }
  }
}
