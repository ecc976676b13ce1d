package import Bytes

/// The help texts, made from the definitions of verbs and flags.
package enum Help {
  package static let title =
    "groove: folders of CSV into columnar files and key-value KPI tables"

  /// `groove help`.
  package static func overview(_ verbs: [Verb]) -> String {
    let width = verbs.map(\.name.count).max() ?? 0
    var text = "\(title)\n\nusage: groove VERB [words] [flags]\n\n"
    for verb in verbs { text += "  \(padded(verb.name, width))  \(verb.summary)\n" }
    text += """

      Every verb takes --threads N, --memory SIZE, --json and --quiet. GROOVE_LAKE names the lake
      where none is given. Data goes to standard output, everything else to standard error.
      Exit status: 0 done; 1 done, but something was refused or a check failed; 2 wrong usage;
      3 the world failed, nothing half done remains.

      `groove help VERB` says more. A good first step: groove demo

      """
    return text
  }

  /// `groove help VERB`.
  package static func text(of verb: Verb) -> String {
    var text = "groove \(verb.name): \(verb.summary)\n\nusage: \(verb.usage)\n\n\(verb.details)\n"
    let names = verb.flags.map { flag in
      flag.takesValue ? "\(flag.name) \(flag.placeholder)" : flag.name
    }
    let width = names.map(\.count).max() ?? 0
    text += "\nflags:\n"
    for (name, flag) in zip(names, verb.flags) {
      text += "  \(padded(name, width))  \(flag.help)\n"
      if !flag.choices.isEmpty {
        text += "  \(padded("", width))  one of: \(flag.choices.joined(separator: ", "))\n"
      }
    }
    if !verb.examples.isEmpty {
      text += "\nexamples:\n"
      for example in verb.examples { text += "  \(example)\n" }
    }
    return text
  }

  /// The definition of a verb, for `--json`.
  package static func json(of verb: Verb) -> JSON {
    .members([
      "name": .text(verb.name), "summary": .text(verb.summary), "usage": .text(verb.usage),
      "flags": .list(
        verb.flags.map { flag in
          .members([
            "name": .text(flag.name), "value": flag.takesValue ? .text(flag.placeholder) : .null,
            "help": .text(flag.help), "choices": .list(flag.choices.map { .text($0) }),
          ])
        }),
    ])
  }

  private static func padded(_ text: String, _ width: Int) -> String {
    text + String(repeating: " ", count: max(0, width - text.count))
  }
}
