import CSV
package import Columns
package import Query

/// How rows are written.
package enum OutputFormat: String, CaseIterable, Sendable {
  case table, csv, json, jsonl, markdown

  /// A table for a person, CSV for a file or a program.
  package static func usual(for console: Console) -> OutputFormat {
    console.outputWidth == nil ? .csv : .table
  }

  /// Writes all rows of `batches`.
  package func write(
    _ schema: Schema, _ batches: [ColumnBatch], to console: Console
  ) throws {
    _ = try write(QueryRows(schema, batches), to: console)
  }

  /// Writes all rows, as they come, and says how many there were.
  package func write(_ rows: QueryRows, to console: Console) throws -> Int {
    if self == .table {
      let printer = try TablePrinter(rows, width: console.outputWidth)
      try printer.write(to: console)
      return printer.rowCount
    }
    let pieces = RowPieces(self, rows.schema)
    try console.write(pieces.head())
    var count = 0
    try rows.make(
      { (count: $0.rowCount, bytes: pieces.rows($0)) },
      handOver: { piece in
        if count > 0 { try console.write(pieces.separator) }
        count += piece.count
        try console.write(piece.bytes)
      })
    try console.write(pieces.tail(isEmpty: count == 0))
    return count
  }
}

extension DataType {
  /// Whether a column of this type is aligned at its right edge.
  var isNumber: Bool {
    switch self {
    case .bigint, .double, .hugeint, .decimal: true
    case .boolean, .text, .date, .timestamp, .interval, .null: false
    }
  }
}

/// Rows as bytes, batch by batch: what stands before, between and behind the batches, and the
/// batches themselves.
struct RowPieces: Sendable {
  private let format: OutputFormat
  private let schema: Schema

  init(_ format: OutputFormat, _ schema: Schema) {
    precondition(format != .table, "the width of a drawn table depends on all of its rows")
    self.format = format
    self.schema = schema
  }

  /// What stands before the first row.
  func head() -> [UInt8] {
    switch format {
    case .csv: CSVWriter(schema).header()
    case .json: Array("[\n".utf8)
    case .markdown: Array(MarkdownPrinter.head(schema).utf8)
    case .table, .jsonl: []
    }
  }

  func rows(_ batch: ColumnBatch) -> [UInt8] {
    switch format {
    case .csv: CSVWriter(schema).rows(batch)
    case .json: JSONPrinter.objects(schema, batch, separator: ",\n")
    case .markdown: MarkdownPrinter.rows(batch)
    case .table, .jsonl:
      JSONPrinter.objects(schema, batch, separator: "\n") + [UInt8(ascii: "\n")]
    }
  }

  /// What stands between two batches.
  var separator: String { format == .json ? ",\n" : "" }

  func tail(isEmpty: Bool) -> String {
    format == .json ? (isEmpty ? "]\n" : "\n]\n") : ""
  }
}
