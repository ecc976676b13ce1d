/// Completion scripts, made from the definitions of verbs and flags.
enum Completions {
  static func bash(_ verbs: [Verb]) -> String {
    var cases = ""
    for verb in verbs {
      cases += "    \(verb.name)) words=\"\(words(of: verb).joined(separator: " "))\" ;;\n"
    }
    return """
      # Completion of groove for bash.
      _groove() {
        local word=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD-1]} words=""
        if [ "$COMP_CWORD" -eq 1 ]; then
          COMPREPLY=($(compgen -W "\(verbs.map(\.name).joined(separator: " "))" -- "$word"))
          return
        fi
        case "$before" in
      \(choiceCases(verbs))  esac
        case "${COMP_WORDS[1]}" in
      \(cases)  esac
        if [[ "$word" == -* ]] || [[ " $words " == *" $word"* && -n "$word" ]]; then
          COMPREPLY=($(compgen -W "$words" -- "$word"))
        else
          COMPREPLY=($(compgen -f -- "$word"))
        fi
      }
      complete -o filenames -F _groove groove

      """
  }

  static func zsh(_ verbs: [Verb]) -> String {
    var cases = ""
    for verb in verbs {
      var lines = verb.flags.map { flag in
        let value =
          flag.takesValue
          ? ":\(flag.placeholder):"
            + (flag.choices.isEmpty ? "_files" : "(\(flag.choices.joined(separator: " ")))") : ""
        return "        '\(flag.isRepeatable ? "*" : "")\(flag.name)[\(plain(flag.help))]\(value)'"
      }
      for (index, argument) in verb.arguments.enumerated() {
        let place = argument.isRepeated ? "*" : String(index + 1)
        lines.append("        '\(place):\(argument.name):\(zshAction(argument, verbs))'")
      }
      cases += "    \(verb.name))\n      _arguments -s : \\\n"
      cases += lines.joined(separator: " \\\n") + " ;;\n"
    }
    let list = verbs.map { "    '\($0.name):\(plain($0.summary))'" }.joined(separator: "\n")
    return """
      #compdef groove
      # Completion of groove for zsh.
      _groove() {
        local -a verbs
        verbs=(
      \(list)
        )
        if (( CURRENT == 2 )); then
          _describe verb verbs
          return
        fi
        local verb=$words[2]
        shift words
        (( CURRENT-- ))
        case $verb in
      \(cases)  esac
      }
      compdef _groove groove

      """
  }

  static func fish(_ verbs: [Verb]) -> String {
    var text = "# Completion of groove for fish.\n"
    for verb in verbs {
      text += "complete -c groove -n __fish_use_subcommand -f -a \(verb.name)"
      text += " -d '\(plain(verb.summary))'\n"
    }
    for verb in verbs {
      let condition = "complete -c groove -n '__fish_seen_subcommand_from \(verb.name)'"
      for flag in verb.flags {
        text += "\(condition) -l \(flag.name.dropFirst(2))"
        if flag.takesValue { text += " -r" }
        if !flag.choices.isEmpty { text += " -f -a '\(flag.choices.joined(separator: " "))'" }
        text += " -d '\(plain(flag.help))'\n"
      }
      for case .choice(let choices) in verb.arguments.map(\.kind) {
        text += "\(condition) -f -a '\(choices.joined(separator: " "))'\n"
      }
    }
    return text
  }

  /// What may follow a verb: its flags and the choices of its arguments.
  private static func words(of verb: Verb) -> [String] {
    var words = verb.flags.map(\.name)
    for case .choice(let choices) in verb.arguments.map(\.kind) { words += choices }
    return words
  }

  private static func choiceCases(_ verbs: [Verb]) -> String {
    var seen: Set<String> = []
    var text = ""
    for flag in verbs.flatMap(\.flags) where !flag.choices.isEmpty {
      if !seen.insert(flag.name).inserted { continue }
      text += "    \(flag.name)) COMPREPLY=($(compgen -W "
      text += "\"\(flag.choices.joined(separator: " "))\" -- \"$word\")); return ;;\n"
    }
    return text.isEmpty ? "    '') ;;\n" : text
  }

  private static func zshAction(_ argument: Argument, _ verbs: [Verb]) -> String {
    switch argument.kind {
    case .lake: "_files -/"
    case .path: "_files"
    case .choice(let choices): "(\(choices.joined(separator: " ")))"
    case .text: argument.name == "VERB" ? "(\(verbs.map(\.name).joined(separator: " ")))" : ""
    }
  }

  /// Without the characters that would end a quoted word or a description.
  private static func plain(_ text: String) -> String {
    text.filter { !"'[]:\\".contains($0) }
  }
}
