import Bytes
import Columns
import Query

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
    var width: Int
    /// Its place among the columns of the rows; nil where columns are left out.
    var place: Int?
  }

  private let rows: QueryRows
  private var columns: [Shown] = []
  private(set) var rowCount = 0
  /// The first and last rows, where only those are shown.
  private var ends: TableEnds?

  /// Everything is measured before anything is written.
  init(_ rows: QueryRows, width: Int?) throws {
    self.rows = rows
    columns = rows.schema.fields.enumerated().map { place, field in
      let title = TableCell.visible(field.name)
      let type = field.type.description.lowercased()
      return Shown(
        title: title, type: type, isNumber: field.type.isNumber,
        width: max(TextWidth.of(title), TextWidth.of(type)), place: place)
    }
    if let width {
      var ends = TableEnds(half: Self.shownRowsMax / 2)
      try rows.make(
        { TableEnds(of: $0, half: Self.shownRowsMax / 2) }, handOver: { ends.add($0) })
      rowCount = ends.rowCount
      measure(ends.shown.map { $0.map(TextWidth.of) })
      self.ends = ends
      fit(width)
    } else {
      try rows.make(
        { (count: $0.rowCount, widths: TableCell.widths($0)) },
        handOver: { part in
          rowCount += part.count
          measure([part.widths])
        })
    }
  }

  private mutating func measure(_ widths: [[Int]]) {
    for row in widths {
      for place in columns.indices { columns[place].width = max(columns[place].width, row[place]) }
    }
  }

  func write(to console: Console) throws {
    if columns.isEmpty { return }
    try console.write(rule("┌", "┬", "┐"))
    try console.write(line(columns.map { ($0.title, $0.isNumber) }))
    try console.write(line(columns.map { ($0.type, $0.isNumber) }))
    try console.write(rule("├", "┼", "┤"))
    if let ends {
      for (number, row) in ends.shown.enumerated() {
        if ends.isLong && number == Self.shownRowsMax / 2 {
          for _ in 0..<3 { try console.write(line(columns.map { _ in ("·", true) })) }
        }
        try console.write(line(row))
      }
    } else {
      let printer = self
      try rows.make(
        { batch in
          (0..<batch.rowCount).map { printer.line(TableCell.row($0, of: batch)) }.joined()
        }, handOver: { try console.write($0) })
    }
    try console.write(rule("└", "┴", "┘"))
    if let note { try console.write("  \(note)\n") }
  }

  private func line(_ cells: [String]) -> String {
    line(columns.map { column in (column.place.map { cells[$0] } ?? "…", column.isNumber) })
  }

  /// What is not seen, or how much there is where that is more than a glance.
  private var note: String? {
    let shownColumns = columns.count { $0.place != nil }
    let columnCount = rows.schema.count
    var parts: [String] = []
    if ends?.isLong ?? false {
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
    if let dots = columns.firstIndex(where: { $0.place == nil }) {
      columns.remove(at: dots * 2 < columns.count ? dots + 1 : dots - 1)
    } else {
      let middle = columns.count / 2
      columns[middle] = Shown(title: "…", type: "", isNumber: false, width: 1, place: nil)
    }
  }
}
