import Bytes
import Lake
import Objects
import TestSupport
import Testing

@testable import Pipeline

@Suite struct `What no version needs` {
  private static let day: Int64 = 86_400_000_000

  @Test func `stays while a reader of the last days may need it`() throws {
    let folder = try TemporaryFolder()
    let lake = SmallLake(LocalStore(folder.path))
    let now = Clock.now()
    try lake.putFirstFiles()
    // The files were written long ago, and replaced a moment ago.
    _ = try lake.run { options in
      options.time = now - 30 * Self.day
      options.memoryBytes = 1
      options.chunkBytes = 64
    }
    let log = Lake(lake.store)
    let old = try log.snapshot()
    _ = try Pipeline.compact(lake.store, Self.options(now))
    let replaced = Set(old.segments.map(\.object)).subtracting(
      try log.snapshot().segments.map(\.object))
    #expect(!replaced.isEmpty)
    // Six days later, the clock of the store says the same.
    let early = try Pipeline.compact(lake.store, Self.options(now + 6 * Self.day))
    #expect(early.deleted.isEmpty)
    for object in replaced { #expect(try lake.store.look(at: object) != nil) }
    let late = try Pipeline.compact(lake.store, Self.options(now + 8 * Self.day))
    #expect(replaced.isSubset(of: late.deleted))
    #expect(try lake.missingObjects() == [])
  }

  @Test func `stays while only one of two clocks calls it old`() throws {
    let folder = try TemporaryFolder()
    let lake = SmallLake(LocalStore(folder.path))
    try lake.putFirstFiles()
    // A commit's writer whose clock is a year behind.
    let now = Clock.now()
    _ = try lake.run { $0.time = now - 365 * Self.day }
    let old = try Lake(lake.store).snapshot()
    var options = try SmallLake.options()
    options.time = now - 364 * Self.day
    _ = try Pipeline.rebuild(lake.store, options)
    try lake.put(
      "incoming/streams/late.csv",
      "stream_id,song_id,timestamp,duration_ms\npx,s1,2024-06-26 01:00:00,7\n")
    _ = try lake.run { $0.time = now - 363 * Self.day }
    let report = try Pipeline.compact(lake.store, Self.options(now))
    #expect(report.deleted.isEmpty)
    for run in old.runs { #expect(try lake.store.look(at: run.object) != nil) }
  }

  @Test func `goes with checkpoints and pages that newer ones replace`() throws {
    let folder = try TemporaryFolder()
    let store = LocalStore(folder.path)
    let log = Lake(store, checkpointInterval: 2)
    var snapshot = try log.snapshot()
    for number in 0..<20 {
      var commit = Commit(kind: "run", time: 1)
      commit.ledger = [
        LedgerEntry(
          table: "t", source: "\(number)", contentHash: "\(number)", bytes: 1, rowsRead: 1,
          rowsKept: 1, rowsRejected: 0, duplicates: 0, archive: "archive/\(number)")
      ]
      guard case .committed(let next) = try log.commit(commit, on: snapshot) else { return }
      snapshot = next
    }
    let later = Clock.now() + Self.day
    let old = try log.supersededObjects(before: later)
    #expect(old.filter { $0.name.hasSuffix(".checkpoint") }.count == 9)
    #expect(try log.supersededObjects(before: 1).isEmpty)
    let deleted = try Garbage.collect(log, before: later)
    #expect(Set(deleted) == Set(old.map(\.name)))
    let left = try Lake(store, checkpointInterval: 2).snapshot()
    #expect(left.version == 20)
    #expect(try log.ledger(of: left).inOrder.count == 20)
    // The hint may have named a checkpoint that is gone.
    try store.put(LogName.hint, Array("2".utf8))
    #expect(try log.ledger(of: try log.snapshot()).inOrder.count == 20)
  }

  private static func options(_ time: Int64) throws -> RunOptions {
    var options = try SmallLake.options()
    options.time = time
    return options
  }
}
