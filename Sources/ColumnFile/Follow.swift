import Bytes
import Columns

// A column follows from another when equal values there mostly go with equal values here: the genre
// of a play with its song. Such a column is stored as one value a key, the frozen map, and the rows
// that differ.
//
// The map is learned from the rows themselves, a window of blocks at a time. Each key has a
// candidate and its votes: an equal value is a vote for it, another one against it, and without
// votes the next value becomes the candidate, so that a value which more than half of a key's rows
// have always wins. At the end of a window the candidates with two votes or more are frozen; the
// others stay in the race for the next window. A key seen once gains nothing from the map: its
// value costs the same as an exception.

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

  static func read(
    _ reader: inout ByteReader, valueCount: Int
  ) throws(Damage) -> FollowExceptions {
    var exceptions = FollowExceptions()
    let count = try reader.count(atMost: valueCount, of: "number of exceptions")
    if count == 0 { return exceptions }
    switch try reader.u8() {
    case 0: exceptions.places = try IntegerDecoder.decodePart(&reader, count: count, depth: 2)
    case 1:
      let range = try reader.range((valueCount + 7) / 8)
      exceptions.places.reserveCapacity(count)
      for place in 0..<valueCount
      where reader.bytes[range.lowerBound &+ place >> 3] >> UInt8(place & 7) & 1 == 1 {
        exceptions.places.append(Int64(place))
      }
      guard exceptions.places.count == count else { throw Damage("its exceptions do not add up") }
    default: throw Damage("its exceptions are written in an unknown way")
    }
    for place in exceptions.places where place < 0 || place >= Int64(valueCount) {
      throw Damage("an exception in it is outside its block")
    }
    exceptions.values = try IntegerDecoder.decodePart(&reader, count: count, depth: 2)
    return exceptions
  }
}

/// The values by key while they are learned.
struct FollowMap: Sendable {
  private struct Candidate {
    var value: Int64 = 0
    var votes: Int32 = 0
  }

  private static let frozen = Int32.max
  private(set) var firstKey: Int64
  private var candidates: [Candidate] = []

  init(firstKey: Int64) { self.firstKey = firstKey }

  /// Keys beyond this distance from the first stay out of the map.
  static func keyLimit(rows: Int) -> Int { 4 * rows + 1024 }

  mutating func learn(_ keys: [Int64], _ values: [Int64], keyLimit: Int) {
    for index in keys.indices {
      let key = keys[index] &- firstKey
      guard key >= 0 && key < keyLimit else { continue }
      let place = Int(key)
      if place >= candidates.count {
        let missing = max(place + 1, min(keyLimit, candidates.count * 2)) - candidates.count
        candidates.append(contentsOf: repeatElement(Candidate(), count: missing))
      }
      vote(&candidates[place], values[index])
    }
  }

  @inline(__always)
  private func vote(_ candidate: inout Candidate, _ value: Int64) {
    if candidate.votes == Self.frozen { return }
    if candidate.votes == 0 {
      candidate = Candidate(value: value, votes: 1)
    } else {
      candidate.votes &+= candidate.value == value ? 1 : -1
    }
  }

  mutating func freeze() {
    for place in candidates.indices where candidates[place].votes >= 2 {
      candidates[place].votes = Self.frozen
    }
  }

  func exceptions(_ keys: [Int64], _ values: [Int64]) -> FollowExceptions {
    var exceptions = FollowExceptions()
    exceptions.valueCount = values.count
    for index in keys.indices {
      let key = keys[index] &- firstKey
      let value = values[index]
      if key >= 0 && key < candidates.count {
        let candidate = candidates[Int(key)]
        if candidate.votes == Self.frozen && candidate.value == value { continue }
      }
      exceptions.places.append(Int64(index))
      exceptions.values.append(value)
    }
    return exceptions
  }

  /// The keys that have a value, counted from the first key, and their values.
  func frozenValues() -> (places: [Int64], values: [Int64]) {
    var places: [Int64] = []
    var values: [Int64] = []
    for place in candidates.indices where candidates[place].votes == Self.frozen {
      places.append(Int64(place))
      values.append(candidates[place].value)
    }
    return (places, values)
  }
}
