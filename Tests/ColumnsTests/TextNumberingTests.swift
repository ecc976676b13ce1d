import Columns
import Testing

@Suite struct `Texts that are an affix and a number` {
  private static func numbered(
    _ affix: Affix, _ numbers: [Int64], _ validity: Bitmap? = nil
  ) -> Column {
    let first = numbers.min() ?? 0
    let count = (numbers.max() ?? -1) - first + 1
    let dictionary = TextDictionary(
      count: Int(count), numbering: TextNumbering(affix: affix, first: first))
    let codes = numbers.map { UInt32($0 - first) }
    return Column(.text, .codes(codes, dictionary), validity: validity)
  }

  private static func cells(_ column: Column) -> [Value] {
    (0..<column.count).map { column.value(at: $0) }
  }

  private static let affix = Affix(prefix: Array("S-".utf8), suffix: Array(".x".utf8), digits: 3)

  @Test func `are spelled one by one, by row and as a whole`() {
    let column = Self.numbered(Self.affix, [7, 1234, 99, 1233])
    let texts = ["S-007.x", "S-1234.x", "S-099.x", "S-1233.x"]
    #expect(Self.cells(column) == texts.map { .text($0) })
    #expect(column.spelled == TextVector(texts))
    #expect(column.texts(1..<3) == TextVector(Array(texts[1...2])))
    #expect(RowOrder.compare(column, 0, column, 2) == -1)
    #expect(RowOrder.compare(column, 1, Column(.text, .texts(TextVector(["S-1234.x"]))), 0) == 0)
    guard case .codes(_, let dictionary) = column.values else { return #expect(Bool(false)) }
    #expect(dictionary.texts.count == 1228)
    #expect(dictionary.texts[93] == "S-100.x")
  }

  @Test func `stay codes when columns of one affix are joined`() {
    let parts = [
      Self.numbered(Self.affix, [500, 502]), Self.numbered(Self.affix, []),
      Self.numbered(Self.affix, [490, 492, 491], Bitmap([true, false, true])),
    ]
    let joined = Column.joined(parts, type: .text)
    guard case .codes(let codes, let dictionary) = joined.values else {
      Issue.record("joined numbers are codes")
      return
    }
    #expect(codes == [10, 12, 0, 2, 1] && dictionary.count == 13)
    #expect(Self.cells(joined) == parts.flatMap(Self.cells))
  }

  @Test func `that are dense share one dictionary when joined, and others become texts`() {
    func join(_ first: Column, _ second: Column) -> (Column, TextNumbering?) {
      let joined = Column.joined([first, second], type: .text)
      #expect(Self.cells(joined) == Self.cells(first) + Self.cells(second))
      guard case .codes(_, let dictionary) = joined.values else { return (joined, nil) }
      return (joined, dictionary.numbering)
    }
    let low = Self.numbered(Self.affix, Array(100..<140))
    let high = Self.numbered(Self.affix, (0..<40).map { 290 + $0 * 7 % 40 })
    #expect(join(high, low).1 == TextNumbering(affix: Self.affix, first: 100))
    #expect(join(low, high).1 == TextNumbering(affix: Self.affix, first: 100))
    let far = Self.numbered(Self.affix, [900_000_000_000, 900_000_000_001])
    #expect(join(low, far).1 == nil)
    let other = Affix(prefix: Array("S-".utf8), suffix: Array(".x".utf8), digits: 1)
    let (less, more) = (Self.numbered(other, Array(41..<80)), Self.numbered(other, [141, 142]))
    let padded = Self.numbered(Self.affix, Array(41..<80))
    #expect(join(low, more).1?.affix == Self.affix)
    #expect(join(more, low).1?.affix == other)
    #expect(join(low, less).1?.affix == other)
    #expect(join(more, padded).1?.affix == Self.affix)
    #expect(join(less, padded).1 == nil)
    #expect(join(low, Column(.text, .texts(TextVector(["S-141.x"])))).1 == nil)
  }

  @Test func `belong to another affix where no zeros or as many are filled in`() {
    let three = Affix(prefix: [], suffix: [], digits: 3)
    let one = Affix(prefix: [], suffix: [], digits: 1)
    for least: Int64 in [0, 1, 9, 10, 99, 100, 101, 1000] {
      let expected = (least..<least + 200).allSatisfy { number in
        var text: [UInt8] = []
        three.append(number, to: &text)
        return one.number(text.span, 0, text.count) == number
      }
      #expect(one.takesNumbers(of: three, from: least) == expected)
      #expect(three.takesNumbers(of: one, from: least) == expected)
      #expect(one.takesNumbers(of: one, from: least))
    }
    #expect(!one.takesNumbers(of: Affix(prefix: [65], suffix: [], digits: 1), from: 5))
  }
}
