import Columns
import Kernels
import TestSupport
import Testing

@Suite struct `Rows` {
  @Test func `are gathered, sliced and concatenated as cells are`() {
    for seed in 0..<100 as Range<UInt64> {
      var samples = Samples(seed)
      for type in Samples.types {
        let count = Int.random(in: 0...70, using: &samples.random)
        let column = samples.column(type, count: count, nulls: seed % 2 == 0)
        let other = samples.column(type, count: 9, nulls: seed % 3 == 0)
        let rows = (0..<20).map { _ in
          Int.random(in: 0..<5, using: &samples.random) == 0 || count == 0
            ? UInt32.max : UInt32.random(in: 0..<UInt32(count), using: &samples.random)
        }
        let expected = rows.map { $0 == .max ? Value.null : column.value(at: Int($0)) }
        #expect(
          gather(column, rows).texts == expected.map { groupText($0) }, "seed \(seed) \(type)")
        let parts = samples.cuts(of: count).map { slice(column, $0) }
        #expect(concatenate(parts, type: type).texts == column.texts, "seed \(seed) \(type)")
        let both = concatenate([column, other], type: type)
        #expect(both.texts == column.texts + other.texts, "seed \(seed) \(type)")
      }
    }
  }

  @Test(arguments: [100, 256, 257, 65_536, 70_000])
  func `are gathered from codes of any width`(size: Int) {
    var samples = Samples(UInt64(size))
    let dictionary = TextDictionary(TextVector((0..<size).map { "text \($0)" }))
    let codes = (0..<5000).map { _ in
      UInt32.random(in: 0..<UInt32(size), using: &samples.random)
    }
    let valid = Bitmap(codes.map { $0 % 7 != 0 })
    let rows = (0..<300).map { $0 % 9 == 0 ? .max : UInt32($0 * 16) }
    for validity in [nil, valid] {
      let column = Column(.text, .codes(codes, dictionary), validity: validity)
      let gathered = GatheredColumn(column).rows(Partners(rows))
      #expect(gathered.texts == gather(column, rows).texts)
      #expect(gathered.value(at: 1) == (validity?[16] ?? true ? column.value(at: 16) : .null))
    }
  }

  @Test func `are selected where a condition is true`() {
    let values = [true, false, true, true]
    let validity = Bitmap([true, true, false, true])
    #expect(selectedRows(values, validity: validity) == [0, 3])
    #expect(selectedRows(values, validity: nil) == [0, 2, 3])
  }

  @Test func `of one dictionary stay codes of it`() {
    let dictionary = TextDictionary(TextVector(["a", "b"]))
    let column = Column(.text, .codes([1, 0], dictionary))
    let both = concatenate([column, column], type: .text)
    guard case .codes(let codes, let result) = both.values else {
      Issue.record("codes stay codes")
      return
    }
    #expect(codes == [1, 0, 1, 0])
    #expect(result === dictionary)
  }
}

@Suite struct `A join` {
  @Test func `agrees with comparing every row with every row`() {
    for seed in 0..<150 as Range<UInt64> {
      var samples = Samples(seed)
      let types = (0..<Int.random(in: 1...2, using: &samples.random)).map { _ in
        Samples.types[Int.random(in: 0..<Samples.types.count, using: &samples.random)]
      }
      let built = types.map { samples.column($0, count: 20, nulls: true) }
      let probed = types.map { samples.column($0, count: 30, nulls: true) }
      var inner: [[UInt32]] = []
      var left: [[UInt32]] = []
      for row in 0..<30 as Range<UInt32> {
        let key = probed.map { $0.value(at: Int(row)) }
        let matches = (0..<20 as Range<UInt32>).filter { other in
          let keys = built.map { $0.value(at: Int(other)) }
          return !key.contains(.null)
            && zip(key, keys).allSatisfy { groupText($0) == groupText($1) }
        }
        for match in matches { inner.append([row, match]) }
        left += matches.isEmpty ? [[row, .max]] : matches.map { [row, $0] }
      }
      let join = HashJoin(built, rowCount: 20)
      let innerRows = join.probe(probed, rowCount: 30, keepsUnmatched: false)
      let leftRows = join.probe(probed, rowCount: 30, keepsUnmatched: true)
      #expect(zip(innerRows.probed, innerRows.built).map { [$0, $1] } == inner, "seed \(seed)")
      #expect(zip(leftRows.probed, leftRows.built).map { [$0, $1] } == left, "seed \(seed)")
      if join.isUnique {
        #expect(join.match(probed, rowCount: 30) == leftRows.built)
      }
    }
  }

  @Test func `to a dimension is done once a code`() {
    let key = Column(
      .text, .texts(TextVector(["b", "a", "x"])), validity: Bitmap([true, true, false]))
    let dictionary = TextDictionary(TextVector(["a", "b", "c", "x"]))
    let codes = Column(.text, .codes(Array(0..<4), dictionary))
    let join = HashJoin([key], rowCount: 3)
    #expect(join.match([codes], rowCount: 4) == [1, 0, .max, .max])
  }
}
