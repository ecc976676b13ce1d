import Bytes
import Foundation
import TestSupport

// A transcript is a text that shows commands and what they answer:
//
//     # A comment.
//     $ groove hepl
//     ! groove: there is no verb "hepl"
//     !   Did you mean help?
//     ? 2
//
// `$` begins a command for the shell; lines behind it that begin with `>` continue it. What follows
// is its standard output, `!` marks lines of standard error, and `?` gives the status where it is
// not 0. `…` in a line stands for any text, such as a rate; a line that is only `…` stands for any
// lines. All commands of a transcript run in one folder. With RECORD=1 the file is written anew,
// and the run still fails.

/// Commands with what they are expected to answer.
struct Transcript {
  struct Step {
    var command: String
    /// The number of the line it stands on.
    var line: Int
    var output: [String] = []
    var error: [String] = []
    var status: Int32 = 0
    /// Comments and empty lines before it.
    var preface: [String] = []
  }

  var steps: [Step] = []

  init(_ lines: some Sequence<String>) {
    var preface: [String] = []
    for (index, line) in lines.enumerated() {
      if line.hasPrefix("$ ") {
        steps.append(
          Step(command: String(line.dropFirst(2)), line: index + 1, preface: preface))
        preface = []
      } else if steps.isEmpty || line.hasPrefix("# ") || (line.isEmpty && !preface.isEmpty) {
        preface.append(line)
      } else if line.hasPrefix("> "), steps[steps.count - 1].output.isEmpty {
        steps[steps.count - 1].command += "\n" + line.dropFirst(2)
      } else if line == "!" || line.hasPrefix("! ") {
        steps[steps.count - 1].error.append(String(line.dropFirst(2)))
      } else if line.hasPrefix("? "), let status = Int32(line.dropFirst(2)) {
        steps[steps.count - 1].status = status
      } else {
        steps[steps.count - 1].output.append(line)
      }
    }
  }

  /// The blocks of a Markdown text that are marked `console`.
  static func blocks(ofMarkdown text: String) -> [String] {
    var lines: [String] = []
    var isInside = false
    for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
      if line.hasPrefix("```") {
        isInside = line == "```console"
      } else if isInside {
        lines.append(String(line))
      }
    }
    return lines
  }

  /// Whether the lines are as expected, where `…` may stand for anything.
  static func matches(_ lines: [String], _ expected: [String]) -> Bool {
    guard let first = expected.first else { return lines.isEmpty }
    let rest = Array(expected.dropFirst())
    if first == "…" {
      return (0...lines.count).contains { matches(Array(lines.dropFirst($0)), rest) }
    }
    guard let line = lines.first, matches(line: line, first) else { return false }
    return matches(Array(lines.dropFirst()), rest)
  }

  private static func matches(line: String, _ expected: String) -> Bool {
    let parts = expected.components(separatedBy: "…")
    guard let head = parts.first, let tail = parts.last, parts.count > 1 else {
      return line == expected
    }
    guard line.hasPrefix(head), line.hasSuffix(tail),
      line.count >= head.count + tail.count
    else { return false }
    var left = line.dropFirst(head.count).dropLast(tail.count)
    for part in parts.dropFirst().dropLast() where !part.isEmpty {
      guard let range = left.range(of: part) else { return false }
      left = left[range.upperBound...]
    }
    return true
  }

  /// Runs the commands and gives a sentence for each that answered otherwise.
  func run(in folder: String, environment: [String: String] = [:]) throws -> [String] {
    var complaints: [String] = []
    for step in steps {
      let outcome = try Binary.shell(step.command, in: folder, environment: environment)
      for (name, given, expected) in [
        ("standard output", outcome.output, step.output),
        ("standard error", outcome.error, step.error),
      ] {
        let lines = Self.lines(given)
        if !Self.matches(lines, Self.trimmed(expected)) {
          complaints.append(
            "line \(step.line), `\(step.command)`, \(name) is:\n\(given)"
              + "expected:\n\(expected.joined(separator: "\n"))")
        }
      }
      if outcome.status != step.status {
        complaints.append(
          "line \(step.line), `\(step.command)` ended with \(outcome.status), "
            + "not \(step.status); it said: \(outcome.error)")
      }
    }
    return complaints
  }

  /// The text of this transcript with the answers as they are now.
  func recorded(in folder: String) throws -> String {
    var text = ""
    for step in steps {
      let outcome = try Binary.shell(step.command, in: folder)
      for line in step.preface { text += line + "\n" }
      let command = step.command.split(separator: "\n").joined(separator: "\n> ")
      text += "$ \(command)\n"
      let output = Self.lines(outcome.output)
      let error = Self.lines(outcome.error)
      text += (Self.matches(output, Self.trimmed(step.output)) ? step.output : output)
        .map { $0 + "\n" }.joined()
      let kept = Self.matches(error, step.error) ? step.error : error
      text += kept.map { $0.isEmpty ? "!\n" : "! \($0)\n" }.joined()
      if outcome.status != 0 { text += "? \(outcome.status)\n" }
    }
    return text
  }

  private static func lines(_ text: String) -> [String] {
    var lines = text.components(separatedBy: "\n")
    if lines.last == "" { lines.removeLast() }
    return lines
  }

  /// Without the empty lines that part one command from the next.
  private static func trimmed(_ lines: [String]) -> [String] {
    var lines = lines
    while lines.last == "" { lines.removeLast() }
    return lines
  }
}
