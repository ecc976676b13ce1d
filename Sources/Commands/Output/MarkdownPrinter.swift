import Bytes
import Columns

/// Rows as a table of Markdown, numbers aligned at the right.
enum MarkdownPrinter {
  static func head(_ schema: Schema) -> String {
    line(schema.fields.map { escaped($0.name) })
      + line(schema.fields.map { $0.type.isNumber ? "---:" : "---" })
  }

  static func rows(_ batch: ColumnBatch) -> [UInt8] {
    var bytes: [UInt8] = []
    for row in 0..<batch.rowCount {
      bytes += line(batch.columns.map { escaped($0.value(at: row).text ?? "NULL") }).utf8
    }
    return bytes
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
