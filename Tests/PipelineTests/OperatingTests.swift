import Foundation
import TestSupport
import Testing

@testable import Pipeline

/// The guide of operators says what the code does.
@Suite struct `The guide of operators` {
  @Test func `names every metric, and no other`() throws {
    let text = try PackageTree.text("Sources/Pipeline/Pipeline.docc/Operating.md")
    let named = Set(
      text.matches(of: /^\| `(groove_[a-z_]+)`/.anchorsMatchLineEndings()).map { $0.1 })
    let lake = SmallLake(MemoryStore())
    try lake.putFirstFiles()
    let metrics = String(decoding: RunMetrics(try lake.run()).bytes, as: UTF8.self)
    let written = Set(metrics.matches(of: /# TYPE ([a-z_]+) gauge/).map { $0.1 })
    #expect(named == written)
  }

  @Test func `names the states of files, the outcomes and the tests that are there`() throws {
    let text = try PackageTree.text("Sources/Pipeline/Pipeline.docc/Operating.md")
    for state in SeenFile.State.allCases { #expect(text.contains("`\(state.rawValue)`")) }
    for name in ["KillTests", "WaitingTests", "GarbageTests", "SeenFilesTests"] {
      #expect(text.contains(name))
      #expect(try !PackageTree.text("Tests/PipelineTests/\(name).swift").isEmpty)
    }
    for line in text.components(separatedBy: "\n") { #expect(line.count <= 120, "\(line)") }
  }
}
