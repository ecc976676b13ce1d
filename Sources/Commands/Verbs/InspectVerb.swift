import Bytes
import ColumnFile
import Columns

extension Verb {
  private static let blocks = Flag.on("--blocks", "the columns of each block, with their bounds")

  static let inspect = Verb(
    "inspect", "what a columnar file is made of: encodings, sizes, bounds",
    arguments: [Argument("FILE", .path)], flags: [blocks, Flags.format],
    details: """
      Shows each column of a .groove file with its encodings, its bytes a row and its share of the
      file, its nulls and its bounds; with --blocks that of each block, by which a query leaves out
      the blocks it does not need. Only the footer is read.
      """,
    examples: [
      "groove inspect plays.groove", "groove inspect plays.groove --json",
      "groove inspect plays.groove --blocks --format csv",
    ]
  ) { invocation, console in
    let opened = try ColumnFile(FileSource(invocation.word("FILE")))
    let file = opened.describe()
    let pages = invocation.has(blocks) ? Self.pages(of: opened) : nil
    if invocation.has(Flags.json) {
      try console.report(json(file, pages))
      return .done
    }
    if let pages {
      try Rows.write(
        [
          ("block", pages.map { .bigint(Int64($0.block)) }),
          ("rows", pages.map { .bigint(Int64($0.rows)) }),
          ("column", pages.map { .text($0.column) }),
          ("encoding", pages.map { .text($0.encoding) }),
          ("bytes", pages.map { .bigint(Int64($0.bytes)) }),
          ("nulls", pages.map { .bigint(Int64($0.zone.nullCount)) }),
          ("smallest", pages.map { .text($0.zone.minimum?.text ?? "") }),
          ("greatest", pages.map { .text($0.zone.maximum?.text ?? "") }),
        ], invocation, console)
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

  /// A column of a block.
  private struct Page {
    var block: Int
    var rows: Int
    var column: String
    var encoding: String
    var bytes: Int
    var zone: Zone
  }

  private static func pages(of file: ColumnFile) -> [Page] {
    (0..<file.blockCount).flatMap { block in
      file.schema.fields.enumerated().map { column, field in
        Page(
          block: block, rows: file.rows(inBlock: block), column: field.name,
          encoding: file.encodingName(column: column, block: block),
          bytes: file.storedBytes(columns: [column], block: block),
          zone: file.zone(column: column, block: block))
      }
    }
  }

  private static func json(_ page: Page) -> JSON {
    .members([
      "block": .count(page.block), "rows": .count(page.rows), "column": .text(page.column),
      "encoding": .text(page.encoding), "bytes": .count(page.bytes),
      "nulls": .count(page.zone.nullCount), "smallest": .optional(page.zone.minimum?.text),
      "greatest": .optional(page.zone.maximum?.text),
    ])
  }

  private static func json(_ file: FileDescription, _ pages: [Page]?) -> JSON {
    .members([
      "file": .text(file.name), "version": .text(file.version), "rows": .count(file.rows),
      "blocks": .count(file.blocks), "bytes": .count(file.bytes),
      "footerBytes": .count(file.footerBytes),
      "columns": .list(
        file.columns.map { column in
          .members([
            "name": .text(column.field.name), "type": .text(column.field.type.description),
            "bytes": .count(column.bytes), "bytesPerRow": .number(column.bytesPerRow(file.rows)),
            "share": .number(Double(column.bytes) / Double(max(1, file.bytes))),
            "dictionaryBytes": .count(column.dictionaryBytes),
            "dictionaryTexts": .count(column.dictionary?.ownTexts ?? 0),
            "sharedDictionary": .optional(column.dictionary?.shared?.name),
            "numbers": .optional(column.numbers), "mapBytes": .count(column.mapBytes),
            "nulls": .count(column.nulls),
            "compressedPages": .count(column.compressedPages),
            "encodings": .object(
              column.encodings.map { JSON.Member($0.name, .count($0.pages)) }),
            "smallest": .optional(column.zone.minimum?.text),
            "greatest": .optional(column.zone.maximum?.text),
            "follows": .optional(column.follows),
          ])
        }), "pages": .list((pages ?? []).map { json($0) }),
    ])
  }
}
