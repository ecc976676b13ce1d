/// Which group each row of a batch belongs to.
package enum RowGroups: Sendable {
  /// All rows are of one group: a scan that is clustered, or one that does not group at all.
  case one(UInt32, rows: Int)
  case each([UInt32])

  package var rowCount: Int {
    switch self {
    case .one(_, let rows): rows
    case .each(let ids): ids.count
    }
  }

  /// How many rows each group has; nothing where most have only a few.
  func counts(groupCount: Int) -> [UInt32] {
    guard case .each(let ids) = self, groupCount * 32 <= ids.count else { return [] }
    var counts = [UInt32](repeating: 0, count: groupCount)
    countEach(ids, &counts)
    return counts
  }

  /// The groups of some of the rows.
  func slice(_ rows: Range<Int>) -> RowGroups {
    switch self {
    case .one(let group, _): .one(group, rows: rows.count)
    case .each(let ids): .each(Array(ids[rows]))
    }
  }

  /// The group of every row, spelled out.
  package var ids: [UInt32] {
    switch self {
    case .one(let group, let rows): Array(repeating: group, count: rows)
    case .each(let ids): ids
    }
  }
}
