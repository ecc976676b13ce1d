import Bytes
import Columns
import Lake
package import Objects
import Packs

/// The verbs of a lake in their order: find, judge, write, commit, archive, compute.
package enum Pipeline {
  /// Takes in what has arrived under `incoming/` and brings the KPI tables up to date.
  ///
  /// It may be killed at any instruction: the log then holds a whole version, and the next run does
  /// what is left. What is in the ledger is not taken in again; a file leaves `incoming/` only
  /// after its commit; tables that wait for new rows are named in the log.
  package static func run(
    _ store: any ObjectStore, _ options: RunOptions = RunOptions(),
    progress: Progress = Progress()
  ) throws(PipelineError) -> RunReport {
    let started = Clock.monotonicNanoseconds()
    // A dry run works on a store that forgets.
    let lake = Lake(options.isDryRun ? OverlayStore(store) : store)
    var report = RunReport()
    report.lake = store.name
    report.isDryRun = options.isDryRun
    report.startTime = options.time
    do {
      let first = try lake.snapshot()
      report.versionBefore = first.version
      var restless: Set<String> = []
      for _ in 0..<options.attempts {
        if try attempt(lake, options, progress, &restless, &report) {
          report.seconds = Double(Clock.monotonicNanoseconds() - started) / 1e9
          report.checkBalance()
          try write(&report, to: lake.store)
          return report
        }
        report.restarts += 1
      }
    } catch { throw PipelineError(Explanation(describing: error)) }
    throw PipelineError(
      Explanation(
        "cannot commit to", store.name, because: "other writers were faster every time",
        remedy: "Run the same command again when they are done."))
  }

  /// One attempt; false if another writer was in the way, or a file changed while it was read:
  /// `restless` has those.
  private static func attempt(
    _ lake: Lake, _ options: RunOptions, _ progress: Progress, _ restless: inout Set<String>,
    _ report: inout RunReport
  ) throws -> Bool {
    report.stages = []
    var clock = Clock.monotonicNanoseconds()
    let base = try lake.snapshot()
    // A new lake into which nothing has arrived yet has nothing to choose a pack by.
    if try PackChoice.isOpen(options.pack, base, lake.store) { return true }
    let choice = try PackChoice.choose(options.pack, base, lake.store)
    let plans = try TablePlan.plans(of: choice.pack)
    let incoming = try Incoming.find(in: lake.store, tables: choice.pack.inputs.map(\.name))
    var attempt = try RunAttempt(lake, options, progress, choice.pack, plans, base)
    attempt.restless = restless
    try checkRoom(for: incoming, lake.store)
    clock = report.note("find", since: clock, files: incoming.arrivals.count)
    do { try attempt.read(incoming) } catch {
      // What changes or goes away under a reader makes it fail in any way; without it, the rest
      // is read again.
      let gone = try incoming.arrivals.contains { try lake.store.look(at: $0.object) == nil }
      let changed = try attempt.changedFiles()
      if !gone, changed.isEmpty { throw error }
      restless.formUnion(changed)
      return false
    }
    let changed = try attempt.changedFiles()
    if !changed.isEmpty {
      restless.formUnion(changed)
      return false
    }
    let read = attempt.files
    clock = report.note(
      "read", since: clock, files: read.count, rows: read.reduce(0) { $0 + $1.report.rowsRead },
      bytes: read.reduce(0) { $0 + $1.report.bytes })
    // Rejected rows are kept aside before the commit: once it stands they are not seen again.
    for index in attempt.files.indices where attempt.files[index].isSealed {
      let file = attempt.files[index]
      if file.rejections.isEmpty { continue }
      attempt.files[index].report.keptAside = Archive.rejectionsName(
        file.arrival, file.report.contentHash)
      try Archive.putRejections(
        file.rejections, of: file.arrival, file.report, in: lake.store)
    }
    guard try attempt.commit(choice.text, changesTables: choice.changesTables) else {
      report.racesLost += attempt.racesLost
      return false
    }
    clock = report.note(
      "commit", since: clock, files: attempt.files.count { $0.isSealed },
      rows: attempt.files.reduce(0) { $0 + $1.report.rowsKept })
    // The tables do not wait for an archive that cannot be written.
    // A dry run has no archive: on its store a move would take the whole file into memory.
    let clearing = Result { if !options.isDryRun { try clearIncoming(&attempt) } }
    clock = report.note("archive", since: clock, files: attempt.files.count)
    var refresh = TableRefresh(lake, choice.pack, options, progress, attempt.snapshot)
    try refresh.run()
    try clearing.get()
    clock = report.note(
      "compute", since: clock, rows: refresh.reports.reduce(0) { $0 + $1.rows })
    report.pack = choice.pack.name
    report.ignored = incoming.ignored
    fill(&report, attempt, refresh)
    return true
  }

  /// A third of the bytes that arrive is about what they take in the lake at the most, compressed
  /// ones excepted; the files themselves are moved within the lake. With less room a run would fail
  /// in its midst, without harm and in vain.
  private static func checkRoom(
    for incoming: Incoming, _ store: any ObjectStore
  ) throws(PipelineError) {
    let bytes = incoming.arrivals.reduce(0) { $0 + $1.size }
    guard let free = store.freeBytes, free < bytes / 3 + leastFreeBytes else { return }
    throw PipelineError(
      Explanation(
        "cannot take in", "\(bytes) bytes of CSV in \(store.name)",
        because: "only \(free) bytes are free there, and about \(bytes / 3 + leastFreeBytes) are "
          + "needed",
        remedy: "Free some space and run the same command again; nothing was changed."))
  }

  /// For the log, the report and what is computed.
  private static let leastFreeBytes = 1 << 20

  /// Archives what is in the ledger, and moves away what was refused.
  private static func clearIncoming(_ attempt: inout RunAttempt) throws {
    let store = attempt.lake.store
    let ledger = try attempt.lake.ledger(of: attempt.snapshot)
    for (index, file) in attempt.files.enumerated() where file.report.outcome != .waiting {
      if file.report.outcome == .refused {
        try Archive.refuse(file.arrival, file.report, file.rejections, in: store)
      } else if let entry = try ledger.entry(
        contentHash: file.report.contentHash, table: file.report.table)
      {
        let isKept = try Archive.keep(file.arrival, as: entry, in: store)
        // Where another run has archived it meanwhile, all is well.
        if isKept { continue }
        if try store.look(at: file.arrival.object) != nil {
          attempt.files[index].report.reason =
            "it was written anew after it was read; the new file stays for a later run"
        } else if try store.look(at: entry.archive) == nil {
          attempt.files[index].report.reason =
            "it was deleted after it was read; its rows are in the lake, archive/ lacks the file"
        }
      }
    }
    try store.settle()
  }

  private static func fill(
    _ report: inout RunReport, _ attempt: RunAttempt, _ refresh: TableRefresh
  ) {
    report.files = attempt.files.map { file in
      var report = file.report
      if report.outcome == .refused {
        report.keptAside =
          Archive.refusedFolder + Archive.marked(file.arrival, report.contentHash)
      }
      return report
    }
    report.unmatched = attempt.unmatched.map { name, rows in
      RunReport.UnmatchedReference(
        table: name.table, column: name.column, references: name.references, rows: rows)
    }.sorted { ($0.table, $0.column) < ($1.table, $1.column) }
    let added = attempt.addedSegments
    report.dates = refresh.dates.union(added.compactMap(\.partition)).sorted()
    report.segmentsAdded = added.count
    report.segmentBytes = added.reduce(0) { $0 + $1.bytes }
    report.threadSeconds = attempt.times.seconds
    report.tables = refresh.reports
    report.slotsLeft = refresh.snapshot.staleSlots.count
    report.flushes = attempt.flushes
    report.racesLost += attempt.racesLost + refresh.racesLost
    report.versionAfter = refresh.snapshot.version
  }

  /// Writes the report of a run that did something: one that looks every minute leaves no trace
  /// of each look.
  private static func write(_ report: inout RunReport, to store: any ObjectStore) throws {
    guard report.didSomething else { return }
    let time = Calendar.text(timestamp: report.startTime)
    let name = String(time.map { ":. ".contains($0) ? "-" : $0 })
    let object = "logs/runs/\(name)-version-\(report.versionAfter).json"
    report.object = object
    try store.put(object, report.json.bytes(indented: true))
  }
}
