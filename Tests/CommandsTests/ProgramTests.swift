import Bytes
import Commands
import Testing

@Suite struct `The program` {
  @Test func `shows its verbs where nothing is asked`() {
    for words in [[], ["help"], ["--help"], ["-h"]] {
      let outcome = Outcome.of(words)
      #expect(outcome.status == .done && outcome.error.isEmpty)
      for verb in Verb.all { #expect(outcome.output.contains("\n  \(verb.name) ")) }
    }
  }

  @Test(arguments: Verb.all.map(\.name))
  func `explains each verb and each of its flags`(name: String) throws {
    let verb = try #require(Verb.all.first { $0.name == name })
    let outcome = Outcome.of(["help", name])
    #expect(outcome.status == .done)
    #expect(Outcome.of([name, "--help"]).output == outcome.output)
    for flag in verb.flags { #expect(outcome.output.contains("  \(flag.name)")) }
    for line in outcome.output.split(separator: "\n") { #expect(line.count <= 100, "\(line)") }
    #expect(!verb.details.isEmpty && !verb.examples.isEmpty)
    #expect(!verb.summary.hasSuffix("."))
  }

  @Test func `has one definition a flag`() {
    for verb in Verb.all {
      let names = verb.flags.map(\.name)
      #expect(Set(names).count == names.count)
      for flag in verb.flags {
        #expect(flag.name.hasPrefix("--") && flag.name == flag.name.lowercased())
        #expect(!flag.help.isEmpty && !flag.help.hasSuffix("."))
        for choice in flag.choices { #expect(throws: Never.self) { try flag.value(of: choice) } }
      }
      let repeated = verb.arguments.dropLast().contains { $0.isRepeated }
      #expect(!repeated, "only the last argument of \(verb.name) takes what is left")
    }
  }

  @Test func `gives examples that its own parser takes`() throws {
    for verb in Verb.all {
      for example in verb.examples where example.hasPrefix("groove ") {
        let words = Self.shellWords(example.split(separator: " | ")[0].split(separator: " > ")[0])
        #expect(words[1] == verb.name)
        #expect(throws: Never.self, "\(example)") {
          try Invocation(verb, Array(words.dropFirst(2))) { _ in nil }
        }
      }
    }
  }

  /// The words of a command line, quotes taken away.
  private static func shellWords(_ line: Substring) -> [String] {
    var words: [String] = []
    var word = ""
    var quote: Character?
    for character in line + " " {
      if character == quote {
        quote = nil
      } else if quote == nil, character == "'" || character == "\"" {
        quote = character
      } else if quote == nil, character == " " {
        if !word.isEmpty { words.append(word) }
        word = ""
      } else {
        word.append(character)
      }
    }
    return words
  }

  @Test(
    arguments: [
      (["hepl"], "groove: there is no verb \"hepl\"\n  Did you mean help?\n"),
      (
        ["frobnicate"],
        "groove: there is no verb \"frobnicate\"\n  `groove help` lists the verbs.\n"
      ),
      (["--json"], "groove: the first word is a verb, not the flag --json\n  See `groove help`.\n"),
      (["help", "hepl"], "groove: there is no verb \"hepl\"\n  Did you mean help?\n"),
      (
        ["completions", "fihs"],
        "groove: groove completions takes bash, zsh, fish, not \"fihs\"\n  Did you mean fish?\n"
      ),
    ])
  func `says what is wrong with the words`(words: [String], message: String) {
    let outcome = Outcome.of(words)
    #expect(outcome.status == .wrongUsage && outcome.output.isEmpty && outcome.error == message)
  }

  @Test func `takes a reader that went away for the end`() {
    let console = Console(
      environment: { _ in nil },
      output: { _ throws(SystemError) in throw SystemError("cannot write to", "pipe", code: 32) },
      error: { _ throws(SystemError) in })
    #expect(Program.run(["help"], console) == .done)
  }

  @Test func `fails where its output cannot be written`() {
    let kept = Kept()
    let console = Console(
      environment: { _ in nil },
      output: { _ throws(SystemError) in throw SystemError("cannot write to", "disk", code: 28) },
      error: { bytes throws(SystemError) in kept.error += bytes })
    #expect(Program.run(["help"], console) == .failed)
    let said = String(decoding: kept.error, as: UTF8.self)
    #expect(said.hasPrefix("groove: cannot write to disk: "))
  }

  @Test(arguments: ["bash", "zsh", "fish"])
  func `completes every verb and flag`(shell: String) {
    let script = Outcome.of(["completions", shell]).output
    for verb in Verb.all {
      #expect(script.contains(verb.name))
      for flag in verb.flags { #expect(script.contains(flag.name.dropFirst(2))) }
    }
  }

  @Test func `describes itself to programs`() throws {
    let described = try JSON.parse(Array(Outcome.of(["help", "--json"]).output.utf8))
    #expect(described.asList?.compactMap { $0["name"]?.asText } == Verb.all.map(\.name))
  }
}
