import Columns
import Commands
import Testing

@Suite struct `Rows` {
  static let schema = Schema([
    Field("genre", .text), Field("plays", .bigint), Field("share", .double), Field("day", .date),
  ])
  static let batches = [
    ColumnBatch(
      schema,
      [
        Column(.text, .texts(TextVector(["pop", "a|\"b\",\nc"]))),
        Column(.bigint, .integers([12, -3])), Column(.double, .doubles([0.5, .nan])),
        Column(.date, .dates([19_899, 0]), validity: Bitmap([true, false])),
      ]),
    ColumnBatch(
      schema,
      [
        Column(.text, .codes([0, 1], TextDictionary(TextVector(["日本", ""])))),
        Column(.bigint, .integers([0, 1_000_000])), Column(.double, .doubles([1, 1e20])),
        Column(.date, .dates([1, 2])),
      ]),
  ]

  static func written(
    _ format: OutputFormat, _ schema: Schema = schema, _ batches: [ColumnBatch] = batches,
    width: Int? = nil
  ) throws -> String {
    let kept = Kept()
    let console = kept.console(outputWidth: width)
    try format.write(schema, batches, to: console)
    try console.flush()
    return String(decoding: kept.output, as: UTF8.self)
  }

  @Test func `as a table`() throws {
    let expected = #"""
      ┌───────────┬─────────┬────────┬────────────┐
      │ genre     │   plays │  share │ day        │
      │ text      │  bigint │ double │ date       │
      ├───────────┼─────────┼────────┼────────────┤
      │ pop       │      12 │    0.5 │ 2024-06-25 │
      │ a|"b",\nc │      -3 │    nan │ NULL       │
      │ 日本      │       0 │    1.0 │ 1970-01-02 │
      │           │ 1000000 │  1e+20 │ 1970-01-03 │
      └───────────┴─────────┴────────┴────────────┘

      """#
    let text = try Self.written(.table)
    #expect(text == expected)
  }

  @Test func `as CSV`() throws {
    let expected = """
      genre,plays,share,day
      pop,12,0.5,2024-06-25
      "a|""b"",
      c",-3,nan,
      日本,0,1.0,1970-01-02
      "",1000000,1e+20,1970-01-03

      """
    #expect(try Self.written(.csv) == expected)
  }

  @Test func `as JSON`() throws {
    let expected = #"""
      {"genre":"pop","plays":12,"share":0.5,"day":"2024-06-25"}
      {"genre":"a|\"b\",\nc","plays":-3,"share":null,"day":null}
      {"genre":"日本","plays":0,"share":1.0,"day":"1970-01-02"}
      {"genre":"","plays":1000000,"share":1e+20,"day":"1970-01-03"}

      """#
    #expect(try Self.written(.jsonl) == expected)
    let lines = expected.split(separator: "\n").joined(separator: ",\n")
    #expect(try Self.written(.json) == "[\n\(lines)\n]\n")
    #expect(try Self.written(.json, Self.schema, []) == "[\n]\n")
  }

  @Test func `as Markdown`() throws {
    let expected = #"""
      | genre | plays | share | day |
      | --- | ---: | ---: | --- |
      | pop | 12 | 0.5 | 2024-06-25 |
      | a\|"b",<br>c | -3 | nan | NULL |
      | 日本 | 0 | 1.0 | 1970-01-02 |
      |  | 1000000 | 1e+20 | 1970-01-03 |

      """#
    #expect(try Self.written(.markdown) == expected)
  }

  @Test func `of a long result show both ends on a terminal, all in a file`() throws {
    let schema = Schema([Field("n", .bigint)])
    let batches = (0..<10).map { part in
      let numbers = (0..<10).map { Int64(part * 10 + $0) }
      return ColumnBatch(schema, [Column(.bigint, .integers(numbers))])
    }
    let shown = try Self.written(.table, schema, batches, width: 80)
    #expect(shown.contains("│     19 │\n│      · │\n│      · │\n│      · │\n│     80 │"))
    #expect(shown.hasSuffix("  100 rows (40 shown)\n"))
    let whole = try Self.written(.table, schema, batches)
    #expect(whole.contains("│     50 │") && whole.hasSuffix("  100 rows\n"))
  }

  @Test(arguments: [20, 30, 40, 60, 200])
  func `fit the terminal`(width: Int) throws {
    let fields = (0..<6).map { Field("column\($0)", .text) }
    let texts = ["short", String(repeating: "long ", count: 20), "日本語の長いテキスト🎵🎵"]
    let columns = fields.map { _ in Column(.text, .texts(TextVector(texts))) }
    let schema = Schema(fields)
    let text = try Self.written(.table, schema, [ColumnBatch(schema, columns)], width: width)
    let lines = text.split(separator: "\n").filter { !$0.hasPrefix(" ") }
    let widths = Set(lines.map { TextWidth.of(String($0)) })
    #expect(widths.count == 1)
    #expect(widths.allSatisfy { $0 <= max(width, 40) })
  }

  @Test(
    arguments: [
      ("abc", 3), ("é", 1), ("e\u{301}", 1), ("日本", 4), ("🎵", 2), ("👨‍👩‍👧", 2), ("❤️", 2),
      ("한글", 4), ("\u{200B}", 0), ("ｆ", 2),
    ])
  func `know the width of characters`(text: String, width: Int) {
    #expect(TextWidth.of(text) == width)
  }

  @Test func `are cut with an ellipsis`() {
    #expect(TextWidth.cut("abcdef", to: 4) == "abc…")
    #expect(TextWidth.cut("日本語", to: 4) == "日…")
    #expect(TextWidth.cut("日本", to: 4) == "日本")
  }
}
