import Columns

/// The text of an expression, as DuckDB would say it: the name of a column that has no alias.
extension Expression: CustomStringConvertible {
  package var description: String {
    switch kind {
    case .literal(let value, _): Self.text(of: value)
    case .column(let column): column.description
    case .unary(.not, let operand): "(NOT \(operand))"
    case .unary(let unary, let operand): "\(unary.rawValue)\(operand)"
    case .binary(let binary, let left, let right): "(\(left) \(binary.rawValue) \(right))"
    case .isNull(let value, let isNegated): "(\(value) IS \(isNegated ? "NOT " : "")NULL)"
    case .isDistinct(let left, let right, let isNegated):
      "(\(left) IS \(isNegated ? "NOT " : "")DISTINCT FROM \(right))"
    case .like(let like): like.description
    case .between(let value, let lower, let upper, let isNegated):
      "(\(value) \(isNegated ? "NOT " : "")BETWEEN \(lower) AND \(upper))"
    case .inList(let value, let list, let isNegated):
      "(\(value) \(isNegated ? "NOT " : "")IN (\(Self.list(list))))"
    case .inQuery(let value, let query, let isNegated):
      "(\(value) \(isNegated ? "NOT " : "")IN (\(query.position.text)))"
    case .conditional(let conditional): conditional.description
    case .cast(let value, let type, let isTry):
      "\(isTry ? "TRY_CAST" : "CAST")(\(value) AS \(type.description))"
    case .call(let call): call.description
    case .query(let query): "(\(query.position.text))"
    }
  }

  static func list(_ expressions: [Expression]) -> String {
    expressions.map(\.description).joined(separator: ", ")
  }

  private static func text(of value: Value) -> String {
    switch value {
    case .null: "NULL"
    case .boolean(let value): value ? "true" : "false"
    case .bigint(let value): String(value)
    case .hugeint(let value): String(value)
    case .double(let value): value.description
    case .decimal(let value, let scale): decimal(value, scale: scale)
    case .text(let value): quoted(value)
    case .date(let days): "CAST('\(Calendar.text(days: days))' AS DATE)"
    case .timestamp(let time): "CAST('\(Calendar.text(timestamp: time))' AS TIMESTAMP)"
    case .interval(let interval):
      "INTERVAL '\(interval.months) months \(interval.days) days "
        + "\(interval.microseconds) microseconds'"
    }
  }

  private static func decimal(_ value: Int128, scale: Int) -> String {
    let digits = String(value.magnitude)
    let padded = String(repeating: "0", count: max(0, scale + 1 - digits.count)) + digits
    let whole = padded.dropLast(scale)
    return (value < 0 ? "-" : "") + whole + (scale > 0 ? "." + padded.suffix(scale) : "")
  }

  private static func quoted(_ text: String) -> String {
    "'" + text.map { $0 == "'" ? "''" : String($0) }.joined() + "'"
  }
}

extension ColumnName: CustomStringConvertible {
  package var description: String {
    (table.map { $0.quotedWhereNeeded + "." } ?? "") + name.quotedWhereNeeded
  }
}

extension Identifier {
  /// The name as it can be written in SQL.
  package var quotedWhereNeeded: String {
    let isPlain =
      name.utf8.allSatisfy { 97...122 ~= $0 | 32 || 48...57 ~= $0 || $0 == UInt8(ascii: "_") }
      && !(48...57 ~= name.utf8.first ?? 48) && !ReservedWords.all.contains(folded)
    if isPlain { return name }
    return "\"" + name.map { $0 == "\"" ? "\"\"" : String($0) }.joined() + "\""
  }
}

extension TypeName: CustomStringConvertible {
  package var description: String {
    switch (type, bits) {
    case (.text, _): "VARCHAR"
    case (.bigint, 8): "TINYINT"
    case (.bigint, 16): "SMALLINT"
    case (.bigint, 32): "INTEGER"
    case (.timestamp, _) where hasZone: "TIMESTAMP WITH TIME ZONE"
    default: type.description
    }
  }
}

extension Like: CustomStringConvertible {
  package var description: String {
    let word = (isNegated ? "NOT " : "") + (ignoresCase ? "ILIKE" : "LIKE")
    return "(\(value) \(word) \(pattern)\(escape.map { " ESCAPE \($0)" } ?? ""))"
  }
}

extension Conditional: CustomStringConvertible {
  package var description: String {
    var text = "CASE"
    if let operand { text += " \(operand)" }
    for branch in branches { text += " WHEN (\(branch.condition)) THEN (\(branch.result))" }
    if let otherwise { text += " ELSE \(otherwise)" }
    return text + " END"
  }
}

extension Call: CustomStringConvertible {
  package var description: String {
    if isStar && window == nil && filter == nil { return "\(name.folded)_star()" }
    var inner = isStar ? "*" : (isDistinct ? "DISTINCT " : "") + Expression.list(arguments)
    if !orderBy.isEmpty { inner += " ORDER BY " + OrderItem.list(orderBy) }
    var text = "\(name.quotedWhereNeeded)(\(inner))"
    if let filter { text += " FILTER (WHERE \(filter))" }
    if let window { text += " OVER \(window)" }
    return text
  }
}

extension Window: CustomStringConvertible {
  package var description: String {
    var parts: [String] = []
    if !partitionBy.isEmpty { parts.append("PARTITION BY " + Expression.list(partitionBy)) }
    if !orderBy.isEmpty { parts.append("ORDER BY " + OrderItem.list(orderBy)) }
    if let frame { parts.append(frame.description) }
    return "(" + parts.joined(separator: " ") + ")"
  }
}

extension WindowFrame: CustomStringConvertible {
  package var description: String {
    func text(_ edge: Edge, _ side: String) -> String {
      switch edge {
      case .unbounded: "UNBOUNDED \(side)"
      case .currentRow: "CURRENT ROW"
      case .preceding(let offset): "\(offset) PRECEDING"
      case .following(let offset): "\(offset) FOLLOWING"
      }
    }
    return "\(unit.rawValue) BETWEEN \(text(start, "PRECEDING")) AND \(text(end, "FOLLOWING"))"
  }
}

extension OrderItem: CustomStringConvertible {
  package var description: String {
    "\(expression)\(isDescending ? " DESC" : "")\(nullsFirst ? " NULLS FIRST" : "")"
  }

  static func list(_ items: [OrderItem]) -> String {
    items.map(\.description).joined(separator: ", ")
  }
}
