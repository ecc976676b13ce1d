import ColumnFile
import Columns
import Query
import TestSupport
import Testing

@Suite struct `Reading late` {
  /// Plays of ten days in files of blocks of `blockRows` rows, and the same rows in one batch.
  private static func catalogs(
    blockRows: Int
  ) throws -> (files: MemoryCatalog, plain: MemoryCatalog) {
    var random = Seeded(UInt64(blockRows))
    let values = (0..<2000).map { row -> [Value] in
      let time = Int64(row / 200) * Calendar.microsecondsPerDay + Int64(row) * 1_000_000
      return [
        .text("p\(row)"), .text("u\(Int.random(in: 0..<40, using: &random))"),
        .timestamp(time),
        row % 17 == 0 ? .null : .bigint(.random(in: 0..<500, using: &random)),
        row % 13 == 0 ? .null : .double(Double.random(in: -5...5, using: &random)),
      ]
    }
    let plain = table(
      "plays",
      [
        Field("play_id", .text), Field("user_id", .text), Field("played", .timestamp),
        Field("ms", .bigint), Field("score", .double),
      ], values)
    let files = try `A partitioned table`.partitioned(plain, by: "played", blockRows: blockRows)
    return (MemoryCatalog([files]), MemoryCatalog([plain]))
  }

  private static let questions = [
    "SELECT * FROM plays ORDER BY ms DESC NULLS LAST, play_id LIMIT 7",
    "SELECT * FROM plays ORDER BY ms NULLS FIRST, play_id DESC LIMIT 150",
    "SELECT play_id FROM plays ORDER BY ms LIMIT 20 OFFSET 15",
    "SELECT play_id, score FROM plays ORDER BY score DESC NULLS FIRST LIMIT 200",
    "SELECT play_id, ms FROM plays WHERE user_id = 'u7' ORDER BY played DESC LIMIT 5",
    "SELECT user_id, played::DATE, ms FROM plays ORDER BY played DESC LIMIT 3",
    "SELECT * FROM plays ORDER BY user_id, ms DESC, play_id LIMIT 12",
    "SELECT * FROM plays ORDER BY ms + 1 DESC, play_id LIMIT 12",
    "SELECT * FROM plays ORDER BY ms LIMIT 0",
    "SELECT * FROM plays ORDER BY ms, play_id LIMIT 5000",
    "SELECT * FROM plays WHERE ms > 490 ORDER BY play_id",
    "SELECT * FROM plays WHERE ms > 100000",
    "SELECT play_id, extract(hour FROM played), minute(played) FROM plays ORDER BY played",
    "SELECT count(*), sum(ms) FROM plays WHERE user_id IN ('u1', 'u2', 'nobody')",
    "SELECT count(*), sum(ms) FROM plays WHERE user_id <> 'u3' AND ms > 20 AND score < 4",
    "SELECT play_id, ms FROM plays WHERE play_id IN ('p5', 'p77', 'p0077', 'q5') ORDER BY ms",
    "SELECT count(*) FROM plays WHERE 'p1999' = play_id OR play_id = 'p12'",
    "SELECT user_id = 'u5' AS is_five, count(*) FROM plays GROUP BY is_five ORDER BY is_five",
    """
    SELECT CASE WHEN ms < 100 THEN 'short' WHEN ms < 400 THEN 'mid' ELSE user_id END AS kind,
      count(*) FROM plays GROUP BY kind ORDER BY kind
    """,
    "SELECT CASE WHEN ms < 9 THEN ms WHEN score > 0 THEN 7 ELSE -ms END FROM plays ORDER BY played",
    "SELECT count(*), count(ms), min(ms), max(ms), min(played), max(played), sum(ms) FROM plays",
    "SELECT max(played), count(score) FROM plays WHERE played >= '1970-01-03'",
    "SELECT played::DATE AS d, count(*), max(ms), count(ms) FROM plays GROUP BY d ORDER BY d",
    """
    SELECT a.play_id, b.play_id FROM plays a JOIN plays b ON a.ms = b.ms AND a.user_id = b.user_id
    WHERE a.score > 4.5 ORDER BY a.ms DESC, a.play_id, b.play_id LIMIT 9
    """,
  ]

  @Test(arguments: [1, 64, 100, 1000])
  func `gives the rows that reading everything gives`(blockRows: Int) throws {
    let (files, plain) = try Self.catalogs(blockRows: blockRows)
    let naive = QueryEngine(plain, QueryOptions(threads: 1))
    for sql in Self.questions {
      let expected = rows(try naive.run(sql))
      for threads in [1, 2, 5] {
        let engine = QueryEngine(files, QueryOptions(threads: threads))
        #expect(rows(try engine.run(sql)) == expected, "\(sql), \(threads) threads")
      }
    }
  }

