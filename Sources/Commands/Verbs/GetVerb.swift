import Bytes
import Columns
import Packs
import Pipeline
import Tables

extension Verb {
  static let get = Verb(
    "get", "one item of a KPI table by its key, or all items of a partition key",
    arguments: [.lake, Argument("TABLE"), Argument("KEY"), Argument("SORTKEY", isOptional: true)],
    flags: [Flags.format, Flags.lake],
    details: """
      Reads the embedded key-value tables: with KEY all items of that partition key, with SORTKEY
      the one item. Keys are written as the tables show them. An item that holds a list is shown
      with a line for each of its entries; as JSON it is one object. Status 1: there is no such
      item.
      """,
    examples: [
      "groove get ./lake genre_metrics jazz 2024-06-25",
      "groove get ./lake top_5_genres 2024-06-25 --format json",
    ]
  ) { invocation, console in
    let place = try LakePlace(invocation)
    let pack = try place.catalog().pack
    let name = try invocation.word("TABLE")
    guard let table = pack.kpiTable(name) else {
      let names = pack.kpiTables.map(\.name)
      throw UsageError(
        "the lake has no KPI table \(name)",
        remedy: Spelling.nearest(to: name, in: names).map { "Did you mean \($0)?" }
          ?? "It has \(names.joined(separator: ", ")).")
    }
    let key = [try invocation.word("KEY")] + (invocation["SORTKEY"].map { [$0] } ?? [])
    if key.count > table.key.count {
      throw UsageError("the key of \(name) is \(table.key.joined(separator: ", "))")
    }
    let items = try Pipeline.get(place.store(), table: name, key: key)
    let format = invocation[Flags.format] ?? .usual(for: console)
    if invocation.has(Flags.json) || format == .json {
      try console.report(.list(items.map(\.json)))
    } else if format == .jsonl {
      for item in items { try console.write("\(item.json)\n") }
    } else if let first = items.first {
      let names = first.fields.map(\.name) + (first.list?.columns ?? [])
      let rows = items.flatMap(rows)
      try Rows.write(
        names.enumerated().map { index, name in (name, rows.map { $0[index] }) }, invocation,
        console)
    }
    if items.isEmpty {
      try console.say("\(name) has no item \(key.joined(separator: ", "))")
      return .refused
    }
    return .done
  }

  /// The fields of an item, once for each entry of its list.
  private static func rows(of item: TableItem) -> [[Value]] {
    let fields = item.fields.map(\.value)
    guard let list = item.list else { return [fields] }
    return list.rows.map { fields + $0 }
  }
}
