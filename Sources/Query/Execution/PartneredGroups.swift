import Bytes
import Columns
import Kernels

/// The groups of some rows, where those that have a partner in a join may need fewer keys to be
/// told apart than the others: the genre of a play is that of its song, and only where there is no
/// such song the one that the play brought.
///
/// All rows are grouped as if they had a partner, and the few that have none once more, by all that
/// tells their groups apart. In the end the groups without a partner are left out of the first.
///
/// PERF: with this and `CellTally` a rebuild of 50 M plays of the pack `music` takes 0.97 of the
/// processor time, and one of 20 M of the pack `spotify` 0.94; there the second level of the cache
/// is missed 25 M times for two dates in place of 33 (medians of 24 pairs, Sapphire Rapids VM, and
/// a simulation of its cache, 2026-12-01).
struct PartneredGroups: Sendable {
  /// Where keys follow of a partner: the join, and the key that it is by.
  private struct Partnership: Sendable {
    let table: JoinTable
    let key: Int
    let bound: Bound

    /// The rows without a partner.
    func without(_ frame: Frame) throws(QueryError) -> [UInt32] {
      if let partners = table.partners(in: frame) { return partners.absent }
      return table.partners([try bound.column(frame)], rowCount: frame.rowCount).absent
    }
  }

  private let partnership: Partnership?
  private var groups: GroupState
  private var lone: GroupState
  /// The first rows of all groups, and of those without a partner.
  private var firstRows: [Int] = []
  private var loneFirstRows: [Int] = []
  private var rowCount = 0

  init(
    _ aggregation: Aggregation, _ following: FollowingKeys, _ joins: JoinMemory,
    _ options: QueryOptions
  ) {
    lone = GroupState(aggregation, following.always, options)
    // Rows without a partner must not fail together, where they are of different groups.
    let canOverflow = aggregation.aggregates.contains { $0.aggregate.canOverflow }
    if let own = following.ofPartner, !canOverflow, let table = joins.table(own.join) {
      partnership = Partnership(table: table, key: own.key, bound: aggregation.keys[own.key])
      groups = GroupState(aggregation, following.always.union(own.keys), options)
    } else {
      partnership = nil
      groups = lone
    }
  }

  var dividedByteCount: Int { groups.dividedByteCount + lone.dividedByteCount }

  mutating func add(_ frame: Frame) throws(QueryError) {
    let first = try groups.add(frame)
    guard let partnership else { return }
    let without = try partnership.without(frame)
    firstRows += first.map { rowCount + Int($0) }
    if !without.isEmpty {
      let own = try lone.add(frame.keeping(.rows(without)))
      loneFirstRows += own.map { rowCount + Int(without[Int($0)]) }
    }
    rowCount += frame.rowCount
  }

  /// Adds groups as if their rows came behind all that were added so far.
  mutating func merge(_ other: PartneredGroups) throws(QueryError) {
    let new = try groups.merge(other.groups)
    if partnership == nil { return }
    firstRows += new.map { rowCount + other.firstRows[Int($0)] }
    let newLone = try lone.merge(other.lone)
    loneFirstRows += newLone.map { rowCount + other.loneFirstRows[Int($0)] }
    rowCount += other.rowCount
  }

  /// The groups in the order of their first rows.
  mutating func finish(_ collector: StatisticsCollector) throws(QueryError) -> Frame {
    let all = try groups.finish(collector)
    guard let partnership, !loneFirstRows.isEmpty else { return try groups.wanted(all) }
    let key = try all.column(partnership.key)
    let partners = partnership.table.partners([key], rowCount: all.rowCount).rows
    var order: [UInt32] = []
    order.reserveCapacity(all.rowCount + loneFirstRows.count)
    var next = 0
    func takeLone(before row: Int) {
      while next < loneFirstRows.count && loneFirstRows[next] < row {
        order.append(UInt32(all.rowCount + next))
        next += 1
      }
    }
    for group in partners.indices where partners[group] != Column.absent {
      takeLone(before: firstRows[group])
      order.append(UInt32(group))
    }
    takeLone(before: .max)
    let frames = [all, try lone.finish(collector)]
    let joined = try Frame.joined(frames, types: try all.columns.map(\.type))
    return try groups.wanted(joined.keeping(.rows(order)))
  }
}
