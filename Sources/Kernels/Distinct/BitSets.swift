import Bytes

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

  mutating func insert(_ groups: RowGroups, _ codes: [UInt32]) {
    switch groups {
    case .one(let group, _):
      Kernels.insert(codes, codes.indices, &words, Int(group) * wordsPerGroup)
    case .each(let ids): Kernels.insert(codes, ids, &words, wordsPerGroup)
    }
  }

  /// Adds the codes of one group of all runs after the other, for the sake of the cache.
  mutating func insert(_ runs: [CodeRun]) {
    for group in 0..<(runs.map(\.groupCount).max() ?? 0) {
      for run in runs {
        Kernels.insert(run.codes, run.range(group), &words, group * wordsPerGroup)
      }
    }
  }

  /// The number of codes of each group.
  ///
  /// PERF: the bits are counted at the end. To count while they are set makes each row wait for the
  /// one before it in its group: genre and day with 50,000 users go at 371 M rows/s in place of 325
  /// (`bench`, one thread, Zen 5 VM, 2026-11-30).
  func sizes(groupCount: Int) -> [Int64] {
    var sizes = [Int64](repeating: 0, count: groupCount)
    if wordsPerGroup == 0 { return sizes }
    for group in 0..<words.count / wordsPerGroup {
      let own = group * wordsPerGroup..<(group + 1) * wordsPerGroup
      sizes[group] = Int64(countBits(words.span.extracting(own)))
    }
    return sizes
  }

  /// Calls `body` with all codes, some of one group at a time: all together would take many times
  /// as much memory as the bits.
  func forEachPart<Failure: Error>(
    _ body: (RowGroups, [UInt32]) throws(Failure) -> Void
  ) throws(Failure) {
    if wordsPerGroup == 0 { return }
    for group in 0..<words.count / wordsPerGroup {
      for first in stride(from: 0, to: wordsPerGroup, by: Self.wordsAtOnce) {
        let count = min(Self.wordsAtOnce, wordsPerGroup - first)
        let codes = bitsSet(words[(group * wordsPerGroup + first)...].prefix(count), from: first)
        if !codes.isEmpty { try body(.one(UInt32(group), rows: codes.count), codes) }
      }
    }
  }

  private static let wordsAtOnce = 1 << 12
}

/// The numbers of the bits that are set, the first of which is `word` words from the first of all.
func bitsSet(_ words: ArraySlice<UInt64>, from word: Int) -> [UInt32] {
  var codes: [UInt32] = []
  var first = UInt32(word * 64)
  for word in words {
    var rest = word
    while rest != 0 {
      codes.append(first + UInt32(rest.trailingZeroBitCount))
      rest &= rest &- 1
    }
    first += 64
  }
  return codes
}

private func insert(
  _ codes: [UInt32], _ ids: [UInt32], _ words: inout [UInt64], _ wordsPerGroup: Int
) {
  precondition(ids.count == codes.count, "one code a row")
  var words = words.mutableSpan
  for row in ids.indices {
    let code = codes[row]
    words[Int(ids[row]) &* wordsPerGroup &+ Int(code &>> 6)] |= 1 &<< UInt64(code & 63)
  }
}
