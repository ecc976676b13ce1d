import Bytes
import TestSupport
import Testing

@Suite struct `A watched folder` {
  @Test func `tells of files in it and in folders that are made in it`() throws {
    let folder = try TemporaryFolder()
    let watch = FolderWatch(folder.path)
    var heard = watch.wait(milliseconds: 20)
    #expect(!heard)
    try File(folder.path + "/a", .creating).write([1].span)
    heard = watch.wait(milliseconds: 1000)
    #expect(heard)
    try FileSystem.makeFolders(folder.path + "/in/side")
    heard = watch.wait(milliseconds: 1000)
    #expect(heard)
    while watch.wait(milliseconds: 50) {}
    try File(folder.path + "/in/side/b", .creating).write([1].span)
    heard = watch.wait(milliseconds: 1000)
    #expect(heard)
    while watch.wait(milliseconds: 50) {}
    try FileSystem.rename(folder.path + "/a", to: folder.path + "/in/c")
    heard = watch.wait(milliseconds: 1000)
    #expect(heard)
    heard = watch.wait(milliseconds: 20)
    #expect(!heard)
  }

  @Test func `is waited for while it is not there`() throws {
    let folder = try TemporaryFolder()
    let watch = FolderWatch(folder.path + "/in")
    try FileSystem.makeFolders(folder.path + "/in")
    var heard = watch.wait(milliseconds: 1000)
    #expect(heard)
    while watch.wait(milliseconds: 50) {}
    try File(folder.path + "/in/a", .creating).write([1].span)
    heard = watch.wait(milliseconds: 1000)
    #expect(heard)
  }

  @Test func `that is nowhere takes its whole time`() {
    let watch = FolderWatch("/nowhere/at/all")
    let start = Clock.monotonicNanoseconds()
    let heard = watch.wait(milliseconds: 30)
    #expect(!heard)
    #expect(Clock.monotonicNanoseconds() - start >= 29_000_000)
  }

  @Test func `knows whether somebody may write to a file`() throws {
    let folder = try TemporaryFolder()
    let path = folder.path + "/a"
    do {
      let writer = try File(path, .creating)
      try writer.write([1].span)
      let isOpen = try File(path).isOpenForWriting
      #expect(isOpen)
    }
    let reader = try File(path)
    let isOpen = try File(path).isOpenForWriting
    let size = try reader.size()
    #expect(!isOpen && size == 1)
  }
}
