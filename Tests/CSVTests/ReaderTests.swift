import Bytes
import CSV
import Columns
import TestSupport
import Testing

@Suite struct `The reader of CSV` {
  @Test func `finds columns by name, in any order, and ignores others`() throws {
    let whole = try read(
      "\u{FEFF},b,extra,a\r\n9,x,?,1\r\n8,y,?,2",
      [
        InputColumn("a", .bigint), InputColumn("", .bigint), InputColumn("b", .text),
      ])
    #expect(
      whole.rows == [
        [.bigint(1), .bigint(9), .text("x")], [.bigint(2), .bigint(8), .text("y")],
      ])
    #expect(whole.records == [1, 2])
  }

  @Test func `says which columns a header lacks`() {
    let error = #expect(throws: CSVError.self) {
      try read("a,b\n1,2\n", texts("a", "c", "d"))
    }
    #expect(
      error?.description.hasPrefix(
        "cannot read test.csv: its header lacks \"c\", \"d\"; it has \"a\", \"b\"") == true)
    #expect(throws: CSVError.self) { try read("a,a\n1,2\n", texts("a")) }
    #expect(throws: CSVError.self) { try read("", texts("a")) }
    #expect(throws: CSVError.self) { try read("\n\n", texts("a")) }
    #expect(throws: CSVError.self) { try read("a,\"b\n1,2\n", texts("a")) }
  }

  @Test func `tells where and why a row was rejected`() throws {
    let text = "id,title\n1,fine\n2,12\" mix\n3,\"two\nlines\"\n\nx,bad\n5,a,b\n6,\"open\n7,ok\n"
    let columns = [InputColumn("id", .bigint, isNullable: false), InputColumn("title", .text)]
    for chunkBytes in 1...text.utf8.count {
      let whole = try read(text, columns, chunkBytes: chunkBytes, threads: 2)
      #expect(whole.texts == [[nil, "fine"], [nil, "two\nlines"], [nil, "ok"]])
      #expect(whole.records == [1, 3, 7])
      #expect(whole.rejections.map(\.record) == [2, 4, 5, 6])
      #expect(whole.rejections.map(\.line) == [3, 7, 8, 9])
      #expect(whole.rejections.map(\.byteOffset) == [16, 41, 47, 53])
      #expect(whole.rejections.map(\.column) == [nil, "id", nil, nil])
      #expect(
        whole.rejections.map(\.reason) == [
          "has a quote inside a field that is not quoted", "\"x\" is not a BIGINT",
          "has 3 fields, where 2 are declared", "has a quote that is never closed",
        ])
      #expect(
        whole.rejections.map { String(decoding: $0.rawText, as: UTF8.self) } == [
          "2,12\" mix", "x,bad", "5,a,b", "6,\"open",
        ])
      #expect(whole.counts.blankLines == 1)
      #expect(whole.counts.rowsRead == 7 && whole.counts.rowsKept == 3)
    }
  }

  @Test func `holds NOT NULL`() throws {
    let whole = try read(
      "a,b\n1,\n,2\n\"\",3\n",
      [
        InputColumn("a", .text, isNullable: false), InputColumn("b", .bigint),
      ])
    #expect(whole.rows == [[.text("1"), .null], [.text(""), .bigint(3)]])
    #expect(whole.rejections.map(\.reason) == ["is NULL, where the column is NOT NULL"])
  }

  @Test func `takes an empty line for a NULL where a record is one field`() throws {
    let whole = try read("a\n1\n\n2\n", texts("a"))
    #expect(whole.texts == [["1"], [nil], ["2"]])
    #expect(whole.counts.blankLines == 0)
  }

  @Test func `codes texts in the order of first appearance`() throws {
    let base = TextDictionary(TextVector(["pop", "rock"]))
    let text = "g\nrock\njazz\n\npop\njazz\nhip \"\"hop\"\"\n".replacing("hip", with: "\"hip")
      .replacing(
        "\"\"\n", with: "\"\"\"\n")
    for chunkBytes in [1, 3, 8, 1000] {
      let whole = try read(
        text, [InputColumn("g", .text, form: .coded(base: base))], chunkBytes: chunkBytes,
        threads: 3)
      #expect(whole.texts == [["rock"], ["jazz"], [nil], ["pop"], ["jazz"], ["hip \"hop\""]])
      #expect(whole.codes == [[1], [2], [], [0], [2], [3]])
    }
  }

  @Test func `keeps what it is told of rejections, and counts all`() throws {
    let whole = try read("a\nx\ny\nz\n", [InputColumn("a", .bigint)]) {
      $0.keepRejections = 2
      $0.rawTextLimit = 0
    }
    #expect(whole.rejections.count == 2 && whole.counts.rowsRejected == 3)
    #expect(whole.rejections.allSatisfy { $0.rawText.isEmpty })
  }

  @Test func `hashes the bytes as they are stored`() throws {
    let text = "a\nx\nbroken\"\n\n"
    for chunkBytes in [1, 7, 100] {
      let whole = try read(text, texts("a"), chunkBytes: chunkBytes) { $0.takesHash = true }
      #expect(whole.counts.contentHash == ContentHash.of(Array(text.utf8).span))
      #expect(whole.counts.bytes == text.utf8.count)
    }
  }

  @Test func `reads long fields and wide rows`() throws {
    let long = String(repeating: "täx\"\"\n", count: 150_000)
    let whole = try read("a,b\n\"\(long)\",1\nx,2\n", texts("a", "b"), chunkBytes: 1000)
    #expect(whole.texts.map { $0[0]?.utf8.count } == [150_000 * 6, 1])
    let names = (0..<10_000).map { "c\($0)" }
    let row = names.joined(separator: ",")
    let wide = try read("\(row)\n\(row)\n", names.map { InputColumn($0, .text) })
    #expect(wide.texts == [names])
  }

  @Test(arguments: [
    ("1,\(String(repeating: "x,", count: 100_000))", "goes on for more than 4000 bytes"),
    ("1,\(String(repeating: "x", count: 100_000))", "has a field of more than 1000 bytes"),
    ("1,\"\(String(repeating: "x", count: 100_000))", "has a field of more than 1000 bytes"),
  ])
  func `gives up on a record that does not end`(endless: String, reason: String) throws {
    for (chunkBytes, threads) in [(1, 1), (100, 2), (5_000, 1), (1 << 20, 3)] {
      let whole = try read(
        "a,b\n0,w\n\(endless)\n2,y\n", texts("a", "b"), chunkBytes: chunkBytes, threads: threads
      ) {
        $0.fieldLimit = 1_000
        $0.rawTextLimit = 10
      }
      #expect(whole.texts == [["0", "w"], ["2", "y"]])
      #expect(whole.rejections.map(\.reason) == [reason])
      #expect(whole.rejections.map(\.line) == [3])
      #expect(whole.rejections.map(\.rawText) == [Array(endless.utf8.prefix(10))])
    }
  }

  @Test func `reads back what the writer writes`() throws {
    let columns = [
      InputColumn("t", .text), InputColumn("b", .boolean), InputColumn("i", .bigint),
      InputColumn("d", .double), InputColumn("day", .date), InputColumn("time", .timestamp),
    ]
    let text = """
      t,b,i,d,day,time
      "a,""b""\n",true,-5,0.1,2024-02-29,2024-01-01 00:00:00.5
      "",,,,,
      ,false,9223372036854775807,1e+300,0001-01-01,9999-12-31 23:59:59.999999
      plain,true,0,-0.0,1969-12-31,1970-01-01 00:00:00

      """
    var reader = try CSVReader(MemorySource(Array(text.utf8)), ReadOptions(columns: columns))
    let batch = try #require(try reader.next().first?.batch)
    let writer = CSVWriter(batch.schema)
    let written = writer.header() + writer.rows(batch)
    #expect(batch.rowCount == 4)
    #expect(try read(written, columns).rows == read(text, columns).rows)
  }

  @Test func `is written with the texts of its rows, not with all that are numbered`() {
    let affix = Affix(prefix: Array("p,".utf8), suffix: [], digits: 1)
    let dictionary = TextDictionary(
      count: 1 << 31, numbering: TextNumbering(affix: affix, first: 7))
    let columns = [
      Column(
        .text, .codes([3, 2_000_000_000, 0], dictionary), validity: Bitmap([true, true, false]))
    ]
    let schema = Schema([Field("p", .text)])
    let lines = CSVWriter(schema).rows(ColumnBatch(schema, columns, rowCount: 3))
    #expect(String(decoding: lines, as: UTF8.self) == "\"p,10\"\n\"p,2000000007\"\n\n")
    #expect(dictionary.byteCount == 0)
  }

  @Test func `names the columns of a header`() throws {
    let source = MemorySource(Array("\u{FEFF}\"a \"\"x\"\"\",,ü\r\n1,2,3".utf8))
    #expect(try CSVHeader.names(of: source) == ["a \"x\"", "", "ü"])
  }

  /// Every batch, read once more from where it stands; and from a file that has changed meanwhile.
  @Test(arguments: 1...3)
  func `gives pieces that can be read again, some columns alone`(threads: Int) throws {
    var text = "\u{FEFF}n,t\n"
    for row in 0..<500 { text += "\(row),\(["a", "\"b\nc\"", "", "ü"][row % 4])\r\n" }
    let source = MemorySource(Array(text.utf8))
    var options = ReadOptions(columns: [InputColumn("n", .bigint), InputColumn("t", .text)])
    (options.chunkBytes, options.threads) = (300, threads)
    var reader = try CSVReader(source, options)
    options.taking = .records
    var counting = try CSVReader(source, options)
    let worse = MemorySource(source.bytes.map { 0x30...0x39 ~= $0 ? 0x78 : $0 })
    let shorter = MemorySource(Array(source.bytes.prefix(100)))
    var count = 0
    while true {
      let round = try reader.next()
      let counted = try counting.next()
      #expect(counted.map(\.batch.rowCount) == round.map(\.batch.rowCount))
      #expect(counted.allSatisfy { $0.batch.columns.isEmpty })
      if round.isEmpty { break }
      for (batch, same) in zip(round, counted) {
        for columns in [[0, 1], [1, 0], [1], []] {
          let again = try rows(try counting.piece(same, of: source).read(columns: columns))
          #expect(again.rowCount == batch.batch.rowCount)
          for (one, column) in zip(again.columns, columns) {
            let other = batch.batch.columns[column].values(ofAll: again.rowCount)
            #expect((0..<one.count).map { one.value(at: $0) } == other)
          }
        }
        count += batch.batch.rowCount
      }
      let (last, known) = (try #require(round.last), try #require(counted.last))
      #expect(throws: CSVError.self) { try reader.piece(last, of: shorter).read(columns: [0]) }
      // All declared columns are checked, whichever are wanted.
      guard case .rejected(let rejection) = try counting.piece(known, of: worse).read(columns: [1])
      else {
        Issue.record("letters are no numbers")
        continue
      }
      #expect(rejection.record == last.firstRecord && rejection.column == "n")
    }
    #expect(count == 500)
  }

  private func rows(_ reading: CSVPiece.Reading) throws -> ColumnBatch {
    guard case .rows(let batch, _) = reading else { throw Unexpected() }
    return batch
  }

  private struct Unexpected: Error {}
}

extension Column {
  fileprivate func values(ofAll count: Int) -> [Value] { (0..<count).map { value(at: $0) } }
}
