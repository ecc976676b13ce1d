import Bytes
import Columns

/// From the keys of a row to the number of its group, in one of four forms (see `GroupTable`).
///
/// Invariant: it knows groups `0..<count` and nothing else.
struct GroupIndex: Sendable {
  enum Kind: Sendable { case dense, anchored, packed, wide }

  private(set) var kind = Kind.wide
  private var cells: [UInt32] = []
  private var tally = CellTally()
  private var chains = GroupChains()
  private var hashed = PackedIndex()
  private var general = WideIndex()

  static let absent = UInt32.max

  init() {}

  /// An index of the groups whose keys are `groups`, in the order of their numbers.
  init(_ kind: Kind, _ groups: KeyRows, _ domains: [Domain]) {
    self.kind = kind
    switch kind {
    case .dense:
      cells = Array(repeating: Self.absent, count: Int(Domain.cells(of: domains) ?? 0))
    case .anchored:
      chains = GroupChains(
        cellCount: Int(Domain.cells(of: domains.filter(\.isAnchor)) ?? 0),
        restCount: Domain.cells(of: domains.filter { !$0.isAnchor }) ?? .max)
    case .packed:
      hashed = PackedIndex(capacity: groups.rowCount)
    case .wide:
      general = WideIndex(wordsPerRow: WideIndex.wordsPerRow(groups.words))
    }
    var newRows: [UInt32] = []
    if groups.rowCount > 0 {
      chains.patience = .max
      _ = find(groups, domains, nextGroup: 0, &newRows)
      chains.patience = GroupChains.usualPatience
    }
    precondition(newRows.count == groups.rowCount, "groups differ in their keys")
  }

  /// The group of each row; a row of a new group is appended to `newRows`, and its group gets the
  /// next number. A single answer stands for all rows. An anchored index gives up, and is of no use
  /// any more, where too many groups share an anchor.
  mutating func find(
    _ rows: KeyRows, _ domains: [Domain], nextGroup: Int, _ newRows: inout [UInt32]
  ) -> [UInt32]? {
    switch kind {
    case .anchored:
      return chains.areRestsShort
        ? findAnchored(rows, domains, restsOf(rows, domains, as: UInt32.self), nextGroup, &newRows)
        : findAnchored(rows, domains, restsOf(rows, domains, as: UInt64.self), nextGroup, &newRows)
    case .dense:
      return findDense(rows, domains, UInt32(nextGroup), &newRows)
    case .packed:
      let (places, isConstant) = cellsOf(rows, domains, as: UInt64.self)
      return hashed.assign(places, isConstant ? 1 : rows.rowCount, UInt32(nextGroup), &newRows)
    case .wide:
      return general.assign(rows, UInt32(nextGroup), &newRows)
    }
  }

  private mutating func findAnchored<Rest: FixedWidthInteger & UnsignedInteger>(
    _ rows: KeyRows, _ domains: [Domain], _ rests: (rests: [Rest], isConstant: Bool),
    _ nextGroup: Int, _ newRows: inout [UInt32]
  ) -> [UInt32]? {
    let (places, isConstant) = cellsOf(rows, domains, as: UInt32.self)
    let count = isConstant && rests.isConstant ? 1 : rows.rowCount
    return chains.assign(
      isConstant ? Array(repeating: places[0], count: count) : places,
      rests.isConstant ? Array(repeating: rests.rests[0], count: count) : rests.rests,
      UInt32(nextGroup), &newRows)
  }

  /// The array index is the whole look-up. Most batches have no new groups: those that do are gone
  /// over once more.
  private mutating func findDense(
    _ rows: KeyRows, _ domains: [Domain], _ nextGroup: UInt32, _ newRows: inout [UInt32]
  ) -> [UInt32] {
    let (places, _) = cellsOf(rows, domains, as: UInt32.self)
    var ids = [UInt32](capacity: places.count) { ids in
      for row in places.indices { ids.append(cells[Int(places[row])]) }
    }
    if greatest(ids.span) != Self.absent { return ids }
    var next = nextGroup
    var open = ids.mutableSpan
    for row in places.indices where open[row] == Self.absent {
      let cell = Int(places[row])
      if cells[cell] == Self.absent {
        cells[cell] = next
        next += 1
        newRows.append(UInt32(row))
      }
      open[row] = cells[cell]
    }
    return ids
  }

  /// The cells of the dense form; other forms have none.
  var cellCount: Int { cells.count }

  /// Counts the rows of each group, for `takeCounts`; new ones as `find` does. Only the dense form
  /// can; until the counts are taken it knows no other answer.
  mutating func count(
    _ rows: KeyRows, _ domains: [Domain], nextGroup: Int, _ newRows: inout [UInt32]
  ) {
    precondition(kind == .dense, "only cells are counted")
    if tally.isEmpty { tally = CellTally(cells, groupCount: nextGroup) }
    tally.add(rows, domains, &newRows)
  }

  /// Adds the rows that were counted since the last time.
  mutating func takeCounts(_ counts: inout RowCounts) {
    tally.take(&counts, &cells)
    tally = CellTally()
  }

  func lookUp(_ rows: KeyRows, _ domains: [Domain]) -> [UInt32] {
    if kind == .wide { return general.find(rows) }
    var isOutside = [Bool](repeating: false, count: rows.rowCount)
    for place in domains.indices {
      markOutside(rows.words[place], rows.validity[place], domains[place], &isOutside)
    }
    let (places, isConstant) = cellsOf(rows, domains, as: UInt64.self)
    let (rests, isRestConstant) =
      kind == .anchored ? restsOf(rows, domains, as: UInt64.self) : ([0], true)
    var ids = [UInt32](repeating: Self.absent, count: rows.rowCount)
    for row in ids.indices where !isOutside[row] {
      let cell = places[isConstant ? 0 : row]
      switch kind {
      case .dense: ids[row] = cells[Int(cell)]
      case .anchored: ids[row] = chains.find(Int(cell), rests[isRestConstant ? 0 : row])
      case .packed, .wide: ids[row] = hashed.find(cell)
      }
    }
    return ids
  }
}

private func markOutside(
  _ words: KeyStore.Words, _ validity: Bitmap?, _ domain: Domain, _ isOutside: inout [Bool]
) {
  switch words {
  case .codes(let values, _): markOutside(values, validity, domain, &isOutside)
  case .dates(let values): markOutside(values, validity, domain, &isOutside)
  case .integers(let values): markOutside(values, validity, domain, &isOutside)
  case .wide: preconditionFailure("a cell has at most 64 bits")
  }
}

private func markOutside<T: FixedWidthInteger>(
  _ values: [T], _ validity: Bitmap?, _ domain: Domain, _ isOutside: inout [Bool]
) {
  let low = domain.low
  let size = domain.size ?? 0
  for row in values.indices {
    let isIn = UInt64(bitPattern: Int64(truncatingIfNeeded: values[row]) &- low) < size
    if !isIn && validity?[row] ?? true { isOutside[row] = true }
  }
}
