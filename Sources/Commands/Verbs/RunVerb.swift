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

  static let rebuild = Verb(
    "rebuild", "the KPI tables again, from the curated files",
    arguments: [.lake], flags: [NamedPack.flag, DateRange.flag, Flags.lake],
    details: """
      Computes the KPI tables of all dates, or those of --dates, again from the rows that the lake
      holds, and swaps each for the one before in one step.
      """,
    examples: ["groove rebuild ./lake", "groove rebuild ./lake --dates 2024-06-01..2024-06-07"]
  ) { invocation, console in
    let store = try LakePlace(invocation).store()
    var options = RunOptions()
    options.pack = try invocation[NamedPack.flag].map(NamedPack.load)
    options.threads = invocation.threads
    options.memoryBytes = invocation.memory
    options.dates = invocation[DateRange.flag]
    let chosen = options
    let progress = Progress()
    let report = try Watched.run(progress, on: console) { () throws(PipelineError) in
      try Pipeline.rebuild(store, chosen, progress: progress)
    }
    try RunTelling(report, console).tell(asJSON: invocation.has(Flags.json))
    return .done
  }
}
