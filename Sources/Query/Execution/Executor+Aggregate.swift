import Bytes
import ColumnFile
import Columns
import Kernels

extension Executor {
  /// The groups of an aggregation, their keys and then their aggregates.
  func aggregate(_ aggregation: Aggregation) throws(QueryError) -> Stream {
    let stream = try stream(aggregation.input)
    if let frame = try groupsInMemory(aggregation, stream) { return Stream([frame]) }
    return try SpilledAggregation(self, aggregation).answer(stream)
  }

  /// The groups, where they can be held.
  private func groupsInMemory(
    _ aggregation: Aggregation, _ stream: Stream
  ) throws(QueryError) -> Frame? {
    let parts = stream.parts(options.threads)
    let dependents = Dependence(shared).dependents(of: aggregation)
    let isFull = Flag()
    // Without keys there is one group, which cannot be parted.
    let limit = aggregation.keys.isEmpty ? Int.max : options.heldBytesPerThread
    let states = try Parallel.map(count: parts.count, threads: options.threads) {
      (part) throws(QueryError) -> GroupState? in
      var state = GroupState(aggregation, dependents, options)
      for piece in parts[part] {
        if isFull.isSet { return nil }
        try state.add(try stream.read(piece))
        if state.byteCount > limit { isFull.set() }
      }
      return state
    }
    if isFull.isSet { return nil }
    var total: GroupState?
    for case let state? in states {
      if total == nil { total = state } else { try total?.merge(state) }
    }
    return try total?.finish(collector)
  }
}

extension Zone {
  /// What an aggregate needs to know of the column; nil where the zone does not say that.
  fileprivate func summary(ofRows rowCount: Int, for aggregate: Aggregate) -> ColumnSummary? {
    let hasValues = nullCount < rowCount
    if aggregate.function != .count && hasValues {
      guard isExact, minimum != nil, maximum != nil else { return nil }
    }
    return ColumnSummary(minimum: minimum, maximum: maximum, nullCount: nullCount)
  }
}

/// The groups of some rows with the states of their aggregates.
struct GroupState: Sendable {
  private let keys: [Bound]
  private let calls: [BoundAggregate]
  /// The places of the keys that tell groups apart; the others follow from these, and only the
  /// values of the first row of each group are read.
  private let telling: [Int]
  private let following: [Int]
  private var groups: GroupTable
  private var followers: [[Column]]
  private var aggregates: AggregateSet
  private var zonesTaken = 0

  init(_ aggregation: Aggregation, _ dependents: Set<Int> = [], _ options: QueryOptions) {
    keys = aggregation.keys
    calls = aggregation.aggregates
    telling = keys.indices.filter { !dependents.contains($0) }
    following = keys.indices.filter { dependents.contains($0) }
    followers = following.map { _ in [] }
    groups = GroupTable(telling.map { aggregation.keys[$0].type }, options: options.groups)
    aggregates = AggregateSet(calls.map(\.aggregate), options: options.distinct)
  }

  /// About how much memory they take.
  var byteCount: Int { groups.byteCount + aggregates.byteCount }

  var groupCount: Int { groups.groupCount }

  mutating func add(_ frame: Frame) throws(QueryError) {
    // Where there are no rows nothing can fail, not even a key of 1 // 0.
    if frame.rowCount == 0 { return }
    var columns: [Column] = []
    for place in telling {
      let value = try keys[place].evaluate(frame)
      let isShort = value.isConstant && frame.rowCount > 0
      columns.append(isShort ? value.column : value.spread(over: frame.rowCount))
    }
    let rows = groups.add(columns, rowCount: frame.rowCount)
    if !groups.firstRows.isEmpty && !following.isEmpty {
      let first = frame.keeping(Selection(groups.firstRows, frame))
      for (number, place) in following.enumerated() {
        followers[number].append(try keys[place].column(first))
      }
    }
    var inputs: [AggregateInput] = []
    for call in calls { inputs.append(try input(of: call, rows, frame)) }
    do {
      try aggregates.update(rows, groupCount: groups.groupCount, inputs)
    } catch { throw QueryError(error) }
  }

  /// The arguments of an aggregate; where the zone of a block says enough of them, only that.
  private mutating func input(
    of call: BoundAggregate, _ rows: RowGroups, _ frame: Frame
  ) throws(QueryError) -> AggregateInput {
    if case .one = rows, call.aggregate.takesSummary,
      case .column(let place, _)? = call.arguments.first,
      let summary = frame.slots[place].zone?.summary(ofRows: frame.rowCount, for: call.aggregate)
    {
      zonesTaken += 1
      return .summary(summary)
    }
    var columns: [Column] = []
    for argument in call.arguments { columns.append(try argument.column(frame)) }
    return .columns(columns)
  }

  mutating func merge(_ other: GroupState) throws(QueryError) {
    zonesTaken += other.zonesTaken
    let known = groups.groupCount
    let places = groups.merge(other.groups)
    if !following.isEmpty {
      let new = places.indices.filter { places[$0] >= known }.map { UInt32($0) }
      for number in following.indices where !new.isEmpty {
        followers[number].append(gather(other.follower(number), new))
      }
    }
    do {
      try aggregates.merge(other.aggregates, groups: places, groupCount: groups.groupCount)
    } catch { throw QueryError(error) }
  }

  private func follower(_ number: Int) -> Column {
    concatenate(followers[number], type: keys[following[number]].type)
  }

  /// All keys by group, in their order.
  private func keyColumns() -> [Column] {
    var columns = groups.keyColumns().makeIterator()
    return keys.indices.map { place in
      if let number = following.firstIndex(of: place) { return follower(number) }
      guard let column = columns.next() else { preconditionFailure("each key has its values") }
      return column
    }
  }

  mutating func finish(_ collector: StatisticsCollector) throws(QueryError) -> Frame {
    // Without keys there is one group, even of no rows.
    let count = keys.isEmpty ? 1 : groups.groupCount
    let grouping = groups.statistics
    let distinct = aggregates.distinctStatistics
    let (zones, followingCount) = (zonesTaken, following.count)
    collector.add { statistics in
      statistics.zonesTaken += zones
      statistics.followingKeys += followingCount
      statistics.denseGroupBatches += grouping.denseBatches
      statistics.packedGroupBatches += grouping.packedBatches
      statistics.wideGroupBatches += grouping.wideBatches
      statistics.distinctBitsetBatches += distinct.bitsetBatches
      statistics.distinctPendingBatches += distinct.pendingBatches
      statistics.distinctPairBatches += distinct.pairBatches
      statistics.distinctHashedBatches += distinct.hashedBatches
      statistics.spilledDistinctRows += distinct.spilledRows
    }
    do {
      let results = try aggregates.finish(groupCount: count)
      return Frame(keyColumns() + results, rowCount: count)
    } catch { throw QueryError(error) }
  }
}
