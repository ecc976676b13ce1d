/// The nearest right word for one that is wrong.
package enum Spelling {
  /// The candidate that differs least from `word`, where one is near enough to have been meant:
  /// at most a third of its letters wrong, missing, too many or swapped with their neighbour, or
  /// begun with `word`. Letter case does not count. Of equally near ones, the first.
  package static func nearest(to word: String, in candidates: some Sequence<String>) -> String? {
    let wanted = Array(word.lowercased().unicodeScalars)
    var best: (candidate: String, distance: Int)?
    for candidate in candidates {
      let letters = Array(candidate.lowercased().unicodeScalars)
      let isBeginning = wanted.count >= 3 && letters.starts(with: wanted)
      let limit = max(1, max(wanted.count, letters.count) / 3)
      let distance = isBeginning ? 0 : self.distance(wanted, letters)
      if distance <= limit && distance < max(wanted.count, letters.count)
        && distance < (best?.distance ?? .max)
      {
        best = (candidate, distance)
      }
    }
    return best?.candidate
  }

  /// The number of letters to replace, drop, add or swap with their neighbour to get from one word
  /// to the other.
  private static func distance(_ a: [Unicode.Scalar], _ b: [Unicode.Scalar]) -> Int {
    var twoAbove: [Int] = []
    var above = Array(0...b.count)
    for i in 0..<a.count {
      var row = [i + 1]
      for j in 0..<b.count {
        var cost = min(above[j] + (a[i] == b[j] ? 0 : 1), above[j + 1] + 1, row[j] + 1)
        if i > 0 && j > 0 && a[i] == b[j - 1] && a[i - 1] == b[j] {
          cost = min(cost, twoAbove[j - 1] + 1)
        }
        row.append(cost)
      }
      twoAbove = above
      above = row
    }
    return above[b.count]
  }
}
