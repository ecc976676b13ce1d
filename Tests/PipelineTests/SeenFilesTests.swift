import Bytes
import Columns
import Lake
import Objects
import TestSupport
import Testing

@testable import Pipeline

@Suite struct `What a lake says of its files` {
  /// A lake with a file of each kind.
  static func lake() throws -> SmallLake {
    let lake = SmallLake(MemoryStore())
    try lake.putFirstFiles()
    try lake.put("incoming/streams/0.csv", "stream_id,song_id\np0,s1\n")
    _ = try lake.run()
    try lake.put("incoming/streams/new ö.csv", WaitingText.header + "n1,s1,2024-06-27 01:00:00,1\n")
    try lake.put("incoming/other/x.csv", "a\n1\n")
    return lake
  }

  private enum WaitingText { static let header = "stream_id,song_id,timestamp,duration_ms\n" }

  @Test func `is every file it has seen, with its rows and reason`() throws {
    let files = try Pipeline.seenFiles(Self.lake().store)
    #expect(
      files.map(\.source) == [
        "songs/a.csv", "streams/1.csv", "streams2.csv", "streams/0.csv", "streams/new ö.csv",
        "other/x.csv",
      ])
    #expect(
      files.map(\.state) == [.archived, .archived, .archived, .refused, .arrived, .ignored])
    #expect(files.map(\.rowsRead) == [3, 5, 10, 0, 0, 0])
    #expect(files.map(\.rowsKept) == [2, 4, 8, 0, 0, 0])
    #expect(files[2].reason == "the value does not pass the CHECK of the table")
    #expect(files[3].reason?.contains("timestamp") == true)
    #expect(files[3].object.hasPrefix("logs/invalid/streams/0."))
    #expect(files[4].object == "incoming/streams/new ö.csv")
  }

  @Test func `names a file that is in the lake and not yet in the archive`() throws {
    let store = MemoryStore()
    let lake = SmallLake(store)
    try lake.putFirstFiles()
    // The moves to the archive are the first operations that fail.
    let failing = FailingMoves(store)
    #expect(throws: PipelineError.self) { try SmallLake(failing).run() }
    #expect(
      try Pipeline.seenFiles(store).map(\.state).prefix(3) == [.committed, .committed, .committed])
    // The tables did not wait for the archive.
    #expect(try lake.items("genre_plays", "pop").count == 1)
    _ = try lake.run()
    #expect(try Pipeline.seenFiles(store).map(\.state) == [.archived, .archived, .archived])
  }

  @Test func `is planned as it then happens`() throws {
    let lake = try Self.lake()
    try lake.put("incoming/streams/short.csv", "stream_id\nx\n")
    let again = try #require(try lake.names("archive/").first { $0.contains("streams2") })
    try lake.store.copy(again, to: "incoming/streams/again.csv")
    try lake.store.copy("incoming/streams/new ö.csv", to: "incoming/streams/twin.csv")
    let before = try #require(lake.store as? MemoryStore).contents
    let plan = try Pipeline.plan(lake.store, try SmallLake.options())
    #expect(try #require(lake.store as? MemoryStore).contents == before)
    #expect(plan.files.map(\.verdict) == [.known, .take, .refuse, .known])
    #expect(plan.dates == [try #require(Calendar.days(text: "2024-06-27"))])
    #expect(plan.files[1].rows == 1)
    #expect(plan.ignored == ["incoming/other/x.csv"])
    let report = try lake.run()
    #expect(report.files.map(\.outcome) == [.known, .committed, .refused, .known])
    #expect(report.dates == plan.dates)
    #expect(try Pipeline.plan(lake.store, try SmallLake.options()).isEmpty)
  }

  @Test func `can be repaired: a refused file that fits is taken in`() throws {
    let lake = SmallLake(MemoryStore())
    try lake.putFirstFiles()
    try lake.put("incoming/streams/bad.csv", WaitingText.header + "b1,s1,never,1\n")
    #expect(try lake.run().hasRefusals)
    let refused = try #require(try Pipeline.seenFiles(lake.store).first { $0.state == .refused })
    let error = try JSON.parse(try lake.store.get(refused.object + ".error.json"))
    #expect(error["source"]?.asText == "streams/bad.csv")
    #expect(error["outcome"]?.asText == "refused")
    #expect(error["reason"]?.asText?.contains("1 of its 1 rows (100.0 %)") == true)
    let text = String(decoding: try lake.store.get(refused.object), as: UTF8.self)
    try lake.put(
      "incoming/streams/bad.csv", text.replacing("never", with: "2024-06-25 01:00:00"))
    #expect(try lake.run().files.map(\.outcome) == [.committed])
    #expect(try lake.rows(of: "streams").contains("b1,s1,2024-06-25 01:00:00,1"))
  }

  @Test func `adds up in the report, stage by stage`() throws {
    let lake = SmallLake(MemoryStore())
    try lake.putFirstFiles()
    let report = try lake.run()
    #expect(report.stages.map(\.name) == ["find", "read", "commit", "archive", "compute"])
    #expect(report.stages.map(\.files) == [3, 3, 3, 3, 0])
    #expect(report.stages.map(\.rows) == [0, 18, 14, 0, 6])
    #expect(report.stages.reduce(0) { $0 + $1.seconds } <= report.seconds)
    #expect(report.dates.map { Calendar.text(days: $0) } == ["2024-06-25", "2024-06-26"])
  }

  @Test func `does nothing in a new lake into which nothing has come`() throws {
    let store = MemoryStore()
    var options = RunOptions()
    options.time = 1
    let report = try Pipeline.run(store, options)
    #expect(!report.didSomething && report.versionAfter == 0)
    #expect(store.contents.isEmpty)
  }

  @Test func `is left as it was by a run that is interrupted`() throws {
    let lake = SmallLake(MemoryStore())
    try lake.putFirstFiles()
    let before = try #require(lake.store as? MemoryStore).contents
    let error = #expect(throws: PipelineError.self) { try lake.run { $0.isInterrupted = { true } } }
    #expect(error?.description.contains("interrupted") == true)
    #expect(try #require(lake.store as? MemoryStore).contents == before)
  }

  @Test func `is told as metrics that Prometheus can read`() throws {
    let lake = SmallLake(MemoryStore())
    try lake.putFirstFiles()
    var report = try lake.run()
    report.lake = "a \"b\"\\c\nd"
    let text = String(decoding: RunMetrics(report).bytes, as: UTF8.self)
    let sample = /[a-z_]+\{([a-z]+="([^"\\\n]|\\\\|\\"|\\n)*",?)*\} [-+0-9.e]+/
    var families: Set<String> = []
    var current = ""
    for line in text.split(separator: "\n", omittingEmptySubsequences: false).dropLast() {
      if let help = line.wholeMatch(of: /# HELP ([a-z_]+) .+/) {
        current = String(help.1)
        #expect(families.insert(current).inserted, "a family stands in one place")
      } else if let type = line.wholeMatch(of: /# TYPE ([a-z_]+) gauge/) {
        #expect(current == type.1)
      } else {
        #expect(line.wholeMatch(of: sample) != nil, "\(line)")
        #expect(line.hasPrefix(current + "{"))
      }
    }
    #expect(families.count == 11 && text.hasSuffix("\n"))
    #expect(text.contains("state=\"read\"} 18\n"))
    let failure = String(decoding: RunMetrics(failureIn: "x", at: 5_000_000).bytes, as: UTF8.self)
    #expect(failure.contains("groove_run_success{lake=\"x\"} 0\n"))
    #expect(failure.contains("groove_run_timestamp_seconds{lake=\"x\"} 5\n"))
  }
}

/// A store that moves nothing.
private final class FailingMoves: ObjectStore {
  private let store: any ObjectStore
  var name: String { store.name }

  init(_ store: any ObjectStore) { self.store = store }

  func list(_ prefix: String, after: String?, limit: Int) throws(ObjectError) -> ObjectPage {
    try store.list(prefix, after: after, limit: limit)
  }
  func look(at name: String) throws(ObjectError) -> ObjectInfo? { try store.look(at: name) }
  func get(_ name: String) throws(ObjectError) -> [UInt8] { try store.get(name) }
  func source(_ name: String) throws(ObjectError) -> any ByteSource { try store.source(name) }
  func put(_ name: String, _ bytes: [UInt8]) throws(ObjectError) { try store.put(name, bytes) }
  func putIfAbsent(_ name: String, _ bytes: [UInt8]) throws(ObjectError) -> Bool {
    try store.putIfAbsent(name, bytes)
  }
  func copy(_ name: String, to other: String) throws(ObjectError) {
    try store.copy(name, to: other)
  }
  func move(_ name: String, to other: String) throws(ObjectError) {
    throw ObjectError(Explanation("cannot move", name, because: "the test says so"))
  }
  func delete(_ name: String) throws(ObjectError) { try store.delete(name) }
}
