import Bytes
import Foundation
import TestSupport
import Testing

/// README says what is: its commands are run, its verbs are those that there are.
@Suite struct `The README` {
  @Test func `shows commands that answer as it says`() throws {
    let transcript = Transcript(
      Transcript.blocks(ofMarkdown: try PackageTree.text("README.md")))
    #expect(transcript.steps.count >= 5)
    let folder = try TemporaryFolder()
    if ProcessInfo.processInfo.environment["RECORD"] == "1" {
      Issue.record("the console blocks would be:\n\(try transcript.recorded(in: folder.path))")
    }
    for complaint in try transcript.run(in: folder.path) { Issue.record("\(complaint)") }
  }

  @Test func `names every verb and no other`() throws {
    let text = try PackageTree.text("README.md")
    let table = text.components(separatedBy: "| verb | what |")[1].components(separatedBy: "\n\n")[
      0]
    let folder = try TemporaryFolder()
    let help = try Binary.shell("groove help --json", in: folder.path)
    let verbs = try JSON.parse(Array(help.output.utf8)).asList ?? []
    for name in verbs.compactMap({ $0["name"]?.asText }) {
      #expect(table.contains("`\(name)"), "README names \(name)")
    }
    var named = 0
    for part in table.components(separatedBy: "`").enumerated() where part.offset % 2 == 1 {
      let word = String(part.element.prefix { !" \\".contains($0) })
      named += 1
      #expect(verbs.contains { $0["name"]?.asText == word }, "\(word) is a verb")
    }
    #expect(named == verbs.count)
  }

  @Test func `quotes a record of the benchmarks word by word`() throws {
    let text = try PackageTree.text("README.md")
    let parts = text.components(separatedBy: "<!-- measured: ")
    #expect(parts.count == 2)
    let quoted = parts[1].components(separatedBy: "<!-- end of what was measured -->")[0]
    let halves = quoted.components(separatedBy: " -->\n\n")
    #expect(halves[0].hasPrefix("Benchmarks/Records/"))
    #expect(halves[1] == (try PackageTree.text(halves[0])) + "\n")
  }

  @Test func `is short and has the two commands of a newcomer`() throws {
    let text = try PackageTree.text("README.md")
    let lines = text.components(separatedBy: "\n")
    #expect(lines.count < 300)
    #expect(lines.allSatisfy { $0.count <= 120 })
    for command in ["swift run -c release groove demo", "swift test"] {
      #expect(lines.contains { $0.hasSuffix("install -y libzstd-dev && \(command)") })
    }
  }
}
