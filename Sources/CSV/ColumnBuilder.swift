import Bytes
import Columns

/// The values of one declared column of a chunk, in the array of its type.
struct ColumnBuilder: Sendable {
  var booleans: [Bool] = []
  var dates: [Int32] = []
  var integers: [Int64] = []
  var doubles: [Double] = []
  var texts = TextBuilder()
  /// The rows that are NULL, in rising order.
  var nulls: [Int] = []

  /// Converts one field of a block's rows, and notes the rows that do not fit. For a text column it
  /// only looks for them.
  mutating func convert(
    _ bytes: Span<UInt8>, _ marks: Span<UInt32>, _ view: FieldView, _ column: InputColumn,
    _ dialect: Dialect, base: Int, _ unfit: inout [Int]
  ) {
    for row in 0..<view.rowCount {
      let field = FieldText(bytes, view.start(marks, row), view.end(marks, row), dialect)
      if field.isNull {
        nulls.append(base + row)
        if !column.isNullable { unfit.append(row) }
        appendPlaceholder(column.type)
      } else if !append(bytes, field, column) {
        unfit.append(row)
        appendPlaceholder(column.type)
      }
    }
  }

  private mutating func appendPlaceholder(_ type: DataType) {
    switch type {
    case .boolean: booleans.append(false)
    case .date: dates.append(0)
    case .bigint, .timestamp: integers.append(0)
    case .double: doubles.append(0)
    default: break
    }
  }

  /// Appends the field's value; false where it has none of the type.
  private mutating func append(
    _ bytes: Span<UInt8>, _ field: FieldText, _ column: InputColumn
  ) -> Bool {
    let (start, end) = (field.start, field.end)
    switch column.type {
    case .boolean:
      guard let value = FieldParser.boolean(bytes, start, end) else { return false }
      booleans.append(value)
    case .date:
      guard let value = FieldParser.date(bytes, start, end) else { return false }
      dates.append(value)
    case .bigint:
      guard let value = FieldParser.integer(bytes, start, end) else { return false }
      integers.append(value)
    case .timestamp:
      guard
        let value = FieldParser.timestamp(bytes, start, end, hasZone: column.hasZone)
      else { return false }
      integers.append(value)
    case .double:
      guard let value = FieldParser.double(bytes, start, end) else { return false }
      doubles.append(value)
    default:
      return isText(bytes, start, end)
    }
    return true
  }

  /// Appends the texts of one field of a block's rows, all of which fit.
  mutating func collectTexts(
    _ bytes: Span<UInt8>, _ marks: Span<UInt32>, _ view: FieldView, _ dialect: Dialect
  ) {
    for row in 0..<view.rowCount {
      let field = FieldText(bytes, view.start(marks, row), view.end(marks, row), dialect)
      if !field.isNull { texts.append(bytes, field, dialect) }
      texts.close()
    }
  }

  /// Removes rows, given in rising order and counted from `base`; texts are collected after that.
  mutating func remove(rows: [Int], from base: Int) {
    booleans.remove(rows: rows, from: base)
    dates.remove(rows: rows, from: base)
    integers.remove(rows: rows, from: base)
    doubles.remove(rows: rows, from: base)
    var removed = 0
    var kept: [Int] = []
    for row in nulls {
      while removed < rows.count && base + rows[removed] < row { removed += 1 }
      if removed < rows.count && base + rows[removed] == row { continue }
      kept.append(row - removed)
    }
    nulls = kept
  }

  func validity(rowCount: Int) -> Bitmap? {
    if nulls.isEmpty { return nil }
    var validity = Bitmap(repeating: true, count: rowCount)
    for row in nulls { validity.set(row, to: false) }
    return validity
  }
}

extension Array {
  /// Removes the elements at some indices, given in rising order and counted from `base`; nothing
  /// from an empty array.
  fileprivate mutating func remove(rows: [Int], from base: Int) {
    if isEmpty { return }
    var kept = base
    var next = 0
    for row in base..<count {
      if next < rows.count && base + rows[next] == row {
        next += 1
        continue
      }
      if kept != row { self[kept] = self[row] }
      kept += 1
    }
    removeLast(count - kept)
  }
}

/// A field without its quotes.
struct FieldText {
  let start: Int
  let end: Int
  let isNull: Bool
  let isQuoted: Bool

  init(_ bytes: Span<UInt8>, _ start: Int, _ end: Int, _ dialect: Dialect) {
    if start < end && bytes[start] == dialect.quote {
      self.start = start + 1
      self.end = end - 1
      isNull = false
      isQuoted = true
      return
    }
    self.start = start
    self.end = end
    isQuoted = false
    if start == end && dialect.ragged == .padded {
      isNull = true
      return
    }
    var isNull = end - start == dialect.nullText.count
    if isNull {
      for index in dialect.nullText.indices where bytes[start + index] != dialect.nullText[index] {
        isNull = false
      }
    }
    self.isNull = isNull
  }
}

/// Whether some bytes are valid UTF-8.
func isText(_ bytes: Span<UInt8>, _ start: Int, _ end: Int) -> Bool {
  var high: UInt8 = 0
  for place in start..<end { high |= bytes[place] }
  if high < 0x80 { return true }
  do {
    _ = try UTF8Span(validating: bytes.extracting(start..<end))
    return true
  } catch { return false }
}
