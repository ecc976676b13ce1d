import Bytes
import Columns

/// Rows that a verb makes itself, written in the format that was asked for.
enum Rows {
  /// Each column with its name; a column is as its first value is.
  static func write(
    _ columns: [(name: String, values: [Value])], _ invocation: Invocation, _ console: Console
  ) throws {
    let fields = columns.map { Field($0.name, type(of: $0.values)) }
    let made = columns.map { column($0.values) }
    let isJSON = invocation.has(Flags.json) && invocation[Flags.format] == nil
    let format = isJSON ? .json : invocation[Flags.format] ?? .usual(for: console)
    let schema = Schema(fields)
    try format.write(schema, [ColumnBatch(schema, made)], to: console)
  }

  private static func type(of values: [Value]) -> DataType {
    for value in values {
      switch value {
      case .bigint: return .bigint
      case .double: return .double
      case .timestamp: return .timestamp
      case .date: return .date
      case .null: continue
      default: return .text
      }
    }
    return .text
  }

  private static func column(_ values: [Value]) -> Column {
    let type = type(of: values)
    let validity = Bitmap(count: values.count) { values[$0] != .null }
    switch type {
    case .bigint, .timestamp:
      let numbers: [Int64] = values.map {
        switch $0 {
        case .bigint(let number), .timestamp(let number): number
        default: 0
        }
      }
      return Column(type, .integers(numbers), validity: validity)
    case .double:
      let numbers = values.map { if case .double(let number) = $0 { number } else { 0.0 } }
      return Column(type, .doubles(numbers), validity: validity)
    case .date:
      let days = values.map { if case .date(let days) = $0 { days } else { Int32(0) } }
      return Column(type, .dates(days), validity: validity)
    default:
      let texts = values.map { $0.text ?? "" }
      return Column(.text, .texts(TextVector(texts)), validity: validity)
    }
  }
}
