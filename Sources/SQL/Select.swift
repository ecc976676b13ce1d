/// A whole query: `[WITH …] body [ORDER BY …] [LIMIT …] [OFFSET …]`.
package struct Select: Sendable, Hashable {
  package let with: [CommonTable]
  package let body: SelectBody
  package let orderBy: Ordering
  package let limit: Expression?
  package let offset: Expression?
  package let position: Position

  package init(
    with: [CommonTable], body: SelectBody, orderBy: Ordering, limit: Expression?,
    offset: Expression?, position: Position
  ) {
    self.with = with
    self.body = body
    self.orderBy = orderBy
    self.limit = limit
    self.offset = offset
    self.position = position
  }
}

/// `name [(columns)] AS (query)` of a WITH.
package struct CommonTable: Sendable, Hashable {
  package let name: Identifier
  package let columns: [Identifier]
  package let query: Select

  package init(
    name: Identifier, columns: [Identifier], query: Select
  ) {
    self.name = name
    self.columns = columns
    self.query = query
  }
}

package indirect enum SelectBody: Sendable, Hashable {
  case block(SelectBlock)
  /// Rows of equally many expressions.
  case values([[Expression]])
  /// Two or more queries; one in brackets may have an order and a limit of its own. UNION without
  /// ALL is SELECT DISTINCT from this.
  case unionAll([Select])
}

/// SELECT … FROM … WHERE … GROUP BY … HAVING … QUALIFY ….
package struct SelectBlock: Sendable, Hashable {
  package let isDistinct: Bool
  /// What DISTINCT ON names: the first row is kept of those that are equal in it.
  package let distinctOn: [Expression]
  package let items: [SelectItem]
  package let from: TableExpression?
  package let filter: Expression?
  package let groupBy: Grouping
  package let having: Expression?
  package let qualify: Expression?

  package init(
    isDistinct: Bool, on distinctOn: [Expression] = [], items: [SelectItem],
    from: TableExpression?, filter: Expression?, groupBy: Grouping, having: Expression?,
    qualify: Expression?
  ) {
    self.isDistinct = isDistinct
    self.distinctOn = distinctOn
    self.items = items
    self.from = from
    self.filter = filter
    self.groupBy = groupBy
    self.having = having
    self.qualify = qualify
  }
}

package enum SelectItem: Sendable, Hashable {
  case expression(Expression, alias: Identifier?)
  /// `*` or `t.*`, without the columns it excludes.
  case star(table: Identifier?, excluding: [Identifier], Position)
}

package enum Grouping: Sendable, Hashable {
  case none
  /// Integer literals are ordinals of the select list; names may be its aliases.
  case expressions([Expression])
  /// `GROUP BY ALL`.
  case all(Position)
}

package enum Ordering: Sendable, Hashable {
  case none
  /// Integer literals are ordinals of the select list; names may be its aliases.
  case items([OrderItem])
  /// `ORDER BY ALL`: by every column, from the left.
  case all(isDescending: Bool, nullsFirst: Bool, Position)
}

/// What stands in FROM.
package struct TableExpression: Sendable, Hashable {
  package indirect enum Kind: Sendable, Hashable {
    /// A table of the catalog or of a WITH.
    case table(Identifier)
    /// A file or a folder: `'plays.csv'`, `'curated/streams'`.
    case file(String)
    case csv(ReadCSV)
    case query(Select)
    case join(Join)
  }

  package let kind: Kind
  package let alias: Identifier?
  /// New names of the columns from the left: `t(a, b)`.
  package let columnAliases: [Identifier]
  package let position: Position

  package init(
    _ kind: Kind, alias: Identifier? = nil, columnAliases: [Identifier] = [], at position: Position
  ) {
    self.kind = kind
    self.alias = alias
    self.columnAliases = columnAliases
    self.position = position
  }
}

/// `read_csv('path', columns => {a: 'BIGINT'}, delim => ';')`.
package struct ReadCSV: Sendable, Hashable {
  package let path: String
  /// Empty where none are declared: then all columns are TEXT.
  package let columns: [DeclaredColumn]
  package let options: [Option]
}

package struct DeclaredColumn: Sendable, Hashable {
  package let name: Identifier
  package let type: TypeName
}

/// A setting of a reader: its value as text, whatever it was written as.
package struct Option: Sendable, Hashable {
  package let name: Identifier
  package let value: String
  package let position: Position
}

package struct Join: Sendable, Hashable {
  package enum Kind: String, Sendable, Hashable {
    case inner = "INNER JOIN"
    case left = "LEFT JOIN"
  }

  package enum Condition: Sendable, Hashable {
    case on(Expression)
    case using([Identifier])
  }

  package let kind: Kind
  package let left: TableExpression
  package let right: TableExpression
  package let condition: Condition

  package init(
    kind: Kind, left: TableExpression, right: TableExpression, condition: Condition
  ) {
    self.kind = kind
    self.left = left
    self.right = right
    self.condition = condition
  }
}
