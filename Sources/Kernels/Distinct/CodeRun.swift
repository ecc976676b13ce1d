import Bytes

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

  init(starts: [Int], codes: [UInt32]) {
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
      insert(codes, range(group), &scratch, 0)
      return clear(codes, range(group), &scratch)
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
