/// A set of codes for each group, and how large it is.
///
/// It has three forms, the first two of which can stand side by side:
///
/// 1. **bits**: one bitset [group][code]. A row tests and sets a bit. The fastest while all of it
///    fits the second level cache, and the most compact where sets are dense.
/// 2. **pending**: the rows as they came, groups and codes. When there are enough of them, or at
///    the end, they are sorted by group (a counting sort), and then one group at a time goes
/// through
///    one bitset that does fit the cache. That bitset is cleared by the same codes that set it.
/// 3. **runs**: what is kept of the pending rows when the bitset of form 1 would be too large: the
///    codes of each group, each once.
///
/// Invariant: the set of a group is the union of its codes in `bits`, `run` and `pending`; `bits`
/// and `run` are not both in use; `counts[g]` is the number of codes of the group outside
/// `pending`.
struct CodeSets: Sendable {
  private let options: DistinctOptions
  private var counts: [Int64] = []
  private var bits = BitSets()
  private var run = CodeRun()
  private var pending: [(groups: RowGroups, codes: [UInt32])] = []
  private var pendingCount = 0
  private var bound: UInt32 = 0
  private(set) var statistics = DistinctStatistics()

  init(_ options: DistinctOptions) { self.options = options }

  /// About how much memory the codes take.
  var bytes: Int { bits.bytes + run.codes.count * 4 + pendingCount * 8 }

  /// Adds each row's code, which is below `bound`, to the set of its group.
  mutating func add(_ groups: RowGroups, _ codes: [UInt32], groupCount: Int, bound: Int) {
    if codes.isEmpty { return }
    grow(&counts, to: groupCount)
    self.bound = max(self.bound, UInt32(bound))
    let size = BitSets.bytes(groupCount: groupCount, bound: bound)
    if run.codes.isEmpty && size <= options.directBytes {
      bits.grow(groupCount: groupCount, bound: bound)
      statistics.bitsetBatches += 1
      bits.insert(groups, codes, &counts)
      return
    }
    statistics.pendingBatches += 1
    pending.append((groups, codes))
    pendingCount += codes.count
    if pendingCount >= max(options.pendingRows, run.codes.count / 2) { settle() }
  }

  /// Adds the sets of `other`; its group `g` is `groups[g]` here, its code `c` is `codes[c]`, or
  /// `c` where there are none.
  mutating func merge(
    _ other: CodeSets, groups: [UInt32], codes map: [UInt32]?, groupCount: Int, bound: Int
  ) {
    statistics.add(other.statistics)
    for part in other.parts() {
      let ids = part.groups.ids.map { groups[Int($0)] }
      let codes = map.map { map in part.codes.map { map[Int($0)] } } ?? part.codes
      add(.each(ids), codes, groupCount: groupCount, bound: bound)
    }
  }

  /// All pairs, those of `pending` as often as they came, in pieces.
  func parts() -> [(groups: RowGroups, codes: [UInt32])] {
    bits.parts() + run.parts() + pending
  }

  /// The sizes of the sets.
  mutating func sizes(groupCount: Int) -> [Int64] {
    grow(&counts, to: groupCount)
    if pendingCount == 0 { return counts }
    if bits.isEmpty && run.codes.isEmpty {
      statistics.groupPasses += 1
      return sortedByGroup().sizes(bound: bound)
    }
    settle()
    return counts
  }

  /// Moves the pending rows into the bits, if those may be as large as that, or into the run.
  private mutating func settle() {
    statistics.groupPasses += 1
    let size = BitSets.bytes(groupCount: counts.count, bound: Int(bound))
    if run.codes.isEmpty && size <= options.bitsetBytes {
      bits.grow(groupCount: counts.count, bound: Int(bound))
      bits.insert(sortedByGroup(), &counts)
    } else {
      pending += bits.parts()
      bits = BitSets()
      run = run.union(with: sortedByGroup(), bound)
      run.count(into: &counts)
    }
    pending = []
    pendingCount = 0
  }

