package import Columns

/// The rows of one side of an equality join, found by their keys. A key with a NULL in it matches
/// nothing.
package struct HashJoin: Sendable {
  private var table: GroupTable
  /// The rows of group `g` are `rows[starts[g] ..< starts[g + 1]]`, in their order.
  private let starts: [UInt32]
  private let rows: [UInt32]
  /// Whether no key has two rows.
  package let isUnique: Bool

  package init(_ keys: [Column], rowCount: Int) {
    table = GroupTable(keys.map(\.type))
    let groups = table.add(keys, rowCount: rowCount).ids
    var starts = [UInt32](repeating: 0, count: table.groupCount + 1)
    let nullable = keys.filter { $0.validity != nil }
    let isJoined =
      nullable.isEmpty
      ? Array(repeating: true, count: rowCount)
      : (0..<rowCount).map { row in !nullable.contains { $0.isNull(row) } }
    for row in 0..<rowCount where isJoined[row] { starts[Int(groups[row]) + 1] += 1 }
    isUnique = !starts.contains { $0 > 1 }
    for group in 0..<table.groupCount { starts[group + 1] += starts[group] }
    var rows = [UInt32](repeating: 0, count: Int(starts.last ?? 0))
    var next = starts
    for row in 0..<rowCount where isJoined[row] {
      let group = Int(groups[row])
      rows[Int(next[group])] = UInt32(row)
      next[group] += 1
    }
    self.starts = starts
    self.rows = rows
    table.prepareLookUp()
  }

  /// The pairs of rows whose keys are equal, by the probing row and then by the built one. With
  /// `keepsUnmatched` (a left join) a probing row without a match has the partner `UInt32.max`,
  /// which `gather` takes as NULL.
  package func probe(_ keys: [Column], rowCount: Int, keepsUnmatched: Bool)
    -> (probed: [UInt32], built: [UInt32])
  {
    let groups = table.lookUp(keys, rowCount: rowCount)
    var probed: [UInt32] = []
    var built: [UInt32] = []
    probed.reserveCapacity(rowCount)
    built.reserveCapacity(rowCount)
    for row in 0..<rowCount {
      let group = Int(groups[row])
      let isFound = groups[row] != .max && starts[group] < starts[group + 1]
      if isFound {
        for place in starts[group]..<starts[group + 1] {
          probed.append(UInt32(row))
          built.append(rows[Int(place)])
        }
      } else if keepsUnmatched {
        probed.append(UInt32(row))
        built.append(.max)
      }
    }
    return (probed, built)
  }

  /// For keys that have at most one row: that row by probing row, or `UInt32.max`. The probing side
  /// keeps its rows, so nothing but the joined columns has to be gathered.
  package func match(_ keys: [Column], rowCount: Int) -> [UInt32] {
    precondition(isUnique, "a match is a single row")
    return table.lookUp(keys, rowCount: rowCount).map { group in
      if group == .max || starts[Int(group)] == starts[Int(group) + 1] { return .max }
      return rows[Int(starts[Int(group)])]
    }
  }
}
