import Bytes
package import Columns

/// What is known about the values of a column in a block without reading them.
///
/// Invariant: a zone without values has no sum.
package struct Zone: Sendable, Hashable {
  /// No value is smaller; nil where nothing is known or there is no value. Doubles are ordered with
  /// NaN as the greatest.
  package var minimum: Value?
  /// No value is greater.
  package var maximum: Value?
  package var nullCount: Int
  /// Whether the bounds are values of the block themselves, and not only bounds.
  package var isExact: Bool
  /// Of the values, where they are integers and it is known.
  package var sum: Int64?

  package init(minimum: Value?, maximum: Value?, nullCount: Int, isExact: Bool) {
    self.minimum = minimum
    self.maximum = maximum
    self.nullCount = nullCount
    self.isExact = isExact
  }

  /// A zone that knows no bounds.
  static func unknown(nullCount: Int) -> Zone {
    Zone(minimum: nil, maximum: nil, nullCount: nullCount, isExact: false)
  }
}

extension Zone {
  private static let minimumBit: UInt8 = 1
  private static let maximumBit: UInt8 = 2
  private static let exactBit: UInt8 = 4

  func write(to writer: inout ByteWriter) {
    writer.count(nullCount)
    writer.u8(
      (minimum == nil ? 0 : Self.minimumBit) | (maximum == nil ? 0 : Self.maximumBit)
        | (isExact ? Self.exactBit : 0))
    if let minimum { Self.write(minimum, to: &writer) }
    if let maximum { Self.write(maximum, to: &writer) }
  }

  init(from reader: inout ByteReader, type: DataType, rows: Int) throws(Damage) {
    nullCount = try reader.count(atMost: rows, of: "number of nulls")
    let flags = try reader.u8()
    guard flags < 8 else { throw Damage("a zone in it has unknown flags") }
    minimum = flags & Self.minimumBit == 0 ? nil : try Self.value(from: &reader, type)
    maximum = flags & Self.maximumBit == 0 ? nil : try Self.value(from: &reader, type)
    isExact = flags & Self.exactBit != 0
  }

  private static func write(_ value: Value, to writer: inout ByteWriter) {
    switch value {
    case .boolean(let value): writer.u8(value ? 1 : 0)
    case .bigint(let value), .timestamp(let value): writer.signed(value)
    case .date(let value): writer.signed(Int64(value))
    case .double(let value): writer.u64(value.bitPattern)
    case .text(let value): writer.text(value)
    default: preconditionFailure("a zone has values of stored types")
    }
  }

  private static func value(
    from reader: inout ByteReader, _ type: DataType
  ) throws(Damage) -> Value {
    switch type {
    case .boolean: return .boolean(try reader.u8() != 0)
    case .bigint: return .bigint(try reader.signed())
    case .timestamp: return .timestamp(try reader.signed())
    case .date:
      guard let days = Int32(exactly: try reader.signed()) else {
        throw Damage("a date in it is out of range")
      }
      return .date(days)
    case .double: return .double(Double(bitPattern: try reader.u64()))
    case .text: return .text(try reader.text())
    default: throw Damage("a column of it has a type that is not stored")
    }
  }
}
