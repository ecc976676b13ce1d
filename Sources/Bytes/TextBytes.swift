// Hash, equality and order of a text that stands somewhere in a buffer of texts. These three are
// called once a value in loops over texts, so they read eight bytes at a time.

/// A hash of the bytes of `range`: equal bytes, equal hash, the same in every process.
@inlinable
package func hashOfText(_ bytes: [UInt8], _ range: Range<Int>) -> UInt64 {
  var hash = UInt64(truncatingIfNeeded: range.count) &* 0x9E37_79B9_7F4A_7C15
  var place = range.lowerBound
  let end = range.upperBound
  while end &- place >= 8 {
    hash = mixed(hash ^ eightBytes(bytes, at: place))
    place &+= 8
  }
  if place < end {
    var last: UInt64 = 0
    while place < end {
      last = last &<< 8 | UInt64(bytes[place])
      place &+= 1
    }
    hash = mixed(hash ^ last)
  }
  return hash ^ (hash &>> 32)
}

/// Spreads each bit of `word` over all bits: the two halves of a 128-bit product, folded.
@inlinable
package func mixed(_ word: UInt64) -> UInt64 {
  let product = (word ^ 0xA076_1D64_78BD_642F).multipliedFullWidth(by: 0xE703_7ED1_A0B4_28DB)
  return product.high ^ product.low
}

/// The eight bytes from `place` on as a number, the first byte lowest.
@inlinable
package func eightBytes(_ bytes: [UInt8], at place: Int) -> UInt64 {
  precondition(place >= 0 && place &+ 8 <= bytes.count, "eight bytes stand inside their array")
  // SAFETY: the precondition keeps all eight bytes inside the array.
  return unsafe bytes.span.bytes.unsafeLoadUnaligned(
    fromUncheckedByteOffset: place, as: UInt64.self
  ).littleEndian
}

/// Up to eight bytes of `range` as a number whose order is the order of the bytes; a text that ends
/// earlier is as if zeros followed.
@inlinable
package func orderedPrefix(_ bytes: [UInt8], _ range: Range<Int>) -> UInt64 {
  if range.lowerBound &+ 8 <= bytes.count {
    let word = eightBytes(bytes, at: range.lowerBound).byteSwapped
    return range.count >= 8 ? word : range.isEmpty ? 0 : word & ~(~0 &>> UInt64(range.count &* 8))
  }
  var word: UInt64 = 0
  for offset in 0..<8 {
    word = word &<< 8 | (offset < range.count ? UInt64(bytes[range.lowerBound &+ offset]) : 0)
  }
  return word
}

/// Whether two texts have the same bytes.
@inlinable
package func textsAreEqual(
  _ left: [UInt8], _ leftRange: Range<Int>, _ right: [UInt8], _ rightRange: Range<Int>
) -> Bool {
  leftRange.count == rightRange.count && compareTexts(left, leftRange, right, rightRange) == 0
}

/// Less than, equal to or greater than 0 as the left text comes before, is, or comes after the
/// right one in the order of bytes.
@inlinable
package func compareTexts(
  _ left: [UInt8], _ leftRange: Range<Int>, _ right: [UInt8], _ rightRange: Range<Int>
) -> Int {
  var place = leftRange.lowerBound
  var other = rightRange.lowerBound
  let end = place &+ min(leftRange.count, rightRange.count)
  while end &- place >= 8 {
    let a = eightBytes(left, at: place)
    let b = eightBytes(right, at: other)
    if a != b { return a.byteSwapped < b.byteSwapped ? -1 : 1 }
    place &+= 8
    other &+= 8
  }
  while place < end {
    let a = left[place]
    let b = right[other]
    if a != b { return a < b ? -1 : 1 }
    place &+= 1
    other &+= 1
  }
  return leftRange.count - rightRange.count
}
