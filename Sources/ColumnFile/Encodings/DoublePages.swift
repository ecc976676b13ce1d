import Bytes

/// Writes doubles. Most are decimals that somebody wrote down, like 87.917: those are stored as the
/// integer 87917 and the exponent 3 of a whole page, and the others one by one.
///
/// An integer below 2^53 divided by a power of ten up to 10^22 is the double nearest to that
/// decimal, since both are exact and a division rounds once. So a value that gives itself back when
/// multiplied, rounded and divided comes back bit by bit; the multiplication may be off, and then
/// the value is stored as it is.
enum DoubleEncoder {
  static func encode(_ values: [Double], into writer: inout ByteWriter) -> Encoding {
    guard let exponent = bestExponent(values) else {
      Words.append(values.span, to: &writer.bytes)
      return .plainDoubles
    }
    let power = powers[exponent]
    var integers: [Int64] = []
    integers.reserveCapacity(values.count)
    var places: [Int64] = []
    var others: [Double] = []
    for (place, value) in values.enumerated() {
      if let integer = integer(value, power) {
        integers.append(integer)
      } else {
        // A neighbour costs less than a value that is far away.
        integers.append(integers.last ?? 0)
        places.append(Int64(place))
        others.append(value)
      }
    }
    writer.u8(UInt8(exponent))
    writer.count(places.count)
    if !places.isEmpty {
      IntegerEncoder.encodePart(places, into: &writer, depth: 2)
      Words.append(others.span, to: &writer.bytes)
    }
    IntegerEncoder.encodePart(integers, into: &writer, depth: 2)
    return .decimals
  }

  /// Exactly the powers that doubles hold without rounding.
  static let powers: [Double] = (0...22).reduce(into: []) { powers, _ in
    powers.append((powers.last ?? 0.1) * 10)
  }

  private static let limit = 4_503_599_627_370_496.0

  /// The integer that divided by `power` gives the very bits of `value`.
  private static func integer(_ value: Double, _ power: Double) -> Int64? {
    let scaled = (value * power).rounded()
    guard scaled > -limit && scaled < limit else { return nil }
    // By way of the integer, which has no negative zero.
    let integer = Int64(scaled)
    return (Double(integer) / power).bitPattern == value.bitPattern ? integer : nil
  }

  /// The exponent with the fewest bits for a few of the values; nil where none saves an eighth.
  private static func bestExponent(_ values: [Double]) -> Int? {
    let samples = min(values.count, 512)
    if samples == 0 { return nil }
    var best: (exponent: Int, bits: Int)?
    for (exponent, power) in powers.enumerated() {
      var others = 0
      var least = Int64.max
      var greatest = Int64.min
      for sample in 0..<samples {
        if let integer = integer(values[sample * values.count / samples], power) {
          least = min(least, integer)
          greatest = max(greatest, integer)
        } else {
          others += 1
        }
      }
      let width = least <= greatest ? BitPacking.width(UInt64(greatest - least)) : 0
      let bits = samples * width + others * 80
      if best.map({ bits < $0.bits }) ?? true { best = (exponent, bits) }
    }
    guard let best, best.bits < samples * 56 else { return nil }
    return best.exponent
  }
}

/// Reads doubles, bit by bit as they were.
enum DoubleDecoder {
  static func decode(
    _ encoding: Encoding, _ reader: inout ByteReader, count: Int
  ) throws(Damage) -> [Double] {
    switch encoding {
    case .plainDoubles: return try plain(&reader, count)
    case .decimals: return try decimals(&reader, count)
    default: throw Damage("a page of doubles in it has an encoding that is not for doubles")
    }
  }

  private static func plain(_ reader: inout ByteReader, _ count: Int) throws(Damage) -> [Double] {
    let (size, overflow) = count.multipliedReportingOverflow(by: 8)
    guard !overflow else { throw Damage("its doubles are too many") }
    return Words.doubles(reader.bytes, try reader.range(size))
  }

  private static func decimals(
    _ reader: inout ByteReader, _ count: Int
  ) throws(Damage) -> [Double] {
    let exponent = Int(try reader.u8())
    guard exponent < DoubleEncoder.powers.count else {
      throw Damage("a decimal in it has too many digits")
    }
    let otherCount = try reader.count(atMost: count, of: "number of exceptions")
    var places: [Int64] = []
    var others: [Double] = []
    if otherCount > 0 {
      places = try IntegerDecoder.decodePart(&reader, count: otherCount, depth: 2)
      others = try plain(&reader, otherCount)
    }
    let integers: [Int64] = try IntegerDecoder.decodePart(&reader, count: count, depth: 2)
    let power = DoubleEncoder.powers[exponent]
    var values = [Double](repeating: 0, count: count)
    for index in values.indices { values[index] = Double(integers[index]) / power }
    for (place, other) in zip(places, others) {
      guard place >= 0 && place < Int64(count) else {
        throw Damage("an exception in it is outside its block")
      }
      values[Int(place)] = other
    }
    return values
  }
}
