import Bytes
package import Columns

/// Which way a key of ORDER BY runs.
package struct SortDirection: Sendable, Hashable {
  package var isDescending: Bool
  package var nullsFirst: Bool

  package init(isDescending: Bool = false, nullsFirst: Bool = false) {
    self.isDescending = isDescending
    self.nullsFirst = nullsFirst
  }
}

/// A column to order by.
package struct SortKey: Sendable {
  package var column: Column
  package var direction: SortDirection

  package init(_ column: Column, _ direction: SortDirection = SortDirection()) {
    self.column = column
    self.direction = direction
  }
}

/// The values of a column of up to 64 bits as numbers of the same order, or of the opposite one.
/// NaN comes after all numbers. Not for texts, whose numbers depend on their neighbours.
func orderWords(_ column: Column, isDescending: Bool) -> [UInt64] {
  let flip: UInt64 = isDescending ? ~(1 << 63) : 1 << 63
  switch column.values {
  case .booleans(let values): return values.map { UInt64(bitPattern: $0 ? 1 : 0) ^ flip }
  case .dates(let values): return values.map { UInt64(bitPattern: Int64($0)) ^ flip }
  case .integers(let values): return values.map { UInt64(bitPattern: $0) ^ flip }
  case .doubles(let values): return values.map { UInt64(bitPattern: orderedBits($0)) ^ flip }
  case .wide, .texts, .codes, .intervals: preconditionFailure("a word has 64 bits")
  }
}

/// The values of a column of 128 bits as numbers of the same order, or of the opposite one.
func wideOrderWords(_ column: Column, _ isDescending: Bool) -> [UInt128] {
  let flip: UInt128 = isDescending ? ~(1 << 127) : 1 << 127
  switch column.values {
  case .wide(let values): return values.map { UInt128(truncatingIfNeeded: $0) ^ flip }
  case .intervals(let values):
    return values.map { UInt128(truncatingIfNeeded: $0.comparableMicroseconds) ^ flip }
  case .booleans, .dates, .integers, .doubles, .texts, .codes:
    preconditionFailure("a wide word has 128 bits")
  }
}

/// For each text of `texts` that `used` names, its place in the order of bytes: equal texts have
/// equal ranks. Ranks of texts that are not named are 0.
func textRanks(_ texts: TextVector, used: [UInt32]) -> [UInt32] {
  var order = used.map { (prefix: orderedPrefix(texts.bytes, texts.range(Int($0))), index: $0) }
  order.sort { left, right in
    if left.prefix != right.prefix { return left.prefix < right.prefix }
    return compareTexts(
      texts.bytes, texts.range(Int(left.index)), texts.bytes, texts.range(Int(right.index))) < 0
  }
  var ranks = [UInt32](repeating: 0, count: texts.count)
  var rank: UInt32 = 0
  for place in order.indices {
    let index = Int(order[place].index)
    if place > 0 {
      let before = Int(order[place - 1].index)
      if !textsAreEqual(texts.bytes, texts.range(before), texts.bytes, texts.range(index)) {
        rank += 1
      }
    }
    ranks[index] = rank
  }
  return ranks
}

/// The rank of the text of each row among the texts of the column. Only texts that occur are
/// looked at: a few rows of a large dictionary cost a few texts.
func textRanks(of column: Column) -> [UInt64] {
  switch column.values {
  case .texts(let texts):
    return textRanks(texts, used: (0..<texts.count).map { UInt32($0) }).map { UInt64($0) }
  case .codes(let codes, let dictionary):
    if dictionary.count == 0 { return codes.map { _ in 0 } }
    if let numbering = dictionary.numbering {
      if numbering.isOrdered(count: dictionary.count) { return codes.map { UInt64($0) } }
      let texts = numbering.texts(codes)
      return textRanks(texts, used: codes.indices.map { UInt32($0) }).map { UInt64($0) }
    }
    var isUsed = [Bool](repeating: false, count: dictionary.count)
    for row in codes.indices { isUsed[Int(codes[row])] = true }
    let used = isUsed.indices.filter { isUsed[$0] }.map { UInt32($0) }
    let ranks = textRanks(dictionary.texts, used: used)
    return codes.map { UInt64(ranks[Int($0)]) }
  default: preconditionFailure("only texts have ranks")
  }
}
