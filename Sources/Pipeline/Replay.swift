import Bytes
import Columns
import Lake
package import Objects
import Packs

extension Pipeline {
  /// Makes the curated rows again from the archived files, in the order in which they were taken
  /// in, and then the KPI tables. The same files give the same rows, so that only what was changed
  /// or lost since, or is written otherwise by this version, is replaced; in one commit.
  package static func rebuildFromArchive(
    _ store: any ObjectStore, _ options: RunOptions = RunOptions(),
    progress: Progress = Progress()
  ) throws(PipelineError) -> RunReport {
    let started = Clock.monotonicNanoseconds()
    let lake = Lake(store)
    var report = RunReport()
    report.lake = store.name
    report.startTime = options.time
    do {
      report.versionBefore = try lake.snapshot().version
      for _ in 0..<options.attempts {
        let base = try lake.snapshot()
        guard base.version > 0 else {
          throw PipelineError(
            Explanation(
              "cannot rebuild", store.name, because: "it holds nothing yet",
              remedy: "Run the pipeline first: groove run."))
        }
        let choice = try PackChoice.choose(options.pack, base, store)
        var replay = try Replay(lake, options, progress, choice.pack, base)
        try replay.read()
        guard let committed = try replay.commit(choice.text) else {
          report.restarts += 1
          continue
        }
        var refresh = TableRefresh(lake, choice.pack, options, progress, committed)
        try refresh.run()
        report.pack = choice.pack.name
        report.files = replay.files
        report.segmentsAdded = replay.addedCount
        report.tables = refresh.reports
        report.slotsLeft = refresh.snapshot.staleSlots.count
        report.versionAfter = refresh.snapshot.version
        report.seconds = Double(Clock.monotonicNanoseconds() - started) / 1e9
        return report
      }
    } catch { throw PipelineError(Explanation(describing: error)) }
    throw PipelineError(
      Explanation(
        "cannot rebuild", store.name, because: "other writers changed it every time",
        remedy: "Run the same command again when they are done."))
  }
}

/// The taking in of archived files, commit by commit, into a version that exists in memory only.
private struct Replay {
  let lake: Lake
  let options: RunOptions
  let progress: Progress
  let pack: Pack
  let plans: [TablePlan]
  /// The version that is to be replaced.
  let base: Snapshot
  /// The newest version: `base`, and what was committed to dictionaries since.
  private var newest: Snapshot
  /// The segments made so far.
  private var made: [SegmentEntry] = []
  private(set) var files: [RunReport.FileReport] = []
  private(set) var addedCount = 0

  init(
    _ lake: Lake, _ options: RunOptions, _ progress: Progress, _ pack: Pack, _ base: Snapshot
  ) throws(PipelineError) {
    self.lake = lake
    self.options = options
    self.progress = progress
    self.pack = pack
    self.base = base
    plans = try TablePlan.plans(of: pack)
    newest = base
  }

  mutating func read() throws {
    let entries = try lake.ledger(of: base).inOrder
    let groups = Dictionary(grouping: entries, by: \.version)
    for version in groups.keys.sorted() {
      var incoming = Incoming(arrivals: [], ignored: [])
      for entry in groups[version] ?? [] {
        guard let object = try lake.store.look(at: entry.archive) else {
          throw PipelineError(
            Explanation(
              "cannot rebuild from", entry.archive, because: "the archive lacks it",
              remedy: "Put the file back, or rebuild without --from archive."))
        }
        incoming.arrivals.append(
          Incoming.Arrival(
            table: entry.table, object: object.name, source: entry.source, size: object.size))
      }
      // What a file was let in with then it is let in with again.
      var options = options
      options.maximumRejected = 1
      var attempt = try RunAttempt(
        lake, options, progress, pack, plans, newest, replacing: made)
      try attempt.read(incoming)
      try Self.check(attempt.files.map(\.report), against: groups[version] ?? [])
      newest = attempt.snapshot
      made.removeAll { attempt.replaced.contains($0.object) }
      made += attempt.settle()
      files += attempt.files.map(\.report)
    }
  }

  /// What was read must be what was taken in then.
  private static func check(
    _ files: [RunReport.FileReport], against entries: [LedgerEntry]
  ) throws {
    let hashes = Dictionary(
      files.map { ($0.table + "/" + $0.source, $0.contentHash) }, uniquingKeysWith: { $1 })
    for entry in entries where hashes[entry.table + "/" + entry.source] != entry.contentHash {
      throw PipelineError(
        Explanation(
          "cannot rebuild from", entry.archive,
          because: "its bytes are not those that were taken in",
          remedy: "Restore the file from a copy, or rebuild without --from archive."))
    }
  }

  /// Puts the segments that were made in the place of the lake's; nil if others were added to it
  /// meanwhile.
  mutating func commit(_ text: PackText?) throws -> Snapshot? {
    let new = Set(made.map(\.object))
    let old = Set(base.segments.map(\.object))
    var commit = Commit(kind: "rebuild", time: options.time)
    commit.pack = text
    commit.removedSegments = old.subtracting(new).sorted()
    commit.addedSegments = made.filter { !old.contains($0.object) }
    addedCount = commit.addedSegments.count
    var checked = base.version
    while true {
      while checked < newest.version {
        checked += 1
        guard let other = try lake.commit(checked) else { continue }
        if !other.addedSegments.isEmpty || !other.removedSegments.isEmpty { return nil }
      }
      commit.staleSlots = Set(newest.runs.map(\.slot)).union(slots()).sorted {
        ($0.table, $0.partition ?? .min) < ($1.table, $1.partition ?? .min)
      }
      switch try lake.commit(commit, on: newest) {
      case .committed(let next): return next
      case .lost(let other): newest = other
      }
    }
  }

  /// Every slot of the KPI tables that the rows made have.
  private func slots() -> Set<TableSlot> {
    var slots: Set<TableSlot> = []
    for table in pack.kpiTables {
      guard table.groupedByPartition, let fact = table.partitionedInput else {
        slots.insert(TableSlot(table: table.name, partition: nil))
        continue
      }
      for case let partition? in made.filter({ $0.table == fact }).map(\.partition) {
        slots.insert(TableSlot(table: table.name, partition: partition))
      }
    }
    return slots
  }
}
