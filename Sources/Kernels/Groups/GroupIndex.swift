import Bytes
import Columns

/// The keys of a batch as integers, column by column.
struct KeyRows {
  let words: [KeyStore.Words]
  let validity: [Bitmap?]
  let rowCount: Int

  init(_ words: [KeyStore.Words], _ validity: [Bitmap?], rowCount: Int) {
    self.words = words
    self.validity = validity
    self.rowCount = rowCount
  }
}

/// From the keys of a row to the number of its group, in one of three forms (see `GroupTable`).
///
/// Invariant: it knows groups `0..<count` and nothing else.
struct GroupIndex: Sendable {
  enum Kind: Sendable { case dense, packed, wide }

  private(set) var kind = Kind.wide
  private var cells: [UInt32] = []
  private var hashed = PackedIndex()
  private var general = WideIndex()

  static let absent = UInt32.max

  init() {}

  /// An index of the groups whose keys are `groups`, in the order of their numbers.
  init(_ kind: Kind, _ groups: KeyRows, _ domains: [Domain]) {
    self.kind = kind
    switch kind {
    case .dense:
      cells = Array(repeating: Self.absent, count: Domain.cells(of: domains) ?? 0)
    case .packed:
      hashed = PackedIndex(capacity: groups.rowCount)
    case .wide:
      general = WideIndex(wordsPerRow: WideIndex.wordsPerRow(groups.words))
    }
    var newRows: [UInt32] = []
    if groups.rowCount > 0 { _ = find(groups, domains, nextGroup: 0, &newRows) }
    precondition(newRows.count == groups.rowCount, "groups differ in their keys")
  }

  /// The group of each row; a row of a new group is appended to `newRows`, and its group gets the
  /// next number. A single answer stands for all rows.
  mutating func find(
    _ rows: KeyRows, _ domains: [Domain], nextGroup: Int, _ newRows: inout [UInt32]
  ) -> [UInt32] {
    switch kind {
    case .dense:
      let (places, isConstant) = cellsOf(rows, domains, as: UInt32.self)
      let count = isConstant ? 1 : rows.rowCount
      return assignGroups(places, count, &cells, UInt32(nextGroup), &newRows)
    case .packed:
      let (places, isConstant) = cellsOf(rows, domains, as: UInt64.self)
      return hashed.assign(places, isConstant ? 1 : rows.rowCount, UInt32(nextGroup), &newRows)
    case .wide:
      return general.assign(rows, UInt32(nextGroup), &newRows)
    }
  }

  func lookUp(_ rows: KeyRows, _ domains: [Domain]) -> [UInt32] {
    if kind == .wide { return general.find(rows) }
    var isOutside = [Bool](repeating: false, count: rows.rowCount)
    for place in domains.indices {
      markOutside(rows.words[place], rows.validity[place], domains[place], &isOutside)
    }
    let (places, isConstant) = cellsOf(rows, domains, as: UInt64.self)
    var ids = [UInt32](repeating: Self.absent, count: rows.rowCount)
    for row in ids.indices where !isOutside[row] {
      let cell = places[isConstant ? 0 : row]
      ids[row] = kind == .dense ? cells[Int(cell)] : hashed.find(cell)
    }
    return ids
  }
}

/// The cells of the rows, or one cell that all rows share: keys that are the same in the whole
/// batch are looked at once.
private func cellsOf<Cell: FixedWidthInteger & UnsignedInteger>(
  _ rows: KeyRows, _ domains: [Domain], as type: Cell.Type
) -> (cells: [Cell], isConstant: Bool) {
  var constant: UInt64 = 0
  var varying: [Int] = []
  for place in domains.indices {
    let domain = domains[place]
    if let value = rows.words[place].constant, rows.validity[place] == nil {
      constant = constant &+ (UInt64(bitPattern: value &- domain.low) &+ 1) &* domain.stride
    } else {
      varying.append(place)
    }
  }
  if varying.isEmpty { return ([Cell(truncatingIfNeeded: constant)], rows.rowCount > 1) }
  var cells = [Cell](repeating: Cell(truncatingIfNeeded: constant), count: rows.rowCount)
  for place in varying {
    let validity = rows.validity[place]
    switch rows.words[place] {
    case .codes(let values, _): addCells(values, validity, domains[place], &cells)
    case .dates(let values): addCells(values, validity, domains[place], &cells)
    case .integers(let values): addCells(values, validity, domains[place], &cells)
    case .wide: preconditionFailure("a cell has at most 64 bits")
    }
  }
  return (cells, false)
}

