import Bytes
import CSV
import ColumnFile
import Columns
import SQL

extension Verb {
  private static let out = Flag.text(
    "--out", "PATH", "the file to write, or a folder for one file each")
  private static let columns = Flag.text(
    "--columns", "COLUMNS", "names and types to read: 'a TEXT, b BIGINT NOT NULL'")

  static let convert = Verb(
    "convert", "columnar files from CSV, rows in their order",
    arguments: [Argument("CSV", .path, isRepeated: true)],
    flags: [out, columns, Flags.maxReject],
    details: """
      Reads CSV (also .gz and .zst) by declared columns and writes .groove files. Where --out ends
      in .groove, all inputs go into that one file; else it is a folder, and each input gets a file
      of its own there. Columns that are not declared are left out. A row that does not fit is
      rejected and told; an input that loses more than --max-reject of its rows is refused.
      """,
    examples: [
      "groove convert plays.csv --columns 'user BIGINT, time TIMESTAMP' --out plays.groove",
      "groove convert a.csv b.csv.gz --columns 'name TEXT' --out folder",
    ]
  ) { invocation, console in
    guard let target = invocation[out] else {
      throw UsageError("--out is missing: the file or folder to write")
    }
    let inputs = invocation.all("CSV")
    guard let text = invocation[columns] else {
      let names = try CSVHeader.names(of: FileSource(inputs[0]))
      let guess = names.map { "\($0.isEmpty ? "\"\"" : $0) TEXT" }.joined(separator: ", ")
      throw UsageError("--columns is missing", remedy: "Try: --columns '\(guess)'")
    }
    let declared = try Parser.columns(SourceText(text, name: "--columns"))
    Signals.catchInterrupts()
    var conversion = Conversion(
      columns: declared.map {
        InputColumn($0.name.name, $0.type.type, hasZone: $0.type.hasZone, isNullable: !$0.isNotNull)
      }, threads: invocation.threads, maxReject: invocation[Flags.maxReject] ?? 0.1,
      console: console)
    let start = Clock.monotonicNanoseconds()
    if target.hasSuffix(".groove") {
      try conversion.convert(inputs, to: target)
    } else {
      let names = inputs.map(Conversion.baseName)
      if let name = names.first(where: { name in names.count { $0 == name } > 1 }) {
        throw UsageError(
          "two inputs would both become \(target)/\(name).groove",
          remedy: "Convert them one by one, or into one file with --out FILE.groove.")
      }
      try FileSystem.makeFolders(target)
      for (input, name) in zip(inputs, names) {
        try conversion.convert([input], to: "\(target)/\(name).groove")
      }
    }
    let seconds = Double(Clock.monotonicNanoseconds() - start) / 1e9
    if invocation.has(Flags.json) {
      try console.report(conversion.report(seconds: seconds))
    } else {
      try conversion.tell(seconds: seconds)
    }
    return conversion.hasRefusals ? .refused : .done
  }
}
