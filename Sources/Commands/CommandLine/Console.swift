package import Bytes
import Columns

/// Where a command writes and what it knows of its surroundings: the only door of `Commands` to
/// the streams, the environment and the terminal.
package final class Console {
  /// Takes bytes; a stream of the process, or a buffer in a test.
  package typealias Sink = ([UInt8]) throws(SystemError) -> Void

  package var isQuiet = false
  /// Whether what is said goes out as JSON, a line each, for a program that gathers logs.
  package var logsJSON = false
  /// The columns of the terminal on standard output; nil where a file or a program reads it.
  package let outputWidth: Int?
  /// The columns of the terminal on standard error; nil where nobody watches.
  package let errorWidth: Int?
  package let environment: (String) -> String?
  private let output: Sink
  private let error: Sink
  /// Bytes of a progress line that stands on the terminal and must go before anything else.
  private var standingWidth = 0
  private var buffer: [UInt8] = []

  package init(
    outputWidth: Int? = nil, errorWidth: Int? = nil, environment: @escaping (String) -> String?,
    output: @escaping Sink, error: @escaping Sink
  ) {
    self.outputWidth = outputWidth
    self.errorWidth = errorWidth
    self.environment = environment
    self.output = output
    self.error = error
  }

  /// The console of the process.
  package static func ofProcess() -> Console {
    func width(_ stream: StandardStream) -> Int? {
      stream.isTerminal && Environment.value(of: "TERM") != "dumb"
        ? stream.terminalWidth ?? 80 : nil
    }
    return Console(
      outputWidth: width(.output), errorWidth: width(.error),
      environment: { Environment.value(of: $0) },
      output: { bytes throws(SystemError) in try StandardStream.output.write(bytes.span) },
      error: { bytes throws(SystemError) in try StandardStream.error.write(bytes.span) })
  }

  /// Writes data, in pieces of a good size; `flush` writes what is left.
  package func write(_ bytes: [UInt8]) throws(SystemError) {
    buffer += bytes
    if buffer.count >= 1 << 16 { try flush() }
  }

  package func write(_ text: String) throws(SystemError) { try write(Array(text.utf8)) }

  /// Writes the machine-readable report of a verb.
  package func report(_ report: JSON) throws(SystemError) { try write(report.pretty + "\n") }

  package func flush() throws(SystemError) {
    if buffer.isEmpty { return }
    let bytes = buffer
    buffer.removeAll(keepingCapacity: true)
    try clearProgress()
    try output(bytes)
  }

  /// Tells the person something that is no data, unless `--quiet`.
  package func say(_ text: String) throws(SystemError) {
    if !isQuiet { try tell(text, level: "info") }
  }

  /// Tells the person what went wrong.
  package func complain(_ text: String) throws(SystemError) { try tell(text, level: "error") }

  private func tell(_ text: String, level: String) throws(SystemError) {
    try flush()
    try clearProgress()
    guard logsJSON else { return try error(Array("\(text)\n".utf8)) }
    let line = JSON.members([
      "time": .text(Calendar.text(timestamp: Clock.now())), "level": .text(level),
      "message": .text(text),
    ])
    try error(Array("\(line)\n".utf8))
  }

  /// Shows `text` as the line of progress, in place of the one before; only on a terminal.
  package func showProgress(_ text: String) throws(SystemError) {
    guard !isQuiet, let width = errorWidth else { return }
    let line = TextWidth.cut(text, to: max(1, width - 1))
    standingWidth = TextWidth.of(line)
    try error(Array("\r\(line)\u{1B}[K".utf8))
  }

  package func clearProgress() throws(SystemError) {
    if standingWidth == 0 { return }
    standingWidth = 0
    try error(Array("\r\u{1B}[K".utf8))
  }
}
