import Bytes

/// An integer a page can be read into: 64 bits for numbers and timestamps, 32 for codes, dates and
/// lengths. Both wrap, so that the narrow form is the wide one cut off.
protocol StoredInteger: FixedWidthInteger {
  static var widestNumber: Int { get }

  static func joined(
    _ bytes: [UInt8], _ range: Range<Int>, count: Int, base: Self, scale: Self
  ) -> [Self]

  static func unpacked(
    _ bytes: [UInt8], _ range: Range<Int>, count: Int, width: Int, base: Int64, scale: UInt64
  ) -> [Self]

  static func sums(_ steps: [Self], from first: Self) -> [Self]
}

extension Int64: StoredInteger {
  static var widestNumber: Int { 64 }

  static func joined(
    _ bytes: [UInt8], _ range: Range<Int>, count: Int, base: Int64, scale: Int64
  ) -> [Int64] {
    BitPacking.joinPlanes(bytes, range, count: count, base: base, scale: scale)
  }

  static func unpacked(
    _ bytes: [UInt8], _ range: Range<Int>, count: Int, width: Int, base: Int64, scale: UInt64
  ) -> [Int64] {
    BitPacking.unpack(bytes, range, count: count, width: width, base: base, scale: scale)
  }

  static func sums(_ steps: [Int64], from first: Int64) -> [Int64] {
    prefixSums(steps, from: first)
  }
}

extension UInt32: StoredInteger {
  static var widestNumber: Int { 32 }

  static func joined(
    _ bytes: [UInt8], _ range: Range<Int>, count: Int, base: UInt32, scale: UInt32
  ) -> [UInt32] {
    BitPacking.joinPlanes(bytes, range, count: count, base: base, scale: scale)
  }

  static func unpacked(
    _ bytes: [UInt8], _ range: Range<Int>, count: Int, width: Int, base: Int64, scale: UInt64
  ) -> [UInt32] {
    let narrow = UInt32(truncatingIfNeeded: scale)
    var values: [UInt32] = BitPacking.unpack(
      bytes, range, count: count, width: width,
      base: narrow == 1 ? UInt32(truncatingIfNeeded: base) : 0)
    if narrow != 1 {
      let base = UInt32(truncatingIfNeeded: base)
      for index in values.indices { values[index] = base &+ narrow &* values[index] }
    }
    return values
  }

  static func sums(_ steps: [UInt32], from first: UInt32) -> [UInt32] {
    prefixSums(steps, from: first)
  }
}

/// Reads what `IntegerEncoder` wrote: `count` values, whatever the bytes say.
enum IntegerDecoder {
  static func decode<Integer: StoredInteger>(
    _ encoding: Encoding, _ reader: inout ByteReader, count: Int, depth: Int = 1
  ) throws(Damage) -> [Integer] {
    guard depth <= Format.maximumDepth else { throw Damage("its encodings are nested too deeply") }
    switch encoding {
    case .constant:
      return Array(repeating: Integer(truncatingIfNeeded: try reader.signed()), count: count)
    case .sequence:
      let first = Integer(truncatingIfNeeded: try reader.signed())
      return sequence(from: first, by: Integer(truncatingIfNeeded: try reader.signed()), count)
    case .packed:
      let base = try reader.signed()
      let scale = try reader.varint()
      let width = try width(&reader, Integer.self)
      return try unpack(&reader, count, width, base, scale)
    case .vectors: return try vectors(&reader, count)
    case .delta: return try delta(&reader, count, depth)
    case .runs: return try runs(&reader, count, depth)
    case .planes: return try planes(&reader, count)
    default: throw Damage("a page of numbers in it has an encoding that is not for numbers")
    }
  }

  /// A part inside another: its number, then its content.
  static func decodePart<Integer: StoredInteger>(
    _ reader: inout ByteReader, count: Int, depth: Int
  ) throws(Damage) -> [Integer] {
    guard let encoding = Encoding(rawValue: try reader.u8()) else {
      throw Damage("a part of a page has an unknown encoding")
    }
    return try decode(encoding, &reader, count: count, depth: depth)
  }

