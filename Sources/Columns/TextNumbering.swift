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
    if count == 0 { return true }
    var power: Int64 = 1
    for _ in 0..<affix.digits { power *= 10 }
    return first + Int64(count) - 1 < power
  }

  package func append(_ code: UInt32, to bytes: inout [UInt8]) {
    affix.append(number(ofCode: code), to: &bytes)
  }

  /// The texts of codes, one behind the other.
  package func texts(_ codes: [UInt32]) -> TextVector { spelled(codes) }

  package func texts(_ codes: Range<UInt32>) -> TextVector { spelled(codes) }

  /// Generic in here only, where the compiler makes it special: another module would go through a
  /// table of functions for each code.
  private func spelled(_ codes: some Collection<UInt32>) -> TextVector {
    var offsets: [UInt32] = [0]
    offsets.reserveCapacity(codes.count + 1)
    var bytes: [UInt8] = []
    bytes.reserveCapacity(codes.count * (affix.prefix.count + affix.suffix.count + 8))
    for code in codes {
      append(code, to: &bytes)
      precondition(bytes.count <= Int(UInt32.max), "a text vector holds less than 4 GiB")
      offsets.append(UInt32(bytes.count))
    }
    return TextVector(offsets: offsets, bytes: bytes)
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
}

extension Column {
  /// Numbered columns of one affix, one behind the other, with codes of one dictionary. Nil where
  /// they are not, or where the numbers between theirs would be too many.
  static func joinedNumbers(_ columns: [Column]) -> Values? {
    var affix: Affix?
    var first = Int64.max
    var end: Int64 = 0
    var sizes = 0
    for column in columns {
      guard case .codes(let codes, let dictionary) = column.values, dictionary.shared == nil,
        let numbering = dictionary.numbering, affix == nil || affix == numbering.affix
      else { return nil }
      affix = numbering.affix
      first = min(first, numbering.first)
      end = max(end, numbering.first + Int64(dictionary.count))
      sizes += max(dictionary.count, 4 * codes.count)
    }
    guard let affix, first < end, end - first <= min(Int64(sizes), Int64(UInt32.max)) else {
      return nil
    }
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
