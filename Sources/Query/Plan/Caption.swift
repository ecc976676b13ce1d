import Columns
import Kernels

// A plan as people read it: each operator with the names of the columns that it works on.

extension Plan {
  /// The names of its columns, as far as they have any; others are called by what they are.
  func columnNames(_ shared: [Plan]) -> [String] {
    switch self {
    case .scan(let scan): return scan.columns.map { scan.table.schema[$0].name }
    case .values(_, let types), .frames(_, let types, _):
      return types.indices.map { "column \($0 + 1)" }
    case .shared(let number, let types):
      guard shared.indices.contains(number) else {
        return types.indices.map { "column \($0 + 1)" }
      }
      return shared[number].columnNames(shared)
    case .filter(let input, _), .distinct(let input), .sort(let input, _, _, _),
      .slice(let input, _, _):
      return input.columnNames(shared)
    case .project(let input, let expressions):
      let names = input.columnNames(shared)
      return expressions.map { $0.text(in: names) }
    case .join(let join): return join.left.columnNames(shared) + join.right.columnNames(shared)
    case .aggregate(let aggregation):
      let names = aggregation.input.columnNames(shared)
      return aggregation.keys.map { $0.text(in: names) }
        + aggregation.aggregates.map { $0.text(in: names) }
    case .window(let input, let calls):
      let names = input.columnNames(shared)
      return names + calls.map { $0.text(in: names) }
    case .union(let inputs): return inputs[0].columnNames(shared)
    }
  }

  /// What the operator does.
  func caption(_ shared: [Plan]) -> String {
    let names = inputs.first?.columnNames(shared) ?? []
    func list(_ expressions: [Bound]) -> String {
      expressions.map { $0.text(in: names) }.joined(separator: ", ")
    }
    switch self {
    case .filter(_, let condition): return "filter \(condition.text(in: names))"
    case .project(_, let expressions): return "select \(list(expressions))"
    case .join(let join):
      let others = join.right.columnNames(shared)
      let right = join.rightKeys.map { $0.text(in: others) }.joined(separator: ", ")
      return "\(join.isLeftOuter ? "left join" : "join") on \(list(join.leftKeys)) = \(right)"
    case .aggregate(let aggregation):
      let calls = aggregation.aggregates.map { $0.text(in: names) }.joined(separator: ", ")
      let keys = aggregation.keys.isEmpty ? "aggregate" : "group by \(list(aggregation.keys))"
      let wanted = aggregation.wantedKeys.map { " where \($0.text(in: names))" } ?? ""
      return (calls.isEmpty ? keys : "\(keys): \(calls)") + wanted
    case .window(_, let calls):
      return "window \(calls.map { $0.text(in: names) }.joined(separator: ", "))"
    case .sort(_, let orders, let limit, let offset):
      let keys = orders.map { $0.text(in: names) }.joined(separator: ", ")
      return "sort by \(keys)" + Self.bounds(limit, offset)
    case .scan, .values, .distinct, .slice, .union, .shared, .frames: return title
    }
  }
}

extension Bound {
  /// With the columns by name; what has no name, by its place.
  fileprivate func text(in names: [String]) -> String {
    text { names.indices.contains($0) ? names[$0] : "#\($0)" }
  }
}

extension BoundOrder {
  fileprivate func text(in names: [String]) -> String {
    expression.text(in: names) + (direction.isDescending ? " DESC" : "")
      + (direction.nullsFirst ? " NULLS FIRST" : "")
  }
}

extension BoundWindow {
  fileprivate func text(in names: [String]) -> String {
    var parts: [String] = []
    if !partitionBy.isEmpty {
      parts.append("PARTITION BY " + partitionBy.map { $0.text(in: names) }.joined(separator: ", "))
    }
    if !orderBy.isEmpty {
      parts.append("ORDER BY " + orderBy.map { $0.text(in: names) }.joined(separator: ", "))
    }
    if case .aggregate = function, !frame.isWhole { parts.append(frame.text(in: names)) }
    let list = arguments.map { $0.text(in: names) }.joined(separator: ", ")
    return "\(function.text(list)) OVER (\(parts.joined(separator: " ")))"
  }
}

extension WindowFunction {
  fileprivate func text(_ list: String) -> String {
    switch self {
    case .rowNumber: "row_number()"
    case .rank: "rank()"
    case .denseRank: "dense_rank()"
    case .relativeRank: "percent_rank()"
    case .cumulativeShare: "cume_dist()"
    case .tiles(let count): "ntile(\(count))"
    case .shifted(let distance): "lead(\(list), \(distance))"
    case .atPlace(let place): place < 0 ? "last_value(\(list))" : "nth_value(\(list), \(place + 1))"
    case .aggregate(let aggregate): aggregate.text(list)
    }
  }
}

extension BoundFrame {
  fileprivate func text(in names: [String]) -> String {
    func text(_ edge: Edge) -> String {
      switch edge {
      case .partition: "UNBOUNDED"
      case .peers: "PEERS"
      case .rows(let distance): "ROW \(distance)"
      case .key(let target): target.text(in: names)
      }
    }
    return "FROM \(text(start)) TO \(text(end))"
  }
}

extension BoundAggregate {
  fileprivate func text(in names: [String]) -> String {
    let list = arguments.map { $0.text(in: names) }.joined(separator: ", ")
    return aggregate.text(list)
  }
}

extension Aggregate {
  fileprivate func text(_ arguments: String) -> String {
    "\(function.sqlName)(\(arguments)\(function.sqlRest)"
  }
}

extension AggregateFunction {
  /// The name, and what stands before the arguments.
  fileprivate var sqlName: String {
    switch self {
    case .countRows, .count: "count"
    case .countDistinct: "count distinct"
    case .sum: "sum"
    case .average: "avg"
    case .minimum: "min"
    case .maximum: "max"
    case .argMinimum: "arg_min"
    case .argMaximum: "arg_max"
    case .first: "any_value"
    case .and: "bool_and"
    case .or: "bool_or"
    case .approximateCountDistinct: "approx_count_distinct"
    case .deviation(let isSample, let isRoot):
      (isRoot ? "stddev" : "var") + (isSample ? "_samp" : "_pop")
    case .quantile(_, let isInterpolated): isInterpolated ? "quantile_cont" : "quantile_disc"
    case .joinTexts: "string_agg"
    }
  }

  /// What stands behind the arguments.
  fileprivate var sqlRest: String {
    switch self {
    case .countRows: "*)"
    case .quantile(let share, _): ", \(share))"
    default: ")"
    }
  }
}
