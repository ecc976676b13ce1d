/// The word of `words` that `word` is most likely a slip of, if one is near enough.
///
/// Near is at most one slip in three letters: a letter too many, too few, wrong, or two swapped.
/// In words of one or two letters nothing is a slip. The case of letters does not count. Of equally
/// near words the first wins.
package func nearestWord(to word: String, of words: some Sequence<String>) -> String? {
  let limit = word.count < 3 ? 0 : max(1, word.count / 3)
  var best: (word: String, slips: Int)?
  for candidate in words {
    let slips = slipsBetween(Array(word.foldedName), Array(candidate.foldedName))
    if slips <= limit, slips < best?.slips ?? Int.max { best = (candidate, slips) }
  }
  return best?.word
}

/// The distance of Damerau and Levenshtein, for adjacent swaps.
private func slipsBetween(_ one: [Character], _ other: [Character]) -> Int {
  var before: [Int] = []
  var last = Array(0...other.count)
  for i in 0..<one.count {
    var row = [i + 1]
    for j in 0..<other.count {
      var slips = min(row[j] + 1, last[j + 1] + 1, last[j] + (one[i] == other[j] ? 0 : 1))
      if i > 0, j > 0, one[i] == other[j - 1], one[i - 1] == other[j] {
        slips = min(slips, before[j - 1] + 1)
      }
      row.append(slips)
    }
    (before, last) = (last, row)
  }
  return last[other.count]
}
