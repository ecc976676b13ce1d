/// A thing `groove` can do.
package struct Verb: Sendable {
  package let name: String
  /// One line, as in the list of all verbs.
  package let summary: String
  package let arguments: [Argument]
  /// Its own flags; every verb also has `Flags.common`.
  package let ownFlags: [any FlagDefinition]
  /// Paragraphs that say what it does, on what, and what it leaves.
  package let details: String
  /// Command lines that work.
  package let examples: [String]
  package let run: @Sendable (Invocation, Console) throws -> ExitStatus

  package init(
    _ name: String, _ summary: String, arguments: [Argument] = [],
    flags: [any FlagDefinition] = [], details: String, examples: [String],
    run: @escaping @Sendable (Invocation, Console) throws -> ExitStatus
  ) {
    self.name = name
    self.summary = summary
    self.arguments = arguments
    self.ownFlags = flags
    self.details = details
    self.examples = examples
    self.run = run
  }

  package var flags: [any FlagDefinition] { ownFlags + Flags.common }

  /// `groove get LAKE TABLE KEY [SORTKEY] [flags]`.
  package var usage: String {
    (["groove", name] + arguments.map(\.usage)).joined(separator: " ") + " [flags]"
  }
}

/// A word that a verb takes by its place.
package struct Argument: Sendable {
  package enum Kind: Sendable, Equatable {
    /// The first word; `--lake` or `GROOVE_LAKE` may say it instead.
    case lake
    case path
    case text
    case choice([String])
  }

  package let name: String
  package let kind: Kind
  package let isOptional: Bool
  /// Takes all words that are left; only the last may.
  package let isRepeated: Bool

  package init(
    _ name: String, _ kind: Kind = .text, isOptional: Bool = false, isRepeated: Bool = false
  ) {
    self.name = name
    self.kind = kind
    self.isOptional = isOptional
    self.isRepeated = isRepeated
  }

  package static let lake = Argument("LAKE", .lake)

  var usage: String {
    let word = isRepeated ? name + "…" : name
    return isOptional ? "[\(word)]" : word
  }
}

/// How a command ended, for whoever started it.
package struct ExitStatus: Sendable, Hashable {
  package let rawValue: Int32

  package static let done = ExitStatus(rawValue: 0)
  /// Done, but something was refused or a check failed.
  package static let refused = ExitStatus(rawValue: 1)
  /// Nothing was done: the command line or the query is wrong.
  package static let wrongUsage = ExitStatus(rawValue: 2)
  /// The world failed; nothing half done remains.
  package static let failed = ExitStatus(rawValue: 3)
}
