import Bytes
import Columns
import Query
import SQL
import Testing

@Suite struct `A query` {
  private static let songs: [[Value]] = [
    [.text("s1"), .text("Winter"), .text("pop")], [.text("s2"), .text("Summer"), .text("rock")],
    [.text("s3"), .text("Autumn"), .null], [.text("s4"), .text("Spring"), .text("pop")],
    [.text("s5"), .text("Éte"), .text("jazz")],
  ]

  private static func play(
    _ user: String?, _ song: String?, _ day: Int, _ time: String, _ ms: Int64?, _ score: Double?
  ) -> [Value] {
    let parts = time.split(separator: ":").compactMap { Int64($0) }
    let seconds = parts[0] * 3600 + parts[1] * 60 + parts[2]
    let days = Int64(Calendar.days(year: 2024, month: 6, day: day))
    return [
      user.map(Value.text) ?? .null, song.map(Value.text) ?? .null,
      .timestamp(days * Calendar.microsecondsPerDay + seconds * 1_000_000),
      ms.map(Value.bigint) ?? .null, score.map(Value.double) ?? .null,
    ]
  }

  private static let plays: [[Value]] = [
    play("u1", "s1", 25, "10:00:00", 100, 1.5), play("u2", "s1", 25, "10:30:00", 200, nil),
    play("u1", "s2", 25, "11:00:00", 300, 2.5), play("u3", "s9", 25, "23:59:59", 50, 0.5),
    play("u2", "s3", 26, "00:00:00", nil, 3.5), play("u1", "s1", 26, "01:00:00", 120, 1.25),
    play("u4", "s4", 26, "01:10:00", 130, nil), play(nil, "s2", 26, "01:20:00", 140, 4.0),
    play("u2", nil, 27, "12:00:00", 10, -1.0), play("u5", "s5", 27, "13:00:00", 75, 0.0),
  ]

  static func catalog(codes: Bool, batchRows: Int) -> MemoryCatalog {
    MemoryCatalog([
      table(
        "songs",
        [Field("song_id", .text), Field("title", .text), Field("genre", .text)], key: ["song_id"],
        codes: codes, batchRows: batchRows, songs),
      table(
        "plays",
        [
          Field("user_id", .text), Field("song_id", .text), Field("played", .timestamp),
          Field("ms", .bigint), Field("score", .double),
        ], codes: codes, batchRows: batchRows, plays),
    ])
  }

  @Test(arguments: [false, true], [1, 3, 1000])
  func `gives DuckDB's rows, however the input is coded and cut`(codes: Bool, batchRows: Int) {
    for threads in [1, 3] {
      let engine = QueryEngine(
        Self.catalog(codes: codes, batchRows: batchRows), QueryOptions(threads: threads))
      for (sql, expected) in QueryCases.all {
        do {
          let given = rows(try engine.run(sql))
          #expect(given == expected, "\(sql)")
        } catch { Issue.record("\(sql): \(error)") }
      }
    }
  }

  @Test func `names what it does not know, and the nearest that there is`() {
    let engine = QueryEngine(Self.catalog(codes: true, batchRows: 10))
    let cases = [
      ("SELECT gener FROM songs", "there is no column gener", "Did you mean genre?"),
      ("SELECT * FROM song", "there is no table song", "Did you mean songs?"),
      ("SELECT uper(title) FROM songs", "there is no function uper", "Did you mean upper?"),
      (
        "SELECT title FROM songs GROUP BY genre", "the column title is neither grouped", "any_value"
      ),
      ("SELECT genre FROM songs WHERE count(*) > 1", "cannot stand in WHERE", "HAVING"),
      (
        "SELECT song_id FROM plays p JOIN songs s ON p.song_id = s.song_id", "several tables",
        "p.song_id"
      ),
      ("SELECT row_number() FROM songs", "needs a window", "OVER"),
      ("SELECT title + 1 FROM songs", "+ does not take TEXT and BIGINT", "CAST"),
      ("SELECT CAST(title AS BIGINT) FROM songs", "\"Winter\" is no BIGINT", "TRY_CAST"),
      ("SELECT * FROM plays JOIN songs ON ms > 5", "a join needs an equality", "USING"),
    ]
    for (sql, message, hint) in cases {
      do {
        _ = try engine.run(sql)
        Issue.record("\(sql) is refused")
      } catch {
        #expect(error.description.contains(message), "\(sql): \(error)")
        #expect(error.description.contains(hint), "\(sql): \(error)")
        #expect(error.description.contains("^"), "\(sql): \(error)")
      }
    }
  }

  @Test func `does not evaluate what CASE, AND and OR leave out`() throws {
    let engine = QueryEngine(Self.catalog(codes: false, batchRows: 4))
    let sql = """
      SELECT count(*) FROM songs
      WHERE CASE WHEN title = 'Winter' THEN 1 ELSE CAST(song_id AS BIGINT) END = 1
      """
    #expect(throws: QueryError.self) { try engine.run(sql) }
    let guarded =
      "SELECT count(*) FROM plays WHERE ms IS NOT NULL AND ms <> 10 AND 1 // (ms - 10) < 5"
    #expect(rows(try engine.run(guarded)) == ["8"])
    let lazy = "SELECT sum(CASE WHEN ms = 10 THEN 0 ELSE 1000 // (ms - 10) END) FROM plays"
    #expect(rows(try engine.run(lazy)).count == 1)
  }

  @Test func `tells tables and their columns`() throws {
    let engine = QueryEngine(Self.catalog(codes: true, batchRows: 10))
    #expect(rows(try engine.run("SHOW TABLES")) == ["songs", "plays"])
    #expect(
      rows(try engine.run("DESCRIBE songs")) == [
        "song_id|TEXT|YES", "title|TEXT|YES", "genre|TEXT|YES",
      ])
  }
}
