package import Columns

/// Writes batches as CSV that `CSVReader` reads back: RFC 4180 with line feeds, NULL as an empty
/// field, an empty text in quotes.
package struct CSVWriter {
  private let schema: Schema

  package init(_ schema: Schema) { self.schema = schema }

  /// The header line.
  package func header() -> [UInt8] {
    var output: [UInt8] = []
    for (index, field) in schema.fields.enumerated() {
      if index > 0 { output.append(0x2C) }
      Self.append(Array(field.name.utf8)[...], to: &output)
    }
    // A header of one empty name would be a blank line.
    if output.isEmpty { output.append(contentsOf: [0x22, 0x22]) }
    output.append(0x0A)
    return output
  }

  /// The lines of a batch.
  package func rows(_ batch: ColumnBatch) -> [UInt8] {
    precondition(batch.schema.count == schema.count, "a batch has the columns of its writer")
    let writers = batch.columns.map(CellWriter.init)
    var output: [UInt8] = []
    for row in 0..<batch.rowCount {
      for (index, writer) in writers.enumerated() {
        if index > 0 { output.append(0x2C) }
        writer.append(row, to: &output)
      }
      output.append(0x0A)
    }
    return output
  }

  /// Appends a text, in quotes where it needs them.
  static func append(_ text: ArraySlice<UInt8>, to output: inout [UInt8]) {
    let isPlain = text.allSatisfy { $0 != 0x22 && $0 != 0x2C && $0 != 0x0A && $0 != 0x0D }
    if isPlain {
      output.append(contentsOf: text)
      return
    }
    output.append(0x22)
    for byte in text {
      if byte == 0x22 { output.append(0x22) }
      output.append(byte)
    }
    output.append(0x22)
  }
}

/// Writes the cells of one column.
private struct CellWriter {
  let column: Column
  /// The texts of a dictionary are spelled once.
  let texts: TextVector?
  /// The place of each row's text, where it is not the row.
  let places: [UInt32]?

  init(_ column: Column) {
    self.column = column
    switch column.values {
    case .texts, .codes:
      let (texts, places) = column.textsAndPlaces
      self.texts = texts
      self.places = places
    default:
      texts = nil
      places = nil
    }
  }

  func append(_ row: Int, to output: inout [UInt8]) {
    if column.isNull(row) { return }
    switch column.values {
    case .texts, .codes: append(text: places.map { Int($0[row]) } ?? row, to: &output)
    case .booleans(let values): output.append(contentsOf: (values[row] ? "true" : "false").utf8)
    case .dates(let values): output.append(contentsOf: Calendar.text(days: values[row]).utf8)
    case .doubles(let values): output.append(contentsOf: "\(values[row])".utf8)
    case .integers(let values):
      let text =
        column.type == .timestamp ? Calendar.text(timestamp: values[row]) : String(values[row])
      output.append(contentsOf: text.utf8)
    case .wide(let values):
      output.append(contentsOf: digits(values[row]).utf8)
    case .intervals(let values):
      output.append(contentsOf: text(values[row]).utf8)
    }
  }

  /// A whole number, or the digits of a decimal with their point.
  private func digits(_ value: Int128) -> String {
    guard case .decimal(_, let scale) = column.type, scale > 0 else { return String(value) }
    var digits = String(value.magnitude)
    digits = String(repeating: "0", count: max(0, scale + 1 - digits.count)) + digits
    return "\(value < 0 ? "-" : "")\(digits.dropLast(scale)).\(digits.suffix(scale))"
  }

  /// `1 year 2 months 3 days 04:05:06`.
  private func text(_ interval: Interval) -> String {
    let parts = [
      (interval.months / 12, "year"), (interval.months % 12, "month"), (interval.days, "day"),
    ]
    var words = parts.filter { $0.0 != 0 }.map { "\($0.0) \($0.1)\(abs($0.0) == 1 ? "" : "s")" }
    if interval.microseconds != 0 || words.isEmpty {
      let sign = interval.microseconds < 0 ? "-" : ""
      words.append(sign + Calendar.text(timeOfDay: abs(interval.microseconds)))
    }
    return words.joined(separator: " ")
  }

  private func append(text index: Int, to output: inout [UInt8]) {
    guard let texts else { return }
    let range = texts.range(index)
    // Unquoted it would be NULL.
    if range.isEmpty {
      output.append(contentsOf: [0x22, 0x22])
    } else {
      CSVWriter.append(texts.bytes[range], to: &output)
    }
  }
}
