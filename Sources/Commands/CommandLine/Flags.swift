import Bytes

/// The flags that more than one verb has.
package enum Flags {
  package static let threads = Flag.count(
    "--threads", "how many threads to use (default: one a processor)", in: 1...1024)
  package static let memory = Flag.size(
    "--memory", "how much memory to use (default: 1G or a quarter of the machine, the smaller)",
    atLeast: 16 << 20)
  package static let json = Flag.on("--json", "a machine-readable report on standard output")
  package static let quiet = Flag.on("--quiet", "nothing on standard error but errors")
  package static let help = Flag.on("--help", "this text")

  /// What every verb takes.
  package static let common: [any FlagDefinition] = [threads, memory, json, quiet, help]

  package static let lake = Flag.text("--lake", "LAKE", "the lake (default: $GROOVE_LAKE)")

  package static let settle = Flag<Int>.time(
    "--settle", "leave files written less than that ago for a later run (default: 0s)",
    atLeast: 0)

  package enum LogFormat: String, CaseIterable, Sendable { case text, json }
  package static let logFormat = Flag<LogFormat>.choice(
    "--log-format", "FORMAT", "how to say what is done: text (default), or JSON lines")

  package static let maxReject = Flag.part(
    "--max-reject", "PART", "refuse a file that loses more than this of its rows (default: 10%)")

  package static let format = Flag<OutputFormat>.choice(
    "--format", "FORMAT", "how to write rows (default: table on a terminal, else csv)")
}
