import Bytes

extension Verb {
  static let help = Verb(
    "help", "what groove can do, or one verb in full",
    arguments: [Argument("VERB", isOptional: true)],
    details: "Without a word, lists the verbs. With a verb, says what it does and all its flags.",
    examples: ["groove help", "groove help run"]
  ) { invocation, console in
    let verbs = try invocation["VERB"].map { [try Verb.named($0)] } ?? Verb.all
    if invocation.has(Flags.json) {
      try console.report(.list(verbs.map(Help.json)))
    } else if let verb = verbs.first, verbs.count == 1 {
      try console.write(Help.text(of: verb))
    } else {
      try console.write(Help.overview(verbs))
    }
    return .done
  }
}
