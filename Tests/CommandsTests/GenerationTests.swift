import Bytes
import Commands
import TestSupport
import Testing

@Suite struct `Synthetic data` {
  static func files(of plan: Generation, threads: Int) throws -> [String: [UInt8]] {
    let folder = try TemporaryFolder()
    let report = try plan.write(to: folder.path, threads: threads)
    var files: [String: [UInt8]] = [:]
    for file in report.files {
      let bytes = try File.contents(of: file.path)
      #expect(bytes.count == file.bytes)
      #expect(bytes.count { $0 == UInt8(ascii: "\n") } == file.rows + 1)
      files[String(file.path.dropFirst(folder.path.count + 1))] = bytes
    }
    return files
  }

  static func plan(_ kind: Generation.Kind, seed: UInt64 = 1) -> Generation {
    Generation(kind: kind, rows: 40_000, days: 7, users: 500, songs: 200, seed: seed, files: 3)
  }

  @Test(arguments: Generation.Kind.allCases)
  func `is the same for any number of threads, and another for another seed`(
    kind: Generation.Kind
  ) throws {
    let one = try Self.files(of: Self.plan(kind), threads: 1)
    #expect(try Self.files(of: Self.plan(kind), threads: 5) == one)
    #expect(try Self.files(of: Self.plan(kind, seed: 2), threads: 2) != one)
    #expect(one.count == 5)
  }

  @Test(arguments: Generation.Kind.allCases)
  func `has a few favourites, all days, and references that exist`(kind: Generation.Kind) throws {
    let files = try Self.files(of: Self.plan(kind), threads: 2)
    let isMusic = kind == .music
    var plays: [[Substring]] = []
    for (name, bytes) in files where name.hasPrefix("streams/") {
      let lines = String(decoding: bytes, as: UTF8.self).split(separator: "\n").dropFirst()
      plays += lines.map { $0.split(separator: ",") }
    }
    #expect(plays.count == 40_000)
    #expect(plays.allSatisfy { $0.count == (isMusic ? 6 : 3) })
    let songs = Dictionary(grouping: plays) { $0[isMusic ? 2 : 1] }
    let counts = songs.values.map(\.count).sorted(by: >)
    #expect(counts.count > 200 && counts[0] > 500 && counts[0] > 5 * counts[199])
    let days = Dictionary(grouping: plays) { $0[isMusic ? 4 : 2].prefix(10) }
    #expect(days.keys.sorted() == (1...7).map { "2024-06-0\($0)" })
    let known = String(decoding: try #require(files["songs/songs.csv"]), as: UTF8.self)
    let unknown = songs.filter { !known.contains($0.key) }
    let unknownPlays = unknown.values.reduce(0) { $0 + $1.count }
    #expect(unknownPlays > 10 && unknownPlays < 90, "one play in a thousand is of no known song")
    if isMusic {
      #expect(Set(plays.map { $0[0] }).count == plays.count, "stream ids differ")
    }
  }

  @Test func `agrees with its songs as people do`() throws {
    let files = try Self.files(of: Self.plan(.music), threads: 2)
    var genres: [String: String] = [:]
    let songs = String(decoding: try #require(files["songs/songs.csv"]), as: UTF8.self)
    for line in songs.split(separator: "\n").dropFirst() {
      let fields = line.split(separator: ",")
      genres[String(fields[0])] = String(fields[fields.count - 2])
    }
    var same = 0
    var total = 0
    for (name, bytes) in files where name.hasPrefix("streams/") {
      for line in String(decoding: bytes, as: UTF8.self).split(separator: "\n").dropFirst() {
        let fields = line.split(separator: ",")
        guard let genre = genres[String(fields[2])] else { continue }
        total += 1
        if genre == String(fields[3]) { same += 1 }
      }
    }
    #expect(same * 1000 / total > 976 && same * 1000 / total < 984)
    #expect(songs.contains("\"\"") && songs.contains(", Pt. "))
  }

  @Test(arguments: Generation.Kind.allCases)
  func `breaks and repeats as many lines as it is told to`(kind: Generation.Kind) throws {
    var plan = Self.plan(kind)
    plan.brokenShare = 0.02
    plan.repeatedShare = 0.05
    let files = try Self.files(of: plan, threads: 2)
    var lines: [ArraySlice<UInt8>: Int] = [:]
    var broken = 0
    for (name, bytes) in files where name.hasPrefix("streams/") {
      for line in bytes.split(separator: UInt8(ascii: "\n")).dropFirst() {
        lines[line, default: 0] += 1
        let commas = line.count { $0 == UInt8(ascii: ",") }
        let isStrange = line.contains { $0 == 0xFF || $0 == UInt8(ascii: "\"") }
        if commas != (kind == .music ? 5 : 2) || isStrange || line.last == UInt8(ascii: "?") {
          broken += 1
        }
      }
    }
    #expect(broken > 700 && broken < 950)
    let repeated = lines.values.reduce(0) { $0 + $1 - 1 }
    #expect(repeated > 1800 && repeated < 2200)
  }

  @Test func `needs a place to go`() {
    let outcome = Outcome.of(["generate", "--rows", "10"])
    #expect(outcome.status == .wrongUsage && outcome.error.contains("say --out FOLDER"))
    let remote = Outcome.of(["generate", "s3://bucket/lake"])
    #expect(remote.status == .wrongUsage && remote.error.contains("--out FOLDER"))
  }

  @Test func `is told in sentences and in JSON`() throws {
    let folder = try TemporaryFolder()
    let words = ["generate", folder.path + "/lake", "--rows", "1k", "--days", "2"]
    let outcome = Outcome.of(words)
    #expect(outcome.status == .done && outcome.output.isEmpty)
    #expect(outcome.error.hasPrefix("wrote 1,000 plays, 10 songs and 50 users to "))
    let report = try JSON.parse(Array(Outcome.of(words + ["--json", "--quiet"]).output.utf8))
    #expect(report["files"]?.asList?.count == 4)
  }

  @Test func `leaves nothing behind where it cannot be written`() throws {
    let folder = try TemporaryFolder()
    try FileSystem.makeFolders(folder.path + "/songs/songs.csv")
    let plan = Self.plan(.music)
    #expect(throws: GenerationError.self) { try plan.write(to: folder.path, threads: 2) }
    #expect(try FileSystem.entries(of: folder.path + "/songs").map(\.name) == ["songs.csv"])
  }
}
