import Bytes

/// Two records beside each other, case by case.
struct Comparison {
  private struct Case {
    let name: String
    let median: Double
    let fastest: Double
    let slowest: Double
    let allocations: Int
  }

  private let old: [Case]
  private let new: [Case]

  init(_ old: String, _ new: String) throws {
    self.old = try Self.read(old)
    self.new = try Self.read(new)
  }

  /// A line for each case that both have: both medians, how many times faster the new one is, and
  /// a word where the two ranges do not touch, so that it is more than noise.
  func show() {
    var compared = 0
    for before in old {
      guard let after = new.last(where: { $0.name == before.name }) else { continue }
      compared += 1
      let ratio = before.median / max(1, after.median)
      let verdict =
        after.slowest < before.fastest ? "faster" : after.fastest > before.slowest ? "slower" : ""
      let parts = [
        Report.padded(before.name, 44),
        Report.padded(Record.Row.time(Int64(before.median)), 10, left: true),
        Report.padded(Record.Row.time(Int64(after.median)), 10, left: true),
        Report.padded("\((ratio * 100).rounded() / 100)×", 8, left: true),
        Report.padded("\(after.allocations - before.allocations) blocks", 14, left: true), verdict,
      ]
      Report.line(parts.joined(separator: " "))
    }
    Report.line("\(compared) cases in both, \(new.count - compared) only in the second")
  }

  /// The last row of each case of a record.
  private static func read(_ path: String) throws -> [Case] {
    let text = String(decoding: try File.contents(of: path), as: UTF8.self)
    let lines = text.split(separator: "\n")
    guard lines.first.map(String.init) == Record.columns else {
      throw BenchUsageError(message: "\(path) is no record of this version of bench")
    }
    var cases: [Case] = []
    for line in lines.dropFirst() {
      // The name of the case is the one field in quotes.
      let parts = line.split(separator: "\"", omittingEmptySubsequences: false)
      guard parts.count == 3, let suite = parts[0].split(separator: ",").last else { continue }
      let numbers = parts[2].dropFirst().split(separator: ",", omittingEmptySubsequences: false)
      guard numbers.count == 9, let median = Double(numbers[2]), let fastest = Double(numbers[3]),
        let slowest = Double(numbers[4]), let allocations = Int(numbers[7])
      else { throw BenchUsageError(message: "\(path) has a row that is none: \(line)") }
      let name = "\(suite)/\(parts[1])"
      cases.removeAll { $0.name == name }
      cases.append(
        Case(
          name: name, median: median, fastest: fastest, slowest: slowest,
          allocations: allocations))
    }
    return cases
  }
}
