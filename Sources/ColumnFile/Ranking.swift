import Bytes

// Some songs are played a thousand times as often as others. Where the values of a column are of
// very different frequency, they are stored as ranks, the frequent ones first: small numbers, of
// which zstd makes few bits, because their high bytes are mostly zero.
//
// The order costs space too, so it is kept roughly: keys fall into classes by the width of their
// count in bits, and within a class they ascend. The map is one class a key. It is learned from the
// first window of blocks; what it does not know keeps its own number behind all ranks.

/// The ranking of a column, as the footer knows it.
struct RankingEntry: Sendable, Hashable {
  var firstKey: Int64
  /// The keys are `firstKey ..< firstKey + keyCount`.
  var keyCount: Int
  /// A part: the class of each key.
  var page: PageEntry
}

/// What a writer has learned about the frequency of a column's values.
struct Ranking: Sendable {
  let firstKey: Int64
  /// By key, counted from the first.
  let classes: [UInt8]
  private let ranks: [UInt32]

  /// Looks at values of some rows; nil where ranks would hardly save anything, the map included.
  init?(learning blocks: [PendingColumn]) {
    var rows = 0
    var known: Extremes?
    for block in blocks {
      guard let extremes = block.extremes else { continue }
      rows += block.integers.count
      if known == nil { known = extremes } else { known?.include(extremes) }
    }
    guard let known, known.range >= 255, known.range < UInt64(FollowMap.keyLimit(rows: rows))
    else { return nil }
    if known.range >= 1 << 16 {
      // A part of the blocks, and of their keys, tells that ranks are far from paying.
      let some = stride(from: 0, to: blocks.count, by: 4).map { blocks[$0] }
      let part = Self.counts(some, known)
      if Self.share(part, every: 16, rows: some.reduce(0) { $0 + $1.integers.count }) > 1 {
        return nil
      }
    }
    let counts = Self.counts(blocks, known)
    guard Self.share(counts, every: 1, rows: rows) < 0.8 else { return nil }
    let classes = Self.classes(counts)
    firstKey = known.least
    self.classes = classes
    ranks = Self.ranks(classes)
  }

  var memory: Int { classes.count + ranks.count * 4 }

  /// How often each of the keys is there.
  private static func counts(_ blocks: [PendingColumn], _ known: Extremes) -> [UInt32] {
    var counts = [UInt32](repeating: 0, count: Int(known.range) + 1)
    for block in blocks { count(block.integers, known.least, &counts) }
    return counts
  }

  private static func count(_ values: [Int64], _ least: Int64, _ counts: inout [UInt32]) {
    for index in values.indices { counts[Int(values[index] &- least)] &+= 1 }
  }

  /// The widest counts are in class 0.
  private static func classes(_ counts: [UInt32]) -> [UInt8] {
    var all: UInt32 = 0
    for key in counts.indices { all |= counts[key] }
    let narrowest = all.leadingZeroBitCount
    var classes = [UInt8](repeating: 0, count: counts.count)
    var target = classes.mutableSpan
    for key in counts.indices {
      target[key] = UInt8(truncatingIfNeeded: counts[key].leadingZeroBitCount &- narrowest)
    }
    return classes
  }

  /// What the bits of a class and of a place in it, on average, and the map are of the bits of
  /// packed keys, judged by some of the keys.
  ///
  /// PERF: neighbours add to sums of their own: one sum would wait for itself. To look at each of a
  /// million users, for whom ranks do not pay, took 3 % of a run (samples, Zen 5 VM, 2026-11-30).
  private static func share(_ counts: [UInt32], every step: Int, rows: Int) -> Double {
    var lanes = [(size: Int, mass: Int)](repeating: (0, 0), count: 4 * 64)
    var lane = 0
    for key in stride(from: 0, to: counts.count, by: step) {
      let place = lane &* 64 &+ counts[key].leadingZeroBitCount
      lanes[place].size &+= 1
      lanes[place].mass &+= Int(counts[key])
      lane = (lane &+ 1) & 3
    }
    func bits(_ parts: Double, of whole: Double) -> Double {
      naturalLogarithm(whole / parts) / naturalLogarithm(2)
    }
    let packed = Double(rows * BitPacking.width(UInt64(counts.count - 1)))
    var ranked = 0.0
    for index in 0..<64 {
      let size = Double(step * (0..<4).reduce(0) { $0 + lanes[$1 * 64 + index].size })
      let mass = Double(step * (0..<4).reduce(0) { $0 + lanes[$1 * 64 + index].mass })
      if size == 0 { continue }
      // The map.
      ranked += size * max(0, bits(size, of: Double(counts.count)))
      if mass == 0 { continue }
      ranked += mass * (bits(1, of: size) + max(0, bits(mass, of: Double(rows))))
    }
    return ranked / packed
  }

  private static func ranks(_ classes: [UInt8]) -> [UInt32] {
    var next = [UInt32](repeating: 0, count: 256)
    for key in classes.indices { next[Int(classes[key])] += 1 }
    var start: UInt32 = 0
    for index in next.indices {
      let size = next[index]
      next[index] = start
      start += size
    }
    var ranks = [UInt32](repeating: 0, count: classes.count)
    for key in classes.indices {
      ranks[key] = next[Int(classes[key])]
      next[Int(classes[key])] += 1
    }
    return ranks
  }

  /// The ranks of values; a value without a rank becomes its distance from the first key, which is
  /// no rank.
  func ranks(of values: [Int64]) -> [Int64] {
    let ranks = self.ranks
    let limit = UInt64(ranks.count)
    var result = values
    for index in result.indices {
      let distance = UInt64(bitPattern: result[index] &- firstKey)
      result[index] =
        distance < limit
        ? Int64(ranks[Int(truncatingIfNeeded: distance)]) : Int64(bitPattern: distance)
    }
    return result
  }
}

/// A ranking that was read: the keys in the order of their ranks.
struct OpenRanking: Sendable {
  private let firstKey: Int64
  /// Counted from the first key.
  private let keys: [UInt32]

  init(firstKey: Int64, classes: [UInt32]) throws(Damage) {
    var next = [Int](repeating: 0, count: 256)
    for key in classes.indices {
      guard classes[key] < 256 else { throw Damage("a class of its ranking is too large") }
      next[Int(classes[key])] += 1
    }
    var start = 0
    for index in next.indices {
      let size = next[index]
      next[index] = start
      start += size
    }
    var keys = [UInt32](repeating: 0, count: classes.count)
    for key in classes.indices {
      let place = next[Int(classes[key])]
      keys[place] = UInt32(truncatingIfNeeded: key)
      next[Int(classes[key])] = place + 1
    }
    self.firstKey = firstKey
    self.keys = keys
  }

  /// The values that have these ranks.
  func values<Integer: StoredInteger>(_ ranks: [Integer]) -> [Integer] {
    let keys = self.keys
    let first = Integer(truncatingIfNeeded: firstKey)
    let limit = UInt64(keys.count)
    return [Integer](capacity: ranks.count) { values in
      for index in ranks.indices {
        let rank = UInt64(truncatingIfNeeded: ranks[index])
        let isKnown = rank < limit
        let key = isKnown ? Integer(truncatingIfNeeded: keys[Int(rank)]) : ranks[index]
        values.append(first &+ key)
      }
    }
  }
}
