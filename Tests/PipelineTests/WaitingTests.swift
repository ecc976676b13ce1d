import Bytes
import Lake
import Objects
import TestSupport
import Testing

@testable import Pipeline

@Suite struct `A file that does not stand still` {
  static let header = "stream_id,song_id,timestamp,duration_ms\n"

  @Test func `is left while a process has it open for writing`() throws {
    let folder = try TemporaryFolder()
    let lake = SmallLake(LocalStore(folder.path))
    try lake.putFirstFiles()
    let name = "incoming/streams/growing.csv"
    try lake.put(name, Self.header + "g1,s1,2024-06-25 01:00:00,1\n")
    do {
      let writer = try File("\(folder.path)/\(name)", .appending)
      let report = try lake.run()
      let file = try #require(report.files.first { $0.source == "streams/growing.csv" })
      #expect(file.outcome == .waiting && file.rowsRead == 0)
      #expect(file.reason == "a process has it open for writing; it stays for a later run")
      #expect(try lake.names("incoming/") == [name])
      try writer.write(Array("g2,s1,2024-06-25 01:00:00,2\n".utf8).span)
    }
    let second = try lake.run()
    #expect(second.files.map(\.outcome) == [.committed])
    #expect(second.files.map(\.rowsKept) == [2])
    #expect(try lake.names("incoming/").isEmpty)
  }

  @Test func `is left while it is younger than it is asked to be`() throws {
    let folder = try TemporaryFolder()
    let lake = SmallLake(LocalStore(folder.path))
    try lake.putFirstFiles()
    let young = try lake.run { options in
      options.time = Clock.now()
      options.settleSeconds = 3600
    }
    #expect(young.files.allSatisfy { $0.outcome == .waiting })
    #expect(young.versionAfter == 0 && !young.didSomething)
    let old = try lake.run { options in
      options.time = Clock.now() + 3_601_000_000
      options.settleSeconds = 3600
    }
    #expect(old.files.allSatisfy { $0.outcome == .committed })
  }

  @Test(arguments: [1, 2, 3])
  func `is not taken when it changes while it is read`(reading: Int) throws {
    let folder = try TemporaryFolder()
    let lake = SmallLake(LocalStore(folder.path))
    try lake.putFirstFiles()
    let name = "incoming/streams/1.csv"
    // The reading is the one of the header, of the rows, or of the whole again.
    let restless = RestlessStore(LocalStore(folder.path), object: name, reading: reading) {
      try lake.put(name, Self.header + "n1,s1,2024-06-25 01:00:00,1\n")
    }
    let report = try SmallLake(restless).run()
    let file = try #require(report.files.first { $0.source == "streams/1.csv" })
    if restless.hasChanged {
      #expect(file.outcome == .waiting)
      #expect(try lake.rows(of: "streams").count == 9)
      #expect(try lake.names("incoming/") == [name])
    }
    _ = try lake.run()
    #expect(
      try lake.rows(of: "streams").contains("n1,s1,2024-06-25 01:00:00,1")
        == restless.hasChanged)
  }

  @Test func `is not taken when it is cut while it is read, and the others are`() throws {
    let folder = try TemporaryFolder()
    let lake = SmallLake(LocalStore(folder.path))
    try lake.putFirstFiles()
    let name = "incoming/streams/1.csv"
    let restless = RestlessStore(LocalStore(folder.path), object: name, reading: 1) {
      // In place, so that whoever has it open sees it shrink.
      _ = try File("\(folder.path)/\(name)", .creating)
    }
    let report = try SmallLake(restless).run()
    #expect(report.files.map(\.outcome) == [.committed, .waiting, .committed])
    #expect(try lake.rows(of: "streams").count == 9)
  }

  @Test func `that was written anew after it was read is not archived as the old one`() throws {
    let folder = try TemporaryFolder()
    let store = LocalStore(folder.path)
    try store.put("in/a.csv", [1])
    let revision = try #require(try store.look(at: "in/a.csv")?.revision)
    try store.put("in/a.csv", [2])
    #expect(try !store.move("in/a.csv", to: "archive/a.csv", ifStill: revision))
    #expect(try store.get("in/a.csv") == [2])
    #expect(try store.look(at: "archive/a.csv") == nil)
    let newer = try #require(try store.look(at: "in/a.csv")?.revision)
    #expect(try store.move("in/a.csv", to: "archive/a.csv", ifStill: newer))
    #expect(try !store.move("in/a.csv", to: "archive/b.csv", ifStill: newer))
    #expect(try store.get("archive/a.csv") == [2])
  }

  @Test(arguments: [false, true], ["make the folder", "create", "rename to"])
  func `that another run archives first is not missed`(isLink: Bool, step: String) throws {
    let folder = try TemporaryFolder()
    let path = folder.path
    let store = LocalStore(path) { next throws(SystemError) in
      // The other run is done with the file before this step of ours.
      guard next.hasPrefix(step), try FileSystem.status("\(path)/in/a.csv") != nil else { return }
      try FileSystem.makeFolders("\(path)/archive")
      try FileSystem.rename("\(path)/in/a.csv", to: "\(path)/archive/a.csv")
    }
    try FileSystem.makeFolders("\(path)/in")
    try File("\(path)/outside.csv", .creating).write([1].span)
    let place = "\(path)/in/a.csv"
    try isLink
      ? FileSystem.symbolicLink("\(path)/outside.csv", at: place)
      : FileSystem.link("\(path)/outside.csv", to: place)
    let revision = try #require(try LocalStore(path).look(at: "in/a.csv")?.revision)
    let isMoved = try store.move("in/a.csv", to: "archive/a.csv", ifStill: revision)
    // What is only put into place after the last look at the file is the same file.
    #expect(isMoved == (isLink && step == "rename to" || !isLink && step == "create"))
    #expect(try store.get("archive/a.csv") == [1])
  }
}

