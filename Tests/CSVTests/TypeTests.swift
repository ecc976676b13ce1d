import Bytes
import CSV
import Columns
import TestSupport
import Testing

@Suite struct `A typed field` {
  private func value(_ text: String, _ column: InputColumn) throws -> Value? {
    let whole = try read("x,y\n\(text),1\n", [column])
    return whole.rows.first?.first
  }

  @Test func `takes these texts`() throws {
    let cases: [(InputColumn, String, Value)] = [
      (InputColumn("x", .boolean), "TRUE", .boolean(true)),
      (InputColumn("x", .boolean), "False", .boolean(false)),
      (InputColumn("x", .boolean), "yes", .boolean(true)),
      (InputColumn("x", .boolean), "nO", .boolean(false)),
      (InputColumn("x", .boolean), "1", .boolean(true)),
      (InputColumn("x", .boolean), "0", .boolean(false)),
      (InputColumn("x", .bigint), "0", .bigint(0)),
      (InputColumn("x", .bigint), "-007", .bigint(-7)),
      (InputColumn("x", .bigint), "+12345678", .bigint(12_345_678)),
      (InputColumn("x", .bigint), "\"42\"", .bigint(42)),
      (InputColumn("x", .bigint), "9223372036854775807", .bigint(.max)),
      (InputColumn("x", .bigint), "-9223372036854775808", .bigint(.min)),
      (InputColumn("x", .bigint), "0000000000000000000000000000001", .bigint(1)),
      (InputColumn("x", .double), "0.1", .double(0.1)),
      (InputColumn("x", .double), "-1.5e3", .double(-1500)),
      (InputColumn("x", .double), ".5", .double(0.5)),
      (InputColumn("x", .double), "5.", .double(5)),
      (InputColumn("x", .double), "9007199254740993", .double(9_007_199_254_740_992)),
      (
        InputColumn("x", .double), "2.2250738585072011e-308",
        .double(Double.leastNormalMagnitude.nextDown)
      ),
      (InputColumn("x", .double), "1e-400", .double(0)),
      (InputColumn("x", .double), "-Infinity", .double(-.infinity)),
      (InputColumn("x", .double), "1.7976931348623157e308", .double(1.7976931348623157e308)),
      (InputColumn("x", .date), "1970-01-02", .date(1)),
      (InputColumn("x", .date), "2024-02-29", .date(19782)),
      (InputColumn("x", .date), "0001-01-01", .date(-719162)),
      (InputColumn("x", .timestamp), "1970-01-01 00:01", .timestamp(60_000_000)),
      (InputColumn("x", .timestamp), "1970-01-01T00:00:01Z", .timestamp(1_000_000)),
      (InputColumn("x", .timestamp), "1970-01-01 00:00:00.25", .timestamp(250_000)),
      (InputColumn("x", .timestamp), "1969-12-31 23:59:59.999999", .timestamp(-1)),
      (InputColumn("x", .timestamp), "1970-01-01 00:00:00.123456000", .timestamp(123_456)),
      (InputColumn("x", .timestamp, hasZone: true), "1970-01-01 02:00+02:00", .timestamp(0)),
      (
        InputColumn("x", .timestamp, hasZone: true), "1970-01-01 00:00:00-01",
        .timestamp(3_600_000_000)
      ),
      (InputColumn("x", .timestamp, hasZone: true), "1970-01-01 00:30:00+0030", .timestamp(0)),
      (InputColumn("x", .text), "\"a \"\"b\"\"\"", .text("a \"b\"")),
      (InputColumn("x", .text), "\"\"", .text("")),
      (InputColumn("x", .text), "", .null),
      (InputColumn("x", .text), "Beyoncé\u{0}!", .text("Beyoncé\u{0}!")),
      (InputColumn("x", .bigint), "", .null),
    ]
    for (column, text, expected) in cases {
      let got = try value(text, column)
      #expect(got == expected, "\(text) as \(column.type)")
    }
  }

