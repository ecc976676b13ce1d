import Bytes
import Columns
import Objects
import Packs
import Pipeline

extension Verb {
  private static let watch = Flag<Int>.time(
    "--watch", "run again whenever that much time has passed, and when files arrive: 5m",
    atLeast: 1)
  private static let dryRun = Flag.on("--dry-run", "read and judge everything, change nothing")
  private static let emptyStatus = Flag.count(
    "--empty-status", "the status where there was nothing to do (default: 0)", in: 0...255)
  private static let metricsFile = Flag.text(
    "--metrics-file", "FILE", "write what was done there, in the Prometheus text format")

  static let run = Verb(
    "run", "the pipeline: take in what has arrived, bring the KPI tables up to date",
    arguments: [.lake],
    flags: [
      NamedPack.flag, watch, DateRange.flag, Flags.maxReject, Flags.settle, dryRun, emptyStatus,
      metricsFile, Flags.logFormat, Flags.lake,
    ],
    details: """
      Reads the CSV files under LAKE/incoming, rejects rows that do not fit their declaration, drops
      duplicates, writes the rest as columnar files a date, computes the KPI tables of the dates
      that changed, and moves the CSV files to LAKE/archive. Rejected rows and refused files are
      kept, with their reasons, under LAKE/logs/invalid; a refused file that was repaired can be
      put back into incoming.

      A file counts once: the same bytes again, under any name, change nothing. A file is taken
      when it stands still: no process has it open for writing, it was written at least --settle
      ago, and it does not change while it is read; else it waits for a later run. The run may be
      killed at any instruction, and several may run at once; the next one ends in the same state.

      With --watch it goes on until it is interrupted: it runs as soon as files arrive, at least
      every TIME, and after a failure again with growing pauses.
      """,
    examples: [
      "groove run ./lake", "groove run ./lake --pack spotify --max-reject 2%",
      "groove run ./lake --watch 5m --metrics-file /var/lib/node_exporter/groove.prom",
      "groove run ./lake --dry-run --json", "groove run ./lake --empty-status 99 --log-format json",
    ]
  ) { invocation, console in
    let place = try LakePlace(invocation)
    let store = try place.store()
    var options = RunOptions()
    options.pack = try invocation[NamedPack.flag].map(NamedPack.load)
    options.threads = invocation.threads
    options.memoryBytes = invocation.memory
    options.maximumRejected = invocation[Flags.maxReject] ?? options.maximumRejected
    options.settleSeconds = invocation[Flags.settle] ?? 0
    options.dates = invocation[DateRange.flag]
    options.isDryRun = invocation.has(dryRun)
    options.isInterrupted = { Signals.isInterrupted }
    Signals.catchInterrupts()
    let metrics = invocation[metricsFile]
    func run() throws -> RunReport {
      options.time = Clock.now()
      let report = try measured(store, options, console, metrics)
      try RunTelling(report, console).tell(asJSON: invocation.has(Flags.json))
      return report
    }
    if let interval = invocation[watch] {
      let loop = WatchLoop(
        intervalSeconds: interval, folder: "\(place.path)/incoming", console: console)
      return try loop.run { _ = try run() }
    }
    let report = try run()
    if report.hasRefusals { return .refused }
    let isEmpty = !report.didSomething
    return isEmpty ? ExitStatus(rawValue: Int32(invocation[emptyStatus] ?? 0)) : .done
  }

  /// One run, whose metrics are written whatever becomes of it.
  private static func measured(
    _ store: any ObjectStore, _ options: RunOptions, _ console: Console, _ metrics: String?
  ) throws -> RunReport {
    let progress = Progress()
    do {
      let report = try Watched.run(progress, on: console) { () throws(PipelineError) in
        try Pipeline.run(store, options, progress: progress)
      }
      if let metrics { try write(RunMetrics(report), to: metrics) }
      return report
    } catch {
      // The failure to tell is that of the run.
      if let metrics {
        do { try write(RunMetrics(failureIn: store.name, at: options.time), to: metrics) } catch {}
      }
      throw error
    }
  }

  private static func write(_ metrics: RunMetrics, to path: String) throws {
    try WholeFile.write(path, isDurable: false) { file in try file.write(metrics.bytes.span) }
  }

  private enum Origin: String, CaseIterable { case curated, archive }
  private static let origin = Flag<Origin>.choice(
    "--from", "PLACE", "what to start from (default: curated)")

  static let rebuild = Verb(
    "rebuild", "the KPI tables again, or everything from the archived files",
    arguments: [.lake],
    flags: [NamedPack.flag, DateRange.flag, origin, Flags.logFormat, Flags.lake],
    details: """
      Computes the KPI tables of all dates, or those of --dates, again from the rows that the lake
      holds, and swaps each for the one before in one step. With --from archive the rows too are
      made again, from the files under LAKE/archive in the order in which they were taken in.
      """,
    examples: [
      "groove rebuild ./lake --dates 2024-06-01..2024-06-07",
      "groove rebuild ./lake --from archive",
    ]
  ) { invocation, console in
    let store = try LakePlace(invocation).store()
    var options = RunOptions()
    options.pack = try invocation[NamedPack.flag].map(NamedPack.load)
    options.threads = invocation.threads
    options.memoryBytes = invocation.memory
    options.dates = invocation[DateRange.flag]
    options.isInterrupted = { Signals.isInterrupted }
    Signals.catchInterrupts()
    let chosen = options
    let progress = Progress()
    let fromArchive = invocation[origin] == .archive
    let report = try Watched.run(progress, on: console) { () throws(PipelineError) in
      fromArchive
        ? try Pipeline.rebuildFromArchive(store, chosen, progress: progress)
        : try Pipeline.rebuild(store, chosen, progress: progress)
    }
    try RunTelling(report, console).tell(asJSON: invocation.has(Flags.json))
    return .done
  }
}

extension Verb {
  private static let age = Flag.count(
    "--keep-days", "delete what no version has needed for that long (default: 7, least: an hour)",
    in: 0...100_000)

  static let compact = Verb(
    "compact", "merge the small segments of each date, and delete what is old",
    arguments: [.lake], flags: [age, Flags.logFormat, Flags.lake],
    details: """
      Merges the segments of each date that has several into one, in one commit, and deletes files
      that no version has needed for --keep-days: objects of older versions, checkpoints that newer
      ones replace, what killed runs left behind. Answers stay the same, and whoever reads a version
      of that time, or is about to commit, still finds its files.
      """,
    examples: ["groove compact ./lake", "groove compact ./lake --keep-days 30"]
  ) { invocation, console in
    var options = RunOptions()
    options.threads = invocation.threads
    options.memoryBytes = invocation.memory
    let days = invocation[age] ?? 7
    let report = try Pipeline.compact(
      LakePlace(invocation).store(), options, ageSeconds: days * 86_400)
    if invocation.has(Flags.json) {
      try console.report(report.json)
    } else {
      try console.say(
        "\(Numerals.counted(report.segmentsBefore, "segment")) before, "
          + "\(Numerals.grouped(report.segmentsAfter)) after; "
          + "\(Numerals.counted(report.deleted.count, "old file")) deleted")
    }
    return .done
  }
}
