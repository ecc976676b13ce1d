import Bytes

/// A line on the terminal that says how far a command is, how fast, and how long it will take.
final class ProgressLine {
  /// Between two showings.
  private static let pauseNanoseconds: Int64 = 100_000_000

  private let console: Console
  private let unit: String
  private let total: Int?
  private let start = Clock.monotonicNanoseconds()
  private var last: Int64 = 0

  /// - Parameter total: how much there is to do, where it is known.
  init(_ console: Console, unit: String, total: Int?) {
    self.console = console
    self.unit = unit
    self.total = total
  }

  /// Shows the state, unless it was shown a moment ago.
  func show(_ what: String, done: Int) throws(SystemError) {
    let now = Clock.monotonicNanoseconds()
    guard now - last >= Self.pauseNanoseconds else { return }
    last = now
    try console.showProgress(Self.text(what, done, of: total, unit, nanoseconds: now - start))
  }

  /// `writing plays  42 %  12.3 Mrows/s  0:07 left`.
  static func text(
    _ what: String, _ done: Int, of total: Int?, _ unit: String, nanoseconds: Int64
  ) -> String {
    let seconds = max(1e-9, Double(nanoseconds) / 1e9)
    let rate = Double(done) / seconds
    var parts = [what]
    if let total, total > 0 { parts.append("\(min(100, done * 100 / total)) %") }
    parts.append(Numerals.short(rate, "\(unit)/s"))
    if let total, done > 0, total > done {
      let left = Int((Double(total - done) / rate).rounded(.up))
      let rest = left % 60
      parts.append("\(left / 60):\(rest < 10 ? "0" : "")\(rest) left")
    }
    return parts.joined(separator: "  ")
  }
}
