/// One cell, for the edges only: constants, printing, loading. Never in a loop over rows of data.
package enum Value: Sendable, Hashable {
  case null
  case boolean(Bool)
  case bigint(Int64)
  case double(Double)
  case text(String)
  case date(Int32)
  case timestamp(Int64)
  case hugeint(Int128)
  case decimal(Int128, scale: Int)
  case interval(Interval)
}

extension Column {
  /// The cell at `row`.
  package func value(at row: Int) -> Value {
    if isNull(row) { return .null }
    switch values {
    case .booleans(let values): return .boolean(values[row])
    case .dates(let values): return .date(values[row])
    case .integers(let values):
      return type == .timestamp ? .timestamp(values[row]) : .bigint(values[row])
    case .wide(let values):
      if case .decimal(_, let scale) = type { return .decimal(values[row], scale: scale) }
      return .hugeint(values[row])
    case .doubles(let values): return .double(values[row])
    case .texts(let values): return .text(values[row])
    case .codes(let codes, let dictionary): return .text(dictionary[codes[row]])
    case .intervals(let values): return .interval(values[row])
    }
  }
}
