import Columns
import Kernels
import TestSupport
import Testing

@testable import Query

/// Aggregates of a joined table that are made of the number of rows of each key.
struct `Counting by the key of a join` {
  /// Songs of which some have no genre or length, and several have the same; plays of them and of
  /// songs that are unknown, with as many rows a song as there are plays.
  private static func catalog(plays playCount: Int, codes: Bool) -> MemoryCatalog {
    var random = Seeded(UInt64(playCount))
    let songs = (0..<25).map { song -> [Value] in
      let genre: Value = song % 7 == 0 ? .null : .text("g\(song % 4)")
      let length: Value = song % 5 == 0 ? .null : .bigint(.max - Int64(song % 3))
      let tempo = Value.double(Double(song) / 7)
      return [.text("s\(song)"), genre, length, tempo, .boolean(song % 3 == 0)]
    }
    let plays = (0..<playCount).map { _ -> [Value] in
      let song = Int.random(in: 0..<40, using: &random)
      let ms = Int64.random(in: 0...9, using: &random)
      return [song == 39 ? .null : .text("s\(song)"), .bigint(ms)]
    }
    return MemoryCatalog([
      table(
        "songs",
        [
          Field("song_id", .text), Field("genre", .text), Field("length", .bigint),
          Field("tempo", .double), Field("live", .boolean),
        ], key: ["song_id"], codes: codes, batchRows: 10, songs),
      table(
        "plays", [Field("song_id", .text), Field("ms", .bigint)], codes: codes, batchRows: 70,
        plays),
    ])
  }

  @Test(arguments: [true, false], [90, 700])
  func `gives the groups and values of the rows themselves`(codes: Bool, plays: Int) throws {
    let calls = [
      "count(*)", "count(length)", "sum(length)", "avg(length)", "min(tempo)", "max(genre)",
      "count(DISTINCT genre)", "bool_and(live)",
    ]
    for threads in [1, 3] {
      let engine = QueryEngine(
        Self.catalog(plays: plays, codes: codes), QueryOptions(threads: threads))
      for join in ["JOIN", "LEFT JOIN"] {
        for keys in ["genre", "p.song_id, genre", "upper(genre), live", "tempo > 1"] {
          for condition in ["", "WHERE genre IS NOT NULL", "WHERE ms > 3 AND live"] {
            let sql = { (keys: String, calls: [String]) in
              """
              SELECT \(keys), \(calls.joined(separator: ", "))
              FROM plays p \(join) songs s USING (song_id) \(condition) GROUP BY ALL
              """
            }
            let given = try engine.run(sql(keys, calls))
            // An aggregate of the play itself takes each row; it comes last and is left out again.
            let all = try engine.run(sql(keys, calls + ["min(ms)"]))
            let expected = rows(all).map {
              $0.split(separator: "|").dropLast().joined(separator: "|")
            }
            #expect(rows(given) == expected, "\(sql(keys, calls))")
          }
        }
      }
    }
  }

  @Test func `counts first where a key has several rows, and only of what follows from it`() throws
  {
    let engine = QueryEngine(Self.catalog(plays: 700, codes: true))
    let few = QueryEngine(Self.catalog(plays: 90, codes: true))
    let cases = [
      ("genre, count(*), avg(length)", true), ("p.song_id, genre, sum(length)", true),
      ("genre, sum(ms)", false), ("genre, ms, count(*)", false), ("genre, avg(tempo)", false),
      ("genre, sum(length + 1)", false), ("count(*), sum(length)", false),
    ]
    for (select, isCounted) in cases {
      let sql = "EXPLAIN SELECT \(select) FROM plays p JOIN songs s USING (song_id) GROUP BY ALL"
      let plan = rows(try engine.run(sql)).joined(separator: "\n")
      #expect(plan.contains("group by song_id: count(*)") == isCounted, "\(plan)")
      #expect(!rows(try few.run(sql)).joined().contains("group by song_id: count(*)"))
    }
  }
}
