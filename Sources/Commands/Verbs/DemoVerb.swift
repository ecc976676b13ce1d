import Bytes
import Columns
import Objects
import Packs
import Pipeline
import Query

extension Verb {
  private static let rows = Flag.count(
    "--rows", "how many synthetic plays to add (default: 200k)", in: 1...1_000_000_000)
  private static let kind = Flag<Generation.Kind>.choice(
    "--pack", "PACK", "which pack to show (default: music)")

  static let demo = Verb(
    "demo", "a first look: makes ./groove-demo, runs the pipeline, shows the KPIs",
    flags: [rows, kind],
    details: """
      Makes the lake ./groove-demo from the samples of the source tree, where they are at hand, and
      synthetic plays of a week; takes them in; shows the KPI tables of the last day and what to try
      next. The samples have bad rows and bad files in them, so that there is something to refuse.
      A demo that is there from before is made anew.
      """,
    examples: ["groove demo", "groove demo --pack spotify --rows 2M"]
  ) { invocation, console in
    try Demo(
      kind: invocation[kind] ?? .music, rows: invocation[rows] ?? 200_000,
      threads: invocation.threads, memory: invocation.memory, console: console
    ).run(asJSON: invocation.has(Flags.json))
    return .done
  }
}

/// A lake to look at.
struct Demo {
  static let folder = "groove-demo"
  /// Says that the folder is a demo, which may be made anew.
  private static let marker = "\(folder)/this-is-a-demo"

  let kind: Generation.Kind
  let rows: Int
  let threads: Int
  let memory: Int
  let console: Console

  func run(asJSON: Bool) throws {
    try clear()
    try FileSystem.makeFolders(Self.folder + "/incoming")
    do {
      let note = "Made by `groove demo`, which makes this folder anew each time.\n"
      try File(Self.marker, .creating).write(Array(note.utf8).span)
    }
    if let samples = try Self.samples(of: kind.rawValue) {
      let count = try copyAll(samples, to: Self.folder + "/incoming")
      try console.say("copied \(Numerals.counted(count, "sample file")) from \(samples)")
    }
    // The week of the samples, so that both meet on some days.
    let plan = Generation(
      kind: kind, rows: rows, days: 7, users: max(10, rows / 40), songs: max(10, rows / 100),
      seed: 1, firstDay: 19_896)
    _ = try plan.write(to: Self.folder + "/incoming", threads: threads)
    try console.say("generated \(Numerals.counted(rows, "play")) of a week")
    try console.say("running the pipeline: groove run \(Self.folder)")
    var options = RunOptions()
    options.pack = try Pack.builtIn(named: kind.rawValue)
    options.threads = threads
    options.memoryBytes = memory
    let chosen = options
    let progress = Progress()
    let store = LocalStore(Self.folder)
    let report = try Watched.run(progress, on: console) { () throws(PipelineError) in
      try Pipeline.run(store, chosen, progress: progress)
    }
    try RunTelling(report, console).tell(asJSON: asJSON)
    if !asJSON { try show() }
  }

  private func clear() throws {
    guard try FileSystem.status(Self.folder) != nil else { return }
    guard try FileSystem.status(Self.marker) != nil else {
      throw UsageError(
        "there is a folder \(Self.folder) that no demo made",
        remedy: "Run the demo in another folder.")
    }
    try FileSystem.removeAll(Self.folder)
  }

  /// The KPI tables of the last day, and what to try next.
  private func show() throws {
    let catalog = try LakePlace(Self.folder).catalog()
    let engine = QueryEngine(catalog, QueryOptions(threads: threads, memory: memory))
    let last = try engine.run(
      "SELECT date, genre FROM top_5_genres WHERE rank = 1 ORDER BY date DESC LIMIT 1")
    guard let row = last.batches.first, let day = row.columns[0].value(at: 0).text,
      let genre = row.columns[1].value(at: 0).text
    else { return }
    let quoted = genre.map { $0 == "'" ? "''" : String($0) }.joined()
    let shown = [
      (
        "top_5_genres on \(day)",
        "SELECT rank, genre, total_streams FROM top_5_genres WHERE date = DATE '\(day)' "
          + "ORDER BY rank"
      ),
      (
        "genre_metrics on \(day), most listeners first",
        "SELECT * FROM genre_metrics WHERE date = DATE '\(day)' "
          + "ORDER BY unique_listeners DESC, genre LIMIT 5"
      ),
      (
        "top_3_songs of \(genre) on \(day)",
        "SELECT rank, song_id, title, artist, total_streams FROM top_3_songs "
          + "WHERE genre = '\(quoted)' AND date = DATE '\(day)' ORDER BY rank"
      ),
      (
        "hourly_kpis of the evening",
        "SELECT * FROM hourly_kpis WHERE date = DATE '\(day)' AND hour >= 18 ORDER BY hour"
      ),
    ]
    for (title, sql) in shown {
      let result = try engine.run(sql)
      try console.write("\n\(title)\n")
      try OutputFormat.table.write(result.schema, result.batches, to: console)
    }
    try console.write("\nTo try next:\n")
    for line in Self.next(genre: genre, day: day) { try console.write("  \(line)\n") }
    if let path = Process.executablePath, path.contains("/.build/") {
      try console.write("\nHere groove is \(path)\n")
    }
  }

  private static func next(genre: String, day: String) -> [String] {
    [
      "groove get \(folder) top_3_songs '\(genre)' \(day) --json",
      "groove query 'SELECT genre, sum(total_streams) AS plays FROM genre_metrics GROUP BY genre "
        + "ORDER BY plays DESC LIMIT 10' --lake \(folder)",
      "groove query 'SHOW TABLES' --lake \(folder)",
      "groove log \(folder)",
      "ls -R \(folder)/logs",
      "groove generate \(folder) --rows 1M --days 7 --seed 2 && groove run \(folder)",
      "groove help",
    ]
  }

  /// The samples of a pack: in the current folder, or in the source tree the program was built in.
  private static func samples(of pack: String) throws -> String? {
    var folders = ["."]
    var above = Process.executablePath ?? ""
    while above.count > 1 {
      above = FileSystem.parent(of: above)
      folders.append(above)
    }
    for folder in folders {
      let path = folder == "." ? "Data/\(pack)/incoming" : "\(folder)/Data/\(pack)/incoming"
      if try FileSystem.status(path)?.kind == .folder { return path }
    }
    return nil
  }

  private func copyAll(_ folder: String, to target: String) throws -> Int {
    try FileSystem.makeFolders(target)
    var count = 0
    for entry in try FileSystem.entries(of: folder).sorted(by: { $0.name < $1.name }) {
      let (from, to) = ("\(folder)/\(entry.name)", "\(target)/\(entry.name)")
      if try FileSystem.status(from)?.kind == .folder {
        count += try copyAll(from, to: to)
      } else {
        let bytes = try File.contents(of: from)
        try WholeFile.write(to, isDurable: false) { file in try file.write(bytes.span) }
        count += 1
      }
    }
    return count
  }
}
