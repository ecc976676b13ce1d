import Bytes

// DEFLATE (RFC 1951), written here rather than taken from the system: a static binary then reads
// gzip on a machine that has no libz, and input of strangers meets bounds-checked code.
//
// Bits are taken from a 64-bit reservoir. A code is found in a table by its first `Codes.rootBits`
// bits; the few longer codes are found by counting, length by length, as RFC 1951 defines them.
//
// Nearly all symbols are expanded by `expandFast`, from local variables, and with eight bytes put
// into the reservoir at once. What it does not know, it leaves: long codes, the end of a block, the
// last bytes of a piece of input, and all that is wrong, which `expandSymbol` refuses.
//
// PERF: a conversion of 100 MB of plays takes 0.39 s, and took 1.56 symbol by symbol, where copies
// of the codes were counted up and down; `gzip -dc` needs 0.49 s to expand them (Zen 5 VM,
// 2026-11-30).

/// Expands one DEFLATE stream after another out of a raw input.
struct Inflater: Sendable {
  private(set) var raw: RawInput
  /// Raw bytes at hand, and how many of them are in the reservoir or behind it.
  private var bytes: [UInt8] = []
  private var place = 0
  private var reservoir: UInt64 = 0
  private var bits = 0
  /// What was expanded: 32 KiB that matches may reach back to, then what was not taken yet; and
  /// behind the `filled` bytes room for more.
  private(set) var output: [UInt8] = []
  private(set) var filled = 0
  /// Where the output of the stream at hand begins, as far as it is still there.
  private var streamStart = 0
  private var mode = Mode.finished
  private var isLastBlock = false
  private var literals = Codes()
  private var distances = Codes()

  private enum Mode: Sendable {
    case blockStart
    case stored(remaining: Int)
    case coded
    case finished
  }

  init(_ raw: RawInput) { self.raw = raw }

  var isFinished: Bool {
    if case .finished = mode { return true }
    return false
  }

  /// The bytes of output that were not taken yet.
  var available: Int { filled - taken }
  private var taken = 0

  mutating func begin() {
    mode = .blockStart
    isLastBlock = false
    streamStart = filled
  }

  /// Takes up to `count` bytes of the output.
  mutating func take(_ count: Int) -> [UInt8] {
    let end = min(filled, taken + count)
    let result = Array(output[taken..<end])
    taken = end
    if taken > 1 << 16 {
      let dropped = taken - 1 << 15
      output.removeFirst(dropped)
      filled -= dropped
      taken -= dropped
      streamStart = max(0, streamStart - dropped)
    }
    return result
  }

  /// Expands until `count` bytes can be taken or the stream is finished.
  mutating func inflate(until count: Int) throws(CSVError) {
    while filled < taken + count {
      let target = min(taken + count, filled + Self.step)
      // A match may go on behind the target, and is copied word by word.
      let room = target + Self.longestMatch + 8
      if output.count < room {
        output += [UInt8](repeating: 0, count: room - output.count)
      }
      switch mode {
      case .finished: return
      case .blockStart: try beginBlock()
      case .stored(let remaining):
        let count = min(remaining, target - filled)
        for _ in 0..<count { put(try byte()) }
        mode = remaining > count ? .stored(remaining: remaining - count) : afterBlock
      case .coded: if try expand(until: target) { mode = afterBlock }
      }
    }
  }

  private var afterBlock: Mode { isLastBlock ? .finished : .blockStart }

  private mutating func beginBlock() throws(CSVError) {
    isLastBlock = try take(bits: 1) == 1
    switch try take(bits: 2) {
    case 0:
      alignToByte()
      let length = Int(try byte()) | Int(try byte()) << 8
      let inverted = Int(try byte()) | Int(try byte()) << 8
      guard length ^ inverted == 0xFFFF else { throw raw.damage("a stored block has no length") }
      mode = length == 0 ? afterBlock : .stored(remaining: length)
    case 1:
      literals = Codes.fixedLiterals
      distances = Codes.fixedDistances
      mode = .coded
    case 2:
      try readCodes()
      mode = .coded
    default: throw raw.damage("a block has no known form")
    }
  }

