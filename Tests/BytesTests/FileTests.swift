import Bytes
import Testing

@Suite struct `A file` {
  @Test func `that is not there is named with its reason and a remedy`() {
    let error = #expect(throws: SystemError.self) { try File.contents(of: "no/such/file") }
    #expect(error?.isMissing == true)
    #expect(
      error?.description
        == "cannot open no/such/file: No such file or directory\n  Check the path.")
  }

  @Test func `as a source gives any part of itself and nothing behind its end`() throws {
    let whole = try File.contents(of: #filePath)
    let source = try FileSource(#filePath)
    #expect(source.size == whole.count)
    for offset in [0, 1, 7, whole.count - 1, whole.count] {
      for count in [0, 1, 5, whole.count + 10] {
        let part = try source.read(at: offset, count: count)
        #expect(part == Array(whole[offset..<min(offset + count, whole.count)]))
        #expect(try MemorySource(whole).read(at: offset, count: count) == part)
      }
    }
  }
}
