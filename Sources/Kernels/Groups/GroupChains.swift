/// The groups that share an anchor cell, one behind the other, and what tells them apart.
///
/// Where the other keys depend on the anchors, each chain has one group, and a look-up is one
/// access to the cell. Where they do not, chains grow long; after more than a few steps a row the
/// index gives up, before a single anchor can make it slow.
///
/// PERF: the low half of a group's rest stands beside its number in the cell, and says it all where
/// rests are short, so that 100 k songs take 800 KB of the cache and not 1.2 MB:
/// with this and without closures for new groups, a rebuild of 50 M plays takes 2.3 s of a
/// processor, and 2.6 without (Zen 4 VM, 2026-11-27).
///
/// Invariant: `rests` and `next` have one entry a group; the groups of a chain differ in `rests`;
/// a head is the number of the first group and above it the low half of its rest.
struct GroupChains: Sendable {
  private var heads: [UInt64] = []
  private var rests: [UInt64] = []
  private var next: [UInt32] = []
  private let areRestsShort: Bool
  /// How many steps along chains a row may cost on average.
  var patience = Self.usualPatience

  static let usualPatience = 2
  private static let end = UInt32.max

  /// `restCount` is more than any rest.
  init(cellCount: Int = 0, restCount: UInt64 = 0) {
    heads = Array(repeating: .max, count: cellCount)
    areRestsShort = restCount < UInt32.max
  }

  func find(_ cell: Int, _ rest: UInt64) -> UInt32 {
    var group = UInt32(truncatingIfNeeded: heads[cell])
    while group != Self.end && rests[Int(group)] != rest { group = next[Int(group)] }
    return group
  }

  /// As `assign` of the dense form; nil where chains are too long.
  mutating func assign(
    _ places: [UInt32], _ rests: [UInt64], _ nextGroup: UInt32, _ newRows: inout [UInt32]
  ) -> [UInt32]? {
    precondition(places.count == rests.count, "one rest a row")
    var steps = 0
    let (most, overflow) = patience.multipliedReportingOverflow(by: places.count + 100)
    let limit = overflow ? .max : most
    var ids = [UInt32](repeating: 0, count: places.count)
    for row in places.indices {
      let rest = rests[row]
      let head = heads[Int(places[row])]
      var group = UInt32(truncatingIfNeeded: head)
      if UInt32(truncatingIfNeeded: head &>> 32) != UInt32(truncatingIfNeeded: rest)
        || !areRestsShort && (group == Self.end || self.rests[Int(group)] != rest)
      {
        group = step(rest, from: group, &steps)
        if steps > limit { return nil }
        if group == Self.end {
          group = nextGroup + UInt32(newRows.count)
          self.rests.append(rest)
          next.append(UInt32(truncatingIfNeeded: head))
          heads[Int(places[row])] = rest &<< 32 | UInt64(group)
          newRows.append(UInt32(row))
        }
      }
      ids[row] = group
    }
    return ids
  }

  private func step(_ rest: UInt64, from first: UInt32, _ steps: inout Int) -> UInt32 {
    var group = first
    while group != Self.end && rests[Int(group)] != rest {
      group = next[Int(group)]
      steps += 1
    }
    return group
  }
}
