import Bytes
import Columns

// Columns of a numbered dictionary: their texts are numbers already, and are written as the same
// bytes as if they had been spelled and read again, without that.

extension ColumnEncoder {
  mutating func append(
    _ codes: [UInt32], _ numbering: TextNumbering, _ rows: Range<Int>, _ present: [Int]?
  ) throws(ColumnFileError) {
    let start = pending.integers.count
    if pending.form == nil {
      // Until the first block is full this affix stands for the one that its texts will show.
      if affix == nil { affix = numbering.affix }
      pending.form = .numbers
    }
    if pending.form == .numbers, let affix {
      pending.appendCodes(codes, rows, present, from: numbering.first)
      if affix == numbering.affix || pending.integers.count == start { return }
      let least = Self.least(pending.integers, from: start)
      if affix.takesNumbers(of: numbering.affix, from: least) { return }
      pending.integers.removeLast(pending.integers.count - start)
    }
    let chosen = present.map { $0.map { codes[$0] } } ?? Array(codes[rows])
    let texts = numbering.texts(chosen)
    try append(texts, 0..<texts.count, nil)
  }

  private static func least(_ numbers: [Int64], from start: Int) -> Int64 {
    Extremes(numbers.span.extracting(start..<numbers.count), before: numbers[start]).least
  }

  /// Decides like `settleTexts`, and turns what waits into texts where they are not to be numbers.
  mutating func settleNumbers() {
    guard let provisional = affix, let first = pending.integers.first else { return }
    let numbers = pending.integers
    let samples = min(numbers.count, Affix.samples)
    var texts = TextVector()
    for sample in 0..<samples {
      var text: [UInt8] = []
      provisional.append(numbers[sample * numbers.count / samples], to: &text)
      texts.append(text[...])
    }
    let extremes = Extremes(numbers.span, before: first)
    if let shown = Affix(sampling: texts),
      shown.takesNumbers(of: provisional, from: extremes.least)
    {
      let different = Self.differentCount(numbers, extremes)
      // As in `areDense`.
      if different * 2 > numbers.count || Int64(extremes.range / 64) <= Int64(different) {
        affix = shown
        return
      }
    }
    becomeTexts()
    settleTexts()
  }

  private static func differentCount(_ numbers: [Int64], _ extremes: Extremes) -> Int {
    if extremes.range < 64 * UInt64(numbers.count) {
      var seen = [UInt64](repeating: 0, count: Int(extremes.range / 64) + 1)
      for number in numbers {
        let place = Int(number &- extremes.least)
        seen[place &>> 6] |= 1 &<< UInt64(place & 63)
      }
      return seen.reduce(0) { $0 + $1.nonzeroBitCount }
    }
    let sorted = numbers.sorted()
    return 1 + zip(sorted, sorted.dropFirst()).count { $0 != $1 }
  }
}
