import Bytes
import Foundation
import TestSupport
import Testing

@Suite struct `The built program` {
  static let transcripts: [String] = {
    do {
      return try PackageTree.files(under: "Tests/EndToEndTests/Transcripts", suffix: ".txt")
    } catch { return [] }
  }()

  @Test(arguments: transcripts)
  func `answers as its transcript says`(path: String) throws {
    let text = try PackageTree.text(path)
    let transcript = Transcript(text.components(separatedBy: "\n").dropLast())
    #expect(!transcript.steps.isEmpty)
    let folder = try TemporaryFolder()
    if ProcessInfo.processInfo.environment["RECORD"] == "1" {
      let recorded = try transcript.recorded(in: folder.path)
      try File("\(PackageTree.root)/\(path)", .creating).write(Array(recorded.utf8).span)
      Issue.record("recorded \(path); run again without RECORD")
      return
    }
    for complaint in try transcript.run(in: folder.path) { Issue.record("\(path): \(complaint)") }
  }

  @Test func `has transcripts`() { #expect(!Self.transcripts.isEmpty) }

  @Test(
    arguments: [
      (["a", "b"], ["a", "b"], true), (["a"], ["a", "b"], false), (["a", "b"], ["a"], false),
      (["12 ms at 3 GB/s"], ["… ms at … GB/s"], true), (["12 s"], ["… ms"], false),
      (["a", "x", "y", "b"], ["a", "…", "b"], true), (["a", "b"], ["a", "…", "b"], true),
      (["a"], ["…"], true), ([], ["…"], true), (["ab"], ["ab…ab"], false),
    ] as [([String], [String], Bool)])
  func `is compared with dots for what varies`(lines: [String], expected: [String], fits: Bool) {
    #expect(Transcript.matches(lines, expected) == fits)
  }

  @Test func `starts in a few milliseconds`() throws {
    let folder = try TemporaryFolder()
    var fastest = Int64.max
    for _ in 0..<10 {
      let start = Clock.monotonicNanoseconds()
      let outcome = try Binary.shell("exec groove help", in: folder.path)
      fastest = min(fastest, Clock.monotonicNanoseconds() - start)
      #expect(outcome.status == 0)
    }
    // A debug build with shared libraries and the shell before it; a release build takes 5 ms.
    #expect(fastest < 200_000_000, "the fastest of ten starts took \(fastest / 1_000_000) ms")
  }

  @Test func `ends quietly where its reader goes away`() throws {
    let folder = try TemporaryFolder()
    let line = "set -o pipefail; groove completions bash | head -n 1; groove help | true"
    let outcome = try Binary.shell(line, in: folder.path)
    #expect(outcome.status == 0 && outcome.error.isEmpty)
  }

  @Test func `fails where a full disk takes its output`() throws {
    guard FileManager.default.fileExists(atPath: "/dev/full") else { return }
    let folder = try TemporaryFolder()
    let outcome = try Binary.shell("groove help > /dev/full", in: folder.path)
    #expect(outcome.status == 3 && outcome.error.contains("standard output"))
  }

  @Test func `leaves nothing half done after an interrupt`() throws {
    let folder = try TemporaryFolder()
    let line = """
      groove generate --out data --rows 100M --days 2 --users 100 --songs 100 &
      sleep 0.5; kill -INT $!; wait $!
      """
    let outcome = try Binary.shell(line, in: folder.path)
    #expect(outcome.status == 3 && outcome.error.contains("interrupted"))
    let left = try Binary.shell("find data -name '*.tmp' -o -name 'streams-*'", in: folder.path)
    #expect(left.output.isEmpty)
  }
}
