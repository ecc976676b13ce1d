import Columns

/// Which keys of a GROUP BY follow from another key, so that nobody needs to look at them to tell
/// groups apart: the columns of a table that is joined by its unique key, where that key is grouped
/// by. Of a song's title and artist only the first row of each group is read.
struct Dependence {
  private let shared: [Plan]

  init(_ shared: [Plan]) { self.shared = shared }

  /// The places of the keys that follow from others.
  func dependents(of aggregation: Aggregation) -> Set<Int> {
    let sources = aggregation.keys.map { self.sources(of: $0, in: aggregation.input) }
    let determined = sources.reduce(into: Set<Int>()) { result, own in
      for case .key(let join) in own { result.insert(join) }
    }
    var dependents: Set<Int> = []
    for (place, own) in sources.enumerated() {
      for case .other(let join) in own where determined.contains(join) { dependents.insert(place) }
    }
    return dependents
  }

  /// What a column is to a join that it passes, by the number of the join.
  private enum Source {
    /// What the right side's unique key is compared with.
    case key(Int)
    /// A column of the right side.
    case other(Int)
  }

  private func sources(of bound: Bound, in plan: Plan) -> [Source] {
    guard case .column(let place, _) = bound else { return [] }
    switch plan {
    case .filter(let input, _), .sort(let input, _, _, _), .slice(let input, _, _):
      return sources(of: bound, in: input)
    case .shared(let number, _) where shared.indices.contains(number):
      return sources(of: bound, in: shared[number])
    case .project(let input, let expressions): return sources(of: expressions[place], in: input)
    case .join(let join): return sources(of: place, through: join)
    default: return []
    }
  }

  private func sources(of place: Int, through join: JoinPlan) -> [Source] {
    let left = join.left.types
    if place >= left.count { return isByUniqueKey(join) ? [.other(join.number)] : [] }
    let deeper = sources(of: .column(place, left[place]), in: join.left)
    guard join.leftKeys.count == 1, case .column(place, _) = join.leftKeys[0] else { return deeper }
    return deeper + [.key(join.number)]
  }

  private func isByUniqueKey(_ join: JoinPlan) -> Bool {
    guard join.rightKeys.count == 1, case .column(let place, _) = join.rightKeys[0],
      case .scan(let scan) = join.right
    else { return false }
    return scan.table.key == [scan.table.schema[scan.columns[place]].name]
  }
}
