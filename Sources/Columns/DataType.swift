/// The type of a column.
///
/// The first six are stored in files and declared in packs. The others arise in expressions and
/// results only.
package enum DataType: Sendable, Hashable {
  case boolean
  /// 64-bit signed.
  case bigint
  /// IEEE 754 binary64.
  case double
  /// UTF-8, compared by bytes, which is by code point.
  case text
  /// Days since 1970-01-01.
  case date
  /// Microseconds since 1970-01-01T00:00:00, without a zone.
  case timestamp

  /// 128-bit signed: exact sums of integers.
  case hugeint
  /// `precision` digits in all, at most 38, `scale` of them behind the point.
  case decimal(precision: Int, scale: Int)
  case interval
  /// The type of a bare NULL.
  case null

  /// Whether a file can hold it.
  package var isStored: Bool {
    switch self {
    case .boolean, .bigint, .double, .text, .date, .timestamp: true
    case .hugeint, .decimal, .interval, .null: false
    }
  }
}

extension DataType: CustomStringConvertible {
  package var description: String {
    switch self {
    case .boolean: "BOOLEAN"
    case .bigint: "BIGINT"
    case .double: "DOUBLE"
    case .text: "TEXT"
    case .date: "DATE"
    case .timestamp: "TIMESTAMP"
    case .hugeint: "HUGEINT"
    case .decimal(let precision, let scale): "DECIMAL(\(precision),\(scale))"
    case .interval: "INTERVAL"
    case .null: "NULL"
    }
  }
}
