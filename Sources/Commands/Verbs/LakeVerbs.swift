import Bytes
import Columns
import Lake

extension Verb {
  private static let limit = Flag.count(
    "--last", "how many commits to show (default: 20)", in: 1...1_000_000)
  private static let inputs = Flag.on("--inputs", "the files that were taken in, in their order")

  static let log = Verb(
    "log", "the commits of a lake, newest first",
    arguments: [.lake], flags: [limit, inputs, Flags.format, Flags.lake],
    details: """
      Each commit is one atomic step: which rows it brought, which files it added and removed. With
      --inputs the ledger instead: every file that was taken in, with its rows and where it is kept.
      """,
    examples: ["groove log ./lake", "groove log ./lake --inputs --format csv"]
  ) { invocation, console in
    let reader = try LakePlace(invocation).reader()
    if invocation.has(inputs) {
      try tellInputs(reader, invocation, console)
      return .done
    }
    var commits: [(version: Int, commit: Commit)] = []
    var version = reader.snapshot.version
    while version > 0, commits.count < invocation[limit] ?? 20 {
      // Commits before the oldest that is kept are known by their sums only.
      guard let commit = try reader.lake.commit(version) else { break }
      commits.append((version, commit))
      version -= 1
    }
    func numbers(_ count: (Commit) -> Int) -> [Value] {
      commits.map { .bigint(Int64(count($0.commit))) }
    }
    try Rows.write(
      [
        ("version", commits.map { .bigint(Int64($0.version)) }),
        ("time", commits.map { .timestamp($0.commit.time) }),
        ("kind", commits.map { .text($0.commit.kind) }),
        ("files in", numbers { $0.ledger.count }),
        ("rows in", numbers { $0.ledger.reduce(0) { $0 + $1.rowsKept } }),
        ("segments added", numbers { $0.addedSegments.count }),
        ("removed", numbers { $0.removedSegments.count }),
        ("table runs added", numbers { $0.addedRuns.count }),
        ("removed runs", numbers { $0.removedRuns.count }),
      ], invocation, console)
    return .done
  }

  private static func tellInputs(
    _ reader: LakeReader, _ invocation: Invocation, _ console: Console
  ) throws {
    let entries = try reader.lake.ledger(of: reader.snapshot).inOrder
    func numbers(_ count: (LedgerEntry) -> Int) -> [Value] {
      entries.map { .bigint(Int64(count($0))) }
    }
    try Rows.write(
      [
        ("version", numbers { $0.version }), ("table", entries.map { .text($0.table) }),
        ("source", entries.map { .text($0.source) }), ("bytes", numbers { $0.bytes }),
        ("read", numbers { $0.rowsRead }), ("kept", numbers { $0.rowsKept }),
        ("rejected", numbers { $0.rowsRejected }), ("duplicates", numbers { $0.duplicates }),
        ("archive", entries.map { .text($0.archive) }),
      ], invocation, console)
  }

  static let files = Verb(
    "files", "the files that the newest version of a lake is made of",
    arguments: [.lake], flags: [Flags.format, Flags.lake],
    details: """
      Lists the columnar segments, the runs of the KPI tables and the parts of the dictionaries,
      each with its table, date, rows, bytes and name under the lake.
      """,
    examples: ["groove files ./lake", "groove files ./lake --format csv"]
  ) { invocation, console in
    let snapshot = try LakePlace(invocation).reader().snapshot
    var rows: [[Value]] = []
    func day(_ days: Int32?) -> Value { days.map { .date($0) } ?? .null }
    for segment in snapshot.segments {
      rows.append([
        .text("segment"), .text(segment.table), day(segment.partition),
        .bigint(Int64(segment.rows)), .bigint(Int64(segment.bytes)), .text(segment.object),
      ])
    }
    for run in snapshot.runs {
      rows.append([
        .text("table run"), .text(run.slot.table), day(run.slot.partition),
        .bigint(Int64(run.rows)), .bigint(Int64(run.bytes)), .text(run.object),
      ])
    }
    for part in snapshot.dictionaries.values.sorted(by: { $0.name < $1.name }).flatMap(\.parts) {
      rows.append([
        .text("dictionary"), .text(part.name), .null, .bigint(Int64(part.count)), .null,
        .text(part.object),
      ])
    }
    let names = ["kind", "table", "date", "rows", "bytes", "object"]
    let columns = names.enumerated().map { index, name in (name, rows.map { $0[index] }) }
    try Rows.write(columns, invocation, console)
    return .done
  }
}
