/// What the codes of a numbered dictionary mean: code c is the text of the number `first + c`, and
/// nobody has to spell it to compare, count, order or store it.
///
/// Invariant: `first` is not negative.
@usableFromInline
package struct TextNumbering: Sendable, Hashable {
  @usableFromInline package let affix: Affix
  @usableFromInline package let first: Int64

  package init(affix: Affix, first: Int64) {
    precondition(first >= 0, "the numbers of texts are not negative")
    self.affix = affix
    self.first = first
  }

  @inlinable
  package func number(ofCode code: UInt32) -> Int64 { first &+ Int64(code) }

  /// The code of a text; nil where it is not the affix and a number, or a number before the first.
  package func code(of text: String) -> UInt32? {
    let bytes = Array(text.utf8)
    let number = affix.number(bytes.span, 0, bytes.count)
    return number < first ? nil : UInt32(exactly: number - first)
  }

  /// Whether the first `count` codes stand in the order of their texts: all of these are equally
  /// long.
  package func isOrdered(count: Int) -> Bool {
    count == 0 || affix.length(first) == affix.length(first + Int64(count) - 1)
  }

  package func append(_ code: UInt32, to bytes: inout [UInt8]) {
    affix.append(number(ofCode: code), to: &bytes)
  }

  /// The texts of codes, one behind the other.
  package func texts(_ codes: [UInt32]) -> TextVector { spelled(codes) }

  package func texts(_ codes: Range<UInt32>) -> TextVector { spelled(codes) }

  private func spelled(_ codes: some Collection<UInt32>) -> TextVector {
    guard let texts = affix.spelled(codes.lazy.map { number(ofCode: $0) }) else {
      preconditionFailure("a text vector holds less than 4 GiB")
    }
    return texts
  }
}

extension TextDictionary {
  /// The numbers that codes mean as texts of an affix, or of its own where none is asked for; nil
  /// where they are not numbers of it.
  package func numbers(_ codes: [UInt32], of affix: Affix? = nil) -> [Int64]? {
    guard let numbering, affix?.takesNumbers(of: numbering.affix, from: numbering.first) ?? true
    else { return nil }
    let first = numbering.first
    // What stands at a null of a column of nulls may be beyond the numbers.
    return codes.map { first &+ Int64($0) }
  }

  /// Whether the texts of some rows are better made one by one than looked up among all texts of
  /// the dictionary: those of numbers, which nobody else may ever need to have spelled out.
  package func isSparse(forRows rowCount: Int) -> Bool {
    numbering != nil && shared == nil && count > rowCount
  }
}

extension TextNumbering {
  /// Texts as numbers, and what stands around these and around numbers of `affix` from `least` on.
  /// Nil where there is no such affix, and for codes that a lake shares.
  package static func numbers(
    of values: Column.Values, _ affix: Affix?, from least: @autoclosure () -> Int64
  ) -> (numbers: [Int64], affix: Affix)? {
    switch values {
    case .texts(let texts):
      guard let affix, let numbers = affix.numbers(texts) else { return nil }
      return (numbers, affix)
    case .codes(let codes, let dictionary):
      guard dictionary.shared == nil, let own = dictionary.numbering,
        let affix = (affix ?? own.affix).common(from: least(), own.affix, from: own.first),
        let numbers = dictionary.numbers(codes)
      else { return nil }
      return (numbers, affix)
    default: return nil
    }
  }

  /// Numbers of an affix, all of which are texts, as codes of a dictionary of all numbers between
  /// the least and the greatest; spelled out where these are too many.
  package static func values(_ numbers: [Int64], _ affix: Affix, validity: Bitmap?) -> Column.Values
  {
    let rows = numbers.indices.filter { validity?[$0] ?? true }
    guard let one = rows.first else { return .texts(TextVector(numbers.map { _ in "" })) }
    var (first, last) = (numbers[one], numbers[one])
    for row in rows {
      first = min(first, numbers[row])
      last = max(last, numbers[row])
    }
    if last - first < Int64(UInt32.max) {
      let numbering = TextNumbering(affix: affix, first: first)
      let dictionary = TextDictionary(count: Int(last - first) + 1, numbering: numbering)
      var codes = [UInt32](repeating: 0, count: numbers.count)
      for row in rows { codes[row] = UInt32(numbers[row] - first) }
      return .codes(codes, dictionary)
    }
    var texts = TextVector()
    var text: [UInt8] = []
    for row in numbers.indices {
      text.removeAll(keepingCapacity: true)
      if validity?[row] ?? true { affix.append(numbers[row], to: &text) }
      texts.append(text[...])
    }
    return .texts(texts)
  }
}

extension Affix {
  /// Whether the texts that `other` makes of the numbers from `least` on are also this affix's, of
  /// the same numbers: they are where no zeros are filled in, or equally many.
  package func takesNumbers(of other: Affix, from least: Int64) -> Bool {
    guard prefix == other.prefix, suffix == other.suffix else { return false }
    if digits == other.digits { return true }
    var power: Int64 = 1
    for _ in 1..<max(digits, other.digits) { power *= 10 }
    return least >= power
  }

  /// The affix, of this one and another, that makes the texts of both: of the numbers from `least`
  /// on here, and there from `otherLeast`.
  package func common(
    from least: @autoclosure () -> Int64, _ other: Affix, from otherLeast: Int64
  ) -> Affix? {
    if takesNumbers(of: other, from: otherLeast) { return self }
    return other.takesNumbers(of: self, from: least()) ? other : nil
  }
}

extension Column {
  /// Numbered columns of one affix, one behind the other, with codes of one dictionary. Nil where
  /// they are not, or where the numbers between theirs would be too many for one who makes room for
  /// each of them.
  package static func joinedNumbers(_ columns: [Column], allowsGaps: Bool = false) -> Values? {
    var affix: Affix?
    var first = Int64.max
    var end: Int64 = 0
    var sizes = 0
    for column in columns {
      guard case .codes(let codes, let dictionary) = column.values, dictionary.shared == nil,
        let numbering = dictionary.numbering
      else { return nil }
      let known = affix ?? numbering.affix
      affix = known.common(from: first, numbering.affix, from: numbering.first)
      if affix == nil { return nil }
      first = min(first, numbering.first)
      end = max(end, numbering.first + Int64(dictionary.count))
      sizes += max(dictionary.count, 4 * codes.count)
    }
    let most = allowsGaps ? Int64(UInt32.max) : min(Int64(sizes), Int64(UInt32.max))
    guard let affix, first < end, end - first <= most else { return nil }
    let dictionary = TextDictionary(
      count: Int(end - first), numbering: TextNumbering(affix: affix, first: first))
    var all: [UInt32] = []
    all.reserveCapacity(columns.reduce(0) { $0 + $1.count })
    for column in columns {
      guard case .codes(let codes, let own) = column.values, let numbering = own.numbering else {
        return nil
      }
      let shift = UInt32(numbering.first - first)
      // What stands at a null of a column of nulls may be beyond the numbers: it wraps around.
      if shift == 0 { all += codes } else { for code in codes { all.append(code &+ shift) } }
    }
    return .codes(all, dictionary)
  }
}