  @Test func `refuses these texts`() throws {
    let cases: [(InputColumn, [String])] = [
      (InputColumn("x", .boolean), ["t", "2", "truee", "yes ", "\"\""]),
      (
        InputColumn("x", .bigint),
        [
          "9223372036854775808", "-9223372036854775809", "1 ", " 1", "1.0", "+", "-", "--1", "0x1",
          "\"\"", "1e3", "１",
        ]
      ),
      (
        InputColumn("x", .double),
        [
          "1e999", "-1e999", "1.2.3", ".", "e5", "1e", "0x1p3", "nanx", "1,5".prefix(1) + "_000",
          "+",
        ]
      ),
      (
        InputColumn("x", .date),
        [
          "2024-02-30", "2023-02-29", "2024-13-01", "2024-00-01", "2024-01-00", "24-01-01",
          "2024/01/01", "2024-01-01 ", "0000-01-01", "2024-1-1",
        ]
      ),
      (
        InputColumn("x", .timestamp),
        [
          "2024-01-01", "2024-01-01 24:00", "2024-01-01 00:60", "2024-01-01 00:00:60",
          "2024-01-01 00:00:", "2024-01-01 00:00:00.", "2024-01-01 00:00:00.1234567",
          "2024-01-01 00:00:00+02:00", "2024-01-01 00:00:00z", "2024-01-01x00:00:00",
          "2024-01-01 00:00:00ZZ", "2024-02-30 00:00:00", "2024-01-01 0:00:00",
        ]
      ),
      (
        InputColumn("x", .timestamp, hasZone: true),
        ["2024-01-01 00:00:00+2", "2024-01-01 00:00:00+24", "2024-01-01 00:00:00+01:60"]
      ),
    ]
    for (column, texts) in cases {
      for text in texts {
        let whole = try read("x,y\n\(text),1\n", [column])
        #expect(whole.rows.isEmpty && whole.rejections.count == 1, "\(text) as \(column.type)")
        #expect(whole.rejections.first?.column == "x")
      }
    }
  }

  @Test(arguments: CPU.available) func `is rounded to the nearest double`(level: CPU.Level) throws {
    var random = Seeded(7)
    var texts: [String] = []
    for _ in 0..<2000 {
      let digits = (1...Int.random(in: 1...22, using: &random)).map { _ in
        String(Int.random(in: 0...9, using: &random))
      }.joined()
      texts.append("\(digits).\(digits)e\(Int.random(in: -40...40, using: &random))")
      texts.append("-\(Double.random(in: 0...1, using: &random))")
      texts.append("\(String(repeating: "0", count: digits.count)).00\(digits)")
      // Halfway between two doubles: an odd number of 54 bits over a power of two.
      let odd = UInt64.random(in: 1 << 53...1 << 54 - 1, using: &random) | 1
      let places = Int.random(in: 1...4, using: &random)
      let tens = String(odd * [1, 5, 25, 125, 625][places])
      texts.append("\(tens.dropLast(places)).\(tens.suffix(places))")
      texts.append("\(UInt64.random(in: 0...UInt64.max, using: &random))")
    }
    let expected = try texts.map { [Value.double(try #require(Double($0)))] }
    let whole = try read(
      "x\n" + texts.map { $0 + "\n" }.joined(), [InputColumn("x", .double)], chunkBytes: 4096
    ) { $0.level = level }
    #expect(whole.rows == expected)
  }

  @Test(arguments: CPU.available) func `has the days of the calendar`(level: CPU.Level) throws {
    var body = "day,at\n"
    var expected: [[Value]] = []
    var wrong = 0
    for year in [1, 4, 1899, 1900, 1904, 1970, 2000, 2023, 2024, 2100, 2156, 9999] {
      for month in 0...13 {
        for day in 0...32 {
          let two = { (number: Int) in number < 10 ? "0\(number)" : "\(number)" }
          let date = String("000\(year)".suffix(4)) + "-\(two(month))-\(two(day))"
          body += "\(date),\(date)T23:59:58.25\n"
          guard 1...12 ~= month, day >= 1, day <= Calendar.daysIn(month: month, of: year) else {
            wrong += 1
            continue
          }
          let days = Calendar.days(year: year, month: month, day: day)
          let time = (Int64(days) * 86_400 + 86_398) * 1_000_000 + 250_000
          expected.append([.date(Int32(days)), .timestamp(time)])
        }
      }
    }
    let columns = [InputColumn("day", .date), InputColumn("at", .timestamp)]
    let whole = try read(body, columns) { $0.level = level }
    #expect(whole.rows == expected)
    #expect(whole.rejections.count == wrong)
  }

  @Test func `words for truth values and for NULL do not mix`() throws {
    let text = "x\nyes\nno\nNO\nTrue\n0\n\"fAlse\"\n\u{11}\n"
    let whole = try read(text, [InputColumn("x", .boolean)]) {
      $0.dialect.nullText = Array("no".utf8)
    }
    let values: [Value] = [.boolean(true), .null, .boolean(false), .boolean(true)]
    #expect(whole.rows == (values + [.boolean(false), .boolean(false)]).map { [$0] })
    #expect(whole.rejections.count == 1)
  }

  @Test func `that is not valid UTF-8 costs its row`() throws {
    let body = Array("x\nfine\n".utf8) + [0xC3, 0x28, 0x0A] + Array("Zoë\n".utf8) + [0xE2, 0x82]
    let whole = try read(body, texts("x"))
    #expect(whole.texts == [["fine"], ["Zoë"]])
    #expect(whole.rejections.map(\.record) == [2, 4])
    #expect(whole.rejections.map(\.line) == [3, 5])
    #expect(whole.rejections.allSatisfy { $0.reason == "is not valid UTF-8" })
  }
}
