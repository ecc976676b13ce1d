/// Aggregations of what several plans share that can be worked out in one pass over its rows, so
/// that all of them take a piece while it is in the cache, and nobody has to keep it.
struct SharedPass: Sendable {
  /// What is worked out: the same groups once, with the aggregates that anybody wants of them.
  private(set) var aggregations: [Aggregation] = []
  private(set) var answers: [Answer] = []
  /// The shared plans between the rows and the aggregations that nobody else reads.
  private(set) var own: Set<Int> = []

  /// What somebody asks for: some columns of one of the aggregations.
  struct Answer: Sendable {
    let aggregation: Aggregation
    let place: Int
    let columns: [Int]
  }

  /// PERF: the tables `genre_metrics` and `top_5_genres` group alike. With them grouped once a
  /// rebuild of 50 M plays takes 2.6 s of a processor, and 2.8 without (Zen 4 VM, 2026-11-27).
  fileprivate mutating func add(_ aggregation: Aggregation) {
    let groups = aggregation.groupsIdentity
    var place = aggregations.count
    if let known = aggregations.firstIndex(where: { $0.groupsIdentity == groups }) {
      place = known
    } else {
      aggregations.append(aggregation)
    }
    let keys = aggregations[place].keys.map(\.key)
    var calls = aggregations[place].aggregates.map(\.key)
    for call in aggregation.aggregates where !calls.contains(call.key) {
      aggregations[place].aggregates.append(call)
      calls.append(call.key)
    }
    aggregations[place].keepsOrder = aggregations[place].keepsOrder || aggregation.keepsOrder
    let columns = (aggregation.keys.map(\.key) + aggregation.aggregates.map(\.key)).compactMap {
      (keys + calls).firstIndex(of: $0)
    }
    answers.append(Answer(aggregation: aggregation, place: place, columns: columns))
  }

  /// The passes that some plans allow, none of them for an aggregation that is alone.
  static func all(of plans: [Plan], _ shared: [Plan]) -> [SharedPass] {
    var search = Search(shared: shared)
    for plan in plans { search.visit(plan) }
    return search.passes.sorted { $0.key < $1.key }.map { $0.value }.compactMap { pass in
      if pass.answers.count < 2 { return nil }
      var pass = pass
      pass.own.subtract(search.readElsewhere)
      return pass
    }
  }

  private struct Search {
    let shared: [Plan]
    /// By the plan that the rows come from.
    var passes: [Int: SharedPass] = [:]
    var readElsewhere: Set<Int> = []
    private var visited: Set<Int> = []
    private var known: Set<String> = []

    init(shared: [Plan]) { self.shared = shared }

    mutating func visit(_ plan: Plan) {
      if let aggregation = plan.asAggregation {
        let path = path(aggregation.input)
        if let first = path.last {
          if !known.insert(aggregation.identity).inserted { return }
          passes[first, default: SharedPass()].add(aggregation)
          passes[first]?.own.formUnion(path)
          for input in shared[first].inputs { visit(input) }
          return
        }
      }
      if case .shared(let number, _) = plan {
        readElsewhere.insert(number)
        if visited.insert(number).inserted { visit(shared[number]) }
      }
      for input in plan.inputs { visit(input) }
    }

    /// The shared plans that rows go through, the one that they come from last, where they go
    /// through filters and projections only.
    private func path(_ plan: Plan) -> [Int] {
      switch plan {
      case .filter(let input, _), .project(let input, _): return path(input)
      case .shared(let number, _) where !shared[number].hasBreaker(shared):
        return [number] + path(shared[number])
      default: return []
      }
    }
  }
}

extension Plan {
  /// The groups that it gives, if that is what it does.
  var asAggregation: Aggregation? {
    switch self {
    case .aggregate(let aggregation): return aggregation
    case .distinct(let input):
      let keys = input.types.enumerated().map { Bound.column($0.offset, $0.element) }
      return Aggregation(input: input, keys: keys, aggregates: [])
    default: return nil
    }
  }
}

extension Aggregation {
  /// What it says, as text: equal texts, equal groups.
  var identity: String { Plan.aggregate(self).identity }

  /// What tells its groups from those of others, whatever is worked out of them.
  fileprivate var groupsIdentity: [String] {
    [input.identity] + Set(unwantedNulls.map { keys[$0].key }).sorted() + [""]
      + Set(keys.map(\.key)).sorted()
  }

  /// The condition that none of the keys is NULL that must not be; nil where all may be.
  var wantedKeys: Bound? {
    Bound.all(unwantedNulls.sorted().map { .isNull(keys[$0], isNegated: true) })
  }
}
