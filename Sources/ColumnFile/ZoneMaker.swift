import Bytes
import Columns

/// The zones of blocks, from the values that are not null.
enum ZoneMaker {
  /// Longer texts are not kept in zones; their bounds are cut.
  static let textLimit = 40
  /// Columns with more texts than this in their dictionary have no bounds.
  static let dictionaryLimit = 4096

  static func zone(
    _ extremes: Extremes?, of integers: [Int64], _ type: DataType, nullCount: Int
  ) -> Zone {
    guard let extremes else { return .unknown(nullCount: nullCount) }
    var zone = Zone(
      minimum: value(extremes.least, type), maximum: value(extremes.greatest, type),
      nullCount: nullCount, isExact: true)
    if type == .bigint { zone.sum = sum(of: integers.span, extremes) }
    return zone
  }

  /// The sum of the values of a block; nil where 64 bits may not hold it.
  static func sum(of integers: Span<Int64>, _ extremes: Extremes) -> Int64? {
    let greatest = max(extremes.least.magnitude, extremes.greatest.magnitude)
    if greatest > UInt64(Int64.max) / UInt64(Format.blockRows) { return nil }
    var sum: Int64 = 0
    for index in integers.indices { sum &+= integers[index] }
    return sum
  }

  private static func value(_ integer: Int64, _ type: DataType) -> Value {
    switch type {
    case .boolean: .boolean(integer != 0)
    case .date: .date(Int32(truncatingIfNeeded: integer))
    case .timestamp: .timestamp(integer)
    default: .bigint(integer)
    }
  }

  /// NaN is greater than every number, and all zeros are equal.
  static func zone(_ doubles: [Double], nullCount: Int) -> Zone {
    guard !doubles.isEmpty else { return .unknown(nullCount: nullCount) }
    var low = Double.infinity
    var high = -Double.infinity
    var numbers = 0
    for value in doubles where !value.isNaN {
      low = min(low, value)
      high = max(high, value)
      numbers += 1
    }
    let hasNaN = numbers < doubles.count
    return Zone(
      minimum: .double(numbers == 0 ? .nan : low), maximum: .double(hasNaN ? .nan : high),
      nullCount: nullCount, isExact: true)
  }

  static func zone(_ texts: TextVector, nullCount: Int) -> Zone {
    guard texts.count > 0 else { return .unknown(nullCount: nullCount) }
    let (low, high) = extremes(texts.bytes.span, texts.offsets, indices: nil)
    return bounds(texts, low, high, nullCount)
  }

  /// The zone of a coded column with few texts; a large dictionary would cost more than it tells.
  static func zone(
    codes: [Int64], _ dictionary: TextVector, nullCount: Int
  ) -> Zone {
    guard !codes.isEmpty, dictionary.count <= dictionaryLimit else {
      return .unknown(nullCount: nullCount)
    }
    var isUsed = [Bool](repeating: false, count: dictionary.count)
    for index in codes.indices { isUsed[Int(codes[index])] = true }
    let used = isUsed.indices.filter { isUsed[$0] }
    let (low, high) = extremes(dictionary.bytes.span, dictionary.offsets, indices: used)
    return bounds(dictionary, low, high, nullCount)
  }

  /// The places of the smallest and the greatest text, by bytes.
  private static func extremes(
    _ bytes: Span<UInt8>, _ offsets: [UInt32], indices: [Int]?
  ) -> (Int, Int) {
    let count = indices?.count ?? offsets.count - 1
    var low = indices?[0] ?? 0
    var high = low
    for step in 1..<max(1, count) {
      let place = indices?[step] ?? step
      if isLess(bytes, offsets, place, low) { low = place }
      if isLess(bytes, offsets, high, place) { high = place }
    }
    return (low, high)
  }

  private static func isLess(
    _ bytes: Span<UInt8>, _ offsets: [UInt32], _ left: Int, _ right: Int
  ) -> Bool {
    var first = Int(offsets[left])
    var second = Int(offsets[right])
    let firstEnd = Int(offsets[left + 1])
    let secondEnd = Int(offsets[right + 1])
    while first < firstEnd && second < secondEnd {
      if bytes[first] != bytes[second] { return bytes[first] < bytes[second] }
      first &+= 1
      second &+= 1
    }
    return firstEnd - first < secondEnd - second
  }

  private static func bounds(_ texts: TextVector, _ low: Int, _ high: Int, _ nullCount: Int)
    -> Zone
  {
    let minimum = texts[low]
    let maximum = texts[high]
    let isExact = minimum.utf8.count <= textLimit && maximum.utf8.count <= textLimit
    return Zone(
      minimum: .text(cut(minimum)), maximum: above(maximum).map { .text($0) },
      nullCount: nullCount, isExact: isExact)
  }

  /// The whole characters in the first bytes of a text, which is not greater than the text.
  private static func cut(_ text: String) -> String {
    if text.utf8.count <= textLimit { return text }
    var short = String.UnicodeScalarView()
    var size = 0
    for scalar in text.unicodeScalars {
      size += UTF8.width(scalar)
      if size > textLimit { break }
      short.append(scalar)
    }
    return String(short)
  }

  /// A short text that is not smaller: cut, with its last character raised by one.
  private static func above(_ text: String) -> String? {
    if text.utf8.count <= textLimit { return text }
    var short = cut(text).unicodeScalars
    while let last = short.popLast() {
      let next = last.value == 0xD7FF ? 0xE000 : last.value + 1
      if let raised = Unicode.Scalar(next) {
        short.append(raised)
        return String(short)
      }
    }
    return nil
  }
}
