package import Bytes

extension Value {
  /// The value as JSON keeps it: numbers stay numbers, digit by digit where 64 bits or a double do
  /// not hold them; dates, times and intervals are text.
  package var json: JSON {
    switch self {
    case .null: .null
    case .boolean(let value): .boolean(value)
    case .bigint(let value): .integer(value)
    case .double(let value): .number(value)
    case .text(let value): .text(value)
    case .hugeint(let value): Int64(exactly: value).map { .integer($0) } ?? .digits(String(value))
    case .decimal: text.map { .digits($0) } ?? .null
    case .date, .timestamp, .interval: .optional(text)
    }
  }
}
