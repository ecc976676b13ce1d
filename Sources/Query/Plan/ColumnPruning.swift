import Columns

/// Leaves out the columns that nobody above asks for, down to the scans, so that only needed
/// columns are read.
enum ColumnPruning {
  static func pruned(_ plan: Plan, _ needs: inout ColumnNeeds) -> Plan {
    pruned(plan, keeping: Set(plan.types.indices), &needs).plan
  }

  /// A shared plan: its columns keep their places, and those that nobody needs are NULL.
  static func pruned(
    _ plan: Plan, keepingPlaces needs: inout ColumnNeeds, of number: Int
  ) -> Plan {
    let needed = needs.columns[number]
    let inner = pruned(plan, keeping: needed, &needs)
    let columns = plan.types.enumerated().map { place, type in
      needed.contains(place) ? inner.moved(.column(place, type)) : .constant(.null, type)
    }
    return .project(inner.plan, columns)
  }

  /// A plan with the needed columns, perhaps more, and the new place of each of them.
  private struct Result {
    let plan: Plan
    let places: [Int: Int]

    func moved(_ bound: Bound) -> Bound {
      bound.mappingColumns { .column(places[$0] ?? $0, $1) }
    }

    func moved(_ order: BoundOrder) -> BoundOrder {
      BoundOrder(expression: moved(order.expression), direction: order.direction)
    }
  }

  private static func identity(_ plan: Plan) -> Result {
    Result(
      plan: plan,
      places: Dictionary(uniqueKeysWithValues: plan.types.indices.map { ($0, $0) }))
  }

  private static func columns(_ expressions: some Sequence<Bound>) -> Set<Int> {
    expressions.reduce(into: []) { $0.formUnion($1.columns) }
  }

  private static func pruned(_ plan: Plan, keeping needed: Set<Int>, _ needs: inout ColumnNeeds)
    -> Result
  {
    switch plan {
    case .scan(let scan): return prunedScan(scan, needed)
    case .values, .frames: return identity(plan)
    case .shared(let number, _):
      needs.columns[number].formUnion(needed)
      return identity(plan)
    case .filter(let input, let condition):
      let inner = pruned(input, keeping: needed.union(condition.columns), &needs)
      return Result(plan: .filter(inner.plan, inner.moved(condition)), places: inner.places)
    case .project(let input, let expressions):
      let kept = needed.sorted()
      let inner = pruned(input, keeping: columns(kept.map { expressions[$0] }), &needs)
      return Result(
        plan: .project(inner.plan, kept.map { inner.moved(expressions[$0]) }),
        places: Dictionary(uniqueKeysWithValues: kept.enumerated().map { ($1, $0) }))
    case .join(let join): return prunedJoin(join, needed, &needs)
    case .aggregate(let aggregation): return prunedAggregation(aggregation, needed, &needs)
    case .window(let input, let calls): return prunedWindow(input, calls, needed, &needs)
    case .distinct(let input):
      // All columns decide which rows are distinct.
      let inner = pruned(input, keeping: Set(input.types.indices), &needs)
      return Result(plan: .distinct(inner.plan), places: inner.places)
    case .sort(let input, let orders, let limit, let offset):
      let used = columns(orders.map(\.expression))
      let inner = pruned(input, keeping: needed.union(used), &needs)
      let moved = orders.map { inner.moved($0) }
      return Result(
        plan: .sort(inner.plan, moved, limit: limit, offset: offset), places: inner.places)
    case .slice(let input, let limit, let offset):
      let inner = pruned(input, keeping: needed, &needs)
      return Result(
        plan: .slice(inner.plan, limit: limit, offset: offset), places: inner.places)
    case .union(let inputs):
      // The parts must keep the same columns in the same places.
      let kept = needed.sorted()
      var parts: [Plan] = []
      for input in inputs {
        let inner = pruned(input, keeping: needed, &needs)
        let types = input.types
        parts.append(.project(inner.plan, kept.map { inner.moved(.column($0, types[$0])) }))
      }
      return Result(
        plan: .union(parts),
        places: Dictionary(uniqueKeysWithValues: kept.enumerated().map { ($1, $0) }))
    }
  }

  private static func prunedScan(_ scan: Scan, _ needed: Set<Int>) -> Result {
    let kept = needed.union(columns(scan.conditions)).sorted()
    var result = scan
    result.columns = kept.map { scan.columns[$0] }
    let places = Dictionary(uniqueKeysWithValues: kept.enumerated().map { ($1, $0) })
    result.conditions = scan.conditions.map { condition in
      condition.mappingColumns { .column(places[$0] ?? $0, $1) }
    }
    return Result(plan: .scan(result), places: places)
  }

  private static func prunedJoin(_ join: JoinPlan, _ needed: Set<Int>, _ needs: inout ColumnNeeds)
    -> Result
  {
    let width = join.left.types.count
    let leftNeeded = needed.filter { $0 < width }.union(columns(join.leftKeys))
    let rightNeeded = Set(needed.filter { $0 >= width }.map { $0 - width })
    let left = pruned(join.left, keeping: leftNeeded, &needs)
    let right = pruned(join.right, keeping: rightNeeded.union(columns(join.rightKeys)), &needs)
    var result = join
    result.left = left.plan
    result.right = right.plan
    result.leftKeys = join.leftKeys.map { left.moved($0) }
    result.rightKeys = join.rightKeys.map { right.moved($0) }
    var places = left.places
    let newWidth = left.plan.types.count
    for (old, new) in right.places { places[old + width] = new + newWidth }
    return Result(plan: .join(result), places: places)
  }

  private static func prunedAggregation(
    _ aggregation: Aggregation, _ needed: Set<Int>, _ needs: inout ColumnNeeds
  ) -> Result {
    let keyCount = aggregation.keys.count
    var kept = aggregation
    kept.aggregates = []
    var places = Dictionary(uniqueKeysWithValues: (0..<keyCount).map { ($0, $0) })
    for (place, call) in aggregation.aggregates.enumerated() where needed.contains(keyCount + place)
    {
      places[keyCount + place] = keyCount + kept.aggregates.count
      kept.aggregates.append(call)
    }
    let inner = pruned(
      aggregation.input, keeping: columns(kept.keys + kept.aggregates.flatMap(\.arguments)),
      &needs)
    kept.input = inner.plan
    kept.keys = kept.keys.map { inner.moved($0) }
    kept.aggregates = kept.aggregates.map { call in
      BoundAggregate(
        aggregate: call.aggregate, arguments: call.arguments.map { inner.moved($0) })
    }
    return Result(plan: .aggregate(kept), places: places)
  }

  /// What nobody reads is not computed, nor is what could go wrong in it.
  private static func prunedWindow(
    _ input: Plan, _ calls: [BoundWindow], _ needed: Set<Int>, _ needs: inout ColumnNeeds
  ) -> Result {
    let width = input.types.count
    let kept = calls.indices.filter { needed.contains(width + $0) }
    let used = kept.flatMap { calls[$0].expressions }
    let inner = pruned(input, keeping: needed.filter { $0 < width }.union(columns(used)), &needs)
    if kept.isEmpty { return inner }
    var places = inner.places
    let newWidth = inner.plan.types.count
    for (offset, place) in kept.enumerated() { places[width + place] = newWidth + offset }
    let moved = kept.map { calls[$0].mapping { inner.moved($0) } }
    return Result(plan: .window(inner.plan, moved), places: places)
  }
}

/// The columns of shared plans that somebody needs.
struct ColumnNeeds {
  var columns: [Set<Int>]

  init(count: Int) { columns = Array(repeating: [], count: count) }
}