  @Test func `takes the first rows of all that an unlimited sort gives`() throws {
    let (files, _) = try Self.catalogs(blockRows: 50)
    let engine = QueryEngine(files, QueryOptions(threads: 3))
    for order in ["ms DESC", "ms NULLS FIRST", "score", "user_id DESC", "played, ms"] {
      let all = rows(try engine.run("SELECT * FROM plays ORDER BY \(order)"))
      for limit in [1, 10, 700] {
        let first = rows(try engine.run("SELECT * FROM plays ORDER BY \(order) LIMIT \(limit)"))
        #expect(first == Array(all.prefix(limit)), "\(order) LIMIT \(limit)")
      }
    }
  }

  @Test func `reads a column of a block only where a row of it is needed`() throws {
    let (files, _) = try Self.catalogs(blockRows: 100)
    let engine = QueryEngine(files, QueryOptions(threads: 1))
    // Twenty blocks; two pages of a file are read in the blocks that hold one of the rows.
    let cases = [
      ("SELECT count(*) FROM plays", 0, 0),
      ("SELECT min(played), max(played), count(ms) FROM plays", 0, 60),
      ("SELECT min(played), sum(ms), avg(ms) FROM plays", 0, 60),
      ("SELECT min(played), sum(ms + 1) FROM plays", 20, 20),
      ("SELECT min(played), sum(score) FROM plays", 20, 20),
      ("SELECT count(*) FROM plays WHERE played >= '1970-01-03'", 0, 0),
      ("SELECT played::DATE AS d, count(*) FROM plays GROUP BY d", 0, 0),
      ("SELECT played::DATE AS d, sum(ms) FROM plays GROUP BY d", 0, 20),
      ("SELECT played::DATE AS d, sum(ms + 1) FROM plays GROUP BY d", 20, 0),
      ("SELECT * FROM plays WHERE play_id = 'p250'", 2 + 4, 0),
      ("SELECT play_id FROM plays WHERE user_id = 'nobody'", 20, 0),
    ]
    for (sql, pages, zones) in cases {
      let statistics = try engine.run(sql).statistics
      #expect(statistics.pagesRead <= pages, "\(sql): \(statistics.pagesRead)")
      #expect(statistics.zonesTaken == zones, "\(sql): \(statistics.zonesTaken)")
    }
  }

  @Test func `passes the pieces that can hold none of the first rows`() throws {
    let (files, _) = try Self.catalogs(blockRows: 100)
    let engine = QueryEngine(files, QueryOptions(threads: 1))
    let last = try engine.run("SELECT * FROM plays ORDER BY played DESC LIMIT 3").statistics
    // The last block is looked at first, and no other can have a later row.
    #expect(last.piecesPassed == 19)
    #expect(last.pagesRead == 5)
    let all = try engine.run("SELECT * FROM plays ORDER BY user_id LIMIT 3").statistics
    #expect(all.piecesPassed == 0)
  }

  @Test func `opens no file to count its rows, and only those that may have the others`() throws {
    let (files, _) = try Self.catalogs(blockRows: 100)
    let opened = OpenedFiles()
    let table = try #require(files.tables[0] as? SegmentTable)
    let segments = table.segments.map { segment -> Segment in
      guard case .file(let file) = segment.content else { return segment }
      let later = UnopenedFile(rowCount: file.rowCount) { () throws(QueryError) in
        opened.add()
        return file
      }
      return Segment(partition: segment.partition, content: .unopened(later))
    }
    let catalog = MemoryCatalog([
      SegmentTable(table.name, table.schema, segments: segments, partitionColumn: "played")
    ])
    let engine = QueryEngine(catalog, QueryOptions(threads: 2))
    #expect(rows(try engine.run("SELECT count(*) FROM plays")) == ["2000"])
    #expect(opened.count == 0)
    let sql = "SELECT count(DISTINCT user_id) > 3 FROM plays WHERE played < '1970-01-02'"
    #expect(rows(try engine.run(sql)) == ["true"])
    #expect(opened.count == 1)
    _ = try engine.run("SELECT max(ms) FROM plays")
    #expect(opened.count == table.segments.count)
  }

