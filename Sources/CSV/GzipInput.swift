import Bytes

/// The content of gzip members that follow one another, with their checksums checked.
struct GzipInput: Sendable {
  private var inflater: Inflater
  private var checksum = Checksum32()
  /// The bytes of the member at hand, as its trailer counts them.
  private var length: UInt32 = 0
  private var isInMember = false
  private(set) var isAtEnd = false

  init(_ raw: RawInput) { inflater = Inflater(raw) }

  var raw: RawInput { inflater.raw }

  /// The next bytes; fewer than `count` only at the end.
  mutating func read(_ count: Int) throws(CSVError) -> [UInt8] {
    while inflater.available < count && !isAtEnd {
      if !isInMember { try beginMember() }
      if isAtEnd { break }
      let before = inflater.filled
      try inflater.inflate(until: count)
      checksum.update(inflater.output, before..<inflater.filled)
      length &+= UInt32(truncatingIfNeeded: inflater.filled - before)
      if inflater.isFinished { try endMember() }
    }
    return inflater.take(count)
  }

  private mutating func beginMember() throws(CSVError) {
    if try inflater.isAtEndOfInput() {
      isAtEnd = true
      return
    }
    guard try inflater.byte() == 0x1F, try inflater.byte() == 0x8B, try inflater.byte() == 8 else {
      throw raw.damage("it does not begin like gzip")
    }
    let flags = try inflater.byte()
    guard flags & 0xE0 == 0 else { throw raw.damage("it uses an unknown extension") }
    for _ in 0..<6 { _ = try inflater.byte() }
    if flags & 4 != 0 {
      let count = Int(try inflater.byte()) | Int(try inflater.byte()) << 8
      for _ in 0..<count { _ = try inflater.byte() }
    }
    // A name, and then a comment, each ended by a zero.
    if flags & 8 != 0 { while try inflater.byte() != 0 {} }
    if flags & 16 != 0 { while try inflater.byte() != 0 {} }
    if flags & 2 != 0 { for _ in 0..<2 { _ = try inflater.byte() } }
    isInMember = true
    checksum = Checksum32()
    length = 0
    inflater.begin()
  }

  private mutating func endMember() throws(CSVError) {
    inflater.alignToByte()
    guard try word() == checksum.value else { throw raw.damage("its checksum differs") }
    guard try word() == length else { throw raw.damage("its length differs") }
    isInMember = false
  }

  private mutating func word() throws(CSVError) -> UInt32 {
    var word: UInt32 = 0
    for index in 0..<4 { word |= UInt32(try inflater.byte()) << UInt32(8 * index) }
    return word
  }
}

/// The CRC-32 of gzip.
struct Checksum32: Sendable {
  private var state: UInt32 = ~0

  var value: UInt32 { ~state }

  /// Takes some bytes, eight at a time.
  mutating func update(_ bytes: [UInt8], _ range: Range<Int>) {
    var state = state
    let bytes = bytes.span
    let tables = Self.tables.span
    var place = range.lowerBound
    while place &+ 8 <= range.upperBound {
      let word = bytes.word64(at: place) ^ UInt64(state)
      var next: UInt32 = 0
      for index in 0..<8 {
        next ^= tables[(7 &- index) &<< 8 &+ Int(word &>> UInt64(8 &* index) & 0xFF)]
      }
      state = next
      place &+= 8
    }
    while place < range.upperBound {
      state = tables[Int((state ^ UInt32(bytes[place])) & 0xFF)] ^ state >> 8
      place += 1
    }
    self.state = state
  }

  /// Table `k` has at `256 k + b` what a byte `b` with `k` zeros behind it comes to.
  private static let tables: [UInt32] = {
    var tables = [UInt32](repeating: 0, count: 8 * 256)
    for byte in 0..<256 {
      var state = UInt32(byte)
      for _ in 0..<8 { state = state & 1 != 0 ? 0xEDB8_8320 ^ state >> 1 : state >> 1 }
      tables[byte] = state
    }
    for index in 256..<8 * 256 {
      let before = tables[index - 256]
      tables[index] = tables[Int(before & 0xFF)] ^ before >> 8
    }
    return tables
  }()
}