  private static func sequence<Integer: StoredInteger>(
    from first: Integer, by step: Integer, _ count: Int
  ) -> [Integer] {
    var values = [Integer](repeating: first, count: count)
    var value = first
    for index in values.indices {
      values[index] = value
      value &+= step
    }
    return values
  }

  private static func width<Integer: StoredInteger>(
    _ reader: inout ByteReader, _: Integer.Type
  ) throws(Damage) -> Int {
    let width = Int(try reader.u8())
    guard width <= Integer.widestNumber else { throw Damage("a number in it has too many bits") }
    return width
  }

  private static func unpack<Integer: StoredInteger>(
    _ reader: inout ByteReader, _ count: Int, _ width: Int, _ base: Int64, _ scale: UInt64
  ) throws(Damage) -> [Integer] {
    guard let size = BitPacking.byteCount(count, width: width) else {
      throw Damage("its packed numbers are too many")
    }
    let range = try reader.range(size)
    return Integer.unpacked(
      reader.bytes, range, count: count, width: width, base: base, scale: scale)
  }

  private static func vectors<Integer: StoredInteger>(
    _ reader: inout ByteReader, _ count: Int
  ) throws(Damage) -> [Integer] {
    let base = try reader.signed()
    let scale = try reader.varint()
    let vectorCount = (count + Format.vectorRows - 1) / Format.vectorRows
    var heads: [(width: Int, base: Int64)] = []
    var offset: UInt64 = 0
    for _ in 0..<vectorCount {
      let width = try width(&reader, Integer.self)
      offset &+= UInt64(bitPattern: try reader.signed())
      heads.append((width, base &+ Int64(bitPattern: offset &* scale)))
    }
    var values: [Integer] = []
    values.reserveCapacity(count)
    for head in heads {
      let rows = min(Format.vectorRows, count - values.count)
      values += try unpack(&reader, rows, head.width, head.base, scale)
    }
    return values
  }

  private static func planes<Integer: StoredInteger>(
    _ reader: inout ByteReader, _ count: Int
  ) throws(Damage) -> [Integer] {
    let base = Integer(truncatingIfNeeded: try reader.signed())
    let scale = Integer(truncatingIfNeeded: try reader.varint())
    let planes = Int(try reader.u8())
    guard planes * 8 <= Integer.widestNumber else {
      throw Damage("a number in it has too many bits")
    }
    let (size, overflow) = count.multipliedReportingOverflow(by: planes)
    guard !overflow else { throw Damage("its planes are too large") }
    let range = try reader.range(size)
    return Integer.joined(reader.bytes, range, count: count, base: base, scale: scale)
  }

  private static func delta<Integer: StoredInteger>(
    _ reader: inout ByteReader, _ count: Int, _ depth: Int
  ) throws(Damage) -> [Integer] {
    guard count > 0 else { throw Damage("steps in it have no first value") }
    let first = Integer(truncatingIfNeeded: try reader.signed())
    let steps: [Integer] = try decodePart(&reader, count: count - 1, depth: depth + 1)
    return Integer.sums(steps, from: first)
  }

  private static func runs<Integer: StoredInteger>(
    _ reader: inout ByteReader, _ count: Int, _ depth: Int
  ) throws(Damage) -> [Integer] {
    let runCount = try reader.count(atMost: count, of: "number of runs")
    let heads: [Integer] = try decodePart(&reader, count: runCount, depth: depth + 1)
    let lengths: [UInt32] = try decodePart(&reader, count: runCount, depth: depth + 1)
    var values: [Integer] = []
    values.reserveCapacity(count)
    for (head, length) in zip(heads, lengths) {
      guard Int(length) <= count - values.count else { throw Damage("its runs are too long") }
      values.append(contentsOf: repeatElement(head, count: Int(length)))
    }
    guard values.count == count else { throw Damage("its runs are too short") }
    return values
  }
}
