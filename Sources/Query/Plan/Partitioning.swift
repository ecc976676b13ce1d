import Columns

/// Whether a plan can be carried out a partition at a time: its rows are those of each partition,
/// one behind the other, since nothing in it looks at two partitions together.
///
/// It is so where each GROUP BY and each window has the partition among its keys, and tables that
/// are partitioned are joined by it. Then sets of distinct values are small, and nothing is merged.
enum Partitioning {
  /// The same rows in every partition: tables without partitions and what is made of them.
  case everywhere
  /// Of these columns each holds the partition's date, or a timestamp of that date.
  case byPartition(dates: Set<Int>, timestamps: Set<Int>)
  case neither

  init(_ plan: Plan, _ shared: [Plan]) { self = Self.analyzed(plan, shared) }

  private static func analyzed(_ plan: Plan, _ shared: [Plan]) -> Partitioning {
    let inputs = plan.inputs.map { analyzed($0, shared) }
    switch plan {
    case .scan(let scan): return Self.scan(scan)
    case .values, .frames: return .everywhere
    case .shared(let number, _): return analyzed(shared[number], shared)
    case .filter: return inputs[0]
    case .project(_, let expressions): return inputs[0].projected(expressions)
    case .join(let join): return inputs[0].joined(join, inputs[1])
    case .aggregate(let aggregation):
      let keys = inputs[0].projected(aggregation.keys)
      return keys.hasPartition ? keys : inputs[0].isEverywhere ? .everywhere : .neither
    case .distinct: return inputs[0].hasPartition || inputs[0].isEverywhere ? inputs[0] : .neither
    case .window(_, let calls):
      if inputs[0].isEverywhere { return .everywhere }
      let isWithin = calls.allSatisfy { inputs[0].projected($0.partitionBy).hasPartition }
      return isWithin ? inputs[0] : .neither
    case .sort, .slice: return inputs[0].isEverywhere ? .everywhere : .neither
    case .union: return inputs.allSatisfy(\.isEverywhere) ? .everywhere : .neither
    }
  }

  private static func scan(_ scan: Scan) -> Partitioning {
    guard let name = scan.table.partitionColumn, scan.table.segments.count > 0 else {
      return .everywhere
    }
    var dates: Set<Int> = []
    var timestamps: Set<Int> = []
    for (place, column) in scan.columns.enumerated() {
      let field = scan.table.schema[column]
      if field.name != name { continue }
      if field.type == .date { dates.insert(place) } else { timestamps.insert(place) }
    }
    return .byPartition(dates: dates, timestamps: timestamps)
  }

  var isEverywhere: Bool { if case .everywhere = self { true } else { false } }

  var hasPartition: Bool {
    if case .byPartition(let dates, _) = self { !dates.isEmpty } else { false }
  }

  private func projected(_ expressions: [Bound]) -> Partitioning {
    guard case .byPartition(let dates, let timestamps) = self else { return self }
    var newDates: Set<Int> = []
    var newTimestamps: Set<Int> = []
    for (place, expression) in expressions.enumerated() {
      switch expression {
      case .column(let column, _) where dates.contains(column): newDates.insert(place)
      case .column(let column, _) where timestamps.contains(column): newTimestamps.insert(place)
      case .call(let call) where call.function.name == "CAST" && call.type == .date:
        if case .column(let column, _) = call.arguments[0], timestamps.contains(column) {
          newDates.insert(place)
        }
      default: break
      }
    }
    return .byPartition(dates: newDates, timestamps: newTimestamps)
  }

  private func joined(_ join: JoinPlan, _ right: Partitioning) -> Partitioning {
    let width = join.left.types.count
    switch (self, right) {
    case (.everywhere, .everywhere): return .everywhere
    case (.byPartition, .everywhere): return self
    case (.everywhere, .byPartition(let dates, let timestamps)) where !join.isLeftOuter:
      return .byPartition(
        dates: Set(dates.map { $0 + width }), timestamps: Set(timestamps.map { $0 + width }))
    case (.byPartition(let dates, let timestamps), .byPartition(let others, let moreTimes)):
      let isByPartition = join.leftKeys.indices.contains { place in
        projected([join.leftKeys[place]]).hasPartition
          && right.projected([join.rightKeys[place]]).hasPartition
      }
      if !isByPartition { return .neither }
      // In an outer join the right side's columns may be NULL.
      if join.isLeftOuter { return self }
      return .byPartition(
        dates: dates.union(others.map { $0 + width }),
        timestamps: timestamps.union(moreTimes.map { $0 + width }))
    default: return .neither
    }
  }
}

extension Plan {
  /// Whether it does more than to pass rows on.
  func hasBreaker(_ shared: [Plan]) -> Bool {
    switch self {
    case .aggregate, .window, .distinct, .sort, .slice: true
    case .shared(let number, _): shared[number].hasBreaker(shared)
    default: inputs.contains { $0.hasBreaker(shared) }
    }
  }

  /// The tables that it reads itself, not by what is shared.
  var tables: [any TableSource] {
    if case .scan(let scan) = self { return [scan.table] }
    return inputs.flatMap(\.tables)
  }

  /// The partitions of the tables it reads, in the order in which they are met.
  func partitions(_ shared: [Plan]) -> [Value] {
    switch self {
    case .scan(let scan):
      guard scan.table.partitionColumn != nil else { return [] }
      return scan.table.segments.map { $0.partition ?? .null }
    case .shared(let number, _): return shared[number].partitions(shared)
    default: return inputs.flatMap { $0.partitions(shared) }
    }
  }
}
