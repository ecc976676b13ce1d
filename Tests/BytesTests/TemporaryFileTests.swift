import Bytes
import TestSupport
import Testing

@Suite struct `A temporary file` {
  @Test(arguments: [false, true])
  func `keeps bytes and leaves nothing in its folder`(isNamedFirst: Bool) throws {
    let folder = try TemporaryFolder()
    let file = try TemporaryFile(in: folder.path, isNamedFirst: isNamedFirst)
    #expect(try FileSystem.entries(of: folder.path).isEmpty)
    #expect(try file.append([1, 2, 3]) == 0)
    #expect(try file.append([4, 5]) == 3)
    #expect(try file.read(1..<4) == [2, 3, 4])
    #expect(file.size == 5)
  }

  @Test func `never has a name where the file system allows that`() throws {
    let folder = try TemporaryFolder()
    let watch = FolderWatch(folder.path)
    let nameless = try TemporaryFile(in: folder.path)
    var heard = watch.wait(milliseconds: 50)
    #expect(!heard)
    let named = try TemporaryFile(in: folder.path, isNamedFirst: true)
    heard = watch.wait(milliseconds: 1000)
    #expect(heard)
    #expect(nameless.size == named.size)
  }

  @Test func `needs a folder`() throws {
    let folder = try TemporaryFolder()
    #expect(throws: SystemError.self) { try TemporaryFile(in: folder.path + "/none") }
  }
}
