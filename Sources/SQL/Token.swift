/// A word of SQL: what it is, what it says, and the bytes it stands on.
struct Token: Sendable {
  enum Kind: Sendable {
    /// An unquoted name or keyword.
    case word
    /// A name in double quotes; `text` is what they hold.
    case quotedName
    /// A text in single quotes; `text` is what they hold.
    case string
    case number
    /// An operator or a bracket.
    case symbol
    case end
  }

  let kind: Kind
  let text: String
  let start: Int
  let end: Int
  /// The word in small letters; empty for everything but a word, so that a quoted name is never a
  /// keyword.
  let keyword: String
}

/// Words that cannot name a column or a table without quotes, as in DuckDB. All other keywords of
/// the grammar (date, timestamp, year, rank, first, key …) can.
enum ReservedWords {
  static let all: Set<String> = [
    "all", "analyse", "analyze", "and", "any", "array", "as", "asc", "asymmetric", "both", "case",
    "cast", "check", "collate", "column", "constraint", "create", "default", "deferrable", "desc",
    "describe", "distinct", "do", "else", "end", "except", "false", "fetch", "for", "foreign",
    "from", "group", "having", "in", "initially", "intersect", "into", "lateral", "leading",
    "limit", "not", "null", "offset", "on", "only", "or", "order", "placing", "primary", "qualify",
    "references", "returning", "select", "show", "some", "summarize", "symmetric", "table", "then",
    "to", "trailing", "true", "union", "unique", "using", "when", "where", "window", "with",
  ]

  /// Words that begin the next part of a FROM, and so cannot be a table's alias without AS.
  static let notTableAlias: Set<String> = [
    "anti", "asof", "cross", "full", "inner", "join", "left", "natural", "outer", "positional",
    "right", "semi", "tablesample", "pivot", "unpivot", "at",
  ]

  /// Words that go on with an expression, and so cannot be a column's alias without AS.
  static let notColumnAlias: Set<String> = [
    "between", "escape", "filter", "glob", "ilike", "is", "isnull", "like", "notnull", "over",
    "overlaps", "similar", "within",
  ]
}
