import Bytes

/// A set of codes for each group, and how large it is.
///
/// It has three forms, the first two of which can stand side by side:
///
/// 1. **bits**: one bitset [group][code]. A row tests and sets a bit. The fastest while all of it
///    fits the second level cache, and the most compact where sets are dense.
/// 2. **pending**: the rows as they came, groups and codes. When there are enough of them, or at
///    the end, they are sorted by group (a counting sort), and then one group at a time goes
///    through one bitset that does fit the cache. That bitset is cleared by the same codes that set
///    it.
/// 3. **pairs**: where the bitset of form 1 would be too large, the rows as pairs of group and
///    code, in parts that are counted one by one.
///
/// Invariant: the set of a group is the union of its codes in `bits`, `pending`, `pairs` and
/// `guests`; where there are pairs there are no bits and nothing is pending.
struct CodeSets: Sendable {
  private let options: DistinctOptions
  private var groupCount = 0
  private var bits = BitSets()
  private var pending: [(groups: RowGroups, codes: [UInt32])] = []
  private var pendingCount = 0
  private var pairs: Pairs?
  /// The pairs of sets that were merged, with the group here of each group there and, where they
  /// differ, the code of each code.
  private var guests: [(pairs: Pairs, groups: [UInt32], codes: [UInt32]?)] = []
  private var compactAt: Int
  private var bound: UInt32 = 0
  private(set) var statistics = DistinctStatistics()

  init(_ options: DistinctOptions) {
    self.options = options
    compactAt = options.memoryBytes / 2
  }

  /// About how much memory the codes take.
  var bytes: Int {
    guests.reduce(bits.bytes + pendingCount * 8 + (pairs?.bytes ?? 0)) { $0 + $1.pairs.bytes }
  }

  /// Adds each row's code, which is below `bound`, to the set of its group.
  mutating func add(_ groups: RowGroups, _ codes: [UInt32], groupCount: Int, bound: Int) {
    if codes.isEmpty { return }
    self.groupCount = max(self.groupCount, groupCount)
    self.bound = max(self.bound, UInt32(bound))
    let size = BitSets.bytes(groupCount: groupCount, bound: bound)
    if pairs == nil && size <= options.directBytes {
      bits.grow(groupCount: groupCount, bound: bound)
      statistics.bitsetBatches += 1
      bits.insert(groups, codes)
      return
    }
    if pairs == nil && size <= options.bitsetBytes {
      statistics.pendingBatches += 1
      pending.append((groups, codes))
      pendingCount += codes.count
      if pendingCount >= options.pendingRows { settle() }
      return
    }
    statistics.pairBatches += 1
    addPairs(groups, codes)
  }

  private mutating func addPairs(_ groups: RowGroups, _ codes: [UInt32]) {
    if pairs.map({ Int(bound) > $0.limit }) ?? true { openPairs() }
    pairs?.add(groups, codes, groupCount: groupCount)
    guard let size = pairs?.bytes, size > compactAt else { return }
    statistics.groupPasses += 1
    pairs?.compact(bound: Int(bound))
    compactAt = max(options.memoryBytes / 2, 2 * (pairs?.bytes ?? 0))
  }

  /// Makes all rows so far pairs that hold the codes there are now.
  private mutating func openPairs() {
    var opened = Pairs(bound: Int(bound))
    for part in bits.parts() + pending + pairParts() {
      opened.add(part.groups, part.codes, groupCount: groupCount)
    }
    bits = BitSets()
    pending = []
    pendingCount = 0
    pairs = opened
  }

  private func pairParts() -> [(groups: RowGroups, codes: [UInt32])] {
    guard let pairs else { return [] }
    return (0..<pairs.partCount).map { part in
      let own = pairs.pairs(ofPart: part)
      return (.each(own.groups), own.codes)
    }
  }

  /// Adds the sets of `other`; its group `g` is `groups[g]` here, its code `c` is `codes[c]`, or
  /// `c` where there are none.
  mutating func merge(
    _ other: CodeSets, groups: [UInt32], codes map: [UInt32]?, groupCount: Int, bound: Int
  ) {
    statistics.add(other.statistics)
    self.groupCount = max(self.groupCount, groupCount)
    self.bound = max(self.bound, UInt32(bound))
    if let theirs = other.pairs, other.guests.isEmpty {
      // They are sorted by the groups here at the end, all parts in parallel.
      if pairs == nil { openPairs() }
      guests.append((theirs, groups, map))
      return
    }
    for part in other.parts() {
      let ids = part.groups.ids.map { groups[Int($0)] }
      let codes = map.map { map in part.codes.map { map[Int($0)] } } ?? part.codes
      add(.each(ids), codes, groupCount: groupCount, bound: bound)
    }
  }

