import Bytes
import Columns
import Pipeline
import Query
import SQL

extension Verb {
  private static let timing = Flag.on(
    "--timing", "how long each statement took, on standard error; a terminal is always told")

  static let query = Verb(
    "query", "SQL over a lake's tables and over files",
    arguments: [Argument("SQL")],
    flags: [Flags.lake, Flags.format, timing],
    details: """
      Answers SELECT, EXPLAIN [ANALYZE], DESCRIBE and SHOW TABLES. FROM takes a table of the lake,
      curated or KPI, or a file in quotes: 'file.groove', 'file.csv', a folder of them, or
      read_csv('file', columns => …) with types. A CSV file without declared types has TEXT columns.
      Where an answer is given it is DuckDB's; what is not supported is refused with a caret.
      Several statements are parted by semicolons; a SQL of - is read from standard input.
      """,
    examples: [
      "groove query 'SHOW TABLES' --lake ./lake",
      "groove query 'SELECT genre, sum(total_streams) FROM genre_metrics GROUP BY genre' --lake L",
      "groove query \"SELECT count(*) FROM 'plays.csv'\" --format json",
    ]
  ) { invocation, console in
    var text = try invocation.word("SQL")
    if text == "-" { text = String(decoding: try StandardInput.readAll(), as: UTF8.self) }
    let statements = try Parser.statements(SourceText(text))
    if statements.isEmpty { throw UsageError("there is no statement in the SQL") }
    let catalog: any Catalog
    if let lake = invocation[Flags.lake] ?? console.environment("GROOVE_LAKE") {
      catalog = try LakePlace(lake).catalog()
    } else {
      catalog = MemoryCatalog([])
    }
    // Tests make everything go to disk that can.
    let isForced = console.environment("GROOVE_FORCE_SPILL") != nil
    let options = QueryOptions(
      threads: invocation.threads, memory: isForced ? 1 : invocation.memory)
    let engine = QueryEngine(catalog, options)
    let format =
      invocation.has(Flags.json) ? .json : invocation[Flags.format] ?? .usual(for: console)
    for (index, statement) in statements.enumerated() {
      if index > 0 && format == .table { try console.write("\n") }
      let start = Clock.monotonicNanoseconds()
      let rows = try engine.open(statement)
      let count = try format.write(rows, to: console)
      let seconds = Double(Clock.monotonicNanoseconds() - start) / 1e9
      if console.errorWidth != nil || invocation.has(timing) {
        try tell(rows, count, seconds, console)
      }
    }
    return .done
  }

  private static func tell(
    _ rows: QueryRows, _ count: Int, _ seconds: Double, _ console: Console
  ) throws {
    let time = seconds < 1 ? Numerals.short(seconds * 1000, "ms") : Numerals.short(seconds, "s")
    var text = "\(Numerals.counted(count, "row")) in \(time)"
    let statistics = rows.statistics
    if statistics.rowsRead > 0 {
      text += ", \(Numerals.grouped(statistics.rowsRead)) rows read in "
      text += "\(statistics.blocksRead) of \(Numerals.counted(statistics.blocks, "block"))"
    }
    try console.say(text)
  }

  static let describe = Verb(
    "describe", "the columns and types of a table or a file",
    arguments: [Argument("TABLE", .path)], flags: [Flags.lake, Flags.format],
    details: """
      Names the columns of a table of the lake, or of a .groove or CSV file or a folder of them,
      with their types and whether they may be null.
      """,
    examples: ["groove describe plays.groove", "groove describe streams --lake ./lake"]
  ) { invocation, console in
    let name = try invocation.word("TABLE")
    let isPath = try FileSystem.status(name) != nil || name.contains("/") || name.contains(".")
    let catalog: any Catalog
    if !isPath, let lake = invocation[Flags.lake] ?? console.environment("GROOVE_LAKE") {
      catalog = try LakePlace(lake).catalog()
    } else {
      catalog = MemoryCatalog([])
    }
    let quote: Character = isPath ? "'" : "\""
    let quoted = name.map { $0 == quote ? "\(quote)\(quote)" : String($0) }.joined()
    let result = try QueryEngine(catalog).run("DESCRIBE \(quote)\(quoted)\(quote)")
    let format =
      invocation.has(Flags.json) ? .json : invocation[Flags.format] ?? .usual(for: console)
    try format.write(result.schema, result.batches, to: console)
    return .done
  }
}
