/// A column of a batch: immutable values of one type, some of which may be null.
///
/// Invariant: `validity`, where there is one, is as long as the values and has a zero for each
/// null; what stands in the values at a null is unspecified but valid (a code is in its dictionary
/// or 0). Without a null there is no validity.
package struct Column: Sendable {
  package let type: DataType
  package let values: Values
  package let validity: Bitmap?

  /// The values by physical type.
  package enum Values: Sendable {
    case booleans([Bool])
    /// DATE.
    case dates([Int32])
    /// BIGINT and TIMESTAMP.
    case integers([Int64])
    /// HUGEINT and DECIMAL (the digits without the point).
    case wide([Int128])
    case doubles([Double])
    case texts(TextVector)
    /// TEXT as codes of a dictionary.
    case codes([UInt32], TextDictionary)
    case intervals([Interval])
  }

  package init(_ type: DataType, _ values: Values, validity: Bitmap? = nil) {
    precondition(validity == nil || validity?.count == values.count, "one validity bit a row")
    self.type = type
    self.values = values
    self.validity = validity.flatMap { $0.setCount == $0.count ? nil : $0 }
  }

  package var count: Int { values.count }

  package var nullCount: Int { validity.map { $0.count - $0.setCount } ?? 0 }

  package func isNull(_ row: Int) -> Bool { validity.map { !$0[row] } ?? false }
}

extension Column.Values {
  package var count: Int {
    switch self {
    case .booleans(let values): values.count
    case .dates(let values): values.count
    case .integers(let values): values.count
    case .wide(let values): values.count
    case .doubles(let values): values.count
    case .texts(let values): values.count
    case .codes(let values, _): values.count
    case .intervals(let values): values.count
    }
  }
}

/// A length of time as SQL has it: the parts do not convert into each other.
package struct Interval: Sendable, Hashable {
  package var months: Int32
  package var days: Int32
  package var microseconds: Int64

  package init(months: Int32 = 0, days: Int32 = 0, microseconds: Int64 = 0) {
    self.months = months
    self.days = days
    self.microseconds = microseconds
  }
}
