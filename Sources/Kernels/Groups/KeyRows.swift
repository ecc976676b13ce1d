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
func cellsOf<Cell: FixedWidthInteger & UnsignedInteger>(
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
func restsOf<Rest: FixedWidthInteger & UnsignedInteger>(
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