  /// All pairs, those that are not in bits as often as they came, in pieces.
  func parts() -> [(groups: RowGroups, codes: [UInt32])] {
    bits.parts() + pending + pairParts()
      + guests.indices.flatMap { guest in
        (0..<guests[guest].pairs.partCount).map { part in
          let own = received(guest, part)
          return (RowGroups.each(own.groups), own.codes)
        }
      }
  }

  /// The sizes of the sets. `rowCounts` are at least the rows of each group that have a code.
  mutating func sizes(groupCount: Int, rowCounts: [Int64] = []) -> [Int64] {
    self.groupCount = max(self.groupCount, groupCount)
    if pairs != nil { return pairSizes() }
    if pendingCount == 0 { return bits.sizes(groupCount: self.groupCount) }
    if bits.isEmpty {
      statistics.groupPasses += 1
      return sortedByGroup(rowCounts).sizes(bound: bound)
    }
    settle()
    return bits.sizes(groupCount: self.groupCount)
  }

  private mutating func pairSizes() -> [Int64] {
    if pairs.map({ Int(bound) > $0.limit }) ?? true { openPairs() }
    receiveGuests()
    var result = [Int64](repeating: 0, count: groupCount)
    guard let pairs else { return result }
    statistics.groupPasses += 1
    let limit = Int(bound)
    let sizes = Parallel.map(count: pairs.partCount, threads: options.threads) { part in
      pairs.sizes(ofPart: part, bound: limit)
    }
    let width = pairs.groupsPerPart
    for (part, own) in sizes.enumerated() {
      for group in own.indices where part * width + group < result.count {
        result[part * width + group] = own[group]
      }
    }
    return result
  }

  /// Takes the pairs of guests in, a few parts of them at a time.
  private mutating func receiveGuests() {
    let places = guests.indices.flatMap { guest in
      (0..<guests[guest].pairs.partCount).map { (guest: guest, part: $0) }
    }
    let width = max(1, options.threads) * 8
    for start in stride(from: 0, to: places.count, by: width) {
      let some = Array(places[start..<min(start + width, places.count)])
      let sets = self
      let received = Parallel.map(count: some.count, threads: options.threads) {
        sets.received(some[$0].guest, some[$0].part)
      }
      for (groups, codes) in received {
        pairs?.add(.each(groups), codes, groupCount: groupCount)
      }
    }
    guests = []
  }

  /// The pairs of a guest's part, by the groups and codes here.
  private func received(_ guest: Int, _ part: Int) -> (groups: [UInt32], codes: [UInt32]) {
    let (theirs, groups, map) = guests[guest]
    let own = theirs.pairs(ofPart: part)
    let codes = map.map { map in own.codes.map { map[Int($0)] } } ?? own.codes
    return (own.groups.map { groups[Int($0)] }, codes)
  }

  /// Moves the pending rows into the bits.
  private mutating func settle() {
    statistics.groupPasses += 1
    bits.grow(groupCount: groupCount, bound: Int(bound))
    bits.insert(sortedByGroup())
    pending = []
    pendingCount = 0
  }

  /// The pending rows in the order of their groups. Where the rows of all groups are as many, each
  /// of them has a code and none is counted again.
  private func sortedByGroup(_ rowCounts: [Int64] = []) -> CodeRun {
    var starts = [Int](repeating: 0, count: groupCount + 1)
    if rowCounts.count == groupCount, rowCounts.reduce(0, +) == pendingCount {
      for group in rowCounts.indices { starts[group + 1] = Int(rowCounts[group]) }
    } else {
      for part in pending { countRows(part.groups, &starts) }
    }
    return CodeRun(starts: &starts, pending)
  }
}

/// Adds the rows of each group `g` to `starts[g + 1]`.
private func countRows(_ groups: RowGroups, _ starts: inout [Int]) {
  switch groups {
  case .one(let group, let rows): starts[Int(group) + 1] += rows
  case .each(let ids): for row in ids.indices { starts[Int(ids[row]) &+ 1] &+= 1 }
  }
}
