import Bytes
import Columns

// A column follows from another when equal values there mostly go with equal values here: the genre
// of a play with its song. Such a column is stored as one value a key, the frozen map, and the rows
// that differ.
//
// The map is learned from the rows themselves, a window of blocks at a time. Each key has a
// candidate and its votes: an equal value is a vote for it, another one against it, and without
// votes the next value becomes the candidate, so that a value which more than half of a key's rows
// have wins, unless thousands of them come before the others. At the end of a window the candidates
// with two votes or more are frozen; the others stay in the race for the next window. A key seen
// once gains nothing from the map: its value costs the same as an exception.

/// The frozen map of a column, as the footer knows it.
struct FollowEntry: Sendable, Hashable {
  /// The column whose codes or numbers are the keys.
  var source: Int
  var firstKey: Int64
  /// The keys are `firstKey ..< firstKey + keyCount`.
  var keyCount: Int
  /// How many of them have a value.
  var valueCount: Int
  var page: PageEntry
}

/// The rows of a block whose values do not follow.
struct FollowExceptions: Sendable {
  /// Places among the values that are not null, ascending.
  var places: [Int64] = []
  var values: [Int64] = []
  /// The values of the block that are not null.
  var valueCount = 0

  func write(to writer: inout ByteWriter) {
    writer.count(places.count)
    if places.isEmpty { return }
    // A bit a row is shorter than a place an exception where there are many.
    if places.count > valueCount / 8 {
      writer.u8(1)
      var bits = [UInt8](repeating: 0, count: (valueCount + 7) / 8)
      for place in places { bits[Int(place) >> 3] |= 1 << UInt8(place & 7) }
      writer.append(bits)
    } else {
      writer.u8(0)
      IntegerEncoder.encodePart(places, into: &writer, depth: 2)
    }
    IntegerEncoder.encodePart(values, into: &writer, depth: 2)
  }

  /// Puts the exceptions of a block, which come next, into its values.
  static func apply<Integer: StoredInteger>(
    _ reader: inout ByteReader, to values: inout [Integer]
  ) throws(Damage) {
    let count = try reader.count(atMost: values.count, of: "number of exceptions")
    if count == 0 { return }
    switch try reader.u8() {
    case 0:
      let places: [Int64] = try IntegerDecoder.decodePart(&reader, count: count, depth: 2)
      try check(places, of: values.count)
      let others: [Integer] = try IntegerDecoder.decodePart(&reader, count: count, depth: 2)
      for index in places.indices {
        values[Int(truncatingIfNeeded: places[index])] = others[index]
      }
    case 1:
      let range = try reader.range((values.count + 7) / 8)
      let bytes = reader.bytes
      let others: [Integer] = try IntegerDecoder.decodePart(&reader, count: count, depth: 2)
      guard put(others, where: bytes.span.extracting(range), into: &values) else {
        throw Damage("its exceptions do not add up")
      }
    default: throw Damage("its exceptions are written in an unknown way")
    }
  }

  /// Refuses places, of which there is one at least, that do not ascend within their block.
  private static func check(_ places: [Int64], of count: Int) throws(Damage) {
    let extremes = Extremes(places.span, before: -1)
    guard extremes.least >= 0 && extremes.greatest < Int64(count) else {
      throw Damage("an exception in it is outside its block")
    }
    guard extremes.leastStep > 0 else { throw Damage("an exception in it is out of order") }
  }

  /// As above into the values at some rows, ascending, of a block of `all`.
  static func apply<Integer: StoredInteger>(
    _ reader: inout ByteReader, to values: inout [Integer], at rows: [UInt32], of all: Int
  ) throws(Damage) {
    let count = try reader.count(atMost: all, of: "number of exceptions")
    if count == 0 { return }
    switch try reader.u8() {
    case 0:
      let places: [Int64] = try IntegerDecoder.decodePart(&reader, count: count, depth: 2)
      let others: [Integer] = try IntegerDecoder.decodePart(&reader, count: count, depth: 2)
      try check(places, of: all)
      var next = 0
      for (exception, place) in places.enumerated() {
        while next < rows.count && Int64(rows[next]) < place { next += 1 }
        if next < rows.count && Int64(rows[next]) == place { values[next] = others[exception] }
      }
    case 1:
      let range = try reader.range((all + 7) / 8)
      let bits = Bitset(reader.bytes.span.extracting(range))
      let others: [Integer] = try IntegerDecoder.decodePart(&reader, count: count, depth: 2)
      guard bits.setCount == count, bits.end <= all else {
        throw Damage("its exceptions do not add up")
      }
      for (index, row) in rows.enumerated() {
        if let exception = bits.rank(ofSet: Int(row)) { values[index] = others[exception] }
      }
    default: throw Damage("its exceptions are written in an unknown way")
    }
  }

