import Columns
import Testing

/// The expected texts are DuckDB 2.0's: `SELECT CAST(… AS VARCHAR)`.
@Suite struct `The text of a value` {
  @Test(
    arguments: [
      (1, "1.0"), (0.1, "0.1"), (-0.0, "-0.0"), (1e15, "1000000000000000.0"),
      (123_456_789_012_345.6, "123456789012345.6"), (9_007_199_254_740_992, "9007199254740992.0"),
      (12_345_678_901_234_568, "1.2345678901234568e+16"), (1e16, "1e+16"), (1.8e16, "1.8e+16"),
      (1e-4, "0.0001"), (1.234e-5, "1.234e-05"), (1e-5, "1e-05"), (0.00012345, "0.00012345"),
      (1.23e22, "1.23e+22"), (1e300, "1e+300"), (.infinity, "inf"), (-.infinity, "-inf"),
      (.nan, "nan"), (-.nan, "nan"),
    ] as [(Double, String)])
  func `is the shortest that reads back, for doubles`(number: Double, text: String) {
    #expect(Value.double(number).text == text)
  }

  @Test(
    arguments: [
      (50, 2, "0.50"), (-5, 2, "-0.05"), (5, 0, "5"), (0, 3, "0.000"), (-123_456, 3, "-123.456"),
      (.max, 38, "1.70141183460469231731687303715884105727"),
    ] as [(Int128, Int, String)])
  func `has all digits of a decimal`(digits: Int128, scale: Int, text: String) {
    #expect(Value.decimal(digits, scale: scale).text == text)
  }

  @Test(
    arguments: [
      (Interval(months: 14), "1 year 2 months"), (Interval(days: 1), "1 day"),
      (Interval(days: -3), "-3 days"), (Interval(microseconds: 90_000_000_000), "25:00:00"),
      (Interval(microseconds: -1_000_000), "-00:00:01"), (Interval(), "00:00:00"),
      (Interval(months: 1, days: 2, microseconds: 3_500_000), "1 month 2 days 00:00:03.5"),
      (Interval(months: -14), "-1 year -2 months"),
    ])
  func `spells out an interval`(interval: Interval, text: String) {
    #expect(Value.interval(interval).text == text)
  }

  @Test(
    arguments: [
      (0, "1970-01-01 00:00:00"), (1_719_337_393_000_000, "2024-06-25 17:43:13"),
      (1_704_067_200_500_000, "2024-01-01 00:00:00.5"), (-1, "1969-12-31 23:59:59.999999"),
      (-62_135_596_800_000_000, "0001-01-01 00:00:00"),
      (-62_167_219_200_000_000, "0001-01-01 (BC) 00:00:00"),
    ] as [(Int64, String)])
  func `spells out a timestamp`(microseconds: Int64, text: String) {
    #expect(Value.timestamp(microseconds).text == text)
  }

  @Test func `is the same for a cell alone and for a column`() {
    let validity = Bitmap([true, false, true])
    let dictionary = TextDictionary(TextVector(["a", "é"]))
    let columns = [
      Column(.boolean, .booleans([true, false, false]), validity: validity),
      Column(.bigint, .integers([.min, 0, .max]), validity: validity),
      Column(.timestamp, .integers([0, 1, 1_719_337_393_000_000])),
      Column(.date, .dates([-1, 0, 19_899]), validity: validity),
      Column(.double, .doubles([1.5, 0, 1e-7])),
      Column(.hugeint, .wide([.min, 5, .max])),
      Column(.decimal(precision: 9, scale: 2), .wide([1, -1, 12_345])),
      Column(.text, .texts(TextVector(["", "x", "\"y\""])), validity: validity),
      Column(.text, .codes([1, 0, 0], dictionary)),
      Column(.interval, .intervals([Interval(), Interval(days: 2), Interval(months: 1)])),
    ]
    for column in columns {
      let texts = column.texts(0..<3)
      for row in 0..<3 { #expect(texts[row] == column.value(at: row).text ?? "") }
    }
  }
}
