import Bytes
import Columns
import Objects
import TestSupport
import Testing

@testable import Lake

@Suite struct `A lake` {
  /// A commit that touches everything a commit can hold.
  static func sample(_ number: Int, on base: Snapshot) -> Commit {
    var commit = Commit(kind: "run", time: Int64(number))
    if base.version == 0 { commit.pack = PackText(name: "p", text: "CREATE TABLE \"é\" (…);\n") }
    let dictionary = base.dictionary("songs")
    commit.dictionaryParts = [
      DictionaryPart(
        name: "songs", object: "curated/_dictionaries/songs/\(number)", first: dictionary.count,
        count: 2)
    ]
    commit.addedSegments = [
      SegmentEntry(
        table: "plays", partition: Int32(number % 3), object: "curated/plays/\(number)",
        rows: number, bytes: 10,
        dictionaries: [
          DictionaryUse(column: "song", base: dictionary.shared)
        ]),
      SegmentEntry(
        table: "songs", partition: nil, object: "curated/songs/\(number)", rows: 2, bytes: 3),
    ]
    commit.removedSegments = base.segments(of: "songs").map(\.object)
    commit.ledger = [
      LedgerEntry(
        table: "plays", source: "plays/\(number).csv", contentHash: "hash\(number)", bytes: number,
        rowsRead: 5, rowsKept: 3, rowsRejected: 1, duplicates: 1, archive: "archive/\(number)")
    ]
    let slot = TableSlot(table: "kpi", partition: Int32(number % 3))
    commit.removedRuns = base.runs(of: "kpi").filter { $0.slot == slot }.map(\.object)
    commit.addedRuns = [
      TableRunEntry(slot: slot, object: "tables/kpi/\(number)", rows: 1, bytes: 9)
    ]
    commit.freshSlots = [slot]
    commit.staleSlots = [TableSlot(table: "all", partition: nil)]
    return commit
  }

  static func fill(_ lake: Lake, commits: Int) throws -> Snapshot {
    var snapshot = try lake.snapshot()
    for number in 0..<commits {
      guard case .committed(let next) = try lake.commit(sample(number, on: snapshot), on: snapshot)
      else {
        Issue.record("a single writer never loses")
        break
      }
      snapshot = next
    }
    return snapshot
  }

  static func expectSame(_ first: Snapshot, _ second: Snapshot, in lake: Lake) throws {
    #expect(first.version == second.version)
    #expect(first.pack == second.pack)
    #expect(first.segments == second.segments)
    #expect(first.runs == second.runs)
    #expect(first.staleSlots == second.staleSlots)
    #expect(first.dictionaries == second.dictionaries)
    #expect(try lake.ledger(of: first).inOrder == lake.ledger(of: second).inOrder)
  }

  @Test func `holds what its commits say, however often it is checkpointed`() throws {
    let plain = Lake(MemoryStore(), checkpointInterval: 1000)
    let expected = try Self.fill(plain, commits: 50)
    #expect(expected.segments(of: "plays").count == 50)
    #expect(expected.segments(of: "songs").count == 1)
    #expect(expected.runs(of: "kpi").count == 3)
    #expect(expected.dictionary("songs").count == 100)
    #expect(try plain.ledger(of: expected).inOrder.map(\.version) == Array(1...50))
    try Self.expectSame(try plain.snapshot(), expected, in: plain)
    for interval in [1, 2, 3, 7, 64] {
      let store = MemoryStore()
      let lake = Lake(store, checkpointInterval: interval)
      let written = try Self.fill(lake, commits: 50)
      #expect(written.checkpoint == 50 / interval * interval)
      #expect(written.ledgerPages.count <= 6)
      let read = try lake.snapshot()
      #expect(read.checkpoint == written.checkpoint)
      try Self.expectSame(read, expected, in: lake)
      // Without the hint, and with an old one, the log alone says the same.
      try store.put(LogName.hint, Array(String(interval).utf8))
      try Self.expectSame(try lake.snapshot(), expected, in: lake)
      try store.delete(LogName.hint)
      try Self.expectSame(try lake.snapshot(), expected, in: lake)
    }
  }

