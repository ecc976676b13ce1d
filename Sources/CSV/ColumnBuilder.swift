import Bytes
import Columns

/// The values of one declared column of a chunk, in the array of its type.
struct ColumnBuilder: Sendable {
  var booleans: [Bool] = []
  var dates: [Int32] = []
  var integers: [Int64] = []
  var doubles: [Double] = []
  var texts = TextBuilder()
  /// For a column of codes, or one that is none of numbered texts.
  var codes: CodeBuilder?
  /// For a column of numbered texts, as long as it is one; then nothing is in the others.
  var numbered: NumberedBuilder?
  /// Rows of a block that have not the common form.
  private var others: [UInt32] = []
  /// The rows that are NULL, in rising order.
  var nulls: [Int] = []

  init(_ column: InputColumn, codes: CodeBuilder?) {
    self.codes = codes
    if case .compact = column.form, column.type == .text { numbered = NumberedBuilder() }
  }

  /// Makes room for some rows, but for those of texts.
  mutating func reserve(_ rows: Int, _ type: DataType) {
    switch type {
    case .boolean: booleans.reserveCapacity(rows)
    case .date: dates.reserveCapacity(rows)
    case .bigint, .timestamp: integers.reserveCapacity(rows)
    case .double: doubles.reserveCapacity(rows)
    default:
      if numbered != nil {
        numbered?.reserve(rows)
      } else {
        codes?.reserve(rows)
      }
    }
  }

  /// Converts one field of a block's rows, the first of which is row `base` of the chunk, and notes
  /// the rows that do not fit. Not for texts.
  mutating func convert(
    _ bytes: Span<UInt8>, _ marks: Span<UInt32>, _ view: FieldView, _ column: InputColumn,
    _ plan: ReadPlan, base: Int, _ found: FoundLane?, _ unfit: inout [Int]
  ) {
    var others: [UInt32] = []
    swap(&others, &self.others)
    defer {
      others.removeAll(keepingCapacity: true)
      swap(&others, &self.others)
    }
    let dialect = plan.options.dialect
    switch column.type {
    case .bigint where !plan.hasPlainNumbers, .timestamp where !plan.hasPlainNumbers:
      integers.append(contentsOf: repeatElement(0, count: view.rowCount))
      others = Array(0..<UInt32(view.rowCount))
    case .bigint:
      if let found {
        found.lanes.integers(found.column, into: &integers, &others)
      } else {
        convertIntegers(bytes, marks, view, plan.kernels, into: &integers, &others)
      }
    case .timestamp:
      if let found {
        found.lanes.timestamps(found.column, into: &integers, &others)
      } else {
        convertTimestamps(bytes, marks, view, plan.kernels, into: &integers, &others)
      }
    case .boolean where plan.hasPlainWords:
      convertBooleans(bytes, marks, view, into: &booleans, &others)
    case .boolean:
      booleans.append(contentsOf: repeatElement(false, count: view.rowCount))
      others = Array(0..<UInt32(view.rowCount))
    case .date where plan.hasPlainNumbers:
      convertDates(bytes, marks, view, into: &dates, &others)
    case .date:
      dates.append(contentsOf: repeatElement(0, count: view.rowCount))
      others = Array(0..<UInt32(view.rowCount))
    case .double where plan.hasPlainNumbers:
      convertDoubles(bytes, marks, view, into: &doubles, &others)
    default:
      doubles.append(contentsOf: repeatElement(0, count: view.rowCount))
      others = Array(0..<UInt32(view.rowCount))
    }
    for row in others.lazy.map({ Int($0) }) {
      let field = FieldText(bytes, view.start(marks, row), view.end(marks, row), dialect)
      if field.isNull {
        nulls.append(base + row)
        if !column.isNullable { unfit.append(row) }
      } else if !set(base + row, bytes, field, column) {
        unfit.append(row)
      }
    }
  }

  /// Sets a row to the field's value; false where it has none of the type.
  private mutating func set(
    _ row: Int, _ bytes: Span<UInt8>, _ field: FieldText, _ column: InputColumn
  ) -> Bool {
    let (start, end) = (field.start, field.end)
    switch column.type {
    case .boolean:
      guard let value = FieldParser.boolean(bytes, start, end) else { return false }
      booleans[row] = value
    case .date:
      guard let value = FieldParser.date(bytes, start, end) else { return false }
      dates[row] = value
    case .bigint:
      guard let value = FieldParser.integer(bytes, start, end) else { return false }
      integers[row] = value
    case .timestamp:
      guard
        let value = FieldParser.timestamp(bytes, start, end, hasZone: column.hasZone)
      else { return false }
      integers[row] = value
    default:
      guard let value = FieldParser.double(bytes, start, end) else { return false }
      doubles[row] = value
    }
    return true
  }

  /// The form in which the fields of a chunk's first rows can be converted together with those of
  /// other columns.
  func laneForm(
    _ bytes: Span<UInt8>, _ marks: Span<UInt32>, _ view: FieldView, _ column: InputColumn,
    _ plan: ReadPlan
  ) -> LaneForm? {
    if column.type != .text {
      return plan.hasPlainNumbers ? .ofNumbers(column.type, bytes, marks, view) : nil
    }
    return numbered.map { $0.laneForm(bytes, marks, view, plan.options.dialect) } ?? codes?.laneForm
  }

  /// Notes the rows of a text column that do not fit. `isValid` says that all text is UTF-8.
  func check(
    _ bytes: Span<UInt8>, _ marks: Span<UInt32>, _ view: FieldView, _ column: InputColumn,
    _ dialect: Dialect, isValid: Bool, _ unfit: inout [Int]
  ) {
    for row in 0..<view.rowCount {
      let (start, end) = (view.start(marks, row), view.end(marks, row))
      // Most fields are neither empty nor the text for NULL.
      if isValid && start != end && dialect.nullText.isEmpty { continue }
      let field = FieldText(bytes, start, end, dialect)
      if field.isNull {
        if !column.isNullable { unfit.append(row) }
      } else if !isValid && !isText(bytes, field.start, field.end) {
        unfit.append(row)
      }
    }
  }

  /// Appends the texts of one field of a block's rows, all of which fit, the first as row `base`.
  mutating func collectTexts(
    _ bytes: Span<UInt8>, _ marks: Span<UInt32>, _ view: FieldView, _ plan: ReadPlan, base: Int,
    _ found: FoundLane?
  ) {
    if numbered != nil {
      if numbered?.append(bytes, marks, view, plan, base: base, found, &nulls) == true { return }
      if base > 0, let numbered {
        texts = numbered.spelled(nulls: nulls)
        codes = nil
      }
      numbered = nil
    }
    if codes != nil {
      codes?.append(bytes, marks, view, plan, base: base, found, &nulls)
      return
    }
    texts.append(bytes, marks, view, plan.options.dialect, base: base, &nulls)
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
