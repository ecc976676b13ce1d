import Bytes

/// What was asked of `bench`.
struct BenchOptions {
  /// Tiny inputs and one repeat: shows that every suite runs and that its answers are right.
  private(set) var isSmoke = false
  /// Appends the results to `Benchmarks/Records`.
  private(set) var isRecorded = false
  /// Prints the results as JSON and nothing else.
  private(set) var isJSON = false
  /// Runs only the cases whose names hold this.
  private(set) var filter: String?
  /// Two records to compare, instead of measuring anything.
  private(set) var compared: (String, String)?
  private(set) var threads = Parallel.processors
  private(set) var prefixes: [String] = []

  init(_ words: [String]) throws(BenchUsageError) {
    var index = 0
    while index < words.count {
      switch words[index] {
      case "--smoke": isSmoke = true
      case "--record": isRecorded = true
      case "--json": isJSON = true
      case "--filter":
        index += 1
        guard index < words.count else {
          throw BenchUsageError(message: "--filter takes a part of the names of cases")
        }
        filter = words[index]
      case "--compare":
        index += 2
        guard index < words.count else {
          throw BenchUsageError(message: "--compare takes two records, CSV files")
        }
        compared = (words[index - 1], words[index])
      case "--threads":
        index += 1
        guard index < words.count, let count = Int(words[index]), count > 0 else {
          throw BenchUsageError(message: "--threads takes a positive number")
        }
        threads = count
      case let word where word.hasPrefix("-"):
        throw BenchUsageError(
          message: "no flag \(word); usage: \(Self.usage)")
      case let word: prefixes.append(word)
      }
      index += 1
    }
  }

  static let usage = """
    bench [SUITE…] [--filter TEXT] [--threads N] [--smoke] [--record] [--json]
           bench --compare RECORD RECORD
    """

  func isWanted(_ name: String) -> Bool { filter.map { name.contains($0) } ?? true }

  func choose(from suites: [Suite]) throws(BenchUsageError) -> [Suite] {
    for prefix in prefixes where !suites.contains(where: { $0.name.hasPrefix(prefix) }) {
      let names = suites.map(\.name).joined(separator: ", ")
      throw BenchUsageError(message: "no suite \(prefix); there are: \(names)")
    }
    return suites.filter { suite in
      prefixes.isEmpty || prefixes.contains { suite.name.hasPrefix($0) }
    }
  }
}

struct BenchUsageError: Error, CustomStringConvertible {
  let message: String

  var description: String { message }
}

/// A suite computed something other than the right answer.
struct WrongAnswer: Error, CustomStringConvertible {
  let description: String
}