  /// The pending rows in the order of their groups.
  private func sortedByGroup() -> CodeRun {
    var starts = [Int](repeating: 0, count: counts.count + 1)
    for part in pending { countRows(part.groups, &starts) }
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

/// Codes by group, perhaps with repetitions.
///
/// Invariant: the codes of group `g` are `codes[starts[g] ..< starts[g + 1]]`.
struct CodeRun: Sendable {
  private(set) var starts: [Int] = [0]
  private(set) var codes: [UInt32] = []

  init() {}

  /// Sorts rows by group: `counts[g + 1]` is the number of rows of group `g`.
  init(starts counts: inout [Int], _ rows: [(groups: RowGroups, codes: [UInt32])]) {
    for group in 1..<counts.count { counts[group] += counts[group - 1] }
    starts = counts
    codes = Array(repeating: 0, count: counts.last ?? 0)
    for part in rows { scatter(part.groups, part.codes, &counts, &codes) }
  }

  private init(starts: [Int], codes: [UInt32]) {
    self.starts = starts
    self.codes = codes
  }

  var groupCount: Int { starts.count - 1 }

  func range(_ group: Int) -> Range<Int> {
    group < groupCount ? starts[group]..<starts[group + 1] : codes.count..<codes.count
  }

  /// The number of different codes of each group.
  func sizes(bound: UInt32) -> [Int64] {
    var scratch = [UInt64](repeating: 0, count: Int(bound) / 64 + 1)
    return (0..<groupCount).map { group in
      let added = insert(codes, range(group), &scratch, 0)
      clear(codes, range(group), &scratch)
      return added
    }
  }

  /// Each code of each group of both runs, once.
  func union(with other: CodeRun, _ bound: UInt32) -> CodeRun {
    var scratch = [UInt64](repeating: 0, count: Int(bound) / 64 + 1)
    var starts = [0]
    var result: [UInt32] = []
    for group in 0..<max(groupCount, other.groupCount) {
      let mine = range(group)
      let theirs = other.range(group)
      collect(codes, mine, &scratch, &result)
      collect(other.codes, theirs, &scratch, &result)
      clear(codes, mine, &scratch)
      clear(other.codes, theirs, &scratch)
      starts.append(result.count)
    }
    return CodeRun(starts: starts, codes: result)
  }

  /// Writes the number of codes of each group to `counts`.
  func count(into counts: inout [Int64]) {
    for group in counts.indices { counts[group] = Int64(range(group).count) }
  }

  func parts() -> [(groups: RowGroups, codes: [UInt32])] {
    (0..<groupCount).compactMap { group in
      let range = range(group)
      return range.isEmpty
        ? nil : (RowGroups.one(UInt32(group), rows: range.count), Array(codes[range]))
    }
  }
}

private func scatter(
  _ groups: RowGroups, _ codes: [UInt32], _ next: inout [Int], _ result: inout [UInt32]
) {
  switch groups {
  case .one(let group, _):
    var place = next[Int(group)]
    for row in codes.indices {
      result[place] = codes[row]
      place &+= 1
    }
    next[Int(group)] = place
  case .each(let ids):
    precondition(ids.count == codes.count, "one code a row")
    for row in ids.indices {
      let group = Int(ids[row])
      let place = next[group]
      result[place] = codes[row]
      next[group] = place &+ 1
    }
  }
}

/// Sets the bits of some codes, counted from the word `first`, and says how many were not set.
private func insert(
  _ codes: [UInt32], _ range: Range<Int>, _ words: inout [UInt64], _ first: Int
) -> Int64 {
  var added: Int64 = 0
  for place in range {
    let code = codes[place]
    let word = first &+ Int(code &>> 6)
    let old = words[word]
    let new = old | 1 &<< UInt64(code & 63)
    added &+= old == new ? 0 : 1
    words[word] = new
  }
  return added
}

/// Sets the bits of some codes and appends those that were not set.
private func collect(
  _ codes: [UInt32], _ range: Range<Int>, _ words: inout [UInt64], _ result: inout [UInt32]
) {
  for place in range {
    let code = codes[place]
    let word = Int(code &>> 6)
    let bit: UInt64 = 1 &<< UInt64(code & 63)
    if words[word] & bit == 0 {
      words[word] |= bit
      result.append(code)
    }
  }
}

/// Clears the words of some codes: word by word for few, all of them for many.
private func clear(_ codes: [UInt32], _ range: Range<Int>, _ words: inout [UInt64]) {
  if range.count < words.count / 4 {
    for place in range { words[Int(codes[place] &>> 6)] = 0 }
  } else {
    for word in words.indices { words[word] = 0 }
  }
}

/// A bitset for each group, all in one array.
///
/// Invariant: group `g` has the words `g * wordsPerGroup ..< (g + 1) * wordsPerGroup`.
struct BitSets: Sendable {
  private var words: [UInt64] = []
  private var wordsPerGroup = 0

  var isEmpty: Bool { words.isEmpty }
  var bytes: Int { words.count * 8 }

  static func bytes(groupCount: Int, bound: Int) -> Int {
    groupCount.multipliedReportingOverflow(by: (bound + 63) / 64 * 8).partialValue
  }

  /// Makes room for codes below `bound` in `groupCount` groups.
  mutating func grow(groupCount: Int, bound: Int) {
    let needed = (bound + 63) / 64
    if needed > wordsPerGroup {
      // Codes often grow batch by batch; a part more saves most of the copies.
      let wider = wordsPerGroup == 0 ? needed : needed + needed / 4
      var larger = [UInt64](repeating: 0, count: wider * groupCount)
      for group in 0..<(wordsPerGroup == 0 ? 0 : words.count / wordsPerGroup) {
        for word in 0..<wordsPerGroup {
          larger[group * wider + word] = words[group * wordsPerGroup + word]
        }
      }
      words = larger
      wordsPerGroup = wider
    }
    Kernels.grow(&words, to: groupCount * wordsPerGroup)
  }

  mutating func insert(_ groups: RowGroups, _ codes: [UInt32], _ counts: inout [Int64]) {
    switch groups {
    case .one(let group, _):
      let first = Int(group) * wordsPerGroup
      counts[Int(group)] += Kernels.insert(codes, codes.indices, &words, first)
    case .each(let ids):
      Kernels.insert(codes, ids, &words, wordsPerGroup, &counts)
    }
  }

  mutating func insert(_ run: CodeRun, _ counts: inout [Int64]) {
    for group in 0..<run.groupCount {
      counts[group] += Kernels.insert(run.codes, run.range(group), &words, group * wordsPerGroup)
    }
  }

  func parts() -> [(groups: RowGroups, codes: [UInt32])] {
    if wordsPerGroup == 0 { return [] }
    return (0..<words.count / wordsPerGroup).compactMap { group in
      var codes: [UInt32] = []
      for word in 0..<wordsPerGroup {
        var rest = words[group * wordsPerGroup + word]
        while rest != 0 {
          codes.append(UInt32(word * 64 + rest.trailingZeroBitCount))
          rest &= rest &- 1
        }
      }
      return codes.isEmpty ? nil : (RowGroups.one(UInt32(group), rows: codes.count), codes)
    }
  }
}

private func insert(
  _ codes: [UInt32], _ ids: [UInt32], _ words: inout [UInt64], _ wordsPerGroup: Int,
  _ counts: inout [Int64]
) {
  precondition(ids.count == codes.count, "one code a row")
  for row in ids.indices {
    let code = codes[row]
    let group = Int(ids[row])
    let word = group &* wordsPerGroup &+ Int(code &>> 6)
    let old = words[word]
    let new = old | 1 &<< UInt64(code & 63)
    words[word] = new
    counts[group] &+= old == new ? 0 : 1
  }
}
