// Numbers cut into whole bytes, all first bytes, then all second bytes, and so on: a form that
// zstd compresses better than packed bits, because equal bytes stand together.

extension BitPacking {
  /// Appends the low `planes` bytes of (value - base) / scale of all values, low bytes first; the
  /// division must leave no rest.
  package static func splitPlanes(
    _ values: Span<Int64>, base: Int64, scale: UInt64, planes: Int, into bytes: inout [UInt8]
  ) {
    precondition(planes >= 0 && planes <= 8 && scale > 0, "at most eight bytes a number")
    let count = values.count
    let start = bytes.count
    bytes.append(contentsOf: repeatElement(0, count: planes * count))
    let shift = UInt64(scale.trailingZeroBitCount)
    let inverse = inverse(of: scale >> shift)
    var output = bytes.mutableSpan
    for plane in 0..<planes {
      let place = start &+ plane &* count
      for index in values.indices {
        let number = (UInt64(bitPattern: values[index] &- base) &>> shift) &* inverse
        output[place &+ index] = UInt8(truncatingIfNeeded: number &>> UInt64(8 &* plane))
      }
    }
  }

  /// Base + scale * number, from planes that fill `range` exactly.
  package static func joinPlanes(
    _ bytes: [UInt8], _ range: Range<Int>, count: Int, base: Int64, scale: Int64
  ) -> [Int64] {
    join(bytes, range, count, base, scale)
  }

  package static func joinPlanes(
    _ bytes: [UInt8], _ range: Range<Int>, count: Int, base: UInt32, scale: UInt32
  ) -> [UInt32] {
    join(bytes, range, count, base, scale)
  }

  @inline(__always)
  private static func join<Integer: FixedWidthInteger>(
    _ bytes: [UInt8], _ range: Range<Int>, _ count: Int, _ base: Integer, _ scale: Integer
  ) -> [Integer] {
    if count == 0 { return [] }
    precondition(range.count % count == 0, "whole planes")
    let planes = range.count / count
    let input = bytes.span.extracting(range)
    var values = [Integer](repeating: base, count: count)
    if planes == 0 { return values }
    let first = input.extracting(0..<count)
    if planes == 1 {
      for index in values.indices {
        values[index] = base &+ scale &* Integer(truncatingIfNeeded: first[index])
      }
      return values
    }
    let second = input.extracting(count..<2 &* count)
    if planes == 2 {
      for index in values.indices {
        let number = UInt32(first[index]) | UInt32(second[index]) << 8
        values[index] = base &+ scale &* Integer(truncatingIfNeeded: number)
      }
      return values
    }
    let third = input.extracting(2 &* count..<3 &* count)
    for index in values.indices {
      let number =
        UInt32(first[index]) | UInt32(second[index]) << 8 | UInt32(third[index]) << 16
      values[index] = base &+ scale &* Integer(truncatingIfNeeded: number)
    }
    for plane in 3..<max(3, planes) {
      let part = input.extracting(plane &* count..<(plane &+ 1) &* count)
      for index in values.indices {
        values[index] &+= scale &* (Integer(truncatingIfNeeded: part[index]) << (8 &* plane))
      }
    }
    return values
  }
}
