package import Bytes
import CSV
package import Columns

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
  ) throws(SystemError) {
    switch self {
    case .table: try TablePrinter(schema, batches, width: console.outputWidth).write(to: console)
    case .csv:
      let writer = CSVWriter(schema)
      try console.write(writer.header())
      for batch in batches { try console.write(writer.rows(batch)) }
    case .json: try JSONPrinter.write(schema, batches, asLines: false, to: console)
    case .jsonl: try JSONPrinter.write(schema, batches, asLines: true, to: console)
    case .markdown: try MarkdownPrinter.write(schema, batches, to: console)
    }
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

/// Rows as CSV or JSON lines, piece by piece, for files.
struct RowPieces {
  private let format: OutputFormat
  private let schema: Schema

  init(_ format: OutputFormat, _ schema: Schema) {
    precondition(format == .csv || format == .jsonl, "files are CSV or JSON lines")
    self.format = format
    self.schema = schema
  }

  /// What stands before the first row.
  func head() -> [UInt8] { format == .csv ? CSVWriter(schema).header() : [] }

  func rows(_ batch: ColumnBatch) -> [UInt8] {
    format == .csv ? CSVWriter(schema).rows(batch) : JSONPrinter.lines(schema, batch)
  }
}
