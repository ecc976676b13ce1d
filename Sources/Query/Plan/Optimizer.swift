import Columns

/// Makes plans cheaper without changing their answers.
enum Optimizer {
  static func optimized(_ plan: Plan) -> Work { optimized([plan]) }

  /// What the plans have in common is worked out once.
  static func optimized(_ plans: [Plan]) -> Work {
    var sharing = Sharing(plans.map { EagerCounts.pushed(UnwantedGroups.leftOut($0)) })
    var work = Work(plans: sharing.plans.map(Pushdown.pushed), shared: [])
    let shared = sharing.takeShared().map(Pushdown.pushed)
    var needs = ColumnNeeds(count: shared.count)
    work.plans = work.plans.map { OrderNeeds.marked(ColumnPruning.pruned($0, &needs)) }
    // A shared plan stands behind those it uses, so its own needs are known when they are pruned.
    var kept = shared
    for number in shared.indices.reversed() {
      kept[number] = ColumnPruning.pruned(shared[number], keepingPlaces: &needs, of: number)
    }
    work.shared = kept
    return work
  }
}

/// Plans that are carried out together, and the plans that several of them use; a shared plan uses
/// only shared plans before it.
struct Work: Sendable {
  var plans: [Plan]
  var shared: [Plan]
}

/// Moves conditions down to where their columns come from: below projections, into the sides of
/// joins, and to scans, where they decide which blocks are read.
enum Pushdown {
  static func pushed(_ plan: Plan) -> Plan {
    switch plan {
    case .filter(let input, let condition): filter(input, condition.conjuncts)
    case .scan, .values, .shared, .frames: plan
    case .project(let input, let expressions): .project(pushed(input), expressions)
    case .join(var join):
      {
        join.left = pushed(join.left)
        join.right = pushed(join.right)
        return .join(join)
      }()
    case .aggregate(var aggregation):
      {
        aggregation.input = pushed(aggregation.input)
        return .aggregate(aggregation)
      }()
    case .window(let input, let calls): .window(pushed(input), calls)
    case .distinct(let input): .distinct(pushed(input))
    case .sort(let input, let orders, let limit, let offset):
      .sort(pushed(input), orders, limit: limit, offset: offset)
    case .slice(let input, let limit, let offset):
      .slice(pushed(input), limit: limit, offset: offset)
    case .union(let inputs): .union(inputs.map(pushed))
    }
  }

  /// `conditions` over `input`.
  private static func filter(_ input: Plan, _ conditions: [Bound]) -> Plan {
    switch input {
    case .filter(let inner, let condition):
      return filter(inner, condition.conjuncts + conditions)
    case .project(let inner, let expressions):
      // A condition that would evaluate something that can fail twice stays above.
      let moved = conditions.filter { condition in
        condition.columns.allSatisfy { !expressions[$0].canFail }
      }
      if moved.count < conditions.count { break }
      let below = conditions.map { condition in
        condition.mappingColumns { place, _ in expressions[place] }
      }
      return .project(filter(inner, below), expressions)
    case .join(let join): return filter(join, conditions)
    case .scan(var scan):
      scan.conditions += conditions
      return wrapped(.scan(scan), conditions)
    case .union(let inputs): return .union(inputs.map { filter($0, conditions) })
    default: break
    }
    return wrapped(pushed(input), conditions)
  }

  private static func filter(_ join: JoinPlan, _ conditions: [Bound]) -> Plan {
    let width = join.left.types.count
    var result = join
    var ofLeft: [Bound] = []
    var ofRight: [Bound] = []
    var others: [Bound] = []
    for condition in conditions {
      let columns = condition.columns
      if !columns.isEmpty && columns.allSatisfy({ $0 < width }) {
        ofLeft.append(condition)
      } else if !join.isLeftOuter && !columns.isEmpty && columns.allSatisfy({ $0 >= width }) {
        ofRight.append(condition.shiftingColumns(by: -width))
      } else {
        others.append(condition)
      }
    }
    result.left = ofLeft.isEmpty ? pushed(join.left) : filter(join.left, ofLeft)
    result.right = ofRight.isEmpty ? pushed(join.right) : filter(join.right, ofRight)
    return wrapped(.join(result), others)
  }

  private static func wrapped(_ plan: Plan, _ conditions: [Bound]) -> Plan {
    Bound.all(conditions).map { .filter(plan, $0) } ?? plan
  }
}
