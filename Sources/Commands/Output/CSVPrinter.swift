import Bytes
import Columns

/// Rows as CSV (RFC 4180, with LF): a null is an empty field, an empty text is `""`.
enum CSVPrinter {
  static func write(
    _ schema: Schema, _ batches: [ColumnBatch], to console: Console
  ) throws(SystemError) {
    var header: [UInt8] = []
    for (index, field) in schema.fields.enumerated() {
      if index > 0 { header.append(UInt8(ascii: ",")) }
      append(Array(field.name.utf8)[...], to: &header)
    }
    try console.write(header + [UInt8(ascii: "\n")])
    for batch in batches {
      for start in stride(from: 0, to: batch.rowCount, by: 1024) {
        let rows = start..<min(start + 1024, batch.rowCount)
        let cells = batch.columns.map { $0.texts(rows) }
        var bytes: [UInt8] = []
        for row in 0..<rows.count {
          for column in cells.indices {
            if column > 0 { bytes.append(UInt8(ascii: ",")) }
            if !batch.columns[column].isNull(start + row) {
              append(cells[column].bytes[cells[column].range(row)], to: &bytes)
            }
          }
          bytes.append(UInt8(ascii: "\n"))
        }
        try console.write(bytes)
      }
    }
  }

  private static func append(_ field: ArraySlice<UInt8>, to bytes: inout [UInt8]) {
    let needsQuotes =
      field.isEmpty
      || field.contains {
        $0 == UInt8(ascii: ",") || $0 == UInt8(ascii: "\"") || $0 == UInt8(ascii: "\n")
          || $0 == UInt8(ascii: "\r")
      }
    guard needsQuotes else { return bytes.append(contentsOf: field) }
    bytes.append(UInt8(ascii: "\""))
    for byte in field {
      if byte == UInt8(ascii: "\"") { bytes.append(byte) }
      bytes.append(byte)
    }
    bytes.append(UInt8(ascii: "\""))
  }
}
