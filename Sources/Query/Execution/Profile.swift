import Bytes

/// How long each operator of a plan took and how many rows it gave, by the plan's identity. Times
/// are those of all threads together, and contain the operators below.
final class Profile: Sendable {
  private struct Entry {
    var nanoseconds: Int64 = 0
    var rows = 0
  }

  private let entries = Lock<[String: Entry]>([:])

  /// `threads` is how many work in `body` together.
  func timed<Result>(
    _ key: String, threads: Int = 1, _ body: () throws(QueryError) -> Result
  ) throws(QueryError) -> Result {
    let start = Clock.monotonicNanoseconds()
    let result = try body()
    let time = (Clock.monotonicNanoseconds() - start) * Int64(threads)
    entries.withLock { $0[key, default: Entry()].nanoseconds += time }
    return result
  }

  func count(_ key: String, rows: Int) {
    entries.withLock { $0[key, default: Entry()].rows += rows }
  }

  /// The rows an operator gave, the time it took itself, and its rate over the rows it was given.
  func account(of plan: Plan) -> String? {
    let (own, below) = entries.withLock { entries in
      (entries[plan.identity], plan.inputs.map { entries[$0.identity] ?? Entry() })
    }
    guard let own else { return nil }
    let time = max(0, own.nanoseconds - below.reduce(0) { $0 + $1.nanoseconds })
    let rows = below.isEmpty ? own.rows : below.reduce(0) { $0 + $1.rows }
    let seconds = Double(time) / 1e9
    let rate = Quantity.rate(Double(rows) / max(seconds, 1e-9), "rows/s a thread")
    return "\(own.rows) rows, \(Quantity.seconds(seconds)), \(rate)"
  }
}

/// Amounts as people read them.
enum Quantity {
  static func bytes(_ count: Int) -> String { rate(Double(count), "B") }

  static func seconds(_ seconds: Double) -> String {
    seconds < 1 ? rate(seconds * 1e3, "ms") : rate(seconds, "s")
  }

  /// Without a fraction where it is whole.
  private static func number(_ amount: Double) -> String {
    Int(exactly: amount).map { "\($0)" } ?? "\(amount)"
  }

  /// Three digits and the prefix of the unit.
  static func rate(_ amount: Double, _ unit: String) -> String {
    var scaled = amount
    for prefix in ["", "k", "M", "G"] {
      if scaled < 1000 || prefix == "G" {
        let digits = scaled < 10 ? 100.0 : scaled < 100 ? 10 : 1
        return "\(Self.number((scaled * digits).rounded() / digits)) \(prefix)\(unit)"
      }
      scaled /= 1000
    }
    return "\(amount) \(unit)"
  }
}