  /// Puts a value into the place of each set bit, in order; says whether they are equally many.
  private static func put<Integer: StoredInteger>(
    _ others: [Integer], where bits: Span<UInt8>, into values: inout [Integer]
  ) -> Bool {
    var next = 0
    var base = 0
    while base < bits.count {
      var word: UInt64 = 0
      if base &+ 8 <= bits.count {
        word = bits.word64(at: base)
      } else {
        for index in base..<bits.count {
          word |= UInt64(bits[index]) << UInt64(8 &* (index &- base))
        }
      }
      let first = base &* 8
      if next &+ word.nonzeroBitCount > others.count { return false }
      if word != 0 && first &+ 63 &- word.leadingZeroBitCount >= values.count { return false }
      while word != 0 {
        values[first &+ word.trailingZeroBitCount] = others[next]
        next &+= 1
        word &= word &- 1
      }
      base &+= 8
    }
    return next == others.count
  }
}

/// Bits that are asked for one by one.
private struct Bitset {
  private var words: [UInt64] = []
  /// The set bits before each word, and last all of them.
  private var before = [0]

  init(_ bytes: Span<UInt8>) {
    for base in stride(from: 0, to: bytes.count, by: 8) {
      var word: UInt64 = 0
      for index in base..<min(base + 8, bytes.count) {
        word |= UInt64(bytes[index]) << UInt64(8 * (index - base))
      }
      words.append(word)
      before.append(before[before.count - 1] + word.nonzeroBitCount)
    }
  }

  var setCount: Int { before[before.count - 1] }

  /// The place behind the last set bit.
  var end: Int {
    words.lastIndex { $0 != 0 }.map { $0 * 64 + 64 - words[$0].leadingZeroBitCount } ?? 0
  }

  /// How many bits before this one are set; nil if it is not set itself.
  func rank(ofSet bit: Int) -> Int? {
    let (word, place) = (words[bit >> 6], UInt64(bit & 63))
    guard word >> place & 1 == 1 else { return nil }
    return before[bit >> 6] + (word & (1 << place - 1)).nonzeroBitCount
  }
}

/// The values by key while they are learned.
struct FollowMap: Sendable {
  private(set) var firstKey: Int64
  private var votes = FollowVotes()
  /// The values of the frozen keys, where they are close enough for it.
  private var table: FollowTable?

  init(firstKey: Int64) { self.firstKey = firstKey }

  var memory: Int { votes.memory }

  /// Keys beyond this distance from the first stay out of the map.
  static func keyLimit(rows: Int) -> Int { 4 * rows + 1024 }

  /// `extremes` are those of the keys and of the values, if they are known.
  mutating func learn(
    _ keys: [Int64], _ values: [Int64], keyLimit: Int,
    extremes: (keys: Extremes, values: Extremes)? = nil
  ) {
    guard let firstOfKeys = keys.first, let firstOfValues = values.first else { return }
    let known = extremes?.keys ?? Extremes(keys.span, before: firstOfKeys)
    let range = extremes?.values ?? Extremes(values.span, before: firstOfValues)
    let greatest = known.greatest &- firstKey
    votes.grow(to: Int(max(0, min(greatest, Int64(keyLimit) - 1))) + 1)
    votes.vote(keys, values, from: firstKey, range.least, range.greatest)
  }

  /// Freezes the candidates of all keys that have two votes.
  mutating func freeze() {
    votes.freezeAll()
    let (places, values) = frozenValues()
    guard let first = values.first else {
      table = nil
      return
    }
    let extremes = Extremes(values.span, before: first)
    table = FollowTable(
      firstKey: firstKey, keyCount: votes.count, least: extremes.least,
      greatest: extremes.greatest)
    for index in places.indices { _ = table?.set(Int(places[index]), values[index]) }
  }

  /// As above, where none but these keys have been learned since.
  ///
  /// PERF: a window of 8 blocks leaves most of 100,000 keys alone: 2.2 % of a conversion was spent
  /// on all of them.
  mutating func freeze(_ keys: [Int64]) {
    guard var table = table.take() else { return freeze() }
    table.grow(toKeyCount: votes.count)
    for key in keys {
      let place = UInt64(bitPattern: key &- firstKey)
      guard place < UInt64(votes.count) else { continue }
      let index = Int(truncatingIfNeeded: place)
      guard let value = votes.freeze(index) else { continue }
      guard table.set(index, value) else { return freeze() }
    }
    self.table = table
  }

  func exceptions(_ keys: [Int64], _ values: [Int64]) -> FollowExceptions {
    let (places, others) = table?.exceptions(keys.span, values.span) ?? collect(keys, values)
    return FollowExceptions(places: places, values: others, valueCount: values.count)
  }

  /// Of values that are far apart.
  private func collect(_ keys: [Int64], _ values: [Int64]) -> ([Int64], [Int64]) {
    var places: [Int64] = []
    var kept: [Int64] = []
    for index in keys.indices {
      let key = UInt64(bitPattern: keys[index] &- firstKey)
      let value =
        key < UInt64(votes.count) ? votes.frozenValue(Int(truncatingIfNeeded: key)) : nil
      if value == values[index] { continue }
      places.append(Int64(index))
      kept.append(values[index])
    }
    return (places, kept)
  }

  /// The keys that have a value, counted from the first key, and their values.
  func frozenValues() -> (places: [Int64], values: [Int64]) { votes.allFrozen() }
}
