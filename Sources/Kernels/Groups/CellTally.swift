/// How many rows fell into each cell of a dense index, where nobody asks for the group of each row.
///
/// PERF: a count is one access to memory, where the group of a row and then its count are two (see
/// `PartneredGroups`).
struct CellTally: Sendable {
  /// Of a cell that a group has one more than its rows, so that a row of a new group is told by
  /// this number alone; else 0.
  private var cells: [UInt32] = []
  /// The cell of each group.
  private var places: [UInt32] = []

  init() {}

  /// Of no rows yet; `groups` are the groups by cell.
  init(_ groups: [UInt32], groupCount: Int) {
    cells = Array(repeating: 0, count: groups.count)
    places = Array(repeating: 0, count: groupCount)
    for cell in groups.indices where groups[cell] != GroupIndex.absent {
      places[Int(groups[cell])] = UInt32(cell)
      cells[cell] = 1
    }
  }

  var isEmpty: Bool { cells.isEmpty }

  /// Counts the rows of a batch. A row of a new group is appended to `newRows`, and its group gets
  /// the next number.
  mutating func add(_ rows: KeyRows, _ domains: [Domain], _ newRows: inout [UInt32]) {
    let (own, _) = cellsOf(rows, domains, as: UInt32.self)
    let first = newRows.count
    var counts = cells.mutableSpan
    for row in own.indices {
      let cell = Int(own[row])
      let count = counts[cell]
      counts[cell] = count &+ 1
      if count > 0 { continue }
      counts[cell] = 2
      newRows.append(UInt32(truncatingIfNeeded: row))
    }
    for row in newRows[first...] { places.append(own[Int(row)]) }
  }

  /// Adds the rows by group, and notes the group of each cell.
  func take(_ counts: inout RowCounts, _ groups: inout [UInt32]) {
    counts.add(places.map { cells[Int($0)] &- 1 })
    for group in places.indices { groups[Int(places[group])] = UInt32(truncatingIfNeeded: group) }
  }
}
