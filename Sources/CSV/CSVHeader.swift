package import Bytes

/// The names in the header of a CSV input.
package enum CSVHeader {
  /// The names as they stand, in their order; empty where the dialect has no header.
  package static func names(
    of source: any ByteSource, dialect: Dialect = .standard
  ) throws(CSVError) -> [String] {
    try dialect.check()
    var input = try Input(source, dialect)
    var head = Head(dialect: dialect, fieldLimit: ReadOptions(columns: []).fieldLimit)
    while try !head.take(&input, count: 64 << 10) {}
    return head.names ?? []
  }
}

/// What stands before the first record: a byte order mark, lines to skip, the header.
struct Head {
  private let dialect: Dialect
  private let scanner: RecordScanner
  private var bytes: [UInt8] = []
  /// nil where the dialect has no header.
  private(set) var names: [String]?
  /// Where the first record starts, and how many line breaks are before it.
  private(set) var offset = 0
  private(set) var lines = 0

  init(dialect: Dialect, fieldLimit: Int) {
    self.dialect = dialect
    scanner = RecordScanner(dialect, fieldLimit: fieldLimit)
  }

  /// The bytes from the first record on, as far as they were read.
  var rest: [UInt8] { Array(bytes[offset...]) }

  /// Reads on; true when the head is complete.
  mutating func take(_ input: inout Input, count: Int) throws(CSVError) -> Bool {
    let piece = try input.read(max(count, bytes.count))
    bytes.append(copying: piece.span)
    return try parse(isLast: input.isAtEnd, input.name)
  }

  private mutating func parse(isLast: Bool, _ name: String) throws(CSVError) -> Bool {
    var place = bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? 3 : 0
    if bytes.count < 3 && !isLast { return false }
    for _ in 0..<dialect.skipLeading {
      guard let next = scanner.lineBreak(bytes.span, from: place, isLast: isLast) else {
        return false
      }
      place = next
    }
    var rows: [[String]] = []
    while rows.count < dialect.headerRows {
      var marks: [UInt32] = []
      switch scanner.scan(bytes.span, from: place, isLast: isLast, marks: &marks) {
      case .incomplete: return false
      case .broken(let violation, _):
        throw .cannotRead(
          name,
          because: "its header \(violation.sentence(fieldLimit: scanner.fieldLimit))")
      case .blank(let next):
        if place >= bytes.count {
          throw .cannotRead(
            name, because: "it has no header", remedy: "Give it a first line of column names.")
        }
        place = next
      case .record(let next):
        rows.append(try row(marks, name))
        place = next
      }
    }
    offset = place
    lines = bytes[..<place].count { $0 == 0x0A }
    if !rows.isEmpty { names = Self.join(rows) }
    return true
  }

  private func row(_ marks: [UInt32], _ name: String) throws(CSVError) -> [String] {
    var row: [String] = []
    for field in 0..<marks.count - 1 {
      guard let text = text(Int(marks[field]), Int(marks[field + 1])) else {
        throw .cannotRead(
          name, because: "the name of column \(field + 1) is not valid UTF-8",
          remedy: "Declare its encoding.")
      }
      row.append(text)
    }
    return row
  }

  /// The name between two marks; nil where it is not valid UTF-8.
  private func text(_ mark: Int, _ end: Int) -> String? {
    let start = Int(UInt32(truncatingIfNeeded: mark + dialect.delimiter.count))
    var source: [UInt8] = []
    source.append(copying: bytes.span.extracting(start..<end))
    source.append(contentsOf: repeatElement(0, count: Window.padding))
    let field = FieldText(source.span, 0, end - start, dialect)
    var text = source
    var target = text.mutableSpan
    let length = field.unescape(source.span, dialect, to: &target, at: 0)
    let range = length.map { 0..<$0 } ?? field.start..<field.end
    return isText(text.span, range.lowerBound, range.upperBound)
      ? String(decoding: text[range], as: UTF8.self) : nil
  }

  /// Joins the names that stand above one another.
  private static func join(_ rows: [[String]]) -> [String] {
    let width = rows.map(\.count).max() ?? 0
    return (0..<width).map { field in
      rows.filter { field < $0.count && !$0[field].isEmpty }.map { $0[field] }
        .joined(separator: "_")
    }
  }
}