  /// Reads the codes of a block.
  private mutating func readCodes() throws(CSVError) {
    let literalCount = Int(try take(bits: 5)) + 257
    let distanceCount = Int(try take(bits: 5)) + 1
    let lengthCount = Int(try take(bits: 4)) + 4
    var lengths = [UInt8](repeating: 0, count: 19)
    for index in 0..<lengthCount { lengths[Self.lengthOrder[index]] = UInt8(try take(bits: 3)) }
    guard let lengthCodes = Codes(lengths) else { throw raw.damage("its codes make no sense") }
    var all: [UInt8] = []
    while all.count < literalCount + distanceCount {
      let symbol = try symbol(lengthCodes)
      switch symbol {
      case 0..<16: all.append(UInt8(symbol))
      case 16:
        guard let last = all.last else { throw raw.damage("its codes make no sense") }
        for _ in 0..<Int(try take(bits: 2)) + 3 { all.append(last) }
      case 17: for _ in 0..<Int(try take(bits: 3)) + 3 { all.append(0) }
      default: for _ in 0..<Int(try take(bits: 7)) + 11 { all.append(0) }
      }
    }
    guard all.count == literalCount + distanceCount, all[256] != 0,
      let literals = Codes(Array(all[..<literalCount])),
      let distances = Codes(Array(all[literalCount...]))
    else { throw raw.damage("its codes make no sense") }
    self.literals = literals
    self.distances = distances
  }

  /// Expands a coded block until the output has `target` bytes; true where the block has ended.
  private mutating func expand(until target: Int) throws(CSVError) -> Bool {
    while filled < target {
      expandFast(until: target)
      if filled < target, try expandSymbol() { return true }
    }
    return false
  }

  /// Expands symbols as long as all about them is as usual.
  private mutating func expandFast(until target: Int) {
    if bits > 56 { return }
    let (source, literalRoot, distanceRoot) = (bytes, literals.root, distances.root)
    let (lengthBase, lengthExtra) = (Self.lengthBase, Self.lengthExtra)
    let (distanceBase, distanceExtra) = (Self.distanceBase, Self.distanceExtra)
    let (mask, first) = (UInt64(Codes.rootMask), streamStart)
    let input = source.span
    var expanded: [UInt8] = []
    swap(&expanded, &output)
    defer { swap(&expanded, &output) }
    var output = expanded.mutableSpan
    var (reservoir, bits, place, filled) = (reservoir, bits, place, filled)
    while filled < target && place &+ 8 <= input.count {
      reservoir |= input.word64(at: place) &<< UInt64(bits)
      place &+= (63 &- bits) &>> 3
      bits |= 56
      // With at least 56 bits there are enough for all that follows.
      var entry = Int(literalRoot[Int(reservoir & mask)])
      if entry &>> 12 == 0 { break }
      if entry & 0xFFF < 256 {
        repeat {
          output[filled] = UInt8(truncatingIfNeeded: entry)
          filled &+= 1
          reservoir &>>= UInt64(entry &>> 12)
          bits &-= entry &>> 12
          entry = Int(literalRoot[Int(reservoir & mask)])
        } while entry &>> 12 != 0 && entry & 0xFFF < 256 && bits > 32 && filled < target
        continue
      }
      let symbol = entry & 0xFFF &- 257
      if symbol < 0 || symbol >= lengthBase.count { break }
      var rest = reservoir &>> UInt64(entry &>> 12)
      let length = lengthBase[symbol] &+ Int(rest & (1 &<< UInt64(lengthExtra[symbol]) &- 1))
      rest &>>= UInt64(lengthExtra[symbol])
      let code = Int(distanceRoot[Int(rest & mask)])
      let distanceSymbol = code & 0xFFF
      if code &>> 12 == 0 || distanceSymbol >= distanceBase.count { break }
      rest &>>= UInt64(code &>> 12)
      let extra = distanceExtra[distanceSymbol]
      let distance = distanceBase[distanceSymbol] &+ Int(rest & (1 &<< UInt64(extra) &- 1))
      if distance > filled &- first { break }
      reservoir = rest &>> UInt64(extra)
      bits &-= entry &>> 12 &+ lengthExtra[symbol] &+ code &>> 12 &+ extra
      Self.copy(length, from: filled &- distance, to: filled, in: &output)
      filled &+= length
    }
    (self.reservoir, self.bits, self.place, self.filled) = (reservoir, bits, place, filled)
    // Bits above those that count are those of bytes that are still to come.
    if bits < 64 { self.reservoir &= 1 &<< UInt64(bits) &- 1 }
  }

