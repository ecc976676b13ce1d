import Bytes
import CSV
import Columns
import Packs
import Pipeline
import Query
import SQL

extension Verb {
  private static let out = Flag.text(
    "--out", "PATH", "the file to write, or a folder of files")
  private static let columns = Flag.text(
    "--columns", "COLUMNS",
    "names and types to read: 'a TEXT, b BIGINT NOT NULL'; auto proposes some")
  private static let partition = Flag.text(
    "--partition", "DATE", "with --columns: divide the rows by a date, like 'date(time)'")
  private static let fromPack = Flag.text(
    "--pack", "PACK", "take the columns from a built-in pack, or a file of SQL")
  private static let ofTable = Flag.text("--table", "TABLE", "which table of the pack the rows are")

  static let convert = Verb(
    "convert", "columnar files from CSV",
    arguments: [Argument("CSV", .path, isRepeated: true)],
    flags: [out, columns, partition, fromPack, ofTable, Flags.maxReject, Flags.format],
    details: """
      Reads CSV (also .gz and .zst) by declared columns and writes .groove files. A folder means all
      of that kind in it and in its folders. The columns are those of --columns, or of a pack's
      table, whose checks are made too. Columns that are not declared are left out.

      Where --out ends in .groove, all inputs go into that one file, rows in their order. Else it is
      a folder: of a table with a partition it must be new, and gets one folder a date,
      date=2024-06-25, with the rows of that date, whose order is free; of other tables each input
      gets a file of its own there.

      With --columns auto nothing is converted: the types that fit the first input, or its first
      64 MB, are shown with the values that speak against narrower ones, and a --columns to confirm.

      A row that does not fit is rejected and told; an input that loses more than --max-reject of
      its rows is refused, and nothing of it is written. Rows with the same key are all kept: which
      one stays is settled by `groove run`.
      """,
    examples: [
      "groove convert plays.csv --columns 'user BIGINT, time TIMESTAMP' --out plays.groove",
      "groove convert a.csv b.csv.gz --columns 'name TEXT' --out folder",
      "groove convert a.csv --columns 'at TIMESTAMP NOT NULL' --partition 'date(at)' --out days",
      "groove convert plays.csv --columns auto",
      "groove convert incoming/streams --pack music --table streams --out streams",
    ]
  ) { invocation, console in
    if invocation[columns] == "auto" { return try propose(invocation, console) }
    guard let target = invocation[out] else {
      throw UsageError("--out is missing: the file or folder to write")
    }
    let inputs = try inputs(invocation)
    let table = try convertedTable(invocation, inputs[0])
    Signals.catchInterrupts()
    var options = ConversionOptions()
    options.threads = invocation.threads
    options.memory = invocation.memory
    options.maximumRejected = invocation[Flags.maxReject] ?? 0.1
    var work = ConvertWork(table, options, console)
    if target.hasSuffix(".groove") {
      try work.convert(inputs, to: target, isPartitioned: false)
    } else if table.partition != nil {
      try work.convert(inputs, to: target, isPartitioned: true)
    } else {
      try work.convertEach(inputs, into: target)
    }
    if invocation.has(Flags.json) { try console.report(work.report()) } else { try work.tell() }
    return work.hasRefusals ? .refused : .done
  }

  /// The files to read, of which there is at least one.
  private static func inputs(_ invocation: Invocation) throws -> [String] {
    let files = try DataFiles.csv(invocation.all("CSV"))
    if files.isEmpty { throw UsageError("there are no .csv, .csv.gz or .csv.zst files there") }
    return files
  }

  /// Shows what the first input could be declared as.
  private static func propose(
    _ invocation: Invocation, _ console: Console
  ) throws -> ExitStatus {
    let proposal = try ColumnsProposal(try inputs(invocation)[0], threads: invocation.threads)
    if invocation.has(Flags.json) {
      try console.report(
        .members([
          "input": .text(proposal.path), "delimiter": .text(proposal.delimiter),
          "rows": .count(proposal.rows), "isWhole": .boolean(proposal.isWhole),
          "declaration": .text(proposal.declaration),
          "columns": .list(
            proposal.columns.map {
              .members([
                "name": .text($0.name), "type": .text($0.type.description),
                "nulls": .count($0.nulls), "reasons": .list($0.reasons.map { .text($0) }),
              ])
            }),
        ]))
      return .done
    }
    try Rows.write(
      [
        ("column", proposal.columns.map { .text($0.name) }),
        ("type", proposal.columns.map { .text($0.type.description) }),
        ("nulls", proposal.columns.map { .bigint(Int64($0.nulls)) }),
        ("evidence", proposal.columns.map { .text($0.reasons.joined(separator: "; ")) }),
      ], invocation, console)
    try console.say("these types fit \(proposal.extent)")
    if proposal.delimiter == "," {
      try console.say("if they are what is meant: --columns '\(proposal.declaration)'")
    } else {
      try console.say(
        "its fields are divided by \"\(proposal.delimiter)\", which a pack has to say: "
          + "CREATE TABLE rows (\(proposal.declaration)) "
          + "WITH (delimiter = '\(proposal.delimiter)');"
      )
    }
    return .done
  }

  /// What the inputs hold, as the flags say.
  private static func convertedTable(
    _ invocation: Invocation, _ input: String
  ) throws -> InputTable {
    if let name = invocation[fromPack] {
      guard invocation[columns] == nil, invocation[partition] == nil else {
        throw UsageError(
          "--pack says what the columns are, and by what they are divided",
          remedy: "Leave out --columns and --partition, or --pack.")
      }
      let pack = try NamedPack.load(name)
      let names = pack.inputs.map(\.name)
      guard let word = invocation[ofTable] else {
        throw UsageError(
          "--table is missing: which table of \(pack.name) the rows are",
          remedy: "It has \(names.joined(separator: ", ")).")
      }
      guard let found = pack.input(word) else {
        throw UsageError(
          "\(pack.name) has no table \(word)",
          remedy: Spelling.nearest(to: word, in: names).map { "Did you mean \($0)?" }
            ?? "It has \(names.joined(separator: ", ")).")
      }
      return found
    }
    if invocation[ofTable] != nil { throw UsageError("--table names a table of --pack") }
    guard let text = invocation[columns] else {
      let names = try CSVHeader.names(of: FileSource(input))
      let guess = names.map { "\($0.isEmpty ? "\"\"" : $0) TEXT" }.joined(separator: ", ")
      throw UsageError("--columns is missing", remedy: "Try: --columns '\(guess)'")
    }
    _ = try Parser.columns(SourceText(text, name: "--columns"))
    let division = invocation[partition].map { " PARTITION BY \($0)" } ?? ""
    let declared = try Pack.parse(
      text: "CREATE TABLE rows (\(text))\(division);", name: "of --columns and --partition")
    return declared.inputs[0]
  }
}
