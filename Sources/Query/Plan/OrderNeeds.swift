import Columns
import Kernels

/// Finds aggregations and joins whose rows may come in any order, since what stands above them
/// gives the same rows for all of them. What went to disk then need not be sorted back.
///
/// That is so below an aggregate of everything that does not depend on the order of its rows, and
/// below a sort by all keys of the groups, which leaves no ties.
enum OrderNeeds {
  static func marked(_ plan: Plan) -> Plan { marked(plan, isFree: false) }

  /// `isFree` says that nobody sees the order of the rows.
  private static func marked(_ plan: Plan, isFree: Bool) -> Plan {
    switch plan {
    case .scan, .values, .shared, .frames: return plan
    case .project, .filter, .union: return each(plan, isFree: isFree)
    case .aggregate(var aggregation):
      aggregation.keepsOrder = !isFree
      let takesAny = aggregation.aggregates.allSatisfy { $0.aggregate.takesAnyOrder }
      let seesOrder = !(isFree || aggregation.keys.isEmpty) || !takesAny
      aggregation.input = marked(aggregation.input, isFree: !seesOrder)
      return .aggregate(aggregation)
    case .distinct(let input):
      let inner = marked(input, isFree: isFree)
      if !isFree { return .distinct(inner) }
      let keys = input.types.enumerated().map { Bound.column($0.offset, $0.element) }
      return .aggregate(
        Aggregation(input: inner, keys: keys, aggregates: [], keepsOrder: false))
    case .sort(let input, let orders, let limit, let offset):
      let places = orders.compactMap { order -> Int? in
        if case .column(let place, _) = order.expression { place } else { nil }
      }
      let isTotal = keys(of: input).map { $0.isSubset(of: places) } ?? false
      return .sort(
        marked(input, isFree: isTotal), orders, limit: limit, offset: offset)
    case .join(var join):
      join.keepsOrder = !isFree
      return each(.join(join), isFree: isFree)
    case .window, .slice: return each(plan, isFree: false)
    }
  }

  private static func each(_ plan: Plan, isFree: Bool) -> Plan {
    plan.replacingInputs(plan.inputs.map { marked($0, isFree: isFree) })
  }

  /// Columns in which any two rows differ, where they are known.
  private static func keys(of plan: Plan) -> Set<Int>? {
    switch plan {
    case .aggregate(let aggregation): return Set(aggregation.keys.indices)
    case .distinct(let input): return Set(input.types.indices)
    case .filter(let input, _), .sort(let input, _, _, _), .slice(let input, _, _):
      return keys(of: input)
    case .project(let input, let expressions):
      guard let inner = keys(of: input) else { return nil }
      var result: Set<Int> = []
      for key in inner {
        let place = expressions.firstIndex {
          if case .column(key, _) = $0 { true } else { false }
        }
        guard let place else { return nil }
        result.insert(place)
      }
      return result
    case .scan, .values, .join, .window, .union, .shared, .frames: return nil
    }
  }
}

extension Aggregate {
  /// Whether its result is the same for its rows in any order.
  fileprivate var takesAnyOrder: Bool {
    switch function {
    case .countRows, .count, .countDistinct, .and, .or: true
    // Of equal doubles and intervals, which may look different, the first one counts.
    case .sum, .average, .minimum, .maximum:
      switch argumentTypes.first {
      case .double, .interval, nil: false
      default: true
      }
    case .argMinimum, .argMaximum, .first, .approximateCountDistinct, .deviation, .quantile,
      .joinTexts:
      false
    }
  }
}