  /// Copies a match, which may run into itself.
  @inline(__always)
  private static func copy(
    _ length: Int, from: Int, to: Int, in output: inout MutableSpan<UInt8>
  ) {
    if to &- from < 8 {
      for index in 0..<length { output[to &+ index] = output[from &+ index] }
      return
    }
    var done = 0
    while done < length {
      let word = output.span.word64(at: from &+ done)
      output.store(word64: word, at: to &+ done)
      done &+= 8
    }
  }

  /// Expands one symbol; true where it ends the block.
  private mutating func expandSymbol() throws(CSVError) -> Bool {
    let symbol = try symbol(literals)
    if symbol < 256 {
      put(UInt8(symbol))
      return false
    }
    if symbol == 256 { return true }
    guard symbol <= 285 else { throw raw.damage("it has an unknown length") }
    let length = Self.lengthBase[symbol - 257] + Int(try take(bits: Self.lengthExtra[symbol - 257]))
    let code = try self.symbol(distances)
    guard code < 30 else { throw raw.damage("it has an unknown distance") }
    let distance = Self.distanceBase[code] + Int(try take(bits: Self.distanceExtra[code]))
    guard distance <= filled - streamStart else {
      throw raw.damage("it refers to before its start")
    }
    for _ in 0..<length { put(output[filled - distance]) }
    return false
  }

  private mutating func put(_ byte: UInt8) {
    output[filled] = byte
    filled += 1
  }

  // MARK: Bits

  @inline(__always)
  private mutating func take(bits count: Int) throws(CSVError) -> UInt64 {
    if bits < count { try refill(count) }
    let value = reservoir & (1 &<< UInt64(count) &- 1)
    reservoir &>>= UInt64(count)
    bits &-= count
    return value
  }

  /// Fills the reservoir; refuses where not even `count` bits are left.
  private mutating func refill(_ count: Int) throws(CSVError) {
    while bits <= 56 {
      if place == bytes.count {
        if raw.isAtEnd { break }
        bytes = try raw.read(1 << 18)
        place = 0
      }
      reservoir |= UInt64(bytes[place]) &<< UInt64(bits)
      place &+= 1
      bits &+= 8
    }
    guard bits >= count else { throw raw.damage("it ends too early") }
  }

  @inline(__always)
  private mutating func symbol(_ codes: borrowing Codes) throws(CSVError) -> Int {
    if bits < 15 { try refill(0) }
    let entry = codes.root[Int(reservoir & UInt64(Codes.rootMask))]
    let length = Int(entry >> 12)
    if length != 0 {
      guard length <= bits else { throw raw.damage("it ends too early") }
      reservoir &>>= UInt64(length)
      bits &-= length
      return Int(entry & 0xFFF)
    }
    return try longSymbol(codes)
  }

  private mutating func longSymbol(_ codes: borrowing Codes) throws(CSVError) -> Int {
    var code = 0
    var first = 0
    var index = 0
    for length in 1...15 {
      code |= Int(try take(bits: 1))
      let count = codes.counts[length]
      if code - first < count { return Int(codes.symbols[index + code - first]) }
      index += count
      first = (first + count) << 1
      code <<= 1
    }
    throw raw.damage("it has an unknown code")
  }

