import Bytes
import Columns

/// Rows as JSON objects: one array of them, or one a line.
enum JSONPrinter {
  static func write(
    _ schema: Schema, _ batches: [ColumnBatch], asLines: Bool, to console: Console
  ) throws(SystemError) {
    let keys = schema.fields.enumerated().map { index, field in
      var key = [UInt8]((index == 0 ? "{" : ",").utf8)
      JSON.write(field.name, into: &key)
      return key + [UInt8(ascii: ":")]
    }
    var isFirst = true
    if !asLines { try console.write("[") }
    for batch in batches {
      for start in stride(from: 0, to: batch.rowCount, by: 1024) {
        let rows = start..<min(start + 1024, batch.rowCount)
        let cells = batch.columns.map { values(of: $0, rows) }
        var bytes: [UInt8] = []
        for row in 0..<rows.count {
          if !asLines { bytes += (isFirst ? "\n" : ",\n").utf8 }
          isFirst = false
          for column in keys.indices {
            bytes += keys[column]
            bytes += cells[column].bytes[cells[column].range(row)]
          }
          bytes += (keys.isEmpty ? "{}" : "}").utf8
          if asLines { bytes.append(UInt8(ascii: "\n")) }
        }
        try console.write(bytes)
      }
    }
    if !asLines { try console.write(isFirst ? "]\n" : "\n]\n") }
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
