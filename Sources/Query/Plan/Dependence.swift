import Columns

/// The keys of a GROUP BY that nobody needs to look at to tell groups apart, since they follow from
/// another: of a song's title and artist only the first row of each group is read.
struct FollowingKeys: Sendable {
  /// The places of the keys that follow in every row.
  var always: Set<Int> = []
  /// Those that follow besides in rows with a partner in a join.
  var ofPartner: OfPartner?

  struct OfPartner: Sendable {
    let join: Int
    /// The place of the key that the join compares, from which they follow.
    let key: Int
    let keys: Set<Int>
  }
}

/// Which keys follow from another: what is computed of the columns of a table that is joined by its
/// unique key, where that key is grouped by.
struct Dependence {
  private let shared: [Plan]

  init(_ shared: [Plan]) { self.shared = shared }

  func following(_ aggregation: Aggregation) -> FollowingKeys {
    let sources = aggregation.keys.map { self.sources(of: $0, in: aggregation.input) }
    var keys: [Int: Int] = [:]
    for (place, own) in sources.enumerated() {
      for case .key(let join) in own where keys[join] == nil { keys[join] = place }
    }
    var result = FollowingKeys()
    for (place, own) in sources.enumerated() {
      for case .other(let join) in own where keys[join] != nil { result.always.insert(place) }
    }
    for (join, key) in keys.sorted(by: { $0.key < $1.key }) {
      var places: Set<Int> = []
      for (place, own) in sources.enumerated() where !result.always.contains(place) {
        for case .ofPartner(join) in own { places.insert(place) }
      }
      if places.count > result.ofPartner?.keys.count ?? 0 {
        result.ofPartner = FollowingKeys.OfPartner(join: join, key: key, keys: places)
      }
    }
    return result
  }

  /// What an expression is to a join that it passes, by the number of the join.
  private enum Source {
    /// What the right side's unique key is compared with.
    case key(Int)
    /// What is computed of columns of the right side.
    case other(Int)
    /// What follows from the right side where a row has a partner in it.
    case ofPartner(Int)
  }

  private func sources(of bound: Bound, in plan: Plan) -> [Source] {
    switch plan {
    case .filter(let input, _), .sort(let input, _, _, _), .slice(let input, _, _):
      return sources(of: bound, in: input)
    case .shared(let number, _) where shared.indices.contains(number):
      return sources(of: bound, in: shared[number])
    case .project(let input, let expressions):
      return sources(of: bound.mappingColumns { place, _ in expressions[place] }, in: input)
    case .join(let join): return sources(of: bound, through: join)
    default: return []
    }
  }

  private func sources(of bound: Bound, through join: JoinPlan) -> [Source] {
    let width = join.left.types.count
    var result: [Source] = []
    if isByUniqueKey(join) && !bound.canFail {
      if bound.isOnly(of: width...) {
        result.append(.other(join.number))
      } else if bound.withPartner(in: join).isOnly(of: width...) {
        result.append(.ofPartner(join.number))
      }
    }
    if bound.columns.allSatisfy({ $0 < width }) { result += sources(of: bound, in: join.left) }
    if case .column(let place, _) = bound, join.leftKeys.count == 1,
      case .column(place, _) = join.leftKeys[0]
    {
      result.append(.key(join.number))
    }
    return result
  }

  private func isByUniqueKey(_ join: JoinPlan) -> Bool {
    guard join.rightKeys.count == 1, case .column(let place, _) = join.rightKeys[0],
      case .scan(let scan) = join.right
    else { return false }
    return scan.table.key == [scan.table.schema[scan.columns[place]].name]
  }
}

extension Bound {
  /// Whether it is computed of such columns, of one at least.
  func isOnly(of places: PartialRangeFrom<Int>) -> Bool {
    let columns = columns
    return !columns.isEmpty && columns.allSatisfy { places.contains($0) }
  }

  /// What it comes to in the rows of a join that have a partner: the keys of the partner are not
  /// NULL.
  fileprivate func withPartner(in join: JoinPlan) -> Bound {
    let width = join.left.types.count
    switch self {
    case .isNull(.column(let place, _), let isNegated):
      let isKey = join.rightKeys.contains {
        if case .column(place - width, _) = $0 { true } else { false }
      }
      return isKey ? .constant(.boolean(isNegated), .boolean) : self
    case .conditional(let branches, let otherwise, let type, let union):
      var kept: [Branch] = []
      for branch in branches {
        let condition = branch.condition.withPartner(in: join)
        let result = branch.result.withPartner(in: join)
        switch condition.constantValue {
        case .boolean(true):
          return .conditional(kept, otherwise: result, type, union)
        case .boolean(false), .null: continue
        default: kept.append(Branch(condition: condition, result: result))
        }
      }
      return .conditional(kept, otherwise: otherwise.withPartner(in: join), type, union)
    default: return replacingOperands(operands.map { $0.withPartner(in: join) })
    }
  }
}
