/// Lines of text in the making, for one part of a file.
struct LineBuffer {
  private(set) var bytes: [UInt8]
  private(set) var count = 0

  init(capacity: Int) { bytes = [UInt8](repeating: 0, count: capacity) }

  /// Lets `body` write behind what is there; it returns how far it got.
  mutating func fill(_ body: (inout MutableSpan<UInt8>, Int) -> Int) {
    let start = count
    var span = bytes.mutableSpan
    let end = body(&span, start)
    count = end
  }

  mutating func append(_ text: String) {
    for byte in text.utf8 { append(byte) }
  }

  mutating func append(_ byte: UInt8) {
    if count == bytes.count { bytes += [UInt8](repeating: 0, count: max(4096, bytes.count)) }
    bytes[count] = byte
    count += 1
  }

  /// A field of CSV, in quotes where it has a comma or a quote in it.
  mutating func append(field text: String) {
    guard text.utf8.contains(where: { $0 == UInt8(ascii: ",") || $0 == UInt8(ascii: "\"") }) else {
      return append(text)
    }
    append(UInt8(ascii: "\""))
    for byte in text.utf8 {
      if byte == UInt8(ascii: "\"") { append(byte) }
      append(byte)
    }
    append(UInt8(ascii: "\""))
  }
}

/// Writes `number` in `width` digits at `place`, zeros in front.
@inline(__always)
func put(
  _ number: Int, width: Int, into bytes: inout MutableSpan<UInt8>, at place: Int
) -> Int {
  var rest = UInt64(truncatingIfNeeded: number)
  var index = place + width
  while index > place {
    index &-= 1
    bytes[index] = UInt8(truncatingIfNeeded: 48 &+ rest % 10)
    rest /= 10
  }
  return place + width
}

/// The digits of a number that is not negative.
@inline(__always)
func digits(of number: Int) -> Int {
  var count = 1
  var limit = 10
  while number >= limit && count < 19 {
    count += 1
    limit = limit &* 10
  }
  return count
}

/// Copies `text` to `place`.
@inline(__always)
func put(_ text: [UInt8], into bytes: inout MutableSpan<UInt8>, at place: Int) -> Int {
  var index = place
  for byte in text {
    bytes[index] = byte
    index &+= 1
  }
  return index
}
