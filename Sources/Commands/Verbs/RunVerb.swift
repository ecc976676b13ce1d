import Bytes
import Columns
import Objects
import Packs
import Pipeline

extension Verb {
  private static let watch = Flag<Int>(
    "--watch", "TIME", "run again whenever that much time has passed: 30s, 5m, 1h"
  ) { text throws(UsageError) in
    guard let seconds = Numerals.seconds(text), seconds > 0 else {
      throw UsageError("--watch takes a time such as 30s, 5m or 1h, not \"\(text)\"")
    }
    return seconds
  }
  private static let dryRun = Flag.on("--dry-run", "read and judge everything, change nothing")

  static let run = Verb(
    "run", "the pipeline: take in what has arrived, bring the KPI tables up to date",
    arguments: [.lake],
    flags: [NamedPack.flag, watch, DateRange.flag, Flags.maxReject, dryRun, Flags.lake],
    details: """
      Reads the CSV files under LAKE/incoming, rejects rows that do not fit their declaration, drops
      duplicates, writes the rest as columnar files a date, computes the KPI tables of the dates
      that changed, and moves the CSV files to LAKE/archive. Rejected rows and refused files are
      kept, with their reasons, under LAKE/logs/invalid.

      A file counts once: the same bytes again, under any name, change nothing. The run may be
      killed at any instruction; the next one ends in the same state.
      """,
    examples: [
      "groove run ./lake", "groove run ./lake --pack spotify --max-reject 2%",
      "groove run ./lake --watch 5m", "groove run ./lake --dry-run --json",
    ]
  ) { invocation, console in
    let store = try LakePlace(invocation).store()
    let pack = try invocation[NamedPack.flag].map(NamedPack.load)
    while true {
      var options = RunOptions()
      options.pack = pack
      options.threads = invocation.threads
      options.memoryBytes = invocation.memory
      options.maximumRejected = invocation[Flags.maxReject] ?? options.maximumRejected
      options.dates = invocation[DateRange.flag]
      options.isDryRun = invocation.has(dryRun)
      let chosen = options
      let progress = Progress()
      let report = try Watched.run(progress, on: console) { () throws(PipelineError) in
        try Pipeline.run(store, chosen, progress: progress)
      }
      try RunTelling(report, console).tell(asJSON: invocation.has(Flags.json))
      guard let pause = invocation[watch] else { return report.hasRefusals ? .refused : .done }
      try console.flush()
      Signals.catchInterrupts()
      for _ in 0..<pause * 10 {
        if Signals.isInterrupted { return .done }
        Clock.sleep(milliseconds: 100)
      }
      if Signals.isInterrupted { return .done }
    }
  }

  private enum Origin: String, CaseIterable { case curated, archive }
  private static let origin = Flag<Origin>.choice(
    "--from", "PLACE", "what to start from (default: curated)")

  static let rebuild = Verb(
    "rebuild", "the KPI tables again, or everything from the archived files",
    arguments: [.lake], flags: [NamedPack.flag, DateRange.flag, origin, Flags.lake],
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
    "--keep-days", "delete files that no version has needed for that long (default: 7)",
    in: 0...100_000)

  static let compact = Verb(
    "compact", "merge the small segments of each date, and delete what is old",
    arguments: [.lake], flags: [age, Flags.lake],
    details: """
      Merges the segments of each date that has several into one, in one commit, and deletes files
      that no version has needed for --keep-days. Answers stay the same.
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
