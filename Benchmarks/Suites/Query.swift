import Bytes
import ColumnFile
import Columns
import Packs
import Query
import SQL

extension Suite {
  /// Queries over columnar files in memory: plays of 30 days, one file a day, with the songs and
  /// users they refer to. The answers over a few plays must be DuckDB's, and those over all of them
  /// with all threads those of one thread.
  static let query = Suite("query") { bench in
    try compareWithRecorded(bench)
    let data = try PlayTables(
      rows: bench.scaled(10_000_000, smoke: 6000), days: bench.scaled(30, smoke: 3),
      users: bench.scaled(1_000_000, smoke: 500), songs: bench.scaled(100_000, smoke: 100))
    let engine = QueryEngine(data.catalog, QueryOptions(threads: bench.threads))
    guard let music = try Pack.builtIn(named: "music") else { return }
    let selects = music.kpiTables.map(\.query)
    let one = QueryEngine(data.catalog, QueryOptions(threads: 1))
    let expected = try one.runAll(selects).map(Self.answer)
    try bench.measure("all KPI tables of music", rows: data.rows, expecting: expected) {
      try engine.runAll(selects).map(Self.answer)
    }
    for table in music.kpiTables {
      let answer = Self.answer(try one.run(table.query))
      try bench.measure(table.name, rows: data.rows, expecting: answer) {
        Self.answer(try engine.run(table.query))
      }
    }
    for (number, sql) in benchmarkQueries.enumerated() {
      let answer = Self.answer(try one.run(sql))
      let name = "\(number + 1) \(sql.prefix(36))"
      try bench.measure(name, rows: data.rows, expecting: answer) {
        Self.answer(try engine.run(sql))
      }
    }
  }

  private static func compareWithRecorded(_ bench: Measurement) throws {
    let data = try PlayTables(
      rows: RecordedAnswers.rows, days: RecordedAnswers.days, users: RecordedAnswers.users,
      songs: RecordedAnswers.songs)
    let engine = QueryEngine(data.catalog, QueryOptions(threads: bench.threads))
    let kpis = try Pack.builtIn(named: "music")?.kpiTables ?? []
    var answers: [String: HashedAnswer] = [:]
    for table in kpis {
      answers[table.name] = HashedAnswer(try engine.run(table.query), isOrdered: false)
    }
    for (number, sql) in benchmarkQueries.enumerated() {
      answers["query \(number + 1)"] = HashedAnswer(try engine.run(sql), isOrdered: true)
    }
    for recorded in RecordedAnswers.all {
      try bench.check(
        recorded.name, answers[recorded.name],
        against: HashedAnswer(rows: recorded.rows, hash: recorded.hash))
    }
  }

  /// The number of rows and then the cells of the first hundred.
  private static func answer(_ result: QueryResult) -> [String] {
    let first = result.batches.flatMap { batch in
      (0..<min(100, batch.rowCount)).map { row in
        batch.columns.map { $0.value(at: row).text ?? "NULL" }.joined(separator: ",")
      }
    }
    return ["\(result.rowCount)"] + first.prefix(100)
  }
}

/// An answer as `RecordedAnswers` has it.
private struct HashedAnswer: Equatable {
  let rows: Int
  let hash: UInt64

  init(rows: Int, hash: UInt64) {
    self.rows = rows
    self.hash = hash
  }

  /// FNV-1a of the rows, sorted where they have no order.
  init(_ result: QueryResult, isOrdered: Bool) {
    var lines = result.batches.flatMap { batch in
      (0..<batch.rowCount).map { row in
        batch.columns.map { $0.value(at: row).text ?? "NULL" }.joined(separator: ",")
      }
    }
    if !isOrdered { lines.sort() }
    rows = lines.count
    var hash: UInt64 = 0xCBF2_9CE4_8422_2325
    for byte in lines.joined(separator: "\n").utf8 {
      hash = (hash ^ UInt64(byte)) &* 0x100_0000_01B3
    }
    self.hash = hash
  }
}