  mutating func alignToByte() {
    reservoir &>>= UInt64(bits & 7)
    bits -= bits & 7
  }

  mutating func byte() throws(CSVError) -> UInt8 { UInt8(try take(bits: 8)) }

  mutating func isAtEndOfInput() throws(CSVError) -> Bool {
    if bits == 0 { try refill(0) }
    return bits == 0
  }

  /// The bytes to make room for at a time.
  private static let step = 64 << 10
  private static let longestMatch = 258
  private static let lengthOrder = [
    16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15,
  ]
  private static let lengthBase = [
    3, 4, 5, 6, 7, 8, 9, 10, 11, 13, 15, 17, 19, 23, 27, 31, 35, 43, 51, 59, 67, 83, 99, 115, 131,
    163, 195, 227, 258,
  ]
  private static let lengthExtra = [
    0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3, 4, 4, 4, 4, 5, 5, 5, 5, 0,
  ]
  private static let distanceBase = [
    1, 2, 3, 4, 5, 7, 9, 13, 17, 25, 33, 49, 65, 97, 129, 193, 257, 385, 513, 769, 1025, 1537, 2049,
    3073, 4097, 6145, 8193, 12289, 16385, 24577,
  ]
  private static let distanceExtra = [
    0, 0, 0, 0, 1, 1, 2, 2, 3, 3, 4, 4, 5, 5, 6, 6, 7, 7, 8, 8, 9, 9, 10, 10, 11, 11, 12, 12, 13,
    13,
  ]
}

/// A set of prefix codes.
struct Codes: Sendable {
  static let rootBits = 10
  static let rootMask = 1 << rootBits - 1
  /// By the next bits of the input: the length of the code shifted by 12, and its symbol; 0 for
  /// codes that are longer.
  private(set) var root = [UInt16](repeating: 0, count: 1 << rootBits)
  /// How many codes have each length, and the symbols in the order of their codes.
  private(set) var counts = [Int](repeating: 0, count: 16)
  private(set) var symbols: [UInt16] = []

  init() {}

  /// From the length of each symbol's code; nil where more codes are wanted than there are.
  init?(_ lengths: [UInt8]) {
    for length in lengths where length > 0 { counts[Int(length)] += 1 }
    var left = 1
    for length in 1...15 {
      left = left << 1 - counts[length]
      if left < 0 { return nil }
    }
    var offsets = [Int](repeating: 0, count: 16)
    var next = [Int](repeating: 0, count: 16)
    for length in 1..<15 { offsets[length + 1] = offsets[length] + counts[length] }
    for length in 1...15 {
      next[length] = (next[length - 1] + (length > 1 ? counts[length - 1] : 0)) << 1
    }
    symbols = [UInt16](repeating: 0, count: counts.reduce(0, +))
    for (symbol, length) in lengths.enumerated() where length > 0 {
      let length = Int(length)
      symbols[offsets[length]] = UInt16(symbol)
      offsets[length] += 1
      let code = next[length]
      next[length] += 1
      guard length <= Self.rootBits else { continue }
      // The input has the first bit of a code lowest.
      var reversed = 0
      for bit in 0..<length where code >> bit & 1 != 0 { reversed |= 1 << (length - 1 - bit) }
      var index = reversed
      while index <= Self.rootMask {
        root[index] = UInt16(length << 12 | symbol)
        index += 1 << length
      }
    }
  }

  static let fixedLiterals =
    Codes(
      [UInt8](repeating: 8, count: 144) + [UInt8](repeating: 9, count: 112)
        + [UInt8](repeating: 7, count: 24) + [UInt8](repeating: 8, count: 8)) ?? Codes()
  static let fixedDistances = Codes([UInt8](repeating: 5, count: 30)) ?? Codes()
}
