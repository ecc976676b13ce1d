import ColumnFile
import Columns
import Query

/// What the fuzzers begin with, so that they are soon behind the first checks.
enum FuzzSeeds {
  static let queries = [
    "SELECT a, count(*), sum(c) FROM t WHERE b LIKE 'x%' GROUP BY a HAVING count(*) > 1",
    "SELECT b, row_number() OVER (PARTITION BY a ORDER BY c DESC) AS r FROM t QUALIFY r <= 2",
    "SELECT sum(a) OVER (ORDER BY b ROWS BETWEEN 2 PRECEDING AND 1 FOLLOWING) FROM t",
    "SELECT lag(c, 2, 0) OVER (), min(a) OVER (ORDER BY b RANGE 5 PRECEDING) FROM t",
    "WITH w AS (SELECT a, CASE WHEN c > 1 THEN b ELSE 'z' END AS k FROM t) SELECT * FROM w, w AS v",
    "SELECT DISTINCT d + INTERVAL 1 MONTH, extract(year FROM d), date_trunc('week', d) FROM t",
    "SELECT * FROM t LEFT JOIN t AS u USING (a) UNION ALL SELECT * EXCLUDE (a), 1 FROM t LIMIT 3",
    "SELECT a IN (1, 2, NULL), b BETWEEN 'a' AND 'c', CAST(c AS DECIMAL(9, 2)), a || b FROM t",
    "EXPLAIN ANALYZE SELECT string_agg(b, ',' ORDER BY a), median(c), arg_max(a, d) FROM t",
  ]

  static let csv: [[UInt8]] = {
    let body = """
      a,b,c,d,e,f,g,h
      S1,5,2024-06-25T17:43:13,0.5,pop,"x ""y"", z",2024-02-29,true
      S2,-7,2024-06-25 17:43:13.25,1e3,"rock
      and roll",,1999-12-31,0
      ,,2024-06-26T00:00:00Z,nan,,"",,

      """
    let forms: [(UInt8, String, String)] = [
      (0, ",", "\""), (1, ";", "'"), (2, "||", "\""), (4, "\t", "\""), (3, ",", "\""),
      (7, ",", "\""),
    ]
    return forms.flatMap { form, delimiter, quote -> [[UInt8]] in
      let text = body.map { letter -> String in
        switch letter {
        case ",": return delimiter
        case "\"": return quote
        case "\n" where form == 7: return "\u{1E}"
        default: return String(letter)
        }
      }.joined()
      return [[form, 7, 1, 0] + Array(text.utf8), [form, 200, 5, 230] + Array(text.utf8)]
    }
  }()

  static let table: SegmentTable = {
    let schema = Schema([
      Field("a", .bigint), Field("b", .text), Field("c", .double), Field("d", .date),
    ])
    let columns = [
      Column(.bigint, .integers([1, .max, 0]), validity: Bitmap([true, true, false])),
      Column(.text, .texts(TextVector(["x", "é", ""]))),
      Column(.double, .doubles([0.5, .nan, -0.0])), Column(.date, .dates([19_000, 0, -700_000])),
    ]
    let batch = ColumnBatch(schema, columns)
    return SegmentTable("t", schema, segments: [Segment(partition: nil, content: .batch(batch))])
  }()

  /// Small files that between them have most encodings.
  static func files() throws -> [[UInt8]] {
    try [1, 40, 700].map { rows in
      func integers(_ value: (Int) -> Int) -> Column.Values {
        .integers((0..<rows).map { Int64(value($0)) })
      }
      let songs = (0..<rows).map { $0 * $0 % 23 }
      let texts = TextVector(songs.map { "S\(100 + $0)" })
      let columns = [
        Column(.bigint, integers { _ in 5 }), Column(.bigint, integers { $0 }),
        Column(.bigint, integers { $0 * 7919 % 1000 }), Column(.bigint, integers { $0 / 30 * 977 }),
        Column(.bigint, integers { $0 * $0 }, validity: Bitmap((0..<rows).map { $0 % 7 != 0 })),
        Column(.text, .texts(texts)), Column(.bigint, integers { songs[$0] * 7919 }),
        Column(.text, .texts(TextVector(songs.map { ["a", "bc", "def"][$0 % 3] }))),
        Column(.text, .texts(TextVector((0..<rows).map { "\($0 * 31) of \(songs[$0])" }))),
        Column(.double, .doubles(songs.map { Double($0) / 100 })),
        Column(.double, .doubles(songs.map { $0 == 3 ? .nan : 1 / Double($0 + 1) })),
        Column(.boolean, .booleans(songs.map { $0 > 11 })),
        Column(.date, .dates(songs.map { Int32($0) })),
      ]
      let schema = Schema(columns.enumerated().map { Field("c\($0)", $1.type) })
      var options = WriteOptions()
      options.blockRows = 400
      var writer = try ColumnFileWriter(schema, options)
      try writer.append(ColumnBatch(schema, columns))
      return try writer.drain() + writer.finish()
    }
  }
}
