import Columns
import Kernels

extension Executor {
  /// The right side is read whole and found by its keys; the left side streams past it.
  func join(_ join: JoinPlan) throws(QueryError) -> Stream {
    let right: RightSide
    if Partitioning(join.right, shared).isEverywhere {
      right = try joins.side(join.number) { () throws(QueryError) in try rightSide(join) }
    } else {
      right = try rightSide(join)
    }
    let left = try stream(join.left)
    switch right {
    case .parts(let spills): return try SpilledJoin(self, join).answer(left, spills)
    case .table(let table):
      let leftKeys = join.leftKeys
      return left.joined(width: join.left.types.count) { (frame) throws(QueryError) in
        var probe: [Column] = []
        for key in leftKeys { probe.append(try key.column(frame)) }
        return table.joined(frame, probe)
      }
    }
  }

  private func rightSide(_ join: JoinPlan) throws(QueryError) -> RightSide {
    let stream = try stream(join.right)
    let collected = try collected(stream, for: WorkPerRow.join)
    guard let frames = collected.all else {
      return .parts(
        try SpilledJoin(self, join).setAside(stream.resumed(collected)))
    }
    let right = try Frame.joined(frames, types: join.right.types)
    var keys: [Column] = []
    for key in join.rightKeys { keys.append(try key.column(right)) }
    return .table(try JoinTable(keys, right, isLeftOuter: join.isLeftOuter))
  }
}

/// The right side of a join: in memory, or in parts on disk.
enum RightSide: Sendable {
  case table(JoinTable)
  case parts([RowSpill])
}

/// The right side of a join, found by its keys.
struct JoinTable: Sendable {
  private let join: HashJoin
  private let right: [BaseColumn]
  private let isLeftOuter: Bool
  private let byCode: RowsByCode

  init(_ keys: [Column], _ right: Frame, isLeftOuter: Bool) throws(QueryError) {
    let join = HashJoin(keys, rowCount: right.rowCount)
    self.join = join
    // Texts are given codes once, so that no row of the join spells one out.
    self.right = try right.columns.map { column in
      if case .texts = column.values { BaseColumn(column.interned()) } else { BaseColumn(column) }
    }
    self.isLeftOuter = isLeftOuter
    byCode = RowsByCode(join)
  }

  /// The rows of `left` with those of the right side that have equal keys.
  func joined(_ left: Frame, _ keys: [Column]) -> Frame {
    if join.isUnique { return joinedOnce(left, keys) }
    let (rows, partners) = join.probe(
      keys, rowCount: left.rowCount, keepsUnmatched: isLeftOuter)
    return joined(left.keeping(.rows(rows)), Partners(partners))
  }

  /// The rows of the right side with equal keys, of which no two are equal there.
  func partners(_ keys: [Column], rowCount: Int) -> Partners {
    Partners(byCode.match(keys, rowCount: rowCount))
  }

  /// The same of rows that have been joined, as far as a column of the right side still tells.
  func partners(in frame: Frame) -> Partners? {
    for slot in frame.slots {
      if let (base, partners) = slot.partners, right.contains(where: { $0 === base }) {
        return partners
      }
    }
    return nil
  }

  /// The columns of `left` and those of each row's partner, which are taken when somebody asks.
  private func joined(_ left: Frame, _ partners: Partners) -> Frame {
    let slots = right.map { Slot.deferred(DeferredColumn($0, partners)) }
    return Frame(slots: left.slots + slots, rowCount: partners.rows.count)
  }

  /// With at most one partner a row, the left side keeps its columns as they are.
  private func joinedOnce(_ left: Frame, _ keys: [Column]) -> Frame {
    let partners = partners(keys, rowCount: left.rowCount)
    if isLeftOuter || partners.absent.isEmpty {
      return joined(left, partners)
    }
    let all = partners.rows
    let rows = all.indices.filter { all[$0] != Column.absent }.map { UInt32($0) }
    return joined(left.keeping(.rows(rows)), Partners(gather(all, rows)))
  }
}
