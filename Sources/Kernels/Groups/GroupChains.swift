/// The groups that share an anchor cell, one behind the other, and what tells them apart.
///
/// Where the other keys depend on the anchors, each chain has one group, and a look-up is one
/// access to the cell. Where they do not, chains grow long; after more than a few steps a row the
/// index gives up, before a single anchor can make it slow.
///
/// PERF: the rest of a group stands beside its number in the cell, and says it all where rests are
/// short. With this and without closures for new groups, a rebuild of 50 M plays takes 2.3 s of a
/// processor, and 2.6 without (Zen 4 VM, 2026-11-27).
///
/// Invariant: each group is in one chain, and the groups of a chain differ in their rests.
struct GroupChains: Sendable {
  /// The cells, in one of two widths; the other has none.
  private var narrow: ChainHeads<UInt32>
  private var wide: ChainHeads<UInt64>
  private var groups = ChainedGroups()
  /// Whether the part of a rest in a head is all of it.
  let areRestsShort: Bool
  /// How many steps along chains a row may cost on average.
  var patience = Self.usualPatience

  static let usualPatience = 2
  /// The fewest bits for the number of a group that make narrow cells worth it.
  private static let fewestBits = 20

  /// `restCount` is more than any rest.
  init(cellCount: Int = 0, restCount: UInt64 = 0) {
    areRestsShort = restCount < UInt32.max
    let bits = 32 - (64 - restCount.leadingZeroBitCount)
    let isNarrow = bits >= Self.fewestBits
    narrow = ChainHeads(count: isNarrow ? cellCount : 0, groupBits: isNarrow ? bits : 0)
    wide = ChainHeads(count: isNarrow ? 0 : cellCount, groupBits: 32)
  }

  func find(_ cell: Int, _ rest: UInt64) -> UInt32 {
    groups.find(rest, from: narrow.isEmpty ? wide.group(ofCell: cell) : narrow.group(ofCell: cell))
  }

  /// As `assign` of the dense form; nil where chains are too long.
  mutating func assign<Rest: FixedWidthInteger & UnsignedInteger>(
    _ places: [UInt32], _ rests: [Rest], _ nextGroup: UInt32, _ newRows: inout [UInt32]
  ) -> [UInt32]? {
    precondition(places.count == rests.count, "one rest a row")
    let (most, overflow) = patience.multipliedReportingOverflow(by: places.count + 100)
    let limit = overflow ? .max : most
    if !narrow.isEmpty {
      if narrow.hasRoom(forGroups: Int(nextGroup) + places.count) {
        return narrow.assign(
          places, rests, &groups, areRestsShort: true, limit: limit, nextGroup, &newRows)
      }
      wide = ChainHeads(narrow)
      narrow = ChainHeads(count: 0, groupBits: 0)
    }
    return wide.assign(
      places, rests, &groups, areRestsShort: areRestsShort, limit: limit, nextGroup, &newRows)
  }
}

/// The groups of all chains, by number.
private struct ChainedGroups: Sendable {
  private(set) var rests: [UInt64] = []
  private var next: [UInt32] = []

  static let end = UInt32.max

  mutating func append(_ rest: UInt64, before group: UInt32) {
    rests.append(rest)
    next.append(group)
  }

  /// The group with this rest in the chain that begins with `group`, or `end`.
  func find(_ rest: UInt64, from group: UInt32) -> UInt32 {
    var steps = 0
    return find(rest, from: group, &steps)
  }

  func find(_ rest: UInt64, from first: UInt32, _ steps: inout Int) -> UInt32 {
    var group = first
    while group != Self.end && rests[Int(group)] != rest {
      group = next[Int(group)]
      steps += 1
    }
    return group
  }
}

/// By cell, the number of the first group of its chain and above it the low bits of its rest; all
/// bits are set where there is none.
///
/// PERF: 32 bits hold a million groups with a few hundred rests: 100,000 songs and their genres
/// take 400 KB of the cache in place of 800 (a rebuild of 50 M plays: 0.75 to 0.73 s with this and
/// with cheaper new groups, medians of 9, Zen 5 VM, 2026-11-30).
private struct ChainHeads<Head: FixedWidthInteger & UnsignedInteger & Sendable>: Sendable {
  private var heads: [Head]
  private let groupBits: Int

  init(count: Int, groupBits: Int) {
    heads = Array(repeating: .max, count: count)
    self.groupBits = groupBits
  }

  /// The same, wider.
  init(_ other: ChainHeads<UInt32>) {
    groupBits = 32
    heads = other.heads.map { head in
      head == .max
        ? .max
        : Head(head >> UInt32(other.groupBits)) << 32 | Head(other.group(of: head))
    }
  }

  var isEmpty: Bool { heads.isEmpty }

  func hasRoom(forGroups count: Int) -> Bool { count < 1 << groupBits }

  func group(ofCell cell: Int) -> UInt32 { group(of: heads[cell]) }

  func group(of head: Head) -> UInt32 {
    if head == .max { return ChainedGroups.end }
    return UInt32(truncatingIfNeeded: head & ((1 &<< Head(truncatingIfNeeded: groupBits)) &- 1))
  }

  mutating func assign<Rest: FixedWidthInteger & UnsignedInteger>(
    _ places: [UInt32], _ rests: [Rest], _ groups: inout ChainedGroups, areRestsShort: Bool,
    limit: Int, _ nextGroup: UInt32, _ newRows: inout [UInt32]
  ) -> [UInt32]? {
    let bits = Head(truncatingIfNeeded: groupBits)
    let known: Head = (1 &<< bits) &- 1
    // What a head has of a rest.
    let kept = Head.max >> bits
    var steps = 0
    let ids = [UInt32](capacity: places.count) { ids in
      for row in places.indices {
        let rest = rests[row]
        let head = heads[Int(places[row])]
        var group = UInt32(truncatingIfNeeded: head & known)
        if head &>> bits != Head(truncatingIfNeeded: rest) & kept
          || !areRestsShort && (head == .max || groups.rests[Int(group)] != UInt64(rest))
        {
          let first = self.group(of: head)
          group = groups.find(UInt64(rest), from: first, &steps)
          if steps > limit { return }
          if group == ChainedGroups.end {
            group = nextGroup + UInt32(newRows.count)
            groups.append(UInt64(rest), before: first)
            heads[Int(places[row])] =
              (Head(truncatingIfNeeded: rest) & kept) &<< bits | Head(truncatingIfNeeded: group)
            newRows.append(UInt32(row))
          }
        }
        ids.append(group)
      }
    }
    return ids.count == places.count ? ids : nil
  }
}