/// The queries of the table in which engines are compared.
private let benchmarkQueries = [
  "SELECT count(*) FROM streams",
  "SELECT min(timestamp), max(timestamp), sum(duration_ms), avg(duration_ms) FROM streams",
  "SELECT count(DISTINCT user_id) FROM streams",
  """
  SELECT count(DISTINCT user_id), count(DISTINCT song_id) FROM streams
  WHERE timestamp >= TIMESTAMP '2025-06-10' AND timestamp < TIMESTAMP '2025-06-12'
  """,
  """
  SELECT timestamp::DATE AS date, count(*) AS plays, count(DISTINCT user_id) AS listeners
  FROM streams GROUP BY date ORDER BY date
  """,
  "SELECT genre, count(*) AS plays FROM streams GROUP BY genre ORDER BY plays DESC, genre",
  """
  SELECT song_id, count(*) AS plays FROM streams GROUP BY song_id
  ORDER BY plays DESC, song_id LIMIT 10
  """,
  """
  SELECT user_id, count(*) AS plays, sum(duration_ms) AS ms FROM streams GROUP BY user_id
  ORDER BY plays DESC, user_id LIMIT 10
  """,
  """
  SELECT user_id, count(DISTINCT song_id) AS songs FROM streams GROUP BY user_id
  ORDER BY songs DESC, user_id LIMIT 10
  """,
  """
  SELECT g.genre, extract(hour FROM s.timestamp) AS hour, count(*) AS plays
  FROM streams s JOIN songs g USING (song_id) GROUP BY g.genre, hour
  ORDER BY plays DESC, g.genre, hour LIMIT 20
  """,
  """
  SELECT g.artist, count(*) AS plays, count(DISTINCT s.user_id) AS listeners
  FROM streams s JOIN songs g USING (song_id) GROUP BY g.artist
  ORDER BY plays DESC, g.artist LIMIT 20
  """,
  """
  SELECT g.title, count(*) AS plays FROM streams s JOIN songs g USING (song_id)
  WHERE g.title LIKE '%Winter%' GROUP BY g.title ORDER BY plays DESC, g.title LIMIT 10
  """,
  """
  SELECT extract(year FROM g.release_date) AS year, avg(s.duration_ms) AS ms
  FROM streams s JOIN songs g USING (song_id) GROUP BY year ORDER BY year
  """,
  """
  SELECT extract(year FROM u.signup_date) AS year, count(*) AS plays
  FROM streams s JOIN users u USING (user_id) GROUP BY year ORDER BY year
  """,
  """
  SELECT count(*) FROM streams s LEFT JOIN songs g USING (song_id) WHERE g.song_id IS NULL
  """,
  """
  SELECT CASE WHEN duration_ms < 30000 THEN 'skipped' WHEN duration_ms < 180000 THEN 'short'
  ELSE 'long' END AS kind, count(*), avg(duration_ms) FROM streams GROUP BY kind ORDER BY kind
  """,
  "SELECT * FROM streams WHERE user_id = 'U000042' ORDER BY timestamp, stream_id LIMIT 50",
  """
  SELECT genre, date, plays FROM (
    SELECT g.genre, s.timestamp::DATE AS date, count(*) AS plays,
      rank() OVER (PARTITION BY s.timestamp::DATE ORDER BY count(*) DESC) AS r
    FROM streams s JOIN songs g USING (song_id) GROUP BY 1, 2) t
  WHERE r <= 5 ORDER BY date, plays DESC, genre
  """,
  """
  SELECT date_trunc('hour', timestamp) AS hour, count(*) AS plays FROM streams
  WHERE genre IN ('pop', 'rock', 'jazz') GROUP BY hour HAVING count(*) > 10 ORDER BY hour
  """,
  """
  SELECT stream_id, user_id, song_id, timestamp FROM streams
  ORDER BY duration_ms DESC, stream_id LIMIT 100
  """,
]
