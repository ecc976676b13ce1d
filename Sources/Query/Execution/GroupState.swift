import Bytes
import ColumnFile
import Columns
import Kernels

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

  /// Gives the rows that are the first of their groups.
  @discardableResult
  mutating func add(_ frame: Frame) throws(QueryError) -> [UInt32] {
    // Where there are no rows nothing can fail, not even a key of 1 // 0.
    if frame.rowCount == 0 { return [] }
    var columns: [Column] = []
    for place in telling {
      let value = try keys[place].evaluate(frame)
      let isShort = value.isConstant && frame.rowCount > 0
      columns.append(isShort ? value.column : value.spread(over: frame.rowCount))
    }
    if let rows = wantedRows(columns, of: frame.rowCount) {
      return try add(frame.keeping(Selection(rows, frame))).map { rows[Int($0)] }
    }
    let rows =
      aggregates.takesCounts
      ? groups.count(columns, rowCount: frame.rowCount)
      : groups.add(columns, rowCount: frame.rowCount)
    try takeFollowers(of: groups.firstRows, frame)
    guard let rows else { return groups.firstRows }
    var inputs: [AggregateInput] = []
    for call in calls { inputs.append(try input(of: call, rows, frame)) }
    do {
      try aggregates.update(rows, groupCount: groups.groupCount, inputs)
    } catch { throw QueryError(error) }
    return groups.firstRows
  }

  /// The keys of new groups that follow from the others, of their first rows.
  private mutating func takeFollowers(
    of rows: [UInt32], _ frame: Frame
  ) throws(QueryError) {
    if rows.isEmpty { return }
    let known = following.map { frame.known(keys[$0], at: rows) }
    let needed = following.indices.reduce(into: Set()) { needed, number in
      if known[number] == nil { needed.formUnion(keys[following[number]].columns) }
    }
    let first = try frame.keeping(Selection(rows, frame), needed: needed)
    for (number, place) in following.enumerated() {
      if let column = known[number] {
        followers[number].append(column)
      } else {
        followers[number].append(try keys[place].column(first))
      }
    }
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

  /// Gives the groups of `given` that there were none of here.
  @discardableResult
  mutating func merge(_ given: GroupState) throws(QueryError) -> [UInt32] {
    var other = given
    other.takeCounts()
    zonesTaken += other.zonesTaken
    let known = groups.groupCount
    let places = groups.merge(other.groups)
    let new = places.indices.filter { places[$0] >= known }.map { UInt32($0) }
    for number in following.indices where !new.isEmpty {
      followers[number].append(gather(other.follower(number), new))
    }
    do {
      try aggregates.merge(other.aggregates, groups: places, groupCount: groups.groupCount)
    } catch { throw QueryError(error) }
    return new
  }

  /// Adds the rows that were only counted.
  private mutating func takeCounts() {
    if aggregates.takesCounts { aggregates.add(groups.takeCounts()) }
  }

  /// The groups without those that nobody wants.
  func wanted(_ frame: Frame) throws(QueryError) -> Frame {
    var wanted: Bitmap?
    for place in unwantedNulls.sorted() {
      wanted = Bitmap.both(wanted, try frame.column(place).validity)
    }
    guard let wanted, wanted.setCount < frame.rowCount else { return frame }
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

  /// All groups, those that nobody wants too.
  mutating func finish(_ collector: StatisticsCollector) throws(QueryError) -> Frame {
    takeCounts()
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
    return Frame(columns, rowCount: count)
  }
}
