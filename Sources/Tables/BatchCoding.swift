import Bytes
import Columns

/// A batch as bytes: column by column, in fixed widths, little-endian.
///
/// ```
/// column    := kind (1) · has validity (1) · validity words (8 each) · values
/// texts     := offsets (4 each, one more than rows) · bytes
/// ```
/// Rows and schema are known from elsewhere. The blocks of a run are small and are read whole.
enum BatchCoding {
  static func append(_ batch: ColumnBatch, to bytes: inout [UInt8]) {
    for column in batch.columns {
      bytes.append(kind(of: column.values))
      bytes.append(column.validity == nil ? 0 : 1)
      for word in column.validity?.words ?? [] { append(word, to: &bytes) }
      switch column.values {
      case .booleans(let values): for value in values { bytes.append(value ? 1 : 0) }
      case .dates(let values): for value in values { append(value, to: &bytes) }
      case .integers(let values): for value in values { append(value, to: &bytes) }
      case .wide(let values): for value in values { append(value, to: &bytes) }
      case .doubles(let values): for value in values { append(value.bitPattern, to: &bytes) }
      case .texts(let texts): append(texts, to: &bytes)
      case .codes: append(column.spelled, to: &bytes)
      case .intervals(let values):
        for value in values {
          append(value.months, to: &bytes)
          append(value.days, to: &bytes)
          append(value.microseconds, to: &bytes)
        }
      }
    }
  }

  private static func kind(of values: Column.Values) -> UInt8 {
    switch values {
    case .booleans: 0
    case .dates: 1
    case .integers: 2
    case .wide: 3
    case .doubles: 4
    case .texts, .codes: 5
    case .intervals: 6
    }
  }

  static func append<Number: FixedWidthInteger>(_ number: Number, to bytes: inout [UInt8]) {
    for shift in stride(from: 0, to: Number.bitWidth, by: 8) {
      bytes.append(UInt8(truncatingIfNeeded: number >> Number(shift)))
    }
  }

  private static func append(_ texts: TextVector, to bytes: inout [UInt8]) {
    for offset in texts.offsets { append(offset, to: &bytes) }
    bytes.append(contentsOf: texts.bytes)
  }
}

/// Reads what `BatchCoding` wrote; every count is checked before it is used.
struct BatchReader {
  private let bytes: ArraySlice<UInt8>
  private var position: Int
  private let name: String

  init(_ bytes: ArraySlice<UInt8>, name: String) {
    self.bytes = bytes
    self.name = name
    position = bytes.startIndex
  }

  mutating func batch(_ schema: Schema, rows: Int) throws(TableError) -> ColumnBatch {
    var columns: [Column] = []
    for field in schema.fields { columns.append(try column(field.type, rows: rows)) }
    guard position == bytes.endIndex else { throw .damaged(name, "bytes follow its columns") }
    return ColumnBatch(schema, columns, rowCount: rows)
  }

  private mutating func column(_ type: DataType, rows: Int) throws(TableError) -> Column {
    let kind = try take(1, of: 1).first ?? 0
    let hasValidity = try take(1, of: 1).first == 1
    var validity: Bitmap?
    if hasValidity {
      validity = Bitmap(words: try numbers((rows + 63) / 64, UInt64.self), count: rows)
    }
    guard let values = try values(kind, rows: rows), Self.fits(kind, type) else {
      throw .damaged(name, "a column has no values of its type")
    }
    return Column(type, values, validity: validity)
  }

  private mutating func values(_ kind: UInt8, rows: Int) throws(TableError) -> Column.Values? {
    switch kind {
    case 0: return .booleans(try take(rows, of: 1).map { $0 != 0 })
    case 1: return .dates(try numbers(rows, Int32.self))
    case 2: return .integers(try numbers(rows, Int64.self))
    case 3: return .wide(try numbers(rows, Int128.self))
    case 4: return .doubles(try numbers(rows, UInt64.self).map { Double(bitPattern: $0) })
    case 5:
      let offsets = try numbers(rows + 1, UInt32.self)
      guard offsets.first == 0, zip(offsets, offsets.dropFirst()).allSatisfy({ $0 <= $1 }) else {
        throw .damaged(name, "its texts overlap")
      }
      let text = try take(Int(offsets[rows]), of: 1)
      return .texts(TextVector(offsets: offsets, bytes: Array(text)))
    case 6:
      let words = try numbers(rows, Int128.self)
      return .intervals(
        words.map { word in
          Interval(
            months: Int32(truncatingIfNeeded: word), days: Int32(truncatingIfNeeded: word >> 32),
            microseconds: Int64(truncatingIfNeeded: word >> 64))
        })
    default: return nil
    }
  }

  private static func fits(_ kind: UInt8, _ type: DataType) -> Bool {
    switch type {
    case .boolean, .null: kind == 0
    case .date: kind == 1
    case .bigint, .timestamp: kind == 2
    case .hugeint, .decimal: kind == 3
    case .double: kind == 4
    case .text: kind == 5
    case .interval: kind == 6
    }
  }

  private mutating func numbers<Number: FixedWidthInteger>(
    _ count: Int, _ type: Number.Type
  ) throws(TableError) -> [Number] {
    let width = Number.bitWidth / 8
    let part = try take(count, of: width)
    var numbers: [Number] = []
    numbers.reserveCapacity(count)
    var place = part.startIndex
    for _ in 0..<count {
      var number: Number = 0
      for byte in 0..<width {
        number |= Number(truncatingIfNeeded: part[place + byte]) << (8 * byte)
      }
      numbers.append(number)
      place += width
    }
    return numbers
  }

  private mutating func take(_ count: Int, of width: Int) throws(TableError) -> ArraySlice<UInt8> {
    let (size, overflow) = count.multipliedReportingOverflow(by: width)
    guard !overflow, size >= 0, size <= bytes.endIndex - position else {
      throw .damaged(name, "it is cut short")
    }
    defer { position += size }
    return bytes[position..<position + size]
  }
}
