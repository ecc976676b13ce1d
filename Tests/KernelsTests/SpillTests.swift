import Columns
import Kernels
import TestSupport
import Testing

@Suite struct `Rows set aside` {
  @Test func `come back once, in order, with equal keys in one part`() throws {
    for seed in 0..<30 as Range<UInt64> {
      var samples = Samples(seed)
      var spill = try RowSpill(partCount: 4, folder: "/tmp", pendingBytes: 1000)
      var expected: [String: [String]] = [:]
      let types = Samples.types
      for _ in 0..<6 {
        let count = Int.random(in: 0...30, using: &samples.random)
        let columns = types.map { samples.column($0, count: count, nulls: seed % 2 == 0) }
        let key = [columns[3], columns[1]]
        let hashes = hashes(of: key, rowCount: count)
        try spill.add(columns, parts: parts(ofHashes: hashes, partCount: 4, level: Int(seed)))
        for row in 0..<count {
          let cells = columns.map { groupText($0.value(at: row)) }
          expected["\(cells[3])|\(cells[1])", default: []].append(cells.joined(separator: "|"))
        }
      }
      var found: [String: [String]] = [:]
      var places: [String: Int] = [:]
      try spill.flush()
      for part in 0..<4 {
        for piece in 0..<spill.pieceCount(ofPart: part) {
          let batch = try spill.rows(ofPart: part, piece: piece)
          for row in 0..<batch[0].count {
            let cells = batch.map { groupText($0.value(at: row)) }
            let key = "\(cells[3])|\(cells[1])"
            #expect(places[key] ?? part == part, "seed \(seed)")
            places[key] = part
            found[key, default: []].append(cells.joined(separator: "|"))
          }
        }
      }
      #expect(found == expected, "seed \(seed)")
      #expect(spill.rowCount == expected.values.reduce(0) { $0 + $1.count })
    }
  }

  @Test(arguments: [1, 2])
  func `with large dictionaries are spelled out where there are several`(sources: Int) throws {
    var spill = try RowSpill(partCount: 1, folder: "/tmp")
    var expected: [Value] = []
    for source in 0..<sources {
      let texts = TextDictionary(TextVector((0..<5000).map { "\(source)-\($0)" }))
      let column = Column(.text, .codes([4999, 7], texts))
      try spill.add([column], parts: [0, 0])
      expected += column.cells
    }
    try spill.flush()
    let column = try spill.rows(ofPart: 0, piece: 0)[0]
    #expect(column.cells == expected)
    guard case .codes = column.values else {
      #expect(sources > 1)
      return
    }
    #expect(sources == 1)
  }

  @Test func `with numbered texts stay numbers, whatever their dictionaries`() throws {
    let affix = Affix(prefix: Array("n".utf8), suffix: [], digits: 1)
    var spill = try RowSpill(partCount: 1, folder: "/tmp")
    for number in 0..<20 {
      let numbering = TextNumbering(affix: affix, first: Int64(number) * 100_000_000)
      let dictionary = TextDictionary(count: 10_000, numbering: numbering)
      try spill.add([Column(.text, .codes([0, 9999], dictionary))], parts: [0, 0])
    }
    try spill.flush()
    let column = try spill.rows(ofPart: 0, piece: 0)[0]
    let numbers = (0..<20).flatMap { [$0 * 100_000_000, $0 * 100_000_000 + 9999] }
    #expect(column.cells == numbers.map { Value.text("n\($0)") })
    guard case .codes(_, let dictionary) = column.values else {
      Issue.record("the texts are spelled out")
      return
    }
    #expect(dictionary.numbering?.affix == affix)
  }

  @Test func `with too many dictionaries are spelled out`() throws {
    var spill = try RowSpill(partCount: 1, folder: "/tmp")
    for number in 0..<20 {
      let dictionary = TextDictionary(TextVector(["text \(number)", "b"]))
      let column = Column(
        .text, .codes([0, 1, 0], dictionary), validity: Bitmap([true, true, false]))
      try spill.add([column], parts: [0, 0, 0])
    }
    try spill.flush()
    let cells = try (0..<spill.pieceCount(ofPart: 0)).flatMap { piece in
      try spill.rows(ofPart: 0, piece: piece)[0].cells
    }
    #expect(cells == (0..<20).flatMap { [Value.text("text \($0)"), .text("b"), .null] })
  }
}
