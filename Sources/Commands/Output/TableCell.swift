import Columns

/// The texts of a drawn table's cells.
enum TableCell {
  static func row(_ row: Int, of batch: ColumnBatch) -> [String] {
    batch.columns.map { column in column.value(at: row).text.map(visible) ?? "NULL" }
  }

  /// The widest cell of each column.
  static func widths(_ batch: ColumnBatch) -> [Int] {
    var widths = batch.columns.map { _ in 0 }
    for row in 0..<batch.rowCount {
      for (place, cell) in Self.row(row, of: batch).enumerated() {
        widths[place] = max(widths[place], TextWidth.of(cell))
      }
    }
    return widths
  }

  /// Line breaks and other controls as escapes, so that a cell stays on its line and says nothing
  /// to the terminal; likewise what turns the direction of writing.
  static func visible(_ text: String) -> String {
    if text.utf8.allSatisfy({ $0 >= 0x20 && $0 < 0x7F }) { return text }
    var result = ""
    for scalar in text.unicodeScalars {
      switch scalar.value {
      case 0x0A: result += "\\n"
      case 0x0D: result += "\\r"
      case 0x09: result += "\\t"
      case 0..<0x20, 0x7F: result += "\\x" + hexadecimal(scalar, digits: 2)
      case 0x80..<0xA0, 0x2028...0x202E, 0x2066...0x2069:
        result += "\\u" + hexadecimal(scalar, digits: 4)
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result
  }

  private static func hexadecimal(_ scalar: Unicode.Scalar, digits: Int) -> String {
    let text = String(scalar.value, radix: 16)
    return String(repeating: "0", count: max(0, digits - text.count)) + text
  }
}

/// The first and the last rows of a result, as cells.
struct TableEnds: Sendable {
  private let half: Int
  private(set) var rowCount = 0
  /// The first rows, up to twice `half` of them, and the last `half` of those behind.
  private var head: [[String]] = []
  private var tail: [[String]] = []

  init(half: Int) { self.half = half }

  init(of batch: ColumnBatch, half: Int) {
    self.half = half
    rowCount = batch.rowCount
    let end = min(rowCount, 2 * half)
    head = (0..<end).map { TableCell.row($0, of: batch) }
    tail = (max(end, rowCount - half)..<rowCount).map { TableCell.row($0, of: batch) }
  }

  /// Adds the rows behind these.
  mutating func add(_ next: TableEnds) {
    let room = min(2 * half - head.count, next.head.count)
    // The last rows of `next` are its tail, or its head where it has no more.
    tail = Array((tail + next.head[room...] + next.tail).suffix(half))
    head += next.head[..<room]
    rowCount += next.rowCount
  }

  var isLong: Bool { rowCount > 2 * half }

  /// The rows that are shown: all, or both ends.
  var shown: [[String]] {
    isLong ? head[..<half] + (head[half...] + tail).suffix(half) : head
  }
}
