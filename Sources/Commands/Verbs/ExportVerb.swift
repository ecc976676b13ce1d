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
      Writes the rows of a curated or KPI table to FOLDER/TABLE/date=YYYY-MM-DD/part-0.csv (or
      .jsonl), as Spark and others lay out partitioned tables, and those of a table without dates
      to FOLDER/TABLE/part-0.csv. Each file appears whole or not at all. A file of a date that the
      table no longer has is removed.
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
    let root = "\(folder)/\(table.name)"
    let parts = parts(of: table, in: invocation[DateRange.flag])
    for (partition, segments) in parts {
      let place = partition.map { "\(root)/date=\($0)" } ?? root
      try FileSystem.makeFolders(place)
      let path = "\(place)/part-0.\(format.rawValue)"
      let rows = try write(segments, table.schema, format, to: path)
      written.append(.members(["path": .text(path), "rows": .count(rows)]))
      try Interrupted.check(name)
    }
    try removeOthers(
      than: Set(parts.map { $0.partition.map { "date=\($0)" } ?? "" }), under: root, format,
      in: invocation[DateRange.flag])
    if invocation.has(Flags.json) {
      try console.report(.members(["files": .list(written)]))
    } else {
      try console.say("wrote \(Numerals.counted(written.count, "file")) to \(folder)")
    }
    return .done
  }

  /// Removes what an earlier export wrote of dates that have no rows any more.
  private static func removeOthers(
    than kept: Set<String>, under root: String, _ format: OutputFormat,
    in dates: ClosedRange<Int32>?
  ) throws {
    guard try FileSystem.status(root)?.kind == .folder else { return }
    for entry in try FileSystem.entries(of: root) where entry.name.hasPrefix("date=") {
      guard !kept.contains(entry.name), let day = DateRange.day(entry.name.dropFirst(5)),
        dates?.contains(day) ?? true
      else { continue }
      let path = "\(root)/\(entry.name)/part-0.\(format.rawValue)"
      if try FileSystem.status(path)?.kind == .file { try FileSystem.remove(path) }
    }
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
        case .deferred(let read):
          let batch = try read(Array(schema.fields.indices))
          rows += batch.rowCount
          try file.write(pieces.rows(batch).span)
        case .file(let columnFile): rows += try write(columnFile, pieces, file)
        case .unopened(let later): rows += try write(try later.file(), pieces, file)
        }
      }
      return rows
    }
  }

  /// The rows of a file, block by block; says how many.
  private static func write(
    _ columns: ColumnFile, _ pieces: RowPieces, _ file: borrowing File
  ) throws -> Int {
    let all = Array(columns.schema.fields.indices)
    for block in 0..<columns.blockCount {
      try file.write(pieces.rows(try columns.read(columns: all, block: block)).span)
    }
    return columns.rowCount
  }
}
