import Bytes
import CSV
import Columns
import TestSupport
import Testing

@Suite struct `The reader and its naive twin` {
  /// What the reader makes of a body under the header `x,y`, as the twin would say it.
  private func pieces(
    _ body: [UInt8], chunkBytes: Int, threads: Int, fieldLimit: Int = 1 << 20,
    blockBytes: Int = 1 << 10, level: CPU.Level = CPU.level
  ) throws(CSVError) -> [NaiveReader.Piece] {
    let header = Array("x,y\n".utf8)
    let whole = try read(
      header + body, texts("x", "y"), chunkBytes: chunkBytes, threads: threads
    ) {
      $0.fieldLimit = fieldLimit
      $0.blockBytes = blockBytes
      $0.level = level
    }
    var pieces: [(Int, NaiveReader.Piece)] = []
    for (row, record) in zip(whole.texts, whole.records) { pieces.append((record, .row(row))) }
    for rejection in whole.rejections {
      pieces.append(
        (
          rejection.record,
          .rejected(
            rejection.rawText, offset: rejection.byteOffset - header.count,
            line: rejection.line - 1)
        ))
    }
    pieces.sort { $0.0 < $1.0 }
    // Every record has its number, and no other has it.
    #expect(pieces.map(\.0) == Array(1..<pieces.count + 1))
    #expect(whole.counts.rowsRead == pieces.count)
    return pieces.map(\.1)
  }

  /// The rows of pieces that were cut by parity; nil where quotes turn out to break the rule.
  private func cut(
    _ body: [UInt8], chunkBytes: Int, level: CPU.Level
  ) throws(CSVError) -> [[String?]]? {
    var options = ReadOptions(columns: texts("x", "y"))
    options.chunkBytes = chunkBytes
    options.level = level
    let source = MemorySource(Array("x,y\n".utf8) + body, name: "test.csv")
    let reader = try CSVReader(source, options)
    guard let pieces = reader.pieces(of: source, SpareWindows()) else { return nil }
    var whole = Whole()
    var found: [Range<Int>] = []
    for piece in pieces {
      guard case .rows(let batch, let range) = try piece.read(columns: [0, 1]) else { return nil }
      found.append(range)
      whole.append(batch)
    }
    return CSVPiece.areAll(found, of: source.size) ? whole.texts : nil
  }

  /// Whether parity cuts right, which it says itself and must wherever all records fit; if so the
  /// rows are those of the twin.
  private func isCutRight(
    _ body: [UInt8], _ expected: [NaiveReader.Piece], chunkBytes: Int, level: CPU.Level
  ) throws -> Bool {
    let rows = try cut(body, chunkBytes: chunkBytes, level: level)
    let allFit = expected.allSatisfy { if case .row = $0 { true } else { false } }
    #expect(allFit == (rows != nil), "\(body) cut by parity into \(chunkBytes)")
    guard let rows else { return false }
    #expect(rows.map { .row($0) } == expected, "\(body) cut by parity into \(chunkBytes)")
    return true
  }

  private static let alphabet = Array("a,\"\r\n".utf8)

  private static func text(_ number: Int, length: Int) -> [UInt8] {
    var rest = number
    return (0..<length).map { _ in
      defer { rest /= alphabet.count }
      return alphabet[rest % alphabet.count]
    }
  }

  @Test func `agree on all short texts at every chunk split`() throws {
    let twin = NaiveReader(width: 2, fieldLimit: 1 << 20)
    var number = 1
    var cuts: [Bool: Int] = [:]
    // The deep mode takes minutes.
    let longest = Environment.value(of: "GROOVE_DEEP") == nil ? 4 : 7
    for length in 0...longest {
      for index in 0..<number {
        let body = Self.text(index, length: length)
        let expected = twin.read(body)
        for chunkBytes in 1...max(1, length) {
          let level = CPU.available[index % CPU.available.count]
          let got = try pieces(
            body, chunkBytes: chunkBytes, threads: 1 + index % 3, level: level)
          #expect(got == expected, "\(body) in chunks of \(chunkBytes)")
          let isRight = try isCutRight(body, expected, chunkBytes: chunkBytes, level: level)
          cuts[isRight, default: 0] += 1
        }
      }
      number *= Self.alphabet.count
    }
    #expect(cuts[true] ?? 0 > 100 && cuts[false] ?? 0 > 100, "\(cuts)")
  }

  @Test(arguments: CPU.available)
  func `agree on random texts`(level: CPU.Level) throws {
    var random = Seeded(20_240_625)
    for round in 0..<600 {
      let length = Int.random(in: 5...(round % 4 == 0 ? 300 : 40), using: &random)
      // Letters and separators are more frequent, so that some records are whole.
      let letters = Array(
        (round % 2 == 0 ? "aaaaaa,,,,\"\"\"\r\n\n\n" : "aaaaaaaaaaaaaaaaaaaaaaaaaaa,,,\r\"\n\n")
          .utf8)
      let body = (0..<length).map { _ in
        letters[Int.random(in: 0..<letters.count, using: &random)]
      }
      let fieldLimit = round % 3 == 0 ? Int.random(in: 1...6, using: &random) : 1 << 20
      let expected = NaiveReader(width: 2, fieldLimit: fieldLimit).read(body)
      let chunkBytes = Int.random(in: 1...length, using: &random)
      let got = try pieces(
        body, chunkBytes: chunkBytes, threads: 1 + round % 4, fieldLimit: fieldLimit,
        blockBytes: Int.random(in: 1...length, using: &random), level: level)
      #expect(got == expected, "round \(round): \(body) in chunks of \(chunkBytes)")
    }
  }

  /// Records that mostly fit, in which now and then a byte is exchanged.
  @Test(arguments: CPU.available)
  func `agree on texts that are almost right`(level: CPU.Level) throws {
    var random = Seeded(11)
    let fields = ["", "a", "aaaaaaa", "\"a,a\"", "\"\"", "\"a\n\"\"a\"", "\"\r\n\""].map {
      Array($0.utf8)
    }
    let twin = NaiveReader(width: 2, fieldLimit: 1 << 20)
    var cuts: [Bool: Int] = [:]
    for round in 0..<120 {
      var body: [UInt8] = []
      for _ in 0..<40 {
        body += fields[Int.random(in: 0..<fields.count, using: &random)] + [0x2C]
        body += fields[Int.random(in: 0..<fields.count, using: &random)]
        body += round % 3 == 0 ? [0x0D, 0x0A] : [0x0A]
      }
      for _ in 0..<round % 4 {
        body[Int.random(in: 0..<body.count, using: &random)] =
          Self.alphabet[Int.random(in: 0..<Self.alphabet.count, using: &random)]
      }
      let got = try pieces(
        body, chunkBytes: Int.random(in: 10...200, using: &random), threads: 1 + round % 4,
        blockBytes: Int.random(in: 10...500, using: &random), level: level)
      let expected = twin.read(body)
      #expect(got == expected, "round \(round): \(body)")
      let isRight = try isCutRight(
        body, expected, chunkBytes: Int.random(in: 40...200, using: &random), level: level)
      cuts[isRight, default: 0] += 1
    }
    #expect(cuts[true] ?? 0 > 10 && cuts[false] ?? 0 > 10, "\(cuts)")
  }
}
