import Bytes
import Commands

/// A console that keeps what it is given, and the result of a command line run on it.
struct Outcome {
  let status: ExitStatus
  let output: String
  let error: String

  /// Runs a command line as the program does.
  static func of(
    _ words: [String], environment: [String: String] = [:], outputWidth: Int? = nil,
    errorWidth: Int? = nil
  ) -> Outcome {
    let kept = Kept()
    let console = kept.console(
      environment: environment, outputWidth: outputWidth, errorWidth: errorWidth)
    let status = Program.run(words, console)
    return Outcome(
      status: status, output: String(decoding: kept.output, as: UTF8.self),
      error: String(decoding: kept.error, as: UTF8.self))
  }
}

final class Kept {
  var output: [UInt8] = []
  var error: [UInt8] = []

  func console(
    environment: [String: String] = [:], outputWidth: Int? = nil, errorWidth: Int? = nil
  ) -> Console {
    Console(
      outputWidth: outputWidth, errorWidth: errorWidth, environment: { environment[$0] },
      output: { bytes throws(SystemError) in self.output += bytes },
      error: { bytes throws(SystemError) in self.error += bytes })
  }
}
