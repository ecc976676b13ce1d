import Bytes
import ColumnFile
import Columns
import Pipeline
import Query

extension Verb {
  private static let out = Flag.text("--out", "FOLDER", "the folder to write into")

  static let export = Verb(
    "export", "a table of a lake as CSV or JSON lines, a file a date",
    arguments: [.lake, Argument("TABLE")], flags: [out, Flags.format, DateRange.flag, Flags.lake],
    details: """
      Writes the rows of a curated or KPI table to FOLDER/date=YYYY-MM-DD/TABLE.csv (or .jsonl), and
      those of a table without dates to FOLDER/TABLE.csv. Each file appears whole or not at all.
      """,
    examples: [
      "groove export ./lake genre_metrics --out exported",
      "groove export ./lake streams --format jsonl --out exported --dates 2024-06-25",
    ]
  ) { invocation, console in
    guard let folder = invocation[out] else {
      throw UsageError("--out is missing: the folder to write into")
    }
    let format = invocation[Flags.format] ?? .csv
    guard format == .csv || format == .jsonl else {
      throw UsageError("groove export writes csv or jsonl, not \(format.rawValue)")
    }
    let name = try invocation.word("TABLE")
    let catalog = try LakePlace(invocation).catalog()
    guard let table = try catalog.table(name) else {
      throw UsageError(
        "the lake has no table \(name)", meant: Spelling.nearest(to: name, in: catalog.tableNames))
    }
    Signals.catchInterrupts()
    var written: [JSON] = []
    for (partition, segments) in parts(of: table, in: invocation[DateRange.flag]) {
      let place = partition.map { "\(folder)/date=\($0)" } ?? folder
      try FileSystem.makeFolders(place)
      let path = "\(place)/\(table.name).\(format.rawValue)"
      let rows = try write(segments, table.schema, format, to: path)
      written.append(.members(["path": .text(path), "rows": .count(rows)]))
      try Interrupted.check(name)
    }
    if invocation.has(Flags.json) {
      try console.report(.members(["files": .list(written)]))
    } else {
      try console.say("wrote \(Numerals.counted(written.count, "file")) to \(folder)")
    }
    return .done
  }

  /// The segments of a table by the text of their partition, in order.
  private static func parts(
    of table: any TableSource, in dates: ClosedRange<Int32>?
  ) -> [(partition: String?, segments: [Segment])] {
    var parts: [String: [Segment]] = [:]
    var whole: [Segment] = []
    for segment in table.segments {
      guard let partition = segment.partition else {
        whole.append(segment)
        continue
      }
      if let dates, case .date(let day) = partition, !dates.contains(day) { continue }
      parts[partition.text ?? "", default: []].append(segment)
    }
    let sorted = parts.sorted { $0.key < $1.key }.map { (partition: Optional($0.key), $0.value) }
    return whole.isEmpty ? sorted : [(nil, whole)] + sorted
  }

  private static func write(
    _ segments: [Segment], _ schema: Schema, _ format: OutputFormat, to path: String
  ) throws -> Int {
    try WholeFile.write(path) { file in
      var rows = 0
      let pieces = RowPieces(format, schema)
      try file.write(pieces.head().span)
      for segment in segments {
        switch segment.content {
        case .batch(let batch):
          rows += batch.rowCount
          try file.write(pieces.rows(batch).span)
        case .file(let columnFile):
          let all = Array(columnFile.schema.fields.indices)
          for block in 0..<columnFile.blockCount {
            let batch = try columnFile.read(columns: all, block: block)
            rows += batch.rowCount
            try file.write(pieces.rows(batch).span)
          }
        }
      }
      return rows
    }
  }
}
