import Bytes

/// Codes by group, perhaps with repetitions.
///
/// Invariant: the codes of group `g` are `codes[starts[g] ..< starts[g + 1]]`.
struct CodeRun: Sendable {
  private(set) var starts: [UInt32] = [0]
  private(set) var codes: [UInt32] = []

  init() {}

  /// Sorts rows by group, each of which has as many rows as `counts` says.
  init(counts: [UInt32], _ rows: [(groups: [UInt32], codes: [UInt32])]) {
    var sum: UInt32 = 0
    starts = [0]
    starts.reserveCapacity(counts.count + 1)
    for count in counts {
      sum += count
      starts.append(sum)
    }
    codes = Array(repeating: 0, count: Int(sum))
    var next = starts
    for part in rows { scatter(part.groups, part.codes, &next, &codes) }
  }

  init(starts: [UInt32], codes: [UInt32]) {
    self.starts = starts
    self.codes = codes
  }

  var groupCount: Int { starts.count - 1 }

  func range(_ group: Int) -> Range<Int> {
    group < groupCount ? Int(starts[group])..<Int(starts[group + 1]) : 0..<0
  }

  /// The rows, with the group of each.
  var rows: (groups: RowGroups, codes: [UInt32]) {
    var ids: [UInt32] = []
    ids.reserveCapacity(codes.count)
    for group in 0..<groupCount {
      ids.append(contentsOf: repeatElement(UInt32(group), count: range(group).count))
    }
    return (.each(ids), codes)
  }

  /// The number of different codes that each group has in some runs.
  static func sizes(_ runs: [CodeRun], groupCount: Int, bound: UInt32) -> [Int64] {
    var scratch = [UInt64](repeating: 0, count: Int(bound) / 64 + 1)
    return (0..<groupCount).map { group in
      var count = 0
      for run in runs {
        insert(run.codes, run.range(group), &scratch, 0)
        count += run.range(group).count
      }
      if count >= scratch.count / 4 {
        var words = scratch.mutableSpan
        return Int64(clearBits(&words))
      }
      return runs.reduce(0) { $0 + clear($1.codes, $1.range(group), &scratch) }
    }
  }

  /// The different codes of a group; `scratch` is clear before and after.
  func different(_ group: Int, _ scratch: inout [UInt64]) -> [UInt32] {
    var result: [UInt32] = []
    collect(codes, range(group), &scratch, &result)
    _ = clear(codes, range(group), &scratch)
    return result
  }
}

/// PERF: the result is filled with zeros before: where its lines are not in the cache yet, to put
/// the rows there takes twice as long (Zen 5 VM, 2026-11-30).
private func scatter(
  _ groups: [UInt32], _ codes: [UInt32], _ next: inout [UInt32], _ result: inout [UInt32]
) {
  precondition(groups.count == codes.count, "one code a row")
  var next = next.mutableSpan
  var result = result.mutableSpan
  for row in groups.indices {
    let group = Int(groups[row])
    let place = next[group]
    result[Int(place)] = codes[row]
    next[group] = place &+ 1
  }
}

/// Sets the bits of some codes, counted from the word `first`.
func insert(_ codes: [UInt32], _ range: Range<Int>, _ words: inout [UInt64], _ first: Int) {
  var words = words.mutableSpan
  for place in range {
    let code = codes[place]
    words[first &+ Int(code &>> 6)] |= 1 &<< UInt64(code & 63)
  }
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

/// Clears the words of some codes, word by word for few, all of them for many; says how many bits
/// were set in them.
private func clear(_ codes: [UInt32], _ range: Range<Int>, _ words: inout [UInt64]) -> Int64 {
  var words = words.mutableSpan
  if range.count >= words.count / 4 { return Int64(clearBits(&words)) }
  var count = 0
  for place in range {
    let word = Int(codes[place] &>> 6)
    count &+= words[word].nonzeroBitCount
    words[word] = 0
  }
  return Int64(count)
}
