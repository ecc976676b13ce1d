import Bytes
import CSV
import Columns
import Testing

@Suite struct `A dialect` {
  private func rows(
    _ text: [UInt8], _ columns: [InputColumn], _ options: [(name: String, value: String)]
  ) throws -> Whole {
    let dialect = try Dialect(options: options)
    let whole = try read(text, columns) { $0.dialect = dialect }
    for chunkBytes in 1...min(40, max(1, text.count)) {
      for level in CPU.available {
        var again = try read(text, columns, chunkBytes: chunkBytes, threads: 3) {
          $0.dialect = dialect
          $0.blockBytes = chunkBytes + 3
          $0.level = level
        }
        again.counts.chunksRedone = whole.counts.chunksRedone
        #expect(again == whole, "in chunks of \(chunkBytes) with \(level)")
      }
    }
    return whole
  }

  @Test func `has a delimiter of up to four bytes`() throws {
    for delimiter in [";", "\\t", "=>", "→", "\\x01"] {
      let bytes = try Dialect(options: [("delimiter", delimiter)]).delimiter
      let text = ["a?b", "1?\"x?\"\"\ny\"", "?2", "=?>?-", "3"].joined(separator: "\n")
        .split(separator: "?", omittingEmptySubsequences: false).map { Array($0.utf8) }
        .joined(separator: bytes)
      let shown = String(decoding: bytes, as: UTF8.self)
      let whole = try rows(Array(text), texts("a", "b"), [("delimiter", delimiter)])
      #expect(
        whole.texts == [["1", "x\(shown)\"\ny"], [nil, "2"]],
        "\(shown)")
      #expect(whole.counts.rowsRejected == 2)
    }
  }

  @Test func `has its own quote and escape`() throws {
    let text =
      #"a,b"# + "\n" + #"'it\'s','x,\\y'"# + "\n" + #"un\,quoted,\'"# + "\n"
      + "'two\\\nlines',end\\\n\n" + #"'bad''one',x"# + "\n" + "last,\\\r\n"
    let whole = try rows(
      Array(text.utf8), texts("a", "b"), [("quote", "'"), ("escape", "\\")])
    #expect(
      whole.texts == [
        ["it's", "x,\\y"], ["un,quoted", "'"], ["two\nlines", "end\n"], ["last", "\r"],
      ])
    #expect(whole.rejections.map(\.record) == [4])
    let plain = try rows(Array("a,b\n\"x,y\"\n".utf8), texts("a", "b"), [("quote", "")])
    #expect(plain.texts == [["\"x", "y\""]])
  }

  @Test func `has its own record delimiter`() throws {
    let whole = try rows(
      Array("a,b\r1,\"x\ry\"\r2,\n\r".utf8), texts("a", "b"), [("record_delimiter", "\\r")])
    #expect(whole.texts == [["1", "x\ry"], ["2", "\n"]])
    let long = try rows(
      Array("a,b||1,\"x||y\"||2,|||".utf8), texts("a", "b"), [("record_delimiter", "||")])
    #expect(long.texts == [["1", "x||y"], ["2", nil]])
    #expect(long.rejections.map { String(decoding: $0.rawText, as: UTF8.self) } == ["|"])
  }

  @Test func `has any number of header rows, and lines to skip`() throws {
    let none = try rows(Array("1,2\n3,4\n".utf8), texts("a", "b"), [("header_rows", "0")])
    #expect(none.texts == [["1", "2"], ["3", "4"]])
    let two = try rows(
      Array("x,,z\na,b,\n1,2,3".utf8), texts("x_a", "b", "z"), [("header_rows", "2")])
    #expect(two.texts == [["1", "2", "3"]])
    let skipped = try rows(
      Array("report of \"today\na,b\n1,2\n3,4\ntotal\n,,end".utf8), texts("a", "b"),
      [("skip_leading", "1"), ("skip_trailing", "2")])
    #expect(skipped.texts == [["1", "2"], ["3", "4"]])
    #expect(skipped.counts.rowsRejected == 0)
    let rejected = try rows(
      Array("skip\na\n1\nx\"\ntotal\n".utf8), texts("a"),
      [("skip_leading", "1"), ("skip_trailing", "1")])
    #expect(rejected.rejections.map(\.line) == [4])
  }

  @Test func `has its own NULL`() throws {
    let whole = try rows(
      Array("a,b\n\\N,\n\"\\N\",x\n".utf8), texts("a", "b"), [("null_text", "\\N")])
    #expect(whole.texts == [[nil, ""], ["\\N", "x"]])
  }

  @Test func `refuses or pads ragged rows`() throws {
    let text = Array("a,b,c\n1\n1,2,3,4\n1,2,3\n\"x\",\n".utf8)
    let refused = try rows(text, texts("a", "b", "c"), [])
    #expect(refused.texts == [["1", "2", "3"]])
    let padded = try rows(text, texts("a", "b", "c"), [("ragged", "padded")])
    #expect(
      padded.texts == [["1", nil, nil], ["1", "2", "3"], ["1", "2", "3"], ["x", nil, nil]])
  }

  @Test func `has an encoding`() throws {
    let latin = try rows(
      [0x61, 0x0A, 0x5A, 0x6F, 0xEB, 0x0A, 0x80, 0x0A], texts("a"), [("encoding", "latin-1")])
    #expect(latin.texts == [["Zoë"], ["\u{80}"]])
    let windows = try rows([0x61, 0x0A, 0x80, 0x0A], texts("a"), [("encoding", "windows-1252")])
    #expect(windows.texts == [["€"]])
    let text = "a,ü\n\"x\n𝄞\",é\n"
    for bigEndian in [true, false] {
      var bytes: [UInt8] = bigEndian ? [0xFE, 0xFF] : [0xFF, 0xFE]
      for unit in text.utf16 {
        let pair = [UInt8(unit >> 8), UInt8(unit & 0xFF)]
        bytes += bigEndian ? pair : pair.reversed()
      }
      let wide = try rows(bytes, texts("ü", "a"), [("encoding", "UTF-16")])
      #expect(wide.texts == [["é", "x\n𝄞"]])
      let broken = try rows(
        bytes + (bigEndian ? [0xD8, 0x00] : [0x00, 0xD8]) + [0x00], texts("a", "ü"),
        [("encoding", "UTF-16"), ("ragged", "padded")])
      #expect(broken.rejections.map(\.reason) == ["is not valid UTF-8"])
    }
    #expect(throws: CSVError.self) {
      try rows(Array("a\n1\n".utf8), texts("a"), [("encoding", "utf-16")])
    }
  }

  @Test func `is refused where it makes no sense`() {
    let cases: [[(name: String, value: String)]] = [
      [("delimiter", "")], [("delimiter", "12345")], [("delimiter", "\"")], [("delimiter", "\\n")],
      [("delimitre", ";")], [("quote", "ab")], [("header_rows", "-1")], [("encoding", "ebcdic")],
      [("ragged", "maybe")], [("null_text", "a\"b")], [("delimiter", "\\xZZ")],
      [("record_delimiter", ",")],
    ]
    for options in cases {
      #expect(throws: CSVError.self, "\(options)") { try Dialect(options: options) }
    }
  }
}
