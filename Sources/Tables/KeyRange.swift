import Bytes
import Columns

/// Which items of a table are asked for: the first parts of their keys, and bounds of the part that
/// follows those. Parts are written as the table shows them.
package struct KeyRange: Sendable, Hashable {
  package var key: [String]
  /// The smallest value of the next part, itself among them.
  package var from: String?
  /// The largest value of the next part, itself among them.
  package var to: String?
  /// What the text of the next part begins with.
  package var prefix: String?

  package init(
    key: [String], from: String? = nil, to: String? = nil, prefix: String? = nil
  ) {
    self.key = key
    self.from = from
    self.to = to
    self.prefix = prefix
  }

  package var hasBounds: Bool { from != nil || to != nil || prefix != nil }

  /// The place of the part that the bounds are for.
  package var place: Int { key.count }
}

/// The bounds as rows of key columns.
struct KeyBounds {
  let lower: [Column]
  let upper: [Column]
  let prefix: [UInt8]?
  let place: Int

  /// nil where a part of the key is no value of its column, so that no row can have it.
  init?(_ range: KeyRange, _ schema: Schema) throws(TableError) {
    var columns: [Column] = []
    for (index, text) in range.key.enumerated() {
      guard let column = KeyText.column(text, schema[index].type) else { return nil }
      columns.append(column)
    }
    place = range.place
    prefix = range.prefix.map { Array($0.utf8) }
    guard range.hasBounds else {
      lower = columns
      upper = columns
      return
    }
    guard place < schema.fields.count else {
      throw TableError(
        Explanation(
          "cannot look for", "a range", because: "the whole key is given already",
          remedy: "Leave out the last part of the key, or the bounds."))
    }
    // A text begins with the prefix only if it is not smaller.
    let least = range.from ?? (schema[place].type == .text ? range.prefix : nil)
    lower = columns + (try Self.bounds(least, schema[place]))
    upper = columns + (try Self.bounds(range.to, schema[place]))
  }

  private static func bounds(_ text: String?, _ field: Field) throws(TableError) -> [Column] {
    guard let text else { return [] }
    if let column = KeyText.column(text, field.type) { return [column] }
    throw TableError(
      Explanation(
        "cannot look for", "'\(text)'", because: "the column \(field.name) holds \(field.type)",
        remedy: "Write it as the table shows its values."))
  }

  /// Whether a row of key columns lies within.
  func contains(_ keys: ColumnBatch, _ row: Int) -> Bool {
    guard Self.compare(keys, row, lower) >= 0, Self.compare(keys, row, upper) <= 0 else {
      return false
    }
    guard let prefix else { return true }
    return keys.columns[place].value(at: row).text?.utf8.starts(with: prefix) ?? false
  }

  /// The order of a row and a bound, by as many columns as the bound has.
  static func compare(_ batch: ColumnBatch, _ row: Int, _ bound: [Column]) -> Int {
    for (index, column) in bound.enumerated() {
      let order = RowOrder.compare(batch.columns[index], row, column, 0)
      if order != 0 { return order }
    }
    return 0
  }
}