/// A store in which an object is changed by somebody else when it is opened for the n-th time.
private final class RestlessStore: ObjectStore {
  private let store: LocalStore
  private let object: String
  private let reading: Int
  private let change: @Sendable () throws -> Void
  private let openings = Lock(0)

  var name: String { store.name }
  var hasChanged: Bool { openings.withLock { $0 >= reading } }

  init(
    _ store: LocalStore, object: String, reading: Int, change: @escaping @Sendable () throws -> Void
  ) {
    self.store = store
    self.object = object
    self.reading = reading
    self.change = change
  }

  func source(_ name: String) throws(ObjectError) -> any ByteSource {
    let source = try store.source(name)
    let isDue = openings.withLock { count in
      if name == object { count += 1 }
      return name == object && count == reading
    }
    if isDue {
      do { try change() } catch { throw ObjectError(Explanation("cannot", "change", because: "")) }
    }
    return source
  }

  func list(_ prefix: String, after: String?, limit: Int) throws(ObjectError) -> ObjectPage {
    try store.list(prefix, after: after, limit: limit)
  }
  func look(at name: String) throws(ObjectError) -> ObjectInfo? { try store.look(at: name) }
  func get(_ name: String) throws(ObjectError) -> [UInt8] { try store.get(name) }
  func put(_ name: String, _ bytes: [UInt8]) throws(ObjectError) { try store.put(name, bytes) }
  func putIfAbsent(_ name: String, _ bytes: [UInt8]) throws(ObjectError) -> Bool {
    try store.putIfAbsent(name, bytes)
  }
  func copy(_ name: String, to other: String) throws(ObjectError) {
    try store.copy(name, to: other)
  }
  func move(_ name: String, to other: String) throws(ObjectError) {
    try store.move(name, to: other)
  }
  func move(
    _ name: String, to other: String, ifStill revision: String?
  ) throws(ObjectError) -> Bool { try store.move(name, to: other, ifStill: revision) }
  func delete(_ name: String) throws(ObjectError) { try store.delete(name) }
}
