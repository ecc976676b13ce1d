/// Random numbers that are the same for the same seed, on any machine and any number of threads
/// (SplitMix64).
struct Chance {
  private var state: UInt64

  init(seed: UInt64) { state = seed }

  /// The numbers of part `part` of stream `stream` of a seed: no part needs another's numbers.
  init(seed: UInt64, stream: UInt64, part: Int) {
    var mixer = Chance(seed: seed &+ stream &* 0xD6E8_FEB8_6659_FD93)
    state = mixer.next() ^ (UInt64(part) &* 0xA24B_AED4_963E_E407)
  }

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
    return mixed ^ (mixed >> 31)
  }

  /// A number below `count`.
  mutating func below(_ count: Int) -> Int {
    Int(truncatingIfNeeded: ((next() >> 32) &* UInt64(truncatingIfNeeded: count)) >> 32)
  }

  /// True once in `count` times.
  mutating func once(in count: Int) -> Bool { below(count) == 0 }
}

/// Draws items of unequal popularity in constant time (Vose's alias method).
///
/// The item of rank r is drawn in proportion to 1 / (r + offset): a few are heard by all, most by
/// few, and the offset keeps the first from being everything. Ranks are spread over the items, so
/// that a small number says nothing about popularity.
struct Popularity: Sendable {
  /// An item's other half in the low 32 bits, how much of its place is its own in the high ones.
  private let slots: [UInt64]

  init(count: Int, offset: Double) {
    precondition(count > 0 && count < 1 << 31, "a population has members and 31-bit numbers")
    let stride = Self.spread(count)
    var scaled = [Double](repeating: 0, count: count)
    var total = 0.0
    for rank in 0..<count { total += 1 / (Double(rank) + offset) }
    for rank in 0..<count {
      scaled[rank * stride % count] = 1 / (Double(rank) + offset) / total * Double(count)
    }
    var small: [Int] = []
    var large: [Int] = []
    for item in 0..<count {
      if scaled[item] < 1 { small.append(item) } else { large.append(item) }
    }
    var slots = (0..<count).map { UInt64($0) | 0xFFFF_FFFF_0000_0000 }
    while let less = small.popLast(), let more = large.last {
      slots[less] = UInt64(more) | UInt64(scaled[less] * 4_294_967_295) << 32
      scaled[more] -= 1 - scaled[less]
      if scaled[more] < 1 {
        large.removeLast()
        small.append(more)
      }
    }
    self.slots = slots
  }

  @inline(__always)
  func draw(_ chance: inout Chance) -> Int {
    let random = chance.next()
    let place = Int(truncatingIfNeeded: ((random & 0xFFFF_FFFF) &* UInt64(slots.count)) >> 32)
    let slot = slots[place]
    return random >> 32 < slot >> 32 ? place : Int(truncatingIfNeeded: slot & 0xFFFF_FFFF)
  }

  /// A step that meets every item once: near the golden section, and coprime with the count.
  private static func spread(_ count: Int) -> Int {
    var step = max(1, count * 618 / 1000)
    while !areCoprime(step, count) { step += 1 }
    return step
  }

  private static func areCoprime(_ a: Int, _ b: Int) -> Bool {
    var (a, b) = (a, b)
    while b != 0 { (a, b) = (b, a % b) }
    return a == 1
  }
}

/// The songs and users of the plays of a part, drawn before the lines are written.
///
/// PERF: drawn one after the other they wait for memory together; drawn in the loop that writes the
/// lines, each play waited for its own (20 M plays, 1 M users: 3.8 against 2.0 s on 2 threads).
struct Draws {
  let songs: [UInt32]
  let users: [UInt32]

  init(
    _ count: Int, _ songPopularity: Popularity, _ userPopularity: Popularity,
    _ chance: inout Chance
  ) {
    songs = Self.draw(count, songPopularity, &chance)
    users = Self.draw(count, userPopularity, &chance)
  }

  private static func draw(
    _ count: Int, _ popularity: Popularity, _ chance: inout Chance
  ) -> [UInt32] {
    var items = [UInt32](repeating: 0, count: count)
    for index in items.indices { items[index] = UInt32(popularity.draw(&chance)) }
    return items
  }
}