  @Test func `tells groups apart by a key, not by what follows from it`() throws {
    let engine = QueryEngine(
      try `A partitioned table`.catalog(blockRows: 2), QueryOptions(threads: 2))
    let from = "FROM plays p LEFT JOIN songs s USING (song_id)"
    // What is not computed of the song alone follows from nothing, and gives the same groups.
    let cases = [
      ("song_id, title", "song_id, \(Self.hidden("title"))", 1),
      ("title, song_id, s.genre", "\(Self.hidden("title")), song_id, \(Self.hidden("s.genre"))", 2),
      ("song_id, title || s.genre", "song_id, \(Self.hidden("title || s.genre"))", 1),
      ("title", Self.hidden("title"), 0),
      ("p.user_id, title", "p.user_id, \(Self.hidden("title"))", 0),
      (
        "song_id, CASE WHEN s.song_id IS NULL THEN p.user_id ELSE title END",
        "song_id, coalesce(title, p.user_id)", 1
      ),
    ]
    for (keys, computed, following) in cases {
      let result = try engine.run("SELECT \(keys), count(*) \(from) GROUP BY \(keys)")
      #expect(result.statistics.followingKeys == following, "\(keys)")
      let other = try engine.run("SELECT \(computed), count(*) \(from) GROUP BY \(computed)")
      #expect(other.statistics.followingKeys == 0, "\(computed)")
      #expect(rows(result) == rows(other), "\(keys)")
    }
  }

  /// The same value, of which nobody knows that it follows from a song.
  private static func hidden(_ value: String) -> String {
    "CASE WHEN p.ms > 0 THEN \(value) ELSE \(value) END"
  }

  @Test func `adds up no rows of different groups, not even those without a partner`() throws {
    let text = [Field("song_id", .text), Field("genre", .text)]
    let plays: [[Value]] = [
      [.text("s1"), .text("g1"), .bigint(2)], [.text("s1"), .text("g2"), .bigint(1)],
    ]
    let engine = QueryEngine(
      MemoryCatalog([
        table("songs", text, key: ["song_id"], [[.text("s2"), .text("g3")]]),
        table("plays", text + [Field("ms", .bigint)], plays),
      ]))
    let half = "85070591730234615865843651857942052863"
    let result = try engine.run(
      """
      SELECT CASE WHEN s.song_id IS NULL THEN p.genre ELSE s.genre END AS genre,
        sum(ms * \(half)) > 0 AS fits
      FROM plays p LEFT JOIN songs s USING (song_id) GROUP BY song_id, 1
      """)
    #expect(rows(result) == ["g1|true", "g2|true"])
  }

  @Test(arguments: [1, 7, 300])
  func `tells groups of rows without a partner apart by all keys`(batchRows: Int) throws {
    var random = Seeded(UInt64(batchRows))
    let songs = (0..<30).map { song -> [Value] in
      [.text("s\(song)"), song % 7 == 0 ? .null : .text("g\(song % 5)"), .text("t\(song % 9)")]
    }
    let plays = (0..<300).map { _ -> [Value] in
      let song = Int.random(in: 0..<45, using: &random)
      let genre = Int.random(in: 0..<4, using: &random)
      return [
        song == 44 ? .null : .text("s\(song)"), genre == 3 ? .null : .text("g\(genre)"),
        .bigint(Int64.random(in: -2...9, using: &random)),
      ]
    }
    let text = [Field("song_id", .text), Field("genre", .text)]
    let catalog = MemoryCatalog([
      table(
        "songs", text + [Field("title", .text)], key: ["song_id"], codes: true,
        batchRows: batchRows, songs),
      table("plays", text + [Field("ms", .bigint)], codes: true, batchRows: batchRows, plays),
    ])
    let genre = "CASE WHEN s.song_id IS NULL THEN p.genre ELSE s.genre END"
    let other = "CASE WHEN s.song_id IS NOT NULL THEN s.genre || title ELSE p.genre END"
    for threads in [1, 3] {
      let engine = QueryEngine(catalog, QueryOptions(threads: threads))
      for join in ["LEFT JOIN", "JOIN"] {
        for calls in [
          "count(*)", "count(*), sum(ms), count(DISTINCT ms), max(title), min(p.genre)",
        ] {
          for (keys, following) in [([genre], 1), ([genre, "title", other], 3)] {
            let from = "FROM plays p \(join) songs s USING (song_id)"
            let sql = { (keys: [String]) in
              "SELECT song_id, \(keys.joined(separator: ", ")), \(calls) \(from) GROUP BY ALL"
            }
            let given = try engine.run(sql(keys))
            #expect(given.statistics.followingKeys >= following, "\(sql(keys))")
            let expected = try engine.run(sql(keys.map(Self.hidden)))
            #expect(expected.statistics.followingKeys == 0)
            #expect(rows(given) == rows(expected), "\(sql(keys))")
          }
        }
      }
    }
  }
}
