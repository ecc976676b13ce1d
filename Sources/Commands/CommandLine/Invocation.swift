import Bytes

/// What was typed, checked against the definition of a verb.
package struct Invocation: Sendable {
  package let verb: Verb
  /// The words by place, by the names of their arguments.
  private var words: [String: [String]] = [:]
  /// The values of the flags given, by the names of the flags.
  private var values: [String: [any Sendable]] = [:]

  /// Reads the words behind the verb.
  ///
  /// - Parameter environment: the value of an environment variable.
  package init(
    _ verb: Verb, _ arguments: [String], environment: (String) -> String?
  ) throws(UsageError) {
    self.verb = verb
    var plain: [String] = []
    var index = 0
    while index < arguments.count {
      let word = arguments[index]
      index += 1
      if word == "--" {
        plain += arguments[index...]
        break
      }
      guard word.hasPrefix("-"), word.count > 1, Double(word) == nil else {
        plain.append(word)
        continue
      }
      try takeFlag(word == "-h" ? "--help" : word, from: arguments, at: &index)
    }
    // Whoever asks for help need not have the rest right.
    if has(Flags.help) { return }
    try place(plain, environment: environment)
  }

  /// The value of a flag; the last where it was given more than once.
  package subscript<Value>(_ flag: Flag<Value>) -> Value? { values[flag.name]?.last as? Value }

  /// All values of a flag that may be given more than once.
  package func all<Value>(_ flag: Flag<Value>) -> [Value] {
    (values[flag.name] ?? []).compactMap { $0 as? Value }
  }

  package func has(_ flag: Flag<Bool>) -> Bool { values[flag.name] != nil }

  /// The word for an argument, where it was given.
  package subscript(_ argument: String) -> String? { words[argument]?.first }

  /// The word for an argument that is not optional.
  package func word(_ argument: String) throws(UsageError) -> String {
    guard let word = self[argument] else { throw UsageError("\(argument) is missing") }
    return word
  }

  /// All words for the argument that takes what is left.
  package func all(_ argument: String) -> [String] { words[argument] ?? [] }

  package var threads: Int { self[Flags.threads] ?? Parallel.processors }

  /// The budget of `--memory`.
  package var memory: Int {
    if let memory = self[Flags.memory] { return memory }
    let quarter = Memory.machineSize / 4
    return quarter > 0 ? min(1 << 30, quarter) : 1 << 30
  }

  private mutating func takeFlag(
    _ word: String, from arguments: [String], at index: inout Int
  ) throws(UsageError) {
    let parts = word.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
    let name = String(parts[0])
    guard let flag = verb.flags.first(where: { $0.name == name }) else {
      throw UsageError(
        "groove \(verb.name) has no flag \(name)",
        remedy: Spelling.nearest(to: name, in: verb.flags.map(\.name)).map { "Did you mean \($0)?" }
          ?? "`groove help \(verb.name)` lists its flags.")
    }
    if values[name] != nil && !flag.isRepeatable {
      throw UsageError("\(name) is given twice")
    }
    var text = ""
    if parts.count == 2 {
      guard flag.takesValue else { throw UsageError("\(name) takes no value") }
      text = String(parts[1])
    } else if flag.takesValue {
      guard index < arguments.count else {
        throw UsageError("\(name) needs a value: \(name) \(flag.placeholder)")
      }
      text = arguments[index]
      index += 1
    }
    values[name, default: []].append(try flag.value(of: text))
  }

  private mutating func place(
    _ plain: [String], environment: (String) -> String?
  ) throws(UsageError) {
    var left = plain[...]
    for argument in verb.arguments {
      if argument.kind == .lake {
        if let lake = Self.lake(self, &left, environment) { words[argument.name] = [lake] }
      } else if argument.isRepeated {
        words[argument.name] = Array(left)
        left = []
      } else if let word = left.popFirst() {
        words[argument.name] = [word]
      }
      if (words[argument.name] ?? []).isEmpty && !argument.isOptional {
        let remedy = argument.kind == .lake ? "; name it, or set GROOVE_LAKE" : ""
        throw UsageError("\(argument.name) is missing\(remedy)", remedy: "Usage: \(verb.usage)")
      }
      if case .choice(let choices) = argument.kind, let word = words[argument.name]?.first,
        !choices.contains(word)
      {
        throw UsageError(
          "groove \(verb.name) takes \(choices.joined(separator: ", ")), not \"\(word)\"",
          meant: Spelling.nearest(to: word, in: choices))
      }
    }
    if let extra = left.first {
      throw UsageError("\"\(extra)\" is one word too many", remedy: "Usage: \(verb.usage)")
    }
  }

  /// The lake: `--lake`, else the first word, else `GROOVE_LAKE`. Where the variable names a lake
  /// and fewer words are there than could be placed, the first word is a lake only if it is a path.
  private static func lake(
    _ invocation: Invocation, _ left: inout ArraySlice<String>, _ environment: (String) -> String?
  ) -> String? {
    if let lake = invocation[Flags.lake] { return lake }
    guard let lake = environment("GROOVE_LAKE") else { return left.popFirst() }
    let others = invocation.verb.arguments.filter { $0.kind != .lake }
    let isSurplus = left.count > others.count && !others.contains(where: \.isRepeated)
    guard let first = left.first, isSurplus || looksLikeLake(first) else { return lake }
    left.removeFirst()
    return first
  }

  private static func looksLikeLake(_ word: String) -> Bool {
    word.contains("/") || word == "." || word == ".."
  }
}
