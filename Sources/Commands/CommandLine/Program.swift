import Bytes
import Packs
import Query
import SQL

/// The program: words in, exit status out.
package enum Program {
  /// Runs the process's command line.
  package static func main() -> Never {
    Memory.keepFreed()
    Signals.ignoreBrokenPipes()
    let words = Array(CommandLine.arguments.dropFirst())
    Process.exit(run(words, Console.ofProcess()).rawValue)
  }

  /// Runs one command line. Errors are told here and nowhere else.
  package static func run(_ words: [String], _ console: Console) -> ExitStatus {
    do {
      let status = try perform(words, console)
      try console.flush()
      return status
    } catch {
      return tell(error, verb: words.first, console)
    }
  }

  private static func perform(_ words: [String], _ console: Console) throws -> ExitStatus {
    guard let first = words.first, first != "--help", first != "-h" else {
      try console.write(Help.overview(Verb.all))
      return .done
    }
    let verb = try Verb.named(first)
    let invocation = try Invocation(
      verb, Array(words.dropFirst()), environment: console.environment)
    if invocation.has(Flags.help) {
      try console.write(Help.text(of: verb))
      return .done
    }
    console.isQuiet = invocation.has(Flags.quiet)
    console.logsJSON = invocation[Flags.logFormat] == .json
    return try verb.run(invocation, console)
  }

  /// Tells what went wrong and returns the status that says whose fault it is.
  private static func tell(_ error: any Error, verb: String?, _ console: Console) -> ExitStatus {
    // Whoever read the output has seen enough.
    if let error = error as? SystemError, error.isBrokenPipe { return .done }
    do {
      try console.complain("groove: \(error)")
      return isAboutTheWords(error) ? .wrongUsage : .failed
    } catch {
      // There is nobody left to tell.
      return .failed
    }
  }
}

extension Program {
  /// Whether what was typed is at fault; a text of SQL is as much the user's as the flags.
  static func isAboutTheWords(_ error: any Error) -> Bool {
    switch error {
    case is UsageError, is SQLError, is PackError: true
    case let error as QueryError: error.position != nil
    default: false
    }
  }
}

extension Verb {
  /// All verbs, in the order of a first visit.
  package static let all: [Verb] = [
    .demo, .run, .plan, .rebuild, .query, .get, .describe, .generate, .convert, .export,
    .inspect, .verify, .log,
    .files, .compact,
    .pack, .help, .completions,
  ]

  /// The verb called `name`.
  static func named(_ name: String) throws(UsageError) -> Verb {
    if let verb = all.first(where: { $0.name == name }) { return verb }
    if name.hasPrefix("-") {
      throw UsageError(
        "the first word is a verb, not the flag \(name)", remedy: "See `groove help`.")
    }
    throw UsageError(
      "there is no verb \"\(name)\"",
      remedy: Spelling.nearest(to: name, in: all.map(\.name)).map { "Did you mean \($0)?" }
        ?? "`groove help` lists the verbs.")
  }
}
