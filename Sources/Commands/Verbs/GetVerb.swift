import Bytes
import Columns
import Pipeline
import Tables

extension Verb {
  private static let from = Flag.text(
    "--from", "VALUE", "only items whose next part of the key is this or more")
  private static let to = Flag.text(
    "--to", "VALUE", "only items whose next part of the key is this or less")
  private static let prefix = Flag.text(
    "--prefix", "TEXT", "only items whose next part of the key begins so: 2024-06")
  private static let last = Flag.count(
    "--last", "only the last items, in the order of their keys", in: 1...1_000_000_000)

  static let get = Verb(
    "get", "one item of a KPI table by its key, or a range of items",
    arguments: [.lake, Argument("TABLE"), Argument("KEY"), Argument("SORTKEY", isOptional: true)],
    flags: [from, to, prefix, last, Flags.format, Flags.lake],
    details: """
      Reads the embedded key-value tables: with KEY all items of that partition key, with SORTKEY
      the one item; --from, --to and --prefix choose among the values of the part of the key that
      follows those given, --last takes the last of what is left. Keys are written as the tables
      show them. An item that holds a list is shown with a line for each of its entries; as JSON it
      is one object, numbers as numbers. Status 1: there is no such item, or no such table; the
      message has the nearest name.
      """,
    examples: [
      "groove get ./lake genre_metrics jazz 2024-06-25",
      "groove get ./lake genre_metrics jazz --from 2024-06-01 --to 2024-06-07",
      "groove get ./lake genre_metrics jazz --prefix 2024-06 --last 3 --json",
      "groove get ./lake top_5_genres 2024-06-25 --format json",
    ]
  ) { invocation, console in
    let name = try invocation.word("TABLE")
    let key = [try invocation.word("KEY")] + (invocation["SORTKEY"].map { [$0] } ?? [])
    let range = KeyRange(
      key: key, from: invocation[from], to: invocation[to], prefix: invocation[prefix])
    let answer = try Pipeline.get(
      LakePlace(invocation).store(), table: name, range, last: invocation[last])
    let format = invocation[Flags.format] ?? .usual(for: console)
    if invocation.has(Flags.json) || format == .json {
      try console.report(.list(answer.items.map(\.json)))
    } else if format == .jsonl {
      for item in answer.items { try console.write("\(item.json)\n") }
    } else if let first = answer.items.first {
      let names = first.fields.map(\.name) + (first.list?.columns ?? [])
      let rows = answer.items.flatMap(rows)
      try Rows.write(
        names.enumerated().map { index, name in (name, rows.map { $0[index] }) }, invocation,
        console)
    }
    guard let complaint = answer.complaint else { return .done }
    try console.complain("groove: \(complaint)")
    return .refused
  }

  /// The fields of an item, once for each entry of its list.
  private static func rows(of item: TableItem) -> [[Value]] {
    let fields = item.fields.map(\.value)
    guard let list = item.list else { return [fields] }
    return list.rows.map { fields + $0 }
  }
}
