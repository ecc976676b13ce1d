import Bytes
import Columns
import Lake
import Pipeline

extension Verb {
  private static let limit = Flag.count(
    "--last", "how many commits to show (default: 20)", in: 1...1_000_000)

  static let log = Verb(
    "log", "the commits of a lake, newest first",
    arguments: [.lake], flags: [limit, Flags.format, Flags.lake],
    details: """
      Each commit is one atomic step: which rows it brought, which files it added and removed.
      `groove files` lists the files that came with them.
      """,
    examples: ["groove log ./lake", "groove log ./lake --last 100 --format csv"]
  ) { invocation, console in
    let reader = try LakePlace(invocation).reader()
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

  private static let objects = Flag.on(
    "--objects", "the segments, runs and dictionaries of the newest version instead")

  static let files = Verb(
    "files", "every file that a lake has seen, and what became of it",
    arguments: [.lake], flags: [objects, Flags.format, Flags.lake],
    details: """
      Lists the CSV files that were taken in (archived, or committed where they still have to be
      moved to the archive), those that were refused, and those that wait under incoming/ (arrived,
      or ignored where they are for no table): each with its rows, the commit that took it in, the
      reason it or most of its rejected rows were refused for, and where it is. With --objects
      instead what the newest version is made of: columnar segments, runs of the KPI tables and
      parts of dictionaries.
      """,
    examples: [
      "groove files ./lake", "groove files ./lake --json", "groove files ./lake --objects",
    ]
  ) { invocation, console in
    let place = try LakePlace(invocation)
    if invocation.has(objects) {
      try tellObjects(try place.reader().snapshot, invocation, console)
      return .done
    }
    let files = try Pipeline.seenFiles(place.store())
    if invocation.has(Flags.json) {
      try console.report(.list(files.map(\.json)))
      return .done
    }
    func numbers(_ value: (SeenFile) -> Int) -> [Value] {
      files.map { .bigint(Int64(value($0))) }
    }
    try Rows.write(
      [
        ("state", files.map { .text($0.state.rawValue) }),
        ("version", files.map { $0.version.map { .bigint(Int64($0)) } ?? .null }),
        ("table", files.map { .text($0.table) }), ("source", files.map { .text($0.source) }),
        ("bytes", numbers(\.bytes)), ("read", numbers(\.rowsRead)), ("kept", numbers(\.rowsKept)),
        ("rejected", numbers(\.rowsRejected)), ("duplicates", numbers(\.duplicates)),
        ("reason", files.map { $0.reason.map { .text($0) } ?? .null }),
        ("object", files.map { .text($0.object) }),
      ], invocation, console)
    return .done
  }

  private static func tellObjects(
    _ snapshot: Snapshot, _ invocation: Invocation, _ console: Console
  ) throws {
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
  }
}
