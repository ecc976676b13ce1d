import Columns

/// The keys of a batch as integers, column by column.
struct KeyRows {
  let words: [KeyStore.Words]
  let validity: [Bitmap?]
  /// For a key that is the same in all rows and not NULL, its value.
  let constants: [Int64?]
  let rowCount: Int

  init(_ words: [KeyStore.Words], _ validity: [Bitmap?], rowCount: Int) {
    self.words = words
    self.validity = validity
    constants = zip(words, validity).map { $1 == nil ? $0.constant : nil }
    self.rowCount = rowCount
  }
}

/// From the keys of a row to the number of its group, in one of four forms (see `GroupTable`).
///
/// Invariant: it knows groups `0..<count` and nothing else.
struct GroupIndex: Sendable {
  enum Kind: Sendable { case dense, anchored, packed, wide }

  private(set) var kind = Kind.wide
  private var cells: [UInt32] = []
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

  private mutating func findDense(
    _ rows: KeyRows, _ domains: [Domain], _ nextGroup: UInt32, _ newRows: inout [UInt32]
  ) -> [UInt32] {
    let varying = domains.indices.filter { rows.constants[$0] == nil }
    if let last = varying.last, rows.validity[last] == nil {
      // The last key is looked up in the same pass that adds its share of the cell.
      let others: [UInt32] =
        varying.count == 1 ? [] : cellsOf(rows, domains, varying.dropLast())
      let start = UInt32(truncatingIfNeeded: constantCell(rows, domains))
      switch rows.words[last] {
      case .codes(let values, _):
        return assign(values, domains[last], start, others, &cells, nextGroup, &newRows)
      case .dates(let values):
        return assign(values, domains[last], start, others, &cells, nextGroup, &newRows)
      case .integers(let values):
        return assign(values, domains[last], start, others, &cells, nextGroup, &newRows)
      case .wide: preconditionFailure("a cell has at most 64 bits")
      }
    }
    let (places, isConstant) = cellsOf(rows, domains, as: UInt32.self)
    return assign(places, isConstant ? 1 : rows.rowCount, &cells, nextGroup, &newRows)
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

/// What the keys that are the same in all rows add to the cell, or to the rest, of each.
private func constantCell(_ rows: KeyRows, _ domains: [Domain], ofAnchors: Bool = true) -> UInt64 {
  var cell: UInt64 = 0
  for place in domains.indices where domains[place].isAnchor == ofAnchors {
    guard let value = rows.constants[place] else { continue }
    let domain = domains[place]
    cell = cell &+ (UInt64(bitPattern: value &- domain.low) &+ 1) &* domain.stride
  }
  return cell
}

/// The cells of the rows, or one cell that all rows share.
private func cellsOf<Cell: FixedWidthInteger & UnsignedInteger>(
  _ rows: KeyRows, _ domains: [Domain], as type: Cell.Type
) -> (cells: [Cell], isConstant: Bool) {
  let start = Cell(truncatingIfNeeded: constantCell(rows, domains))
  let varying = domains.indices.filter { rows.constants[$0] == nil && domains[$0].isAnchor }
  if varying.isEmpty { return ([start], rows.rowCount > 1) }
  return (cellsOf(rows, domains, varying[...], from: start), false)
}

/// The keys that are not anchors as one number a row, or one number for all.
///
/// PERF: in 32 bits, where they fit, a rebuild of 50 M plays takes 2 % less (medians of 15 in turn,
/// Zen 5 VM, 2026-11-30).
private func restsOf<Rest: FixedWidthInteger & UnsignedInteger>(
  _ rows: KeyRows, _ domains: [Domain], as type: Rest.Type
) -> (rests: [Rest], isConstant: Bool) {
  let start = Rest(truncatingIfNeeded: constantCell(rows, domains, ofAnchors: false))
  let varying = domains.indices.filter { rows.constants[$0] == nil && !domains[$0].isAnchor }
  if varying.isEmpty { return ([start], rows.rowCount > 1) }
  return (cellsOf(rows, domains, varying[...], from: start), false)
}

/// The sums of what some keys add to the cells, or to the rests, of the rows.
private func cellsOf<Cell: FixedWidthInteger>(
  _ rows: KeyRows, _ domains: [Domain], _ places: ArraySlice<Int>, from start: Cell = 0
) -> [Cell] {
  var cells: [Cell] = []
  for place in places {
    let validity = rows.validity[place]
    let domain = domains[place]
    switch rows.words[place] {
    case .codes(let values, _): add(values, validity, domain, to: &cells, from: start)
    case .dates(let values): add(values, validity, domain, to: &cells, from: start)
    case .integers(let values): add(values, validity, domain, to: &cells, from: start)
    case .wide: preconditionFailure("a cell has at most 64 bits")
    }
  }
  return cells
}

/// Adds what a key adds to the cells; those of NULL keys stay as they are.
///
/// PERF: the first key makes the array, so that none is filled only to be added to; most steps are
/// of one cell, and the multiplication of many at a time is slow. Nulls are few, and take back what
/// was added: to ask for each row of a key with one NULL in a thousand took 7 % of a rebuild
/// (samples, Zen 5 VM, 2026-11-30).
private func add<T: FixedWidthInteger, Cell: FixedWidthInteger>(
  _ values: [T], _ validity: Bitmap?, _ domain: Domain, to cells: inout [Cell], from start: Cell
) {
  let stride = Cell(truncatingIfNeeded: domain.stride)
  let offset = Cell(truncatingIfNeeded: 1 &- domain.low)
  if cells.isEmpty {
    let first = start &+ offset &* stride
    cells = [Cell](capacity: values.count) { output in
      if stride == 1 {
        for row in values.indices { output.append(Cell(truncatingIfNeeded: values[row]) &+ first) }
      } else {
        for row in values.indices {
          output.append(Cell(truncatingIfNeeded: values[row]) &* stride &+ first)
        }
      }
    }
  } else if stride == 1 {
    precondition(values.count == cells.count, "one key a row")
    for row in cells.indices { cells[row] &+= Cell(truncatingIfNeeded: values[row]) &+ offset }
  } else {
    precondition(values.count == cells.count, "one key a row")
    for row in cells.indices {
      cells[row] &+= (Cell(truncatingIfNeeded: values[row]) &+ offset) &* stride
    }
  }
  guard let validity else { return }
  for word in validity.words.indices {
    var nulls = ~validity.words[word]
    while nulls != 0 {
      let row = word &* 64 &+ nulls.trailingZeroBitCount
      if row >= cells.count { break }
      cells[row] &-= (Cell(truncatingIfNeeded: values[row]) &+ offset) &* stride
      nulls &= nulls &- 1
    }
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

/// The dense form: the array index is the whole look-up.
private func assign(
  _ places: [UInt32], _ count: Int, _ cells: inout [UInt32], _ nextGroup: UInt32,
  _ newRows: inout [UInt32]
) -> [UInt32] {
  var next = nextGroup
  return [UInt32](capacity: count) { ids in
    for row in 0..<count { ids.append(assign(Int(places[row]), row, &cells, &next, &newRows)) }
  }
}

/// As above, where the cell of a row is `start`, plus what its other keys add, plus the share of
/// `values`.
private func assign<T: FixedWidthInteger>(
  _ values: [T], _ domain: Domain, _ start: UInt32, _ others: [UInt32], _ cells: inout [UInt32],
  _ nextGroup: UInt32, _ newRows: inout [UInt32]
) -> [UInt32] {
  let stride = UInt32(truncatingIfNeeded: domain.stride)
  let offset = start &- UInt32(truncatingIfNeeded: domain.low &- 1) &* stride
  var next = nextGroup
  return [UInt32](capacity: values.count) { ids in
    if others.isEmpty {
      for row in values.indices {
        let cell = UInt32(truncatingIfNeeded: values[row]) &* stride &+ offset
        ids.append(assign(Int(cell), row, &cells, &next, &newRows))
      }
    } else {
      precondition(others.count == values.count, "one cell a row")
      for row in values.indices {
        let cell = UInt32(truncatingIfNeeded: values[row]) &* stride &+ offset &+ others[row]
        ids.append(assign(Int(cell), row, &cells, &next, &newRows))
      }
    }
  }
}

@inline(__always)
private func assign(
  _ cell: Int, _ row: Int, _ cells: inout [UInt32], _ next: inout UInt32, _ newRows: inout [UInt32]
) -> UInt32 {
  let group = cells[cell]
  if group != .max { return group }
  cells[cell] = next
  next += 1
  newRows.append(UInt32(row))
  return next - 1
}

extension KeyStore.Words {
  /// The value of all rows, if they have one. Most columns are found out by their second row.
  var constant: Int64? {
    switch self {
    case .codes(let values, _): constantOf(values)
    case .dates(let values): constantOf(values)
    case .integers(let values): constantOf(values)
    case .wide: nil
    }
  }
}

private func constantOf<T: FixedWidthInteger>(_ values: [T]) -> Int64? {
  guard let first = values.first else { return nil }
  for row in 0..<min(values.count, 64) where values[row] != first { return nil }
  // Without an early exit, many are compared at once.
  var difference: T = 0
  for row in values.indices { difference |= values[row] ^ first }
  return difference == 0 ? Int64(truncatingIfNeeded: first) : nil
}
