import Bytes
import Columns

/// approx_count_distinct: HyperLogLog with 4,096 registers a group.
///
/// The standard error is 1.04 / √4096 = 1.6 %; small counts come from the number of empty registers
/// and are nearly exact. Registers depend on the set of values alone, so merged states are the
/// states of all rows.
///
/// Invariant: `registers` has 4,096 bytes a group.
struct ApproximateState: AggregateState {
  let type: DataType
  private var registers: [UInt8] = []

  private static let bits: UInt64 = 12
  private static let size = 1 << 12

  init(_ type: DataType) { self.type = type }

  mutating func update(_ groups: RowGroups, _ groupCount: Int, _ arguments: [Column]) {
    grow(&registers, to: groupCount * Self.size)
    let ids = groups.ids
    let hashes = valueHashes(arguments[0])
    let validity = arguments[0].validity
    for row in ids.indices where validity?[row] ?? true {
      let hash = hashes[row]
      let place = Int(ids[row]) * Self.size + Int(truncatingIfNeeded: hash >> (64 - Self.bits))
      let rank = UInt8((hash << Self.bits | 1 << (Self.bits - 1)).leadingZeroBitCount + 1)
      if rank > registers[place] { registers[place] = rank }
    }
  }

  func byteCount(_ groupCount: Int) -> Int { registers.count }

  mutating func merge(_ other: any AggregateState, _ groups: [UInt32], _ groupCount: Int) {
    let other = same(other)
    grow(&registers, to: groupCount * Self.size)
    for group in 0..<other.registers.count / Self.size {
      for register in 0..<Self.size {
        let place = Int(groups[group]) * Self.size + register
        registers[place] = max(registers[place], other.registers[group * Self.size + register])
      }
    }
  }

  mutating func finish(_ rowCounts: [Int64]) -> Column {
    grow(&registers, to: rowCounts.count * Self.size)
    let counts = rowCounts.indices.map { group in
      Self.estimate(registers[group * Self.size..<(group + 1) * Self.size])
    }
    return Column(.bigint, .integers(counts))
  }

  private static func estimate(_ registers: ArraySlice<UInt8>) -> Int64 {
    var histogram = [Int](repeating: 0, count: 65)
    for register in registers { histogram[Int(register)] += 1 }
    var sum = 0.0
    for rank in histogram.indices.reversed() { sum = sum + Double(histogram[rank]) * power(-rank) }
    let m = Double(size)
    let raw = 0.7213 / (1 + 1.079 / m) * m * m / sum
    if raw <= 2.5 * m && histogram[0] > 0 {
      return Int64((m * naturalLogarithm(m / Double(histogram[0]))).rounded())
    }
    return Int64(raw.rounded())
  }

  private static func power(_ exponent: Int) -> Double {
    Double(sign: .plus, exponent: exponent, significand: 1)
  }
}

/// A hash of each value: equal values of one type, equal hash, whatever the form of the column.
func valueHashes(_ column: Column) -> [UInt64] {
  switch column.values {
  case .booleans(let values): return values.map { mixed($0 ? 1 : 0) }
  case .dates(let values): return values.map { mixed(UInt64(bitPattern: Int64($0))) }
  case .integers(let values): return values.map { mixed(UInt64(bitPattern: $0)) }
  case .doubles(let values): return values.map { mixed(UInt64(bitPattern: groupingBits($0))) }
  case .wide(let values): return values.map { wideHash($0) }
  case .intervals(let values): return values.map { wideHash($0.comparableMicroseconds) }
  case .texts, .codes:
    let (texts, places) = column.textsAndPlaces
    func hash(_ place: Int) -> UInt64 { mixed(hashOfText(texts.bytes, texts.range(place))) }
    guard let places else { return (0..<texts.count).map(hash) }
    if texts.count == 0 { return places.map { _ in 0 } }
    var hashes = [UInt64](repeating: 0, count: texts.count)
    return places.map { place in
      if hashes[Int(place)] == 0 { hashes[Int(place)] = hash(Int(place)) }
      return hashes[Int(place)]
    }
  }
}

private func wideHash(_ value: Int128) -> UInt64 {
  mixed(UInt64(truncatingIfNeeded: value) ^ mixed(UInt64(truncatingIfNeeded: value >> 64)))
}
