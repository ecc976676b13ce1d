import Bytes
import Columns

/// Rows as JSON objects, each on a line of its own.
enum JSONPrinter {
  /// The rows of a batch with `separator` between them.
  static func objects(
    _ schema: Schema, _ batch: ColumnBatch, separator: String
  ) -> [UInt8] {
    var bytes: [UInt8] = []
    for start in stride(from: 0, to: batch.rowCount, by: piece) {
      if start > 0 { bytes += separator.utf8 }
      bytes += objects(schema, batch, start..<min(start + piece, batch.rowCount), separator)
    }
    return bytes
  }

  /// How many rows are made at a time.
  private static let piece = 1024

  private static func objects(
    _ schema: Schema, _ batch: ColumnBatch, _ rows: Range<Int>, _ separator: String
  ) -> [UInt8] {
    let keys = schema.fields.enumerated().map { index, field in
      var key = [UInt8]((index == 0 ? "{" : ",").utf8)
      JSON.write(field.name, into: &key)
      return key + [UInt8(ascii: ":")]
    }
    let cells = batch.columns.map { values(of: $0, rows) }
    var bytes: [UInt8] = []
    for row in 0..<rows.count {
      if row > 0 { bytes += separator.utf8 }
      for column in keys.indices {
        bytes += keys[column]
        bytes += cells[column].bytes[cells[column].range(row)]
      }
      bytes += (keys.isEmpty ? "{}" : "}").utf8
    }
    return bytes
  }

  /// The cells as JSON values. A number that JSON does not know (nan, inf) is null.
  private static func values(of column: Column, _ rows: Range<Int>) -> TextVector {
    let texts = column.texts(rows)
    let isPlain = column.type.isNumber || column.type == .boolean
    var result = TextVector()
    var bytes: [UInt8] = []
    for row in 0..<rows.count {
      bytes.removeAll(keepingCapacity: true)
      let text = texts.bytes[texts.range(row)]
      if column.isNull(rows.lowerBound + row) {
        bytes += "null".utf8
      } else if case .doubles(let values) = column.values,
        !values[rows.lowerBound + row].isFinite
      {
        bytes += "null".utf8
      } else if isPlain {
        bytes += text
      } else {
        JSON.write(texts[row], into: &bytes)
      }
      result.append(bytes[...])
    }
    return result
  }
}
