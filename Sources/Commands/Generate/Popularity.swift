import Bytes

/// Draws items of unequal popularity in constant time (Vose's alias method).
///
/// The item of rank r is drawn in proportion to (r + shift)^-exponent: a few are heard by all, most
/// by few, and the shift keeps the first from being everything. Ranks are shuffled over the items,
/// so that a number says nothing about popularity.
struct Popularity: Sendable {
  /// An item's other half in the low 32 bits, how much of its place is its own in the high ones.
  private let slots: [UInt64]

  init(count: Int, exponent: Double, shift: Double, _ chance: inout Chance) {
    precondition(count > 0 && count < 1 << 31, "a population has members and 31-bit numbers")
    var weights = (1...count).map { power(Double($0) + shift, -exponent) }
    for last in stride(from: count - 1, to: 0, by: -1) {
      weights.swapAt(last, chance.below(last + 1))
    }
    let total = weights.reduce(0, +)
    var scaled = weights.map { $0 / total * Double(count) }
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
}

extension Popularity {
  /// How busy users, how loved songs and how common genres are.
  static func ofUsers(_ plan: Generation) -> Popularity {
    var chance = Chance(seed: plan.seed, stream: 5, part: 0)
    return Popularity(count: plan.users, exponent: 0.7, shift: 50, &chance)
  }

  static func ofSongs(_ plan: Generation) -> Popularity {
    var chance = Chance(seed: plan.seed, stream: 5, part: 1)
    return Popularity(count: plan.songs, exponent: 1, shift: 20, &chance)
  }

  static func ofGenres(_ plan: Generation) -> Popularity {
    var chance = Chance(seed: plan.seed, stream: 5, part: 2)
    return Popularity(count: Words.genres.count, exponent: 0.9, shift: 3, &chance)
  }
}

/// The length of a song in milliseconds: log-normal about 200 seconds.
func songLength(_ chance: inout Chance) -> Int {
  let length = 200_000 * exponential(0.35 * chance.normal())
  return max(20_000, min(1_800_000, Int(length)))
}

/// The songs and users of the plays of a part, drawn before the lines are written.
///
/// PERF: drawn one after the other they wait for memory together; drawn in the loop that writes the
/// lines, each play waited for its own (20 M plays, 1 M users: 3.8 against 2.0 s on 2 threads).
struct Draws {
  let songs: [UInt32]
  let users: [UInt32]

  /// One song in a thousand is none of the `songCount` that there are, but one of a tenth more.
  init(
    _ count: Int, _ songPopularity: Popularity, of songCount: Int, _ userPopularity: Popularity,
    _ chance: inout Chance
  ) {
    var songs = Self.draw(count, songPopularity, &chance)
    for index in songs.indices where chance.happens(Self.unknownShare) {
      songs[index] = UInt32(songCount + chance.below(Self.unknownSongs(songCount)))
    }
    self.songs = songs
    users = Self.draw(count, userPopularity, &chance)
  }

  /// 0.1 % of 2^32.
  private static let unknownShare: UInt64 = 4_294_967

  static func unknownSongs(_ songCount: Int) -> Int { songCount / 10 + 1 }

  private static func draw(
    _ count: Int, _ popularity: Popularity, _ chance: inout Chance
  ) -> [UInt32] {
    var items = [UInt32](repeating: 0, count: count)
    for index in items.indices { items[index] = UInt32(popularity.draw(&chance)) }
    return items
  }
}
