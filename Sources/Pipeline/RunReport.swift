package import Bytes
import Columns

/// What a run did, file by file and table by table; written to `logs/runs/` and shown to people.
///
/// Invariant: in each file, `rowsRead == rowsKept + rowsRejected + duplicates`.
package struct RunReport: Sendable {
  package struct FileReport: Sendable {
    package enum Outcome: String, Sendable {
      /// Its rows are in the lake.
      case committed
      /// Its bytes were in the lake already, under this or another name.
      case known
      /// It is refused whole.
      case refused
      /// It does not stand still yet, and stays under `incoming/` for a later run.
      case waiting
    }

    package var table: String
    package var source: String
    package var outcome = Outcome.committed
    package var bytes = 0
    package var contentHash = ""
    package var rowsRead = 0
    package var rowsKept = 0
    package var rowsRejected = 0
    package var duplicates = 0
    /// How long it was read, judged and, where rows had to make room, written.
    package var seconds = 0.0
    /// Why it was refused, or under which name it is known.
    package var reason: String?
    /// Where its rejected rows, or the file itself, are kept.
    package var keptAside: String?
    /// How many rows each reason rejected.
    package var rejectionReasons: [String: Int] = [:]
  }

  /// Rows of a table whose reference found nothing.
  package struct UnmatchedReference: Sendable, Hashable {
    package var table: String
    package var column: String
    package var references: String
    package var rows: Int
  }

  package struct TableReport: Sendable, Hashable {
    package var table: String
    /// How many slots were computed: dates, or one for a table over all time.
    package var slots: Int
    package var rows: Int
  }

  /// A part of a run: what it had to do with, and how long it took.
  package struct Stage: Sendable, Hashable {
    package var name: String
    package var files = 0
    package var rows = 0
    package var bytes = 0
    package var seconds = 0.0
  }

  package var lake = ""
  package var pack = ""
  package var isDryRun = false
  /// Microseconds since 1970.
  package var startTime: Int64 = 0
  package var seconds = 0.0
  package var versionBefore = 0
  package var versionAfter = 0
  package var files: [FileReport] = []
  /// The stages in their order: find, read, commit, archive, compute.
  package var stages: [Stage] = []
  /// The dates of the rows that came and of the KPI slots that were computed, in days since 1970.
  package var dates: [Int32] = []
  /// Objects under `incoming/` that are for no table.
  package var ignored: [String] = []
  package var unmatched: [UnmatchedReference] = []
  package var segmentsAdded = 0
  package var segmentBytes = 0
  package var tables: [TableReport] = []
  /// Dates whose KPI tables still wait, because `--dates` left them out.
  package var slotsLeft = 0
  /// The counters of what ran: flushes before the end, lost races, restarts.
  package var flushes = 0
  package var racesLost = 0
  package var restarts = 0
  /// What the threads of the run spent their time on; stages overlap.
  package var threadSeconds: [(stage: StageTimes.Stage, seconds: Double)] = []
  package var object: String?

  package init() {}

  package var rowsRead: Int { files.reduce(0) { $0 + $1.rowsRead } }
  package var rowsKept: Int { files.reduce(0) { $0 + $1.rowsKept } }
  package var rowsRejected: Int { files.reduce(0) { $0 + $1.rowsRejected } }
  package var duplicates: Int { files.reduce(0) { $0 + $1.duplicates } }
  package var bytesRead: Int { files.reduce(0) { $0 + $1.bytes } }

  /// Whether files were taken in or refused, or anything was committed.
  package var didSomething: Bool {
    versionAfter != versionBefore || files.contains { $0.outcome != .waiting }
  }

  /// Whether something was refused: a file or a row.
  package var hasRefusals: Bool {
    files.contains { $0.outcome == .refused || $0.rowsRejected > 0 }
  }

  package var json: JSON {
    .members([
      "groove": .text("run"), "lake": .text(lake), "pack": .text(pack),
      "dryRun": .boolean(isDryRun), "started": .text(Calendar.text(timestamp: startTime)),
      "seconds": .number(seconds), "versionBefore": .count(versionBefore),
      "versionAfter": .count(versionAfter),
      "rows": .members([
        "read": .count(rowsRead), "kept": .count(rowsKept), "rejected": .count(rowsRejected),
        "duplicates": .count(duplicates),
      ]), "stages": .list(stages.map(\.json)),
      "dates": .list(dates.map { .text(Calendar.text(days: $0)) }),
      "files": .list(files.map(\.json)), "ignored": .list(ignored.map { .text($0) }),
      "unmatched": .list(unmatched.map(\.json)), "segmentsAdded": .count(segmentsAdded),
      "segmentBytes": .count(segmentBytes),
      "tables": .list(
        tables.map {
          .members(["table": .text($0.table), "slots": .count($0.slots), "rows": .count($0.rows)])
        }), "slotsLeft": .count(slotsLeft), "flushes": .count(flushes),
      "racesLost": .count(racesLost), "restarts": .count(restarts),
      "threadSeconds": .object(
        threadSeconds.map { JSON.Member($0.stage.rawValue, .number($0.seconds)) }),
    ])
  }
}

extension RunReport.FileReport {
  package var json: JSON {
    var members: [JSON.Member] = [
      .init("table", .text(table)), .init("source", .text(source)),
      .init("outcome", .text(outcome.rawValue)), .init("bytes", .count(bytes)),
      .init("hash", .text(contentHash)), .init("read", .count(rowsRead)),
      .init("kept", .count(rowsKept)), .init("rejected", .count(rowsRejected)),
      .init("duplicates", .count(duplicates)), .init("seconds", .number(seconds)),
    ]
    if let reason { members.append(.init("reason", .text(reason))) }
    if let keptAside { members.append(.init("keptAside", .text(keptAside))) }
    if !rejectionReasons.isEmpty {
      let reasons = rejectionReasons.sorted { ($1.value, $0.key) < ($0.value, $1.key) }
      members.append(
        .init("reasons", .object(reasons.map { JSON.Member($0.key, .count($0.value)) })))
    }
    return .object(members)
  }
}

extension RunReport.UnmatchedReference {
  package var json: JSON {
    .members([
      "table": .text(table), "column": .text(column), "references": .text(references),
      "rows": .count(rows),
    ])
  }
}

extension RunReport.Stage {
  package var json: JSON {
    .members([
      "stage": .text(name), "files": .count(files), "rows": .count(rows), "bytes": .count(bytes),
      "seconds": .number(seconds),
    ])
  }
}

extension RunReport {
  /// Notes a stage that began at `start`, on the monotonic clock; returns when the next begins.
  mutating func note(
    _ stage: String, since start: Int64, files: Int = 0, rows: Int = 0, bytes: Int = 0
  ) -> Int64 {
    let now = Clock.monotonicNanoseconds()
    stages.append(
      Stage(
        name: stage, files: files, rows: rows, bytes: bytes, seconds: Double(now - start) / 1e9))
    return now
  }

  /// Every row that was read is accounted for, in each file and in the stages.
  func checkBalance() {
    for file in files {
      precondition(
        file.rowsRead == file.rowsKept + file.rowsRejected + file.duplicates,
        "every row of \(file.source) is kept, rejected or a duplicate")
      precondition(
        file.outcome == .committed || file.rowsKept + file.duplicates == 0,
        "no row of \(file.source) is in the lake")
    }
    for stage in stages where stage.name == "read" {
      precondition(stage.rows == rowsRead && stage.bytes == bytesRead, "the stages add up")
    }
    for stage in stages where stage.name == "compute" {
      precondition(stage.rows == tables.reduce(0) { $0 + $1.rows }, "the tables add up")
    }
  }
}
