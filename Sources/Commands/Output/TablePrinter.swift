import Bytes
import Columns

// A table drawn with lines: names, types under them, numbers aligned at the right.
//
// On a terminal a long result shows its first and last rows with dots between, wide columns are
// cut, and columns in the middle go where even that does not fit. Elsewhere everything is written,
// since a file has no edge.

/// Rows as a drawn table.
struct TablePrinter {
  /// The rows of a long result that a terminal shows; half from each end.
  static let shownRowsMax = 40
  /// No column is cut below this to make others fit.
  static let widthMin = 8

  private struct Shown {
    var title: String
    var type: String
    var isNumber: Bool
    var cells: [String]
    var width: Int
  }

  private var columns: [Shown] = []
  private let rowCount: Int
  private let columnCount: Int
  /// The place in `cells` where rows are left out.
  private let gap: Int?

  init(_ schema: Schema, _ batches: [ColumnBatch], width: Int?) {
    let total = batches.reduce(0) { $0 + $1.rowCount }
    rowCount = total
    columnCount = schema.count
    let isLong = width != nil && total > Self.shownRowsMax
    gap = isLong ? Self.shownRowsMax / 2 : nil
    let head = 0..<(isLong ? Self.shownRowsMax / 2 : total)
    let tail = (isLong ? total - Self.shownRowsMax / 2 : total)..<total
    columns = schema.fields.enumerated().map { index, field in
      var cells: [String] = []
      var start = 0
      for batch in batches {
        let range = start..<start + batch.rowCount
        for part in [head, tail] {
          for row in part.clamped(to: range) {
            let text = batch.columns[index].value(at: row - start).text
            cells.append(text.map(Self.visible) ?? "NULL")
          }
        }
        start = range.upperBound
      }
      let title = Self.visible(field.name)
      let type = field.type.description.lowercased()
      let widths = ([title, type] + cells).map(TextWidth.of)
      return Shown(
        title: title, type: type, isNumber: field.type.isNumber, cells: cells,
        width: widths.max() ?? 0)
    }
    if let width { fit(width) }
  }

  func write(to console: Console) throws(SystemError) {
    if columns.isEmpty { return }
    try console.write(rule("┌", "┬", "┐"))
    try console.write(line(columns.map { ($0.title, $0.isNumber) }))
    try console.write(line(columns.map { ($0.type, $0.isNumber) }))
    try console.write(rule("├", "┼", "┤"))
    for row in 0..<(columns.first?.cells.count ?? 0) {
      if row == gap {
        for _ in 0..<3 { try console.write(line(columns.map { _ in ("·", true) })) }
      }
      try console.write(line(columns.map { ($0.cells[row], $0.isNumber) }))
    }
    try console.write(rule("└", "┴", "┘"))
    if let note { try console.write("  \(note)\n") }
  }

  /// What is not seen, or how much there is where that is more than a glance.
  private var note: String? {
    let shownColumns = columns.count { $0.title != "…" }
    var parts: [String] = []
    if gap != nil {
      parts.append("\(Numerals.grouped(rowCount)) rows (\(Self.shownRowsMax) shown)")
    } else if rowCount == 0 || rowCount > 10 {
      parts.append(Numerals.counted(rowCount, "row"))
    }
    if shownColumns < columnCount { parts.append("\(columnCount) columns (\(shownColumns) shown)") }
    return parts.isEmpty ? nil : parts.joined(separator: ", ")
  }

  private func line(_ cells: [(text: String, isRight: Bool)]) -> String {
    var text = "│"
    for (cell, column) in zip(cells, columns) {
      let cut = TextWidth.cut(cell.text, to: column.width)
      text += " \(TextWidth.padded(cut, to: column.width, right: cell.isRight)) │"
    }
    return text + "\n"
  }

  private func rule(_ left: String, _ middle: String, _ right: String) -> String {
    let parts = columns.map { String(repeating: "─", count: $0.width + 2) }
    return left + parts.joined(separator: middle) + right + "\n"
  }

  /// Cuts the widest columns, then leaves out columns in the middle, until a line fits.
  private mutating func fit(_ width: Int) {
    while lineWidth > width {
      let widest = columns.indices.max { columns[$0].width < columns[$1].width } ?? 0
      let others = columns.indices.filter { $0 != widest }.map { columns[$0].width }.max() ?? 0
      let excess = lineWidth - width
      let floor = max(Self.widthMin, min(others, columns[widest].width - 1))
      if columns[widest].width > floor {
        columns[widest].width = max(floor, columns[widest].width - excess)
      } else if columns.count > 3 {
        leaveOutOne()
      } else {
        return
      }
    }
  }

  private var lineWidth: Int { columns.reduce(1) { $0 + $1.width + 3 } }

  private mutating func leaveOutOne() {
    if let dots = columns.firstIndex(where: { $0.title == "…" }) {
      columns.remove(at: dots * 2 < columns.count ? dots + 1 : dots - 1)
    } else {
      let middle = columns.count / 2
      let cells = columns[middle].cells.map { _ in "…" }
      columns[middle] = Shown(title: "…", type: "", isNumber: false, cells: cells, width: 1)
    }
  }

  /// Line breaks and other controls as escapes, so that a cell stays on its line.
  private static func visible(_ text: String) -> String {
    if !text.utf8.contains(where: { $0 < 0x20 || $0 == 0x7F }) { return text }
    var result = ""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\n": result += "\\n"
      case "\r": result += "\\r"
      case "\t": result += "\\t"
      case _ where scalar.value < 0x20 || scalar.value == 0x7F:
        result += "\\x" + (scalar.value < 16 ? "0" : "") + String(scalar.value, radix: 16)
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result
  }
}
