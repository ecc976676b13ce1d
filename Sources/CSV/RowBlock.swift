/// Where the fields of some records lie.
///
/// Invariant: row `r` has `stride` marks from `r * stride` on: the place before its first field,
/// less the gap, then the end of each field; so field `f` begins a gap behind mark `f` and ends at
/// mark `f + 1`.
struct RowBlock {
  var marks: [UInt32] = []
  /// The record of each row, counted from the chunk's first.
  var records: [UInt32] = []
  var rowCount = 0
  let stride: Int
  /// The bytes of a delimiter.
  let gap: Int

  init(width: Int, gap: Int) {
    stride = width + 1
    self.gap = gap
  }

  func view(of field: Int) -> FieldView {
    FieldView(stride: stride, field: field, gap: UInt32(gap), rowCount: rowCount)
  }

  /// Removes rows, given in rising order.
  mutating func remove(rows: [Int]) {
    var kept = 0
    var next = 0
    for row in 0..<rowCount {
      if next < rows.count && rows[next] == row {
        next += 1
        continue
      }
      if kept != row {
        for mark in 0..<stride { marks[kept * stride + mark] = marks[row * stride + mark] }
        records[kept] = records[row]
      }
      kept += 1
    }
    marks.removeLast((rowCount - kept) * stride)
    records.removeLast(rowCount - kept)
    rowCount = kept
  }
}

/// One field of every row of a block.
struct FieldView {
  let stride: Int
  let field: Int
  let gap: UInt32
  let rowCount: Int

  @inline(__always)
  func start(_ marks: Span<UInt32>, _ row: Int) -> Int {
    Int(marks[row &* stride &+ field] &+ gap)
  }

  @inline(__always)
  func end(_ marks: Span<UInt32>, _ row: Int) -> Int { Int(marks[row &* stride &+ field &+ 1]) }
}
