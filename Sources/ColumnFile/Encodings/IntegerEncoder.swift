import Bytes

/// Writes integers in the form that takes the fewest bits, as estimated from one pass over them.
///
/// All differences wrap around, so that the full range of 64 bits needs no special case.
enum IntegerEncoder {
  /// Appends the content of the form it chooses and returns its number.
  ///
  /// With `asPlanes` numbers are cut into whole bytes instead of packed, for zstd to compress.
  /// `measured` may hold what is known of the values.
  static func encode(
    _ values: [Int64], into writer: inout ByteWriter, depth: Int = 1, asPlanes: Bool = false,
    measured: IntegerMeasure? = nil
  ) -> Encoding {
    guard let first = values.first else {
      writer.signed(0)
      return .constant
    }
    if values.count == 1 {
      writer.signed(first)
      return .constant
    }
    let measure = measured ?? IntegerMeasure(values.span)
    if measure.whole.range == 0 {
      writer.signed(first)
      return .constant
    }
    if measure.whole.stepRange == 0 {
      writer.signed(first)
      writer.signed(measure.whole.leastStep)
      return .sequence
    }
    let plan = Plan(measure, count: values.count, depth: depth)
    switch plan.encoding {
    case .delta: writeDelta(values, into: &writer, depth, asPlanes)
    case .runs: writeRuns(values, measure.runCount, into: &writer, depth, asPlanes)
    case _ where asPlanes:
      writePlanes(values, measure, into: &writer)
      return .planes
    case .vectors: writeVectors(values, measure, into: &writer)
    default: writePacked(values, measure, into: &writer)
    }
    return plan.encoding
  }

  /// A part inside another: its number, then its content.
  static func encodePart(
    _ values: [Int64], into writer: inout ByteWriter, depth: Int, asPlanes: Bool = false,
    measured: IntegerMeasure? = nil
  ) {
    let place = writer.count
    writer.u8(0)
    let encoding = encode(
      values, into: &writer, depth: depth, asPlanes: asPlanes, measured: measured)
    writer.bytes[place] = encoding.rawValue
  }

  /// How many bits the values take less because neighbours belong together.
  static func bitsSavedByOrder(_ count: Int, _ measure: IntegerMeasure) -> Int {
    let packed = count * BitPacking.width(measure.whole.range / measure.scale)
    if measure.whole.range == 0 { return 0 }
    if measure.whole.stepRange == 0 { return packed }
    return packed - Plan(measure, count: count, depth: 1).bits
  }

  /// The cheapest form by bits.
  private struct Plan {
    var encoding: Encoding
    private(set) var bits: Int

    init(_ measure: IntegerMeasure, count: Int, depth: Int) {
      let scale = measure.scale
      let width = BitPacking.width(measure.whole.range / scale)
      encoding = .packed
      bits = count * width
      var byVector = 0
      for vector in measure.vectors {
        byVector += Format.vectorRows * BitPacking.width(vector.range / scale) + 32
      }
      // A form with more parts must save something: they cost time to read.
      consider(.vectors, byVector + byVector / 50)
      if depth < Format.maximumDepth - 1 {
        let stepBits = (count - 1) * BitPacking.width(measure.whole.stepRange / scale)
        consider(.delta, stepBits + stepBits / 20 + 64)
        let lengthBits = BitPacking.width(UInt64(count / measure.runCount)) + 2
        consider(.runs, measure.runCount * (width + lengthBits) + 128)
      }
    }

    private mutating func consider(_ other: Encoding, _ otherBits: Int) {
      if otherBits < bits {
        bits = otherBits
        encoding = other
      }
    }
  }

  private static func writePacked(
    _ values: [Int64], _ measure: IntegerMeasure, into writer: inout ByteWriter
  ) {
    let scale = measure.scale
    let width = BitPacking.width(measure.whole.range / scale)
    writer.signed(measure.whole.least)
    writer.varint(scale)
    writer.u8(UInt8(width))
    BitPacking.pack(
      values.span, base: measure.whole.least, scale: scale, width: width, into: &writer.bytes)
  }

  private static func writePlanes(
    _ values: [Int64], _ measure: IntegerMeasure, into writer: inout ByteWriter
  ) {
    let scale = measure.scale
    let width = BitPacking.width(measure.whole.range / scale)
    let planes = (width + 7) / 8
    writer.signed(measure.whole.least)
    writer.varint(scale)
    writer.u8(UInt8(planes))
    BitPacking.splitPlanes(
      values.span, base: measure.whole.least, scale: scale, planes: planes, into: &writer.bytes)
  }

  private static func writeVectors(
    _ values: [Int64], _ measure: IntegerMeasure, into writer: inout ByteWriter
  ) {
    let scale = measure.scale
    writer.signed(measure.whole.least)
    writer.varint(scale)
    var before: UInt64 = 0
    for vector in measure.vectors {
      let offset = UInt64(bitPattern: vector.least &- measure.whole.least) / scale
      writer.u8(UInt8(BitPacking.width(vector.range / scale)))
      writer.signed(Int64(bitPattern: offset &- before))
      before = offset
    }
    for (index, vector) in measure.vectors.enumerated() {
      let start = index * Format.vectorRows
      let end = min(start + Format.vectorRows, values.count)
      BitPacking.pack(
        values.span.extracting(start..<end), base: vector.least, scale: scale,
        width: BitPacking.width(vector.range / scale), into: &writer.bytes)
    }
  }

  private static func writeDelta(
    _ values: [Int64], into writer: inout ByteWriter, _ depth: Int, _ asPlanes: Bool
  ) {
    writer.signed(values[0])
    var steps: [Int64] = []
    steps.reserveCapacity(values.count - 1)
    for index in 1..<values.count { steps.append(values[index] &- values[index - 1]) }
    encodePart(steps, into: &writer, depth: depth + 1, asPlanes: asPlanes)
  }

  private static func writeRuns(
    _ values: [Int64], _ runCount: Int, into writer: inout ByteWriter, _ depth: Int,
    _ asPlanes: Bool
  ) {
    var heads: [Int64] = []
    var lengths: [Int64] = []
    heads.reserveCapacity(runCount)
    lengths.reserveCapacity(runCount)
    for value in values {
      if heads.last == value {
        lengths[lengths.count - 1] += 1
      } else {
        heads.append(value)
        lengths.append(1)
      }
    }
    writer.count(heads.count)
    encodePart(heads, into: &writer, depth: depth + 1, asPlanes: asPlanes)
    encodePart(lengths, into: &writer, depth: depth + 1, asPlanes: asPlanes)
  }
}
