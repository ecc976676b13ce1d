import Columns

/// The order of a column's values in one word each: of two rows with different words, the one with
/// the smaller word stands before the other; equal words tell nothing.
enum KeyWords {
  static func of(_ column: Column) -> [UInt64] {
    let count = column.count
    var words: [UInt64]
    switch column.values {
    case .texts(let texts):
      words = (0..<count).map { row in
        var word: UInt64 = 0
        let range = texts.range(row)
        for place in 0..<8 {
          let byte = place < range.count ? texts.bytes[range.lowerBound + place] : 0
          word = word << 8 | UInt64(byte)
        }
        return word
      }
    case .integers(let values):
      words = values.map { UInt64(bitPattern: $0) ^ 1 << 63 }
    case .dates(let values):
      words = values.map { UInt64(bitPattern: Int64($0)) ^ 1 << 63 }
    default: return [UInt64](repeating: 0, count: count)
    }
    // Nulls stand first.
    if column.nullCount > 0 {
      for row in 0..<count where column.isNull(row) { words[row] = 0 }
    }
    return words
  }
}
