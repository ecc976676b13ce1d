import Bytes

/// The candidates of the keys of a `FollowMap`, and their votes.
///
/// PERF: where values are near each other a candidate and its votes share 32 bits, in place of 128,
/// so that 100,000 keys stay in the cache. With the extremes that are known already, a run over
/// 50 M plays takes 6.57 s of a processor in place of 6.80 (medians of 6 in turn, Zen 5 VM,
/// 2026-11-30).
struct FollowVotes: Sendable {
  private struct Candidate {
    var value: Int64 = 0
    var votes: Int32 = 0
  }

  /// By key: the distance of the value from the base, and in the low bits the votes, of which there
  /// are no more than fit.
  private var cells: [UInt32] = []
  private var base: Int64 = 0
  /// By key, where values are far apart.
  private var candidates: [Candidate]?

  private static let voteBits: UInt32 = 12
  /// In place of votes: the value stays.
  private static let frozen: UInt32 = 1 << voteBits - 1
  private static let range: UInt64 = 1 << (32 - UInt64(voteBits))

  var count: Int { candidates?.count ?? cells.count }

  var memory: Int { candidates.map { $0.count * MemoryLayout<Candidate>.stride } ?? count * 4 }

  mutating func grow(to count: Int) {
    let missing = max(0, count - self.count)
    if candidates == nil {
      cells.append(contentsOf: repeatElement(0, count: missing))
    } else {
      candidates?.append(contentsOf: repeatElement(Candidate(), count: missing))
    }
  }

  /// Votes with values from `least` to `greatest`; keys outside the range known are passed over.
  mutating func vote(
    _ keys: [Int64], _ values: [Int64], from firstKey: Int64, _ least: Int64, _ greatest: Int64
  ) {
    precondition(keys.count == values.count, "a key a value")
    if candidates == nil && !holds(least, greatest) { widen() }
    guard var wide = candidates.take() else {
      return Self.vote(&cells, keys, values, firstKey, base)
    }
    Self.vote(&wide, keys, values, firstKey)
    candidates = wide
  }

  /// The value of a key, if it is frozen.
  func frozenValue(_ place: Int) -> Int64? {
    if let candidate = candidates?[place] {
      return candidate.votes == .max ? candidate.value : nil
    }
    let cell = cells[place]
    return cell & Self.frozen == Self.frozen ? value(of: cell) : nil
  }

  /// Freezes the value of a key that has two votes and is not frozen, and returns it.
  mutating func freeze(_ place: Int) -> Int64? {
    if let candidate = candidates?[place] {
      guard candidate.votes >= 2, candidate.votes < .max else { return nil }
      candidates?[place].votes = .max
      return candidate.value
    }
    let cell = cells[place]
    let votes = cell & Self.frozen
    guard votes >= 2, votes < Self.frozen else { return nil }
    cells[place] = cell | Self.frozen
    return value(of: cell)
  }

  /// As above, for all keys.
  mutating func freezeAll() {
    if candidates != nil {
      for place in 0..<count { _ = freeze(place) }
      return
    }
    var cells = cells.mutableSpan
    for place in cells.indices {
      let cell = cells[place]
      cells[place] = cell | (cell & Self.frozen >= 2 ? Self.frozen : 0)
    }
  }

  /// The keys that are frozen, and their values.
  func allFrozen() -> (places: [Int64], values: [Int64]) {
    var places = [Int64](repeating: 0, count: count)
    var values = places
    let found =
      candidates.map { Self.collect($0, &places, &values) }
      ?? Self.collect(cells, base, &places, &values)
    places.removeLast(count - found)
    values.removeLast(count - found)
    return (places, values)
  }

  /// PERF: every key is written, and stays where it is frozen: half of them are, and nobody can
  /// predict which.
  private static func collect(
    _ cells: [UInt32], _ base: Int64, _ places: inout [Int64], _ values: inout [Int64]
  ) -> Int {
    var places = places.mutableSpan
    var values = values.mutableSpan
    var found = 0
    for place in cells.indices {
      let cell = cells[place]
      places[found] = Int64(place)
      values[found] = base &+ Int64(cell &>> voteBits)
      found &+= Int((cell & frozen &+ 1) &>> voteBits)
    }
    return found
  }

  private static func collect(
    _ candidates: [Candidate], _ places: inout [Int64], _ values: inout [Int64]
  ) -> Int {
    var found = 0
    for place in candidates.indices where candidates[place].votes == .max {
      places[found] = Int64(place)
      values[found] = candidates[place].value
      found += 1
    }
    return found
  }

  private func value(of cell: UInt32) -> Int64 { base &+ Int64(cell >> Self.voteBits) }

  /// Whether cells can hold such values; the first ones decide where their range lies.
  private mutating func holds(_ least: Int64, _ greatest: Int64) -> Bool {
    let range = UInt64(bitPattern: greatest &- least)
    if range >= Self.range { return false }
    if !cells.contains(where: { $0 != 0 }) {
      base = least &- Int64((Self.range - 1 - range) / 2)
    }
    return UInt64(bitPattern: least &- base) < Self.range
      && UInt64(bitPattern: greatest &- base) < Self.range
  }

  private mutating func widen() {
    candidates = cells.map { cell in
      let votes = cell & Self.frozen
      return Candidate(value: value(of: cell), votes: votes == Self.frozen ? .max : Int32(votes))
    }
    cells = []
  }

  /// PERF: by arithmetic on bits alone, since nobody can predict the values, and comparisons became
  /// branches.
  private static func vote(
    _ cells: inout [UInt32], _ keys: [Int64], _ values: [Int64], _ firstKey: Int64, _ base: Int64
  ) {
    var cells = cells.mutableSpan
    let count = UInt64(cells.count)
    for index in keys.indices {
      let key = UInt64(bitPattern: keys[index] &- firstKey)
      if key >= count { continue }
      let place = Int(truncatingIfNeeded: key)
      let cell = cells[place]
      let votes = cell & frozen
      let other = cell &- votes ^ UInt32(truncatingIfNeeded: values[index] &- base) &<< voteBits
      // Each of these is 0 or 1.
      let isNew = (votes &- 1) &>> 31
      let isFor = isNew | ((other &>> voteBits) &- 1) &>> 31
      let isFull = (votes &+ 1) &>> voteBits | isFor & (votes &+ 2) &>> voteBits
      let change = (2 &* isFor &- 1) & (isFull &- 1)
      cells[place] = (cell ^ other & (0 &- isNew)) &+ change
    }
  }

  private static func vote(
    _ candidates: inout [Candidate], _ keys: [Int64], _ values: [Int64], _ firstKey: Int64
  ) {
    let count = UInt64(candidates.count)
    for index in keys.indices {
      let key = UInt64(bitPattern: keys[index] &- firstKey)
      if key >= count { continue }
      let place = Int(truncatingIfNeeded: key)
      let candidate = candidates[place]
      let value = values[index]
      let isNew = candidate.votes == 0
      let isFrozen = candidate.votes == .max
      let change: Int32 = candidate.value == value || isNew ? 1 : -1
      candidates[place] = Candidate(
        value: isNew ? value : candidate.value,
        votes: isFrozen ? .max : candidate.votes &+ change)
    }
  }
}
