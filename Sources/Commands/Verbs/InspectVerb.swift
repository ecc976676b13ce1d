import Bytes
import ColumnFile
import Columns

extension Verb {
  static let inspect = Verb(
    "inspect", "what a columnar file is made of: encodings, sizes, bounds",
    arguments: [Argument("FILE", .path)], flags: [Flags.format],
    details: """
      Shows each column of a .groove file with its encodings, its bytes a row and its share of the
      file, its nulls and its bounds. Only the footer is read.
      """,
    examples: ["groove inspect plays.groove", "groove inspect plays.groove --json"]
  ) { invocation, console in
    let file = try ColumnFile(FileSource(invocation.word("FILE"))).describe()
    if invocation.has(Flags.json) {
      try console.report(json(file))
      return .done
    }
    let columns = file.columns
    func rounded(_ number: Double) -> Value { .double((number * 100).rounded() / 100) }
    try Rows.write(
      [
        ("column", columns.map { .text($0.field.name) }),
        ("type", columns.map { .text($0.field.type.description) }),
        ("encodings", columns.map { .text(encodings($0)) }),
        ("bytes", columns.map { .bigint(Int64($0.bytes)) }),
        ("bytes a row", columns.map { rounded($0.bytesPerRow(file.rows)) }),
        (
          "% of file",
          columns.map { rounded(Double($0.bytes) * 100 / Double(max(1, file.bytes))) }
        ), ("nulls", columns.map { .bigint(Int64($0.nulls)) }),
        ("smallest", columns.map { .text($0.zone.minimum?.text ?? "") }),
        ("greatest", columns.map { .text($0.zone.maximum?.text ?? "") }),
      ], invocation, console)
    try console.say(
      "\(file.name): format \(file.version), \(Numerals.counted(file.rows, "row")) in "
        + "\(Numerals.counted(file.blocks, "block")), \(Numerals.short(Double(file.bytes), "B")), "
        + "\((file.bytesPerRow * 100).rounded() / 100) bytes a row")
    return .done
  }

  /// `bit-packed 3, constant 1; zstd 2; U######; from song_id`.
  private static func encodings(_ column: ColumnDescription) -> String {
    var parts = [
      column.encodings.map { "\($0.name) \($0.pages)" }.joined(separator: ", ")
    ]
    if column.compressedPages > 0 { parts.append("zstd \(column.compressedPages)") }
    if let numbers = column.numbers { parts.append(numbers) }
    if let source = column.follows { parts.append("from \(source)") }
    if let shared = column.dictionary?.shared { parts.append("codes of \(shared.name)") }
    return parts.joined(separator: "; ")
  }

  private static func json(_ file: FileDescription) -> JSON {
    .members([
      "file": .text(file.name), "version": .text(file.version), "rows": .count(file.rows),
      "blocks": .count(file.blocks), "bytes": .count(file.bytes),
      "footerBytes": .count(file.footerBytes),
      "columns": .list(
        file.columns.map { column in
          .members([
            "name": .text(column.field.name), "type": .text(column.field.type.description),
            "bytes": .count(column.bytes), "nulls": .count(column.nulls),
            "compressedPages": .count(column.compressedPages),
            "encodings": .object(
              column.encodings.map { JSON.Member($0.name, .count($0.pages)) }),
            "smallest": .optional(column.zone.minimum?.text),
            "greatest": .optional(column.zone.maximum?.text),
            "follows": .optional(column.follows),
          ])
        }),
    ])
  }
}
