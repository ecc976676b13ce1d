import Bytes

extension Verb {
  static let completions = Verb(
    "completions", "a completion script for a shell",
    arguments: [Argument("SHELL", .choice(["bash", "zsh", "fish"]))],
    details: """
      Prints a script that completes verbs, flags and the values of flags. It is made from the same
      definitions as the help, so that it knows what this groove knows.
      """,
    examples: [
      "source <(groove completions bash)",
      "groove completions zsh > \"${fpath[1]}/_groove\"",
      "groove completions fish > ~/.config/fish/completions/groove.fish",
    ]
  ) { invocation, console in
    let shell = try invocation.word("SHELL")
    let script =
      switch shell {
      case "zsh": Completions.zsh(Verb.all)
      case "fish": Completions.fish(Verb.all)
      default: Completions.bash(Verb.all)
      }
    if invocation.has(Flags.json) {
      try console.report(.members(["shell": .text(shell), "script": .text(script)]))
    } else {
      try console.write(script)
    }
    return .done
  }
}
