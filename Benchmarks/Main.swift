import Bytes

/// `bench [SUITE…] [--filter TEXT] [--smoke] [--record] [--json] [--threads N]`: runs the suites
/// whose names begin with one of the words given, or all. `bench --compare A B` sets two records
/// beside each other.
@main
struct Bench {
  static func main() {
    Memory.keepFreed()
    let words = Array(CommandLine.arguments.dropFirst())
    do {
      let options = try BenchOptions(words)
      if let (old, new) = options.compared { return try Comparison(old, new).show() }
      let chosen = try options.choose(from: Suite.all)
      var record = Record(options: options)
      if !options.isJSON { record.printHead() }
      for suite in chosen {
        let bench = Measurement(suite: suite.name, options: options)
        try suite.run(bench)
        record.add(bench.rows)
      }
      if options.isJSON { record.printJSON() }
      if options.isRecorded { try record.append() }
    } catch {
      Report.error("bench: \(error)")
      Process.exit(error is BenchUsageError ? 2 : 1)
    }
  }
}