private func addCells<T: FixedWidthInteger, Cell: FixedWidthInteger>(
  _ values: [T], _ validity: Bitmap?, _ domain: Domain, _ cells: inout [Cell]
) {
  let stride = Cell(truncatingIfNeeded: domain.stride)
  let offset = Cell(truncatingIfNeeded: 1 &- domain.low)
  precondition(values.count == cells.count, "one key a row")
  if let validity {
    for row in cells.indices where validity[row] {
      cells[row] &+= (Cell(truncatingIfNeeded: values[row]) &+ offset) &* stride
    }
  } else {
    for row in cells.indices {
      cells[row] &+= (Cell(truncatingIfNeeded: values[row]) &+ offset) &* stride
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
private func assignGroups(
  _ places: [UInt32], _ count: Int, _ cells: inout [UInt32], _ nextGroup: UInt32,
  _ newRows: inout [UInt32]
) -> [UInt32] {
  var next = nextGroup
  var ids = [UInt32](repeating: 0, count: count)
  for row in 0..<count {
    let cell = Int(places[row])
    var group = cells[cell]
    if group == .max {
      group = next
      cells[cell] = next
      next += 1
      newRows.append(UInt32(row))
    }
    ids[row] = group
  }
  return ids
}

/// Open addressing by one 64-bit key.
///
/// Invariant: `slots` holds pairs (key, group + 1), (_, 0) where free; the number of pairs is a
/// power of two and at least twice the number of keys.
struct PackedIndex: Sendable {
  private var slots: [UInt64]
  private var count = 0

  init(capacity: Int = 0) {
    var size = 64
    while size < capacity * 2 { size *= 2 }
    slots = Array(repeating: 0, count: size * 2)
  }

  func find(_ key: UInt64) -> UInt32 {
    let mask = slots.count / 2 - 1
    var slot = Int(truncatingIfNeeded: mixed(key)) & mask
    while slots[slot * 2 + 1] != 0 {
      if slots[slot * 2] == key { return UInt32(truncatingIfNeeded: slots[slot * 2 + 1] - 1) }
      slot = (slot + 1) & mask
    }
    return .max
  }

  mutating func assign(
    _ keys: [UInt64], _ rowCount: Int, _ nextGroup: UInt32, _ newRows: inout [UInt32]
  ) -> [UInt32] {
    var next = nextGroup
    var ids = [UInt32](repeating: 0, count: rowCount)
    for row in 0..<rowCount {
      let key = keys[row]
      let mask = slots.count &>> 1 &- 1
      var slot = Int(truncatingIfNeeded: mixed(key)) & mask
      while slots[slot &* 2 &+ 1] != 0 && slots[slot &* 2] != key { slot = (slot &+ 1) & mask }
      let entry = slots[slot &* 2 &+ 1]
      if entry != 0 {
        ids[row] = UInt32(truncatingIfNeeded: entry &- 1)
        continue
      }
      slots[slot &* 2] = key
      slots[slot &* 2 &+ 1] = UInt64(next) + 1
      ids[row] = next
      next += 1
      newRows.append(UInt32(row))
      count += 1
      if count * 4 > slots.count { grow() }
    }
    return ids
  }

  private mutating func grow() {
    let old = slots
    slots = Array(repeating: 0, count: old.count * 2)
    let mask = slots.count / 2 - 1
    for pair in 0..<old.count / 2 where old[pair * 2 + 1] != 0 {
      var slot = Int(truncatingIfNeeded: mixed(old[pair * 2])) & mask
      while slots[slot * 2 + 1] != 0 { slot = (slot + 1) & mask }
      slots[slot * 2] = old[pair * 2]
      slots[slot * 2 + 1] = old[pair * 2 + 1]
    }
  }
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
  for value in values where value != first { return nil }
  return Int64(truncatingIfNeeded: first)
}
