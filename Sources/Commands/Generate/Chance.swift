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

  /// True with a chance of `share` / 2^32.
  @inline(__always)
  mutating func happens(_ share: UInt64) -> Bool { next() >> 32 < share }

  /// A number from the normal distribution, as the sum of twelve even ones.
  mutating func normal() -> Double {
    var sum = -6.0
    for _ in 0..<12 { sum += Double(next() >> 11) / 9_007_199_254_740_992 }
    return sum
  }
}
