import Bytes
import CSV
import Columns
import Foundation
import TestSupport
import Testing

/// Columns of codes and of numbers mean the same texts as plain ones, whatever the texts look like.
@Suite struct `Columns of codes` {
  /// Texts of many looks: numbered, numbered with zeros, long, ids, quoted, empty.
  private static let looks: [(name: String, text: @Sendable (Int) -> String)] = [
    ("numbers", { "\($0 * 7 % 1000)" }),
    ("affix and number", { "U\($0 % 5000)" }),
    ("filled with zeros", { "P\(String(1_000_000 + $0).dropFirst())" }),
    ("zeros of several widths", { "A\(String(repeating: "0", count: $0 % 4))\($0 % 20)" }),
    ("numbers far apart", { "k\($0 &* 7_919_317 % 99_999_989)" }),
    ("long numbers", { "\(1_000_000_000_000_000 + $0)" }),
    ("too many digits", { "\(100_000_000_000_000_000 + $0)" }),
    ("ids of 22", { "\(($0 % 300) &* 982_451_653)abcdefghijklmnopqrstuvwxyz".prefix(22) + "" }),
    ("longer than a slot", { "\($0 % 90)-e29b-41d4-a716-446655440000-of-many-bytes" }),
    ("lengths about a slot", { String(repeating: "x", count: $0 % 40) + "y" }),
    ("beyond ASCII", { "Künstler \($0 % 50) ✓" }),
    ("quoted", { "\"a,\($0 % 30)\"" }),
    ("quotes doubled", { "\"\"\"\($0 % 30)\"\" mix\"" }),
    ("a quote before digits", { "\"\"\"\($0 % 30)\"" }),
    ("NULL between numbers", { $0 % 3 == 0 ? "" : "S\($0 % 77)" }),
    ("quoted numbers", { $0 % 3 == 0 ? "\"S\($0 % 77)\"" : "S\($0 % 77)" }),
    ("one that is none", { $0 == 900 ? "none" : "S\(1000 + $0)" }),
    ("only NULL", { _ in "" }),
    ("empty or NULL", { ["\"\"", "", "x"][$0 % 3] }),
    ("empty, or with quotes in it", { ["\"\"", "\"a \"\"b\"\"\"", "x", ""][$0 * 7 % 4] }),
    ("empty or long", { $0 % 2 == 0 ? "\"\"" : "x\(String(repeating: "y", count: 30))" }),
    ("one far away", { $0 == 1100 ? "S4294969999" : "S\(1000 + $0)" }),
    ("affix of nine", { "ABCDEFGHI\($0)" }),
    ("affix of eight", { "ABCDEFGH\($0 % 400)" }),
  ]

  private func body(_ text: (Int) -> String, rows: Int) -> [UInt8] {
    Array("v,n\n".utf8) + (0..<rows).flatMap { Array("\(text($0)),\($0)\n".utf8) }
  }

  private func forms() -> [TextForm] {
    [
      .compact, .coded(base: nil),
      .coded(base: TextDictionary(TextVector(["U17", "zz", "S3", "P000003", "a,4"]))),
    ]
  }

