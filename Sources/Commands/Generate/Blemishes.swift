/// What goes wrong with lines on purpose: some are broken, some come twice.
struct Blemishes: Sendable {
  /// Shares of 2^32.
  private let broken: UInt64
  private let repeated: UInt64

  init(broken: Double, repeated: Double) {
    self.broken = UInt64((broken * 4_294_967_296).rounded())
    self.repeated = UInt64((repeated * 4_294_967_296).rounded())
  }

  var areWanted: Bool { broken + repeated > 0 }

  /// Spoils the line that starts at `starts.last` and ends at `end`, or puts one of the lines
  /// before it in its place; returns the new end.
  func apply(
    to bytes: inout MutableSpan<UInt8>, _ starts: [Int], end: Int, _ chance: inout Chance
  ) -> Int {
    let start = starts[starts.count - 1]
    if starts.count > 1 && chance.happens(repeated) {
      let line = chance.below(starts.count - 1)
      return Self.copy(starts[line]..<starts[line + 1], to: start, in: &bytes)
    }
    guard chance.happens(broken) else { return end }
    switch chance.below(4) {
    case 0:
      // The last field is missing.
      var cut = end - 1
      while bytes[cut] != UInt8(ascii: ",") { cut -= 1 }
      bytes[cut] = UInt8(ascii: "\n")
      return cut + 1
    case 1:
      // A quote within a field that has none at its start.
      bytes[start + 1] = UInt8(ascii: "\"")
      return end
    case 2:
      // No UTF-8.
      bytes[start + 1] = 0xFF
      return end
    default:
      // Something behind a number or a time.
      bytes[end - 1] = UInt8(ascii: "?")
      bytes[end] = UInt8(ascii: "\n")
      return end + 1
    }
  }

  private static func copy(
    _ range: Range<Int>, to place: Int, in bytes: inout MutableSpan<UInt8>
  ) -> Int {
    for offset in 0..<range.count { bytes[place + offset] = bytes[range.lowerBound + offset] }
    return place + range.count
  }
}
