import Bytes
import ColumnFile
import Columns
import Lake
import Objects
import Tables

extension Verb {
  static let verify = Verb(
    "verify", "every byte of a columnar file or a lake, read and checked",
    arguments: [Argument("PATH", .path)], flags: [],
    details: """
      Reads a .groove file, or all files that the newest version of a lake is made of, checks every
      checksum and decodes every value. What is damaged is named on standard error, with status 1.
      """,
    examples: ["groove verify plays.groove", "groove verify ./lake"]
  ) { invocation, console in
    let path = try invocation.word("PATH")
    let isFolder = try FileSystem.status(path)?.kind == .folder
    let checks = isFolder ? try checks(ofLake: path) : [Check(file: path)]
    let results = Parallel.map(count: checks.count, threads: invocation.threads) { index in
      checks[index].run()
    }
    var damaged: [JSON] = []
    var rows = 0
    for (check, result) in zip(checks, results) {
      switch result {
      case .success(let count): rows += count
      case .failure(let error):
        damaged.append(.members(["name": .text(check.name), "reason": .text(error.reason)]))
        try console.complain("groove: \(error.reason)")
      }
    }
    if invocation.has(Flags.json) {
      try console.report(
        .members([
          "checked": .count(checks.count), "rows": .count(rows), "damaged": .list(damaged),
        ]))
    } else {
      let sound = checks.count - damaged.count
      try console.say(
        "\(sound) of \(Numerals.counted(checks.count, "file")) sound, "
          + "\(Numerals.counted(rows, "row"))")
    }
    return damaged.isEmpty ? .done : .refused
  }

  private static func checks(ofLake path: String) throws -> [Check] {
    let reader = try LakePlace(path).reader()
    let store = reader.lake.store
    var checks = reader.snapshot.segments.map { segment in
      Check(name: segment.object) { try reader.open(segment).verify().rows }
    }
    checks += reader.snapshot.runs.map { run in
      Check(name: run.object) { try TableRunReader(store.source(run.object)).rows().rowCount }
    }
    for name in reader.snapshot.dictionaries.keys.sorted() {
      checks.append(Check(name: "dictionary \(name)") { try reader.dictionary(name).texts.count })
    }
    return checks
  }

  /// Something to read whole, and how many rows it should turn out to have.
  private struct Check: Sendable {
    struct Damage: Error {
      let reason: String
    }

    let name: String
    private let read: @Sendable () throws -> Int

    init(name: String, _ read: @escaping @Sendable () throws -> Int) {
      self.name = name
      self.read = read
    }

    init(file path: String) {
      self.init(name: path) { try ColumnFile(FileSource(path)).verify().rows }
    }

    func run() -> Result<Int, Damage> {
      do { return .success(try read()) } catch { return .failure(Damage(reason: "\(error)")) }
    }
  }
}
