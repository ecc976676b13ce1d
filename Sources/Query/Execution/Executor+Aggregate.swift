import Bytes
import Columns
import Kernels

extension Executor {
  /// The groups of an aggregation, their keys and then their aggregates.
  func aggregate(_ aggregation: Aggregation) throws(QueryError) -> [Frame] {
    let stream = try stream(aggregation.input)
    let parts = stream.parts(options.threads)
    let states = try Parallel.map(count: parts.count, threads: options.threads) {
      (part) throws(QueryError) in
      var state = GroupState(aggregation, options)
      for piece in parts[part] { try state.add(try stream.read(piece)) }
      return state
    }
    var total = states[0]
    for state in states.dropFirst() { try total.merge(state) }
    return [try total.finish(collector)]
  }
}

/// The groups of some rows with the states of their aggregates.
struct GroupState: Sendable {
  private let keys: [Bound]
  private let calls: [BoundAggregate]
  private var groups: GroupTable
  private var aggregates: AggregateSet

  init(_ aggregation: Aggregation, _ options: QueryOptions) {
    keys = aggregation.keys
    calls = aggregation.aggregates
    groups = GroupTable(keys.map(\.type), options: options.groups)
    aggregates = AggregateSet(calls.map(\.aggregate), options: options.distinct)
  }

  mutating func add(_ frame: Frame) throws(QueryError) {
    var columns: [Column] = []
    for key in keys { columns.append(try key.column(frame)) }
    var arguments: [[Column]] = []
    for call in calls {
      var own: [Column] = []
      for argument in call.arguments { own.append(try argument.column(frame)) }
      arguments.append(own)
    }
    let rows = groups.add(columns, rowCount: frame.rowCount)
    do {
      try aggregates.update(rows, groupCount: groups.groupCount, arguments)
    } catch { throw QueryError(error) }
  }

  mutating func merge(_ other: GroupState) throws(QueryError) {
    let places = groups.merge(other.groups)
    do {
      try aggregates.merge(other.aggregates, groups: places, groupCount: groups.groupCount)
    } catch { throw QueryError(error) }
  }

  mutating func finish(_ collector: StatisticsCollector) throws(QueryError) -> Frame {
    // Without keys there is one group, even of no rows.
    let count = keys.isEmpty ? 1 : groups.groupCount
    let grouping = groups.statistics
    let distinct = aggregates.distinctStatistics
    collector.add { statistics in
      statistics.denseGroupBatches += grouping.denseBatches
      statistics.packedGroupBatches += grouping.packedBatches
      statistics.wideGroupBatches += grouping.wideBatches
      statistics.distinctBitsetBatches += distinct.bitsetBatches
      statistics.distinctPendingBatches += distinct.pendingBatches
      statistics.distinctHashedBatches += distinct.hashedBatches
    }
    do {
      let results = try aggregates.finish(groupCount: count)
      return Frame(groups.keyColumns() + results, rowCount: count)
    } catch { throw QueryError(error) }
  }
}
