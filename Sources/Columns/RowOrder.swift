/// Orders of rows by the values in their columns, for the few rows of results and tables.
package enum RowOrder {
  /// -1, 0 or 1 as `first` stands before, beside or behind `second` in this column. Nulls stand
  /// first, texts by their bytes, NaN behind all other numbers.
  package static func compare(_ column: Column, _ first: Int, _ second: Int) -> Int {
    compare(column, first, column, second)
  }

  /// The same for rows of two columns of one type.
  package static func compare(
    _ column: Column, _ row: Int, _ other: Column, _ otherRow: Int
  ) -> Int {
    switch (column.isNull(row), other.isNull(otherRow)) {
    case (true, true): return 0
    case (true, false): return -1
    case (false, true): return 1
    case (false, false): break
    }
    switch (column.values, other.values) {
    case (.booleans(let first), .booleans(let second)):
      return sign(first[row] ? 1 : 0, second[otherRow] ? 1 : 0)
    case (.dates(let first), .dates(let second)): return sign(first[row], second[otherRow])
    case (.integers(let first), .integers(let second)): return sign(first[row], second[otherRow])
    case (.wide(let first), .wide(let second)): return sign(first[row], second[otherRow])
    case (.doubles(let first), .doubles(let second)):
      let (first, second) = (first[row], second[otherRow])
      if first.isNaN || second.isNaN { return sign(first.isNaN ? 1 : 0, second.isNaN ? 1 : 0) }
      return sign(first, second)
    case (.intervals(let first), .intervals(let second)):
      return sign(length(first[row]), length(second[otherRow]))
    case (.texts, _), (.codes, _):
      return sign(bytes(column, row), bytes(other, otherRow))
    default: preconditionFailure("rows are compared by columns of one type")
    }
  }

  private static func sign<Number: Comparable>(_ first: Number, _ second: Number) -> Int {
    first < second ? -1 : first == second ? 0 : 1
  }

  private static func sign(_ first: ArraySlice<UInt8>, _ second: ArraySlice<UInt8>) -> Int {
    if first.elementsEqual(second) { return 0 }
    return first.lexicographicallyPrecedes(second) ? -1 : 1
  }

  private static func bytes(_ column: Column, _ row: Int) -> ArraySlice<UInt8> {
    switch column.values {
    case .texts(let texts): return texts.bytes[texts.range(row)]
    case .codes(let codes, let dictionary):
      if let numbering = dictionary.numbering {
        var bytes: [UInt8] = []
        numbering.append(codes[row], to: &bytes)
        return bytes[...]
      }
      let texts = dictionary.texts
      return texts.bytes[texts.range(Int(codes[row]))]
    default: preconditionFailure("texts are compared with texts")
    }
  }

  private static func length(_ interval: Interval) -> Int128 {
    (Int128(interval.months) * 30 + Int128(interval.days)) * Int128(Calendar.microsecondsPerDay)
      + Int128(interval.microseconds)
  }
}
