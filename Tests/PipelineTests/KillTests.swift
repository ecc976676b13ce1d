import Bytes
import Foundation
import Lake
import Objects
import TestSupport
import Testing

@testable import Pipeline

// The world ends at operation N, for every N, before or after it. What is found then must be a
// whole version, and the same verb again must end in the state that an undisturbed one ends in.

/// A verb of the pipeline with a lake for it to work on.
enum KilledVerb: CaseIterable, CustomTestStringConvertible {
  case firstRun, lateRun, flushedRun, rebuild, rebuildFromArchive, compact

  var testDescription: String { "\(self)" }

  /// Fills an empty store with what the verb starts from.
  func prepare(_ store: any ObjectStore) throws {
    let lake = SmallLake(store)
    try lake.putFirstFiles()
    try lake.put("incoming/streams/0.csv", "stream_id,song_id\np0,s1\n")
    if self == .firstRun { return }
    _ = try lake.run()
    try lake.put(
      "incoming/streams/late.csv",
      "stream_id,song_id,timestamp,duration_ms\n"
        + "px,s1,2024-06-26 01:00:00,7\np1,s2,2024-06-25 01:00:00,8\n"
        + "py,s3,2024-06-27 01:00:00,9\n")
    try lake.put(
      "incoming/streams/bad.csv",
      "stream_id,song_id,timestamp,duration_ms\nq1,s1,never,7\nq2,s1,2024-06-25 01:00:00,8\n")
    try lake.put("incoming/songs/c.csv", "song_id,title,genre\ns9,Nine,jazz\ns1,One,rock\n")
    if self == .lateRun || self == .flushedRun { return }
    _ = try lake.run()
  }

  func perform(_ store: any ObjectStore) throws {
    var options = try SmallLake.options()
    switch self {
    case .firstRun, .lateRun: _ = try Pipeline.run(store, options)
    case .flushedRun:
      options.memoryBytes = 1
      options.chunkBytes = 64
      _ = try Pipeline.run(store, options)
    case .rebuild: _ = try Pipeline.rebuild(store, options)
    case .rebuildFromArchive: _ = try Pipeline.rebuildFromArchive(store, options)
    case .compact:
      options.time = Clock.now() + 86_400_000_000
      _ = try Pipeline.compact(store, options, ageSeconds: 3600)
    }
  }
}

extension SmallLake {
  /// What the newest version names and the store does not have.
  func missingObjects() throws -> [String] {
    let snapshot = try Lake(store).snapshot()
    let named =
      snapshot.segments.map(\.object) + snapshot.runs.map(\.object)
      + snapshot.dictionaryParts.map(\.object)
    return try named.filter { try store.look(at: $0) == nil }
  }
}

@Suite struct `A lake whose process is killed` {
  @Test(arguments: KilledVerb.allCases, FailingStore.Moment.allCases)
  func `at any operation of its store is made whole by the next`(
    verb: KilledVerb, moment: FailingStore.Moment
  ) throws {
    let prepared = MemoryStore()
    try verb.prepare(prepared)
    let contents = prepared.contents
    try verb.perform(prepared)
    let expected = try SmallLake(prepared).state()
    var operation = 1
    while true {
      let store = MemoryStore(contents)
      let failing = FailingStore(store, failingAt: operation, moment)
      // A commit that stands although its store failed is found again: the verb goes on.
      do { try verb.perform(failing) } catch {}
      if failing.operationCount < operation { break }
      let place = "\(verb) killed \(moment) operation \(operation)"
      #expect(try SmallLake(store).missingObjects() == [], "\(place)")
      try verb.perform(store)
      #expect(try SmallLake(store).state() == expected, "\(place)")
      operation += 1
    }
    #expect(operation > 1)
  }

  @Test(arguments: [KilledVerb.firstRun, .lateRun, .compact])
  func `at any step within an operation, too`(verb: KilledVerb) throws {
    let prepared = MemoryStore()
    try verb.prepare(prepared)
    let contents = prepared.contents
    let whole = try TemporaryFolder()
    try Self.fill(LocalStore(whole.path), contents)
    let steps = Steps(killAt: .max)
    try verb.perform(LocalStore(whole.path, gate: steps.gate))
    let expected = try SmallLake(LocalStore(whole.path)).state()
    // All of them take minutes: a part of them, another one each day, unless all are asked for.
    let isDeep = ProcessInfo.processInfo.environment["GROOVE_DEEP"] == "1"
    let first = isDeep ? 1 : 1 + Int(Clock.now() / 86_400_000_000 % 7)
    for step in stride(from: first, through: steps.count, by: isDeep ? 1 : 7) {
      let folder = try TemporaryFolder()
      let store = LocalStore(folder.path)
      try Self.fill(store, contents)
      let deadly = Steps(killAt: step)
      #expect(throws: (any Error).self, "step \(step)") {
        try verb.perform(LocalStore(folder.path, gate: deadly.gate))
      }
      #expect(try SmallLake(store).missingObjects() == [], "\(verb) at \(deadly.last)")
      try verb.perform(store)
      #expect(try SmallLake(store).state() == expected, "\(verb) at \(deadly.last)")
      // What the dead process left without a name goes by its age, and nothing else does.
      let later = Clock.now() + 60_000_000
      for folder in ["curated/", "tables/", "archive/", "logs/"] {
        _ = try store.removeLeftovers(folder, before: later)
      }
      #expect(try Self.temporaryNames(in: folder.path) == [])
      #expect(try SmallLake(store).state() == expected)
    }
  }

  private static func fill(_ store: LocalStore, _ contents: [String: [UInt8]]) throws {
    for (name, bytes) in contents { try store.put(name, bytes) }
  }

  private static func temporaryNames(in folder: String) throws -> [String] {
    let all = FileManager.default.enumerator(atPath: folder)?.compactMap { $0 as? String } ?? []
    return all.filter { $0.contains(".groove-temporary-") }
  }
}

/// Counts the steps of a store, and lets none pass from one of them on: what a dead process does
/// not do any more.
private final class Steps: Sendable {
  private let killAt: Int
  private let state = Lock((count: 0, last: ""))

  init(killAt: Int) { self.killAt = killAt }

  var count: Int { state.withLock { $0.count } }
  /// The step at which the world ended.
  var last: String { state.withLock { $0.last } }

  var gate: LocalStore.Gate {
    { [self] step throws(SystemError) in
      let isOver = state.withLock { state in
        state.count += 1
        if state.count <= killAt { state.last = step }
        return state.count >= killAt
      }
      if isOver { throw SystemError("cannot go on with", step, code: 5) }
    }
  }
}
