import Columns

/// Why a record was rejected, as a sentence without its subject.
enum Reason {
  /// Why a field does not fit its column, which it is known not to do.
  static func text(
    _ bytes: Span<UInt8>, _ start: Int, _ end: Int, _ column: InputColumn, _ dialect: Dialect
  ) -> String {
    let field = FieldText(bytes, start, end, dialect)
    if field.isNull { return "is NULL, where the column is NOT NULL" }
    if column.type == .text { return "is not valid UTF-8" }
    return "\(excerpt(bytes, field)) \(complaint(bytes, field, column))"
  }

  private static func complaint(
    _ bytes: Span<UInt8>, _ field: FieldText, _ column: InputColumn
  ) -> String {
    switch column.type {
    case .boolean: return "is not a BOOLEAN (true, false, yes, no, 1, 0)"
    case .bigint:
      return isNumber(bytes, field) ? "does not fit a BIGINT" : "is not a BIGINT"
    case .double:
      return isNumber(bytes, field) ? "does not fit a DOUBLE" : "is not a DOUBLE"
    case .date: return "is not a DATE (YYYY-MM-DD)"
    default:
      let (start, end) = (field.start, field.end)
      if !column.hasZone,
        FieldParser.timestamp(bytes, start, end, hasZone: true) != nil
      {
        return "has an offset, which only TIMESTAMPTZ takes"
      }
      return "is not a TIMESTAMP (YYYY-MM-DD HH:MM:SS)"
    }
  }

  private static func isNumber(_ bytes: Span<UInt8>, _ field: FieldText) -> Bool {
    var place = field.start
    if place < field.end, bytes[place] == 0x2D || bytes[place] == 0x2B { place += 1 }
    if place == field.end { return false }
    while place < field.end {
      if bytes[place] &- 0x30 > 9 { return false }
      place += 1
    }
    return true
  }

  /// The field's text, shortened.
  private static func excerpt(_ bytes: Span<UInt8>, _ field: FieldText) -> String {
    var shown: [UInt8] = []
    for place in field.start..<min(field.end, field.start + 60) { shown.append(bytes[place]) }
    let dots = field.end - field.start > 60 ? "…" : ""
    return "\"\(String(decoding: shown, as: UTF8.self))\(dots)\""
  }
}

extension RecordScanner.Violation {
  func sentence(_ plan: ReadPlan) -> String { sentence(fieldLimit: plan.options.fieldLimit) }

  func sentence(fieldLimit: Int) -> String {
    switch self {
    case .quoteInside: "has a quote inside a field that is not quoted"
    case .textBehindQuote: "has text behind the quote that closes a field"
    case .unclosedQuote: "has a quote that is never closed"
    case .fieldTooLong: "has a field of more than \(fieldLimit) bytes"
    case .recordTooLong: "goes on for more than \(4 * fieldLimit) bytes"
    }
  }
}
