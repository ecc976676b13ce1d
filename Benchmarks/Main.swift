import Bytes

/// `bench [SUITE…] [--smoke] [--record] [--threads N]`: runs the suites whose names begin with one
/// of the words given, or all.
@main
struct Bench {
  static func main() {
    Memory.keepFreed()
    let words = Array(CommandLine.arguments.dropFirst())
    do {
      let options = try BenchOptions(words)
      let chosen = try options.choose(from: Suite.all)
      var record = Record(options: options)
      record.printHead()
      for suite in chosen {
        let bench = Measurement(suite: suite.name, options: options)
        try suite.run(bench)
        record.add(bench.rows)
      }
      if options.isRecorded { try record.append() }
    } catch {
      Report.error("bench: \(error)")
      Process.exit(error is BenchUsageError ? 2 : 1)
    }
  }
}
