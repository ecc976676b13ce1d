import Bytes
import Columns

extension Verb {
  private static let rows = Flag.count(
    "--rows", "how many plays (default: 1M)", in: 1...100_000_000_000)
  private static let days = Flag.count(
    "--days", "over how many days (default: 30)", in: 1...100_000)
  private static let users = Flag.count(
    "--users", "how many users (default: a twentieth of the plays, at most 1M)",
    in: 1...100_000_000)
  private static let songs = Flag.count(
    "--songs", "how many songs (default: a 200th of the plays, at most 100k)", in: 1...100_000_000)
  private static let seed = Flag.count(
    "--seed", "the same seed gives the same bytes (default: 1)", in: 0...Int.max)
  private static let fileCount = Flag.count(
    "--files", "how many files of plays (default: one a day)", in: 1...1_000_000)
  private static let kind = Flag<Generation.Kind>.choice(
    "--pack", "PACK", "whose tables to make (default: music)")
  private static let broken = Flag.part(
    "--broken", "PART", "break this part of the plays (default: 0%)")
  private static let repeated = Flag.part(
    "--repeated", "PART", "repeat other plays in place of this part (default: 0%)")
  private static let out = Flag.text(
    "--out", "FOLDER", "write there instead of into the lake's incoming/")

  static let generate = Verb(
    "generate", "synthetic CSV: zipf-like plays of songs by users",
    arguments: [Argument("LAKE", .lake, isOptional: true)],
    flags: [rows, days, users, songs, seed, fileCount, broken, repeated, kind, out, Flags.lake],
    details: """
      Writes plays, songs and users as CSV into LAKE/incoming, ready for `groove run`. A few songs
      are played by all and most by few; the plays of a file fall on three neighbouring days, in no
      order. Titles have commas, quotes and other scripts in them; one play in a thousand is of a
      song that is unknown, and one in fifty has another genre than its song. The bytes follow from
      the flags and the seed alone, not from the machine or the number of threads.
      """,
    examples: [
      "groove generate ./lake --rows 1M --days 30",
      "groove generate --out ./csv --rows 50M --users 1M --songs 100k --seed 7",
      "groove generate ./lake --pack spotify --rows 100k --days 3",
      "groove generate ./lake --rows 1M --broken 0.1% --repeated 1%",
    ]
  ) { invocation, console in
    let folder = try folder(of: invocation)
    var plan = Generation(
      kind: invocation[kind] ?? .music, rows: invocation[rows] ?? 1_000_000,
      days: invocation[days] ?? 30, users: invocation[users], songs: invocation[songs],
      seed: UInt64(invocation[seed] ?? 1), files: invocation[fileCount])
    plan.brokenShare = invocation[broken] ?? 0
    plan.repeatedShare = invocation[repeated] ?? 0
    Signals.catchInterrupts()
    let progress = ProgressLine(console, unit: "rows", total: plan.rows)
    let start = Clock.monotonicNanoseconds()
    let report = try plan.write(to: folder, threads: invocation.threads) { done in
      try progress.show("writing plays", done: done)
    }
    let seconds = Double(Clock.monotonicNanoseconds() - start) / 1e9
    if invocation.has(Flags.json) {
      try console.report(json(of: report, seconds: seconds))
    } else {
      let rate = Numerals.short(Double(report.bytes) / seconds, "B/s")
      try console.say(
        "wrote \(Numerals.counted(plan.rows, "play")), \(Numerals.counted(plan.songs, "song")) and "
          + "\(Numerals.counted(plan.users, "user")) to \(folder): "
          + "\(Numerals.counted(report.files.count, "file")), "
          + "\(Numerals.short(Double(report.bytes), "B")), \(rate)")
    }
    return .done
  }

  private static func folder(of invocation: Invocation) throws(UsageError) -> String {
    if let folder = invocation[out] { return folder }
    guard let lake = invocation["LAKE"] else {
      throw UsageError(
        "LAKE is missing; name it, set GROOVE_LAKE, or say --out FOLDER",
        remedy: "Usage: \(invocation.verb.usage)")
    }
    if lake.contains("://") {
      throw UsageError(
        "groove generate writes to a local folder, not to \(lake)",
        remedy: "Generate with --out FOLDER and copy the files.")
    }
    return lake + "/incoming"
  }

  private static func json(of report: Generation.Report, seconds: Double) -> JSON {
    .members([
      "files": .list(
        report.files.map {
          .members(["path": .text($0.path), "rows": .count($0.rows), "bytes": .count($0.bytes)])
        }),
      "bytes": .count(report.bytes), "seconds": .number(seconds),
    ])
  }
}