  @Test(arguments: CPU.available)
  func `and numbers and times mean the same in quotes`(level: CPU.Level) throws {
    var random = Seeded(11)
    let columns = [
      InputColumn("id", .text, form: .compact), InputColumn("n", .bigint),
      InputColumn("x", .double), InputColumn("t", .timestamp), InputColumn("b", .boolean),
      InputColumn("name", .text, form: .coded(base: nil)),
    ]
    for quoted in [1.0, 0.9, 0.1] {
      var (plain, mixed) = ("id,n,x,t,b,name\n", "\"id\",n,x,\"t\",b,name\n")
      for row in 0..<1200 {
        let fields = [
          "P\(10_000 + row)", "\(row * row * 7919 % 100_000_007)", "\(Double(row) / 8)",
          "2024-0\(1 + row % 9)-1\(row % 10)T0\(row % 10):17:4\(row % 10)",
          row % 2 == 0 ? "true" : "no", "name \(row % 37)",
        ]
        plain += fields.joined(separator: ",") + "\n"
        let some = fields.map {
          Double.random(in: 0..<1, using: &random) < quoted ? "\"\($0)\"" : $0
        }
        mixed += some.joined(separator: ",") + "\n"
      }
      let expected = try read(Array(plain.utf8), columns) { $0.level = level }
      for blockBytes in [300, 64 << 10] {
        let got = try read(Array(mixed.utf8), columns) {
          $0.level = level
          $0.blockBytes = blockBytes
        }
        #expect(got.rows == expected.rows && got.rows.count == 1200, "\(quoted) in quotes")
        #expect(got.rejections.isEmpty)
      }
    }
    // A quoted text that is empty is no NULL, and no number.
    let empty = try read(
      Array("s,n\n\"\",\"1\"\n,\"2\"\n\"x\",\"\"\n\"y\",\"3\"\n".utf8),
      [InputColumn("s", .text), InputColumn("n", .bigint)]
    ) { $0.level = level }
    #expect(
      empty.rows == [[.text(""), .bigint(1)], [.null, .bigint(2)], [.text("y"), .bigint(3)]])
    #expect(empty.rejections.count == 1)
  }

  @Test(arguments: CPU.available)
  func `mean what plain ones mean`(level: CPU.Level) throws {
    for look in Self.looks {
      let bytes = body(look.text, rows: 1500)
      let plain = try read(bytes, [InputColumn("v", .text), InputColumn("n", .bigint)])
      for (index, form) in forms().enumerated() {
        let columns = [InputColumn("v", .text, form: form), InputColumn("n", .bigint)]
        var codes: [[UInt32]]?
        for chunkBytes in [700, 5_003, 1 << 20] {
          let got = try read(bytes, columns, chunkBytes: chunkBytes, threads: 1 + index) {
            $0.level = level
            $0.blockBytes = 400
          }
          #expect(got.rows == plain.rows, "\(look.name), form \(index), chunks of \(chunkBytes)")
          if index > 0 {
            #expect(codes == nil || codes == got.codes, "\(look.name): codes at any chunk size")
            codes = got.codes
          }
        }
      }
    }
  }

  /// Quoted fields that repeat are known by their spelling; those that hardly do are given up.
  @Test(arguments: [30, 6000]) func `are found in quotes`(different: Int) throws {
    func spelled(_ number: Int) -> String {
      let text = String(repeating: "mix ", count: number % 9) + "\(number)"
      return number % 3 == 0 ? "\"\(text)\"" : "\"12\"\" \(text), long\"\"\""
    }
    let texts = (0..<different).map { number in
      String(spelled(number).dropFirst().dropLast()).replacingOccurrences(of: "\"\"", with: "\"")
    }
    let base = TextDictionary(TextVector(texts.filter { !$0.hasSuffix("7") }))
    let bytes = body({ spelled($0 % different) }, rows: 14_000)
    let plain = try read(bytes, [InputColumn("v", .text), InputColumn("n", .bigint)])
    #expect(plain.rows.prefix(different).map { $0[0] } == texts.map { .text($0) })
    for chunkBytes in [9_001, 1 << 20] {
      let columns = [
        InputColumn("v", .text, form: .coded(base: base)), InputColumn("n", .bigint),
      ]
      #expect(try read(bytes, columns, chunkBytes: chunkBytes).rows == plain.rows)
    }
  }

  @Test func `are numbers where the texts are an affix and a number`() throws {
    for (name, isNumbered) in [
      ("filled with zeros", true), ("long numbers", true), ("NULL between numbers", true),
      ("quoted numbers", true), ("affix of eight", true), ("numbers far apart", true),
      ("affix of nine", false), ("one that is none", false), ("one far away", false),
    ] {
      let look = try #require(Self.looks.first { $0.name == name })
      let bytes = body(look.text, rows: 1500)
      var reader = try CSVReader(
        MemorySource(bytes), ReadOptions(columns: [InputColumn("v", .text, form: .compact)]))
      let batch = try #require(try reader.next().first)
      var found = false
      if case .codes(_, let dictionary) = batch.batch.columns[0].values {
        found = dictionary.numbering != nil
      }
      #expect(found == isNumbered, "\(name)")
    }
  }

  /// What each batch of a compact column is delivered as.
  private func deliveries(_ text: (Int) -> String, rows: Int) throws -> [String] {
    var options = ReadOptions(columns: [InputColumn("v", .text, form: .compact)])
    (options.chunkBytes, options.threads) = (50_000, 1)
    var reader = try CSVReader(MemorySource(body(text, rows: rows)), options)
    var found: [String] = []
    while let batch = try reader.next().first {
      switch batch.batch.columns[0].values {
      case .codes(_, let dictionary):
        found.append(dictionary.numbering == nil ? "codes" : "numbers")
      default: found.append("texts")
      }
    }
    return found
  }

  @Test func `are codes while few are different, and texts else`() throws {
    let few = try deliveries({ "\($0 % 115) mix" }, rows: 30_000)
    #expect(few.count > 5 && few.allSatisfy { $0 == "codes" })
    let long = try deliveries({ "\(String(repeating: "é7", count: 50))\($0 % 9)" }, rows: 5000)
    #expect(long.count > 5 && long.allSatisfy { $0 == "codes" })
    let diverse = try deliveries({ "\($0 * $0 % 7) x \($0)" }, rows: 30_000)
    #expect(diverse.count > 5 && diverse.dropFirst(3).allSatisfy { $0 == "texts" })
    // Numbers at first, and then none; few at first, and then ever new ones.
    let mixed = try deliveries({ $0 < 10_000 ? "P\($0)" : "a\($0 % 9) b" }, rows: 30_000)
    #expect(mixed.first == "numbers" && mixed.last == "codes")
    let later = try deliveries({ $0 < 10_000 ? "a" : "text \($0 * 3) b" }, rows: 30_000)
    #expect(later.first == "codes" && later.last == "texts")
  }

  @Test func `keep their codes when an encoder goes on`() throws {
    var encoder = KeyEncoder(nil)
    var seen: [String: UInt32] = [:]
    for file in 0..<4 {
      for look in Self.looks.prefix(8) {
        let bytes = body({ look.text($0 + 300 * file) }, rows: 700)
        var options = ReadOptions(
          columns: [InputColumn("v", .text, form: .continuing(encoder))])
        options.chunkBytes = 3000
        var reader = try CSVReader(MemorySource(bytes), options)
        while true {
          let round = try reader.next()
          if round.isEmpty { break }
          for batch in round {
            guard case .codes(let codes, let dictionary) = batch.batch.columns[0].values else {
              Issue.record("a coded column has codes")
              continue
            }
            for code in codes {
              let text = dictionary[code]
              #expect(seen[text] == nil || seen[text] == code)
              seen[text] = code
            }
          }
        }
        encoder = try #require(reader.encoder(ofColumn: 0))
      }
    }
    #expect(seen.count == encoder.dictionary.count)
    #expect(Set(seen.values).count == seen.count)
  }

  /// The kernels and their twins on fields of every length at the very end of the memory.
  @Test(arguments: CPU.available)
  func `are read at the end of the input`(level: CPU.Level) throws {
    for length in 0...40 {
      for filler in ["0", "9", "a", "-"] {
        let text = String(repeating: filler, count: length)
        for ending in ["", "\n", "\r\n"] {
          let bytes = Array("n,v\n1,b\n2,\(text)\(ending)".utf8)
          let got = try read(bytes, [InputColumn("v", .text, form: .coded(base: nil))]) {
            $0.level = level
          }
          #expect(got.texts == [["b"], [length == 0 ? nil : text]])
          let times = try read(bytes, [InputColumn("v", .timestamp)]) { $0.level = level }
          #expect(times.counts.rowsRejected == (length == 0 ? 1 : 2))
        }
      }
    }
  }

  /// A text for NULL, a quote or an escape of digits must not be taken for a number.
  @Test(arguments: CPU.available)
  func `and numbers keep to the dialect`(level: CPU.Level) throws {
    let columns = [
      InputColumn("a", .bigint), InputColumn("b", .text, form: .compact),
      InputColumn("c", .text, form: .coded(base: nil)), InputColumn("d", .timestamp),
    ]
    let time = "2024-06-25 00:00:00"
    let body = "a,b,c,d\n999,999,999,\(time)\n1000,P999,999,\(time)\n5,7,8,\(time)\n"
    let got = try read(body, columns) {
      $0.level = level
      $0.dialect.nullText = Array("999".utf8)
    }
    #expect(got.rows[0].prefix(3) == [.null, .null, .null])
    #expect(got.rows[1].prefix(3) == [.bigint(1000), .text("P999"), .null])
    let times = try read(body, columns) {
      $0.level = level
      $0.dialect.nullText = Array(time.utf8)
    }
    #expect(times.rows.allSatisfy { $0[3] == .null })
    let quoted = try read("a,b,c,d\n515,515,5,\(time)\n", columns) {
      $0.level = level
      $0.dialect.quote = 0x35
    }
    #expect(quoted.counts.rowsRejected == 1)
  }
}
