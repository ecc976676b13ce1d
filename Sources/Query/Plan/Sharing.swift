import Columns
import SQL

/// Finds what stands in several plans, or several times in one, so that it is worked out once: the
/// view from which all KPI tables of a pack select, a WITH that is used twice.
struct Sharing {
  /// The plans with `shared` in the places of what they have in common.
  private(set) var plans: [Plan] = []
  private var shared: [Plan] = []
  private var numbers: [String: Int] = [:]
  private var uses: [String: Int] = [:]

  init(_ originals: [Plan]) {
    for plan in originals { count(plan) }
    plans = originals.map { replaced($0) }
  }

  mutating func takeShared() -> [Plan] { shared }

  /// Bare scans are not worth a place of their own.
  private static func isWorthwhile(_ plan: Plan) -> Bool {
    switch plan {
    case .scan, .values, .shared, .frames: false
    case .project(let input, _): isWorthwhile(input)
    default: true
    }
  }

  private mutating func count(_ plan: Plan) {
    let key = plan.identity
    uses[key, default: 0] += 1
    // What stands below something that is shared is counted once, with the first use.
    if uses[key] == 1 { for input in plan.inputs { count(input) } }
  }

  private mutating func replaced(_ plan: Plan) -> Plan {
    let key = plan.identity
    if let number = numbers[key] { return .shared(number, plan.types) }
    let below = plan.replacingInputs(plan.inputs.map { replaced($0) })
    guard uses[key] ?? 0 > 1, Self.isWorthwhile(plan) else { return below }
    numbers[key] = shared.count
    shared.append(below)
    return .shared(shared.count - 1, plan.types)
  }
}

extension Plan {
  /// What the plan says, as text: equal texts, equal rows.
  var identity: String {
    let own: String
    switch self {
    case .frames(_, _, let identity): return identity
    case .scan(let scan): own = "\(title) of \(scan.identity)"
    case .values(let rows, _): own = "values \(rows.map { $0.map(\.key) })"
    case .sort(_, let orders, let limit, let offset):
      own = "sort \(orders.map(\.key)) \(limit ?? -1) \(offset)"
    default: own = title
    }
    return "\(own)[\(inputs.map(\.identity).joined(separator: "; "))]"
  }
}
