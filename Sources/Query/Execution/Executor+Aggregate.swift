import Bytes
import ColumnFile
import Columns
import Kernels

extension Executor {
  /// The groups of an aggregation, their keys and then their aggregates.
  func aggregate(_ aggregation: Aggregation) throws(QueryError) -> Stream {
    if let frame = memory?.groups(of: aggregation) { return Stream([frame]) }
    let stream = try stream(aggregation.input)
    if let frames = try groupsInMemory([aggregation], [stream]) { return Stream(frames) }
    let wanted = aggregation.wantedKeys.map { stream.filtered(by: $0) } ?? stream
    return try SpilledAggregation(self, aggregation).answer(wanted)
  }

  /// Works out the groups of a pass for whoever asks for them later; where they cannot all be held
  /// together, each of them is worked out alone.
  func carryOut(_ pass: SharedPass) throws(QueryError) {
    // Who times the operators wants to see each by itself.
    guard let memory, profile == nil else { return }
    var streams: [Stream] = []
    for aggregation in pass.aggregations { streams.append(try stream(aggregation.input)) }
    let frames = try groupsInMemory(pass.aggregations, streams) { piece in
      memory.forget(pass.own, piece)
    }
    guard let frames else { return }
    collector.add { $0.sharedPasses += 1 }
    for answer in pass.answers {
      let all = frames[answer.place]
      let own = Frame(slots: answer.columns.map { all.slots[$0] }, rowCount: all.rowCount)
      memory.keep(own, of: answer.aggregation)
    }
  }

  /// The groups of some aggregations, whose streams have the same pieces, where they can be held;
  /// all take a piece before the next one, and then `didTake` is called with it.
  ///
  /// PERF: a rebuild of 50 M plays took 0.65 s with one piece at a time, 0.72 with 8, whose columns
  /// are too much for the cache, and 0.70 with 16 (medians of 11, Zen 5 VM, 2026-11-30).
  private func groupsInMemory(
    _ aggregations: [Aggregation], _ streams: [Stream],
    didTake: @escaping @Sendable (Int) -> Void = { _ in }
  ) throws(QueryError) -> [Frame]? {
    let parts = streams[0].parts(options.threads)
    let dependence = Dependence(shared)
    let dependents = aggregations.map { dependence.dependents(of: $0) }
    let isFull = Flag()
    let states = try Parallel.map(count: parts.count, threads: options.threads) {
      (part) throws(QueryError) -> [GroupState]? in
      var states = zip(aggregations, dependents).map { GroupState($0, $1, options) }
      for piece in parts[part] {
        for (place, stream) in streams.enumerated() {
          if isFull.isSet { return nil }
          try states[place].add(try stream.read(piece))
          let held = states.reduce(0) { $0 + $1.dividedByteCount }
          if held > options.heldBytesPerThread { isFull.set() }
        }
        didTake(piece)
      }
      return states
    }
    if isFull.isSet { return nil }
    var frames: [Frame] = []
    for place in aggregations.indices {
      var total: GroupState?
      for case let states? in states {
        if total == nil { total = states[place] } else { try total?.merge(states[place]) }
      }
      guard let frame = try total?.finish(collector) else { return nil }
      frames.append(frame)
    }
    return frames
  }
}

extension Zone {
  /// What an aggregate needs to know of the column; nil where the zone does not say that.
  fileprivate func summary(ofRows rowCount: Int, for aggregate: Aggregate) -> ColumnSummary? {
    if nullCount < rowCount {
      switch aggregate.function {
      case .count: break
      case .sum, .average: if sum == nil { return nil }
      default: guard isExact, minimum != nil, maximum != nil else { return nil }
      }
    }
    return ColumnSummary(minimum: minimum, maximum: maximum, sum: sum, nullCount: nullCount)
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
  /// The places of the keys that are not NULL in a group that is wanted.
  private let unwantedNulls: Set<Int>
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
    unwantedNulls = aggregation.unwantedNulls
    groups = GroupTable(telling.map { aggregation.keys[$0].type }, options: options.groups)
    aggregates = AggregateSet(calls.map(\.aggregate), options: options.distinct)
  }

  /// About how much memory they take.
  var byteCount: Int { groups.byteCount + aggregates.byteCount }

  /// The same, where it becomes less if the rows are divided by their groups: without keys there is
  /// one group.
  var dividedByteCount: Int { keys.isEmpty ? 0 : byteCount }

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
    if let rows = wantedRows(columns, of: frame.rowCount) {
      return try add(frame.keeping(Selection(rows, frame)))
    }
    if aggregates.takesCounts, let counts = groups.count(columns, rowCount: frame.rowCount) {
      return aggregates.add(counts, groupCount: groups.groupCount)
    }
    let rows = groups.add(columns, rowCount: frame.rowCount)
    if !groups.firstRows.isEmpty && !following.isEmpty {
      let needed = following.reduce(into: Set()) { $0.formUnion(keys[$1].columns) }
      let first = try frame.keeping(Selection(groups.firstRows, frame), needed: needed)
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

  /// The rows of groups that are wanted, given the telling keys; nil where nearly all of them are:
  /// then a few rows more are grouped with less effort than all the others are copied.
  private func wantedRows(_ columns: [Column], of rowCount: Int) -> [UInt32]? {
    var wanted: Bitmap?
    for (place, column) in zip(telling, columns) where unwantedNulls.contains(place) {
      let validity = Operand(column: column, isConstant: column.count == 1 && rowCount > 1)
        .validity(rowCount: rowCount)
      wanted = Bitmap.both(wanted, validity)
    }
    guard let wanted, wanted.setCount < rowCount / 8 * 7 else { return nil }
    return (0..<UInt32(rowCount)).filter { wanted[Int($0)] }
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

  /// The groups without those that nobody wants.
  private func wanted(_ frame: Frame) throws(QueryError) -> Frame {
    var wanted: Bitmap?
    for place in unwantedNulls.sorted() {
      wanted = Bitmap.both(wanted, try frame.column(place).validity)
    }
    guard let wanted else { return frame }
    return frame.keeping(Selection((0..<UInt32(frame.rowCount)).filter { wanted[Int($0)] }, frame))
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
    let columns: [Column]
    do {
      let results = try aggregates.finish(groupCount: count)
      columns = keyColumns() + results
    } catch { throw QueryError(error) }
    return try wanted(Frame(columns, rowCount: count))
  }
}
