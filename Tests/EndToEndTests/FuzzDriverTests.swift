import TestSupport
import Testing

/// What the fuzzers try for hours is tried here for a moment.
@Suite struct `The fuzz driver` {
  @Test(arguments: [("file", 250), ("csv", 60), ("sql", 150)])
  func `finds nothing in a moment`(target: String, count: Int) throws {
    let folder = try TemporaryFolder()
    let outcome = try Binary.shell("FuzzDriver \(target) --smoke \(count)", in: folder.path)
    #expect(outcome == Binary.Outcome(output: "", error: "", status: 0))
  }

  @Test func `replays an input that was found`() throws {
    let folder = try TemporaryFolder()
    let outcome = try Binary.shell(
      "FuzzDriver csv --seeds seeds && ls seeds | wc -l && FuzzDriver csv seeds/*", in: folder.path)
    #expect(outcome == Binary.Outcome(output: "12\n", error: "", status: 0))
  }
}
