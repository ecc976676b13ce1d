import Bytes
import Columns
import SQL

/// The columns that names in an expression may mean.
struct Scope: Sendable {
  struct Entry: Sendable {
    /// The folded name of the table, where it has one.
    let table: String?
    let name: String
    let type: DataType
    /// Found only with its table's name: the right side's column of a USING.
    var isHidden = false
  }

  var entries: [Entry]

  init(_ entries: [Entry] = []) { self.entries = entries }

  init(_ fields: [Field], table: String?) {
    entries = fields.map { Entry(table: table, name: $0.name, type: $0.type) }
  }

  var types: [DataType] { entries.map(\.type) }

  /// The place of a column; nil where there is none.
  func find(_ column: ColumnName) throws(QueryError) -> Int? {
    let name = column.name.folded
    let table = column.table?.folded
    let places = entries.indices.filter { place in
      let entry = entries[place]
      return entry.name.foldedName == name
        && (table == nil ? !entry.isHidden : entry.table == table)
    }
    if places.count > 1 {
      let tables = places.compactMap { entries[$0].table }
      throw QueryError(
        "the column \(column.name) is in several tables", at: column.name.position,
        hint: tables.isEmpty ? "" : "Write \(tables[0]).\(column.name).")
    }
    return places.first
  }

  func unknown(_ column: ColumnName, aliases: [String] = []) -> QueryError {
    if let table = column.table, !entries.contains(where: { $0.table == table.folded }) {
      let tables = Set(entries.compactMap(\.table)).sorted()
      return QueryError(
        "there is no table \(table) here", at: table.position,
        hint: Self.suggestion(table.name, tables, "The tables are"))
    }
    let names = entries.filter { column.table == nil || $0.table == column.table?.folded }
      .map(\.name)
    return QueryError(
      "there is no column \(column.name)", at: column.name.position,
      hint: Self.suggestion(column.name.name, names + aliases, "The columns are"))
  }

  /// `Did you mean x?`, or all there are, where they are few.
  static func suggestion(_ word: String, _ candidates: [String], _ list: String) -> String {
    if let nearest = Spelling.nearest(to: word, in: candidates) {
      return "Did you mean \(nearest)?"
    }
    if candidates.isEmpty || candidates.count > 20 { return "" }
    return "\(list) \(candidates.joined(separator: ", "))."
  }
}
