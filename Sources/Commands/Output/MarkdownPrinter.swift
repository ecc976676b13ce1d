import Bytes
import Columns

/// Rows as a table of Markdown, numbers aligned at the right.
enum MarkdownPrinter {
  static func write(
    _ schema: Schema, _ batches: [ColumnBatch], to console: Console
  ) throws(SystemError) {
    try console.write(line(schema.fields.map { escaped($0.name) }))
    try console.write(line(schema.fields.map { $0.type.isNumber ? "---:" : "---" }))
    for batch in batches {
      for row in 0..<batch.rowCount {
        try console.write(
          line(batch.columns.map { escaped($0.value(at: row).text ?? "NULL") }))
      }
    }
  }

  private static func line(_ cells: [String]) -> String {
    "| " + cells.joined(separator: " | ") + " |\n"
  }

  private static func escaped(_ text: String) -> String {
    var result = ""
    for character in text {
      switch character {
      case "|": result += "\\|"
      case "\\": result += "\\\\"
      case "\n", "\r\n", "\r": result += "<br>"
      default: result.append(character)
      }
    }
    return result
  }
}
