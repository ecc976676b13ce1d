import Bytes

/// How the marks of some rows are laid out: row `r` has its first mark at `r * stride`, the place
/// before its first field less the gap; field `f` begins a gap behind mark `f` and ends at mark
/// `f + 1`. With a stride of one less than the marks of a row, a row's last mark is the next one's
/// first.
struct Rows {
  let stride: Int
  /// The bytes of a delimiter.
  let gap: Int
  let count: Int
  /// The record of the first row.
  let firstRecord: Int
  /// The record of each row, where they do not follow one another.
  var records: [UInt32]?
  /// No byte of them is beyond ASCII; else that is not known.
  var isASCII = false

  func record(_ row: Int) -> Int { records.map { Int($0[row]) } ?? firstRecord + row }

  /// Whether marks lie so close that a field may be empty.
  func mayHaveEmptyFields(_ marks: Span<UInt32>) -> Bool { leastStep(marks) <= UInt32(gap) }

  func view(of field: Int) -> FieldView {
    FieldView(stride: stride, field: field, gap: UInt32(gap), rowCount: count)
  }
}

/// Marks of rows that were put in order.
///
/// Invariant: `rowCount` rows have `width + 1` marks each.
struct RowBlock {
  private(set) var marks: [UInt32] = []
  private var records: [UInt32] = []
  private let width: Int
  let gap: Int

  init(width: Int, gap: Int) {
    self.width = width
    self.gap = gap
  }

  var rowCount: Int { records.count }

  var rows: Rows {
    Rows(
      stride: width + 1, gap: gap, count: records.count, firstRecord: 0, records: records)
  }

  mutating func removeAll() {
    marks.removeAll(keepingCapacity: true)
    records.removeAll(keepingCapacity: true)
  }

  /// Begins a row whose first field starts at `start`.
  mutating func begin(start: Int, record: Int) {
    marks.append(UInt32(truncatingIfNeeded: start &- gap))
    records.append(UInt32(record))
  }

  /// Ends a field of the row.
  mutating func end(_ place: Int) { marks.append(UInt32(truncatingIfNeeded: place)) }

  /// Adds empty fields to a row that has `count` of them.
  mutating func pad(from count: Int) {
    for _ in 0..<max(0, width - count) {
      // The next field begins a gap behind this mark, and ends where it begins.
      marks.append((marks.last ?? 0) &+ UInt32(gap))
    }
  }

  /// Appends rows, but for some given in rising order.
  mutating func append(_ source: Span<UInt32>, _ rows: Rows, without dropped: [Int]) {
    var next = 0
    for row in 0..<rows.count {
      if next < dropped.count && dropped[next] == row {
        next += 1
        continue
      }
      for mark in 0...width { marks.append(source[row * rows.stride + mark]) }
      records.append(UInt32(rows.record(row)))
    }
  }
}

/// One field of every row of a block.
struct FieldView {
  let stride: Int
  let field: Int
  let gap: UInt32
  let rowCount: Int

  var layout: FieldLayout {
    FieldLayout(stride: stride, field: field, gap: gap, rowCount: rowCount)
  }

  @inline(__always)
  func start(_ marks: Span<UInt32>, _ row: Int) -> Int {
    Int(marks[row &* stride &+ field] &+ gap)
  }

  @inline(__always)
  func end(_ marks: Span<UInt32>, _ row: Int) -> Int { Int(marks[row &* stride &+ field &+ 1]) }
}