  /// With GROOVE_DEEP after a hundred thousand commits.
  @Test func `opens and goes on the same after any number of commits`() throws {
    let store = MemoryStore()
    let lake = Lake(store)
    let slot = TableSlot(table: "kpi", partition: 7)
    var snapshot = try lake.snapshot()
    let last = Environment.value(of: "GROOVE_DEEP") == nil ? 3000 : 100_000
    for number in 0..<last {
      var commit = Commit(kind: "run", time: Int64(number))
      commit.removedRuns = snapshot.runs(of: "kpi").map(\.object)
      commit.addedRuns = [
        TableRunEntry(slot: slot, object: "tables/kpi/\(number)", rows: 1, bytes: 9)
      ]
      commit.ledger = [
        LedgerEntry(
          table: "plays", source: "\(number).csv", contentHash: "hash\(number)", bytes: 1,
          rowsRead: 1, rowsKept: 1, rowsRejected: 0, duplicates: 0, archive: "archive/\(number)")
      ]
      guard case .committed(let next) = try lake.commit(commit, on: snapshot) else {
        Issue.record("a single writer never loses")
        return
      }
      snapshot = next
    }
    _ = store.takeReads()
    let opened = try lake.snapshot()
    let reads = store.takeReads()
    #expect(opened.version == last)
    #expect(opened.runs(of: "kpi").map(\.object) == ["tables/kpi/\(last - 1)"])
    // The hint, the checkpoint and the commits behind it.
    #expect(reads.objects <= 2 + lake.checkpointInterval && reads.bytes < 64 << 10)
    let ledger = try lake.ledger(of: opened)
    #expect(opened.ledgerPages.count <= 20)
    for number in [0, last / 2, last - 1] {
      #expect(try ledger.entry(contentHash: "hash\(number)", table: "plays") != nil)
    }
    #expect(try ledger.entry(contentHash: "hash\(last)", table: "plays") == nil)
  }

  @Test func `lets one of two writers win and tells the other what happened`() throws {
    let lake = Lake(MemoryStore())
    let base = try lake.snapshot()
    guard case .committed = try lake.commit(Self.sample(0, on: base), on: base),
      case .lost(let newest) = try lake.commit(Self.sample(1, on: base), on: base)
    else {
      Issue.record("the first writer wins, the second loses")
      return
    }
    #expect(newest.version == 1)
    #expect(newest.segments(of: "plays").map(\.object) == ["curated/plays/0"])
    guard case .committed(let second) = try lake.commit(Self.sample(1, on: newest), on: newest)
    else {
      Issue.record("nobody is in the way")
      return
    }
    #expect(second.dictionary("songs").count == 4)
  }

  @Test func `loses nothing when many writers commit at once`() throws {
    let lake = Lake(MemoryStore(), checkpointInterval: 4)
    _ = try Parallel.map(count: 8, threads: 8) { writer in
      for round in 0..<10 {
        var snapshot = try lake.snapshot()
        var isDone = false
        while !isDone {
          let commit = Self.sample(writer * 10 + round, on: snapshot)
          switch try lake.commit(commit, on: snapshot) {
          case .committed: isDone = true
          case .lost(let newest): snapshot = newest
          }
        }
      }
    }
    let end = try lake.snapshot()
    #expect(end.version == 80)
    #expect(end.segments(of: "plays").count == 80)
    #expect(end.dictionary("songs").count == 160)
    #expect(try lake.ledger(of: end).inOrder.count == 80)
  }

  @Test(arguments: FailingStore.Moment.allCases)
  func `knows its own commit again when the store fails`(moment: FailingStore.Moment) throws {
    // Operation 1 is the commit; a checkpoint follows with its page and its hint.
    for operation in 1...5 {
      let store = MemoryStore()
      let base = try Self.fill(Lake(store, checkpointInterval: 2), commits: 1)
      let lake = Lake(
        FailingStore(store, failingAt: operation, moment), checkpointInterval: 2)
      let commit = Self.sample(1, on: base)
      if operation == 1, moment == .before {
        #expect(throws: LakeError.self) { try lake.commit(commit, on: base) }
        #expect(try Lake(store).snapshot().version == 1)
      } else {
        guard case .committed = try lake.commit(commit, on: base) else {
          Issue.record("the commit stands, so its writer is told so")
          continue
        }
      }
      let end = try Self.fill(Lake(store, checkpointInterval: 2), commits: 0)
      let after = Lake(store, checkpointInterval: 2)
      try Self.expectSame(try Lake(store).snapshot(), end, in: after)
    }
  }

  @Test func `refuses a commit with any byte changed, or cut`() throws {
    let store = MemoryStore()
    let lake = Lake(store)
    _ = try Self.fill(lake, commits: 1)
    let bytes = try store.get(LogName.commit(1))
    for index in bytes.indices {
      var damaged = bytes
      damaged[index] ^= 1
      try store.put(LogName.commit(1), damaged)
      #expect(throws: LakeError.self) { try lake.snapshot() }
      try store.put(LogName.commit(1), Array(bytes[..<index]))
      #expect(throws: LakeError.self) { try lake.snapshot() }
    }
  }

  @Test func `refuses a newer format by name`() throws {
    let store = MemoryStore()
    let record = JSON.members(["groove": .text("commit"), "format": .count(2)])
    try store.put(LogName.commit(1), RecordFrame.bytes(record))
    let error = #expect(throws: LakeError.self) { try Lake(store).snapshot() }
    #expect(error?.description.contains("format 2, newer than this program knows") == true)
  }

  @Test func `can be moved: it names nothing by an absolute path`() throws {
    let folder = try TemporaryFolder()
    _ = try Self.fill(Lake(LocalStore(folder.path + "/here")), commits: 3)
    try FileSystem.rename(folder.path + "/here", to: folder.path + "/there")
    let lake = Lake(LocalStore(folder.path + "/there"))
    #expect(try lake.snapshot().version == 3)
  }
}
