import Bytes
import Objects
import TestSupport
import Testing

@Suite struct `A folder as a store` {
  @Test func `gives back what was put, whole or in parts`() throws {
    let folder = try TemporaryFolder()
    let store = LocalStore(folder.path + "/made/on/the/way")
    let bytes = (0..<1000).map { UInt8(truncatingIfNeeded: $0 * 7) }
    try store.put("a/b/c.bin", bytes)
    #expect(try store.get("a/b/c.bin") == bytes)
    let source = try store.source("a/b/c.bin")
    #expect(try source.read(at: 990, count: 100) == Array(bytes[990...]))
    try store.put("a/b/c.bin", [1])
    #expect(try store.get("a/b/c.bin") == [1])
    let info = try #require(try store.look(at: "a/b/c.bin"))
    #expect(info.size == 1)
    #expect(abs(try #require(info.modified) - Clock.now()) < 60_000_000)
    #expect(try store.look(at: "a/b") == nil)
    #expect(try store.look(at: "a/b/c.bin/d") == nil)
  }

  @Test func `says that an object is missing`() throws {
    let folder = try TemporaryFolder()
    let store = LocalStore(folder.path)
    for read in [{ _ = try store.get("x") }, { _ = try store.source("x") }] {
      let error = #expect(throws: ObjectError.self) { try read() }
      #expect(error?.isMissing == true)
    }
    try store.delete("x")
    #expect(try store.listAll("").objects.isEmpty)
    #expect(try LocalStore(folder.path + "/none").listAll("a/").objects.isEmpty)
  }

  @Test func `lets exactly one of many writers put what is absent`() throws {
    let folder = try TemporaryFolder()
    let store = LocalStore(folder.path)
    for round in 0..<20 {
      let winners = try Parallel.map(count: 8, threads: 8) { writer in
        try store.putIfAbsent("log/\(round)", [UInt8(writer)])
      }
      #expect(winners.filter { $0 }.count == 1)
      #expect(winners[Int(try store.get("log/\(round)")[0])])
    }
    #expect(try FileSystem.entries(of: folder.path + "/log").count == 20)
  }

  @Test func `lists names by their bytes, page by page, under a prefix`() throws {
    let folder = try TemporaryFolder()
    let store = LocalStore(folder.path)
    let names = ["a/b", "a-b", "a/é", "a/b c/d", "ab", "b", "a/B"]
    for name in names { try store.put(name, Array(name.utf8)) }
    let sorted = names.sorted(by: ObjectName.precedes)
    #expect(try store.listAll("").objects.map(\.name) == sorted)
    #expect(
      try store.listAll("a/").objects.map(\.name) == sorted.filter { $0.hasPrefix("a/") })
    #expect(try store.listAll("a/b").objects.map(\.name) == ["a/b", "a/b c/d"].sorted())
    #expect(try store.listAll("a").objects.map(\.name) == sorted.filter { $0.hasPrefix("a") })
    var pages: [String] = []
    var after: String?
    repeat {
      let page = try store.list("", after: after, limit: 2)
      #expect(page.objects.count <= 2)
      pages += page.objects.map(\.name)
      after = page.next
    } while after != nil
    #expect(pages == sorted)
  }

  @Test func `shows neither its temporary files nor what is no file`() throws {
    let folder = try TemporaryFolder()
    let store = LocalStore(folder.path)
    try store.put("in/a", [1, 2])
    try store.put("in/.groove-temporary-1", [1])
    try FileSystem.symbolicLink("a", at: folder.path + "/in/link")
    try FileSystem.symbolicLink("nothing", at: folder.path + "/in/broken")
    try FileSystem.symbolicLink("..", at: folder.path + "/in/loop")
    let listed = try store.listAll("").objects
    #expect(listed.map(\.name) == ["in/a", "in/link"])
    #expect(listed.map(\.size) == [2, 2])
  }

  @Test func `copies, moves and deletes, and moves the bytes behind a link`() throws {
    let folder = try TemporaryFolder()
    let store = LocalStore(folder.path)
    try store.put("a", [1, 2])
    try store.copy("a", to: "x/b")
    try store.move("a", to: "y/c")
    #expect(try store.listAll("").objects.map(\.name) == ["x/b", "y/c"])
    try FileSystem.symbolicLink("y/c", at: folder.path + "/link")
    try store.move("link", to: "z/d")
    try store.delete("y/c")
    #expect(try store.get("z/d") == [1, 2])
    #expect(try store.listAll("").objects.map(\.name) == ["x/b", "z/d"])
  }

  @Test(arguments: ["", "/a", "a/", "a//b", "..", "a/../b", "./a", "a\u{0}b"])
  func `refuses names that could lead out of it`(name: String) throws {
    let folder = try TemporaryFolder()
    let store = LocalStore(folder.path)
    #expect(throws: ObjectError.self) { try store.put(name, []) }
    #expect(throws: ObjectError.self) { try store.get(name) }
  }
}
