import Bytes
import ColumnFile
import Columns
import Query
import SQL
import TestSupport
import Testing

@Suite struct `A partitioned table` {
  /// The table cut by the date of `column` into files of blocks of `blockRows` rows.
  static func partitioned(
    _ whole: SegmentTable, by column: String, blockRows: Int
  ) throws -> SegmentTable {
    let place = try #require(whole.schema.index(of: column))
    var rows: [Int32: [[Value]]] = [:]
    for segment in whole.segments {
      guard case .batch(let batch) = segment.content else { continue }
      for row in 0..<batch.rowCount {
        let values = batch.columns.map { $0.value(at: row) }
        guard case .timestamp(let time) = values[place] else { continue }
        rows[Int32(Calendar.split(timestamp: time).days), default: []].append(values)
      }
    }
    var segments: [Segment] = []
    for (day, values) in rows.sorted(by: { $0.key < $1.key }) {
      let part = table("part", whole.schema.fields, values)
      var options = WriteOptions()
      options.blockRows = blockRows
      var writer = try ColumnFileWriter(whole.schema, options)
      for case .batch(let batch) in part.segments.map(\.content) { try writer.append(batch) }
      let bytes = try writer.drain() + writer.finish()
      let file = try ColumnFile(MemorySource(bytes))
      segments.append(Segment(partition: .date(day), content: .file(file)))
    }
    return SegmentTable(
      whole.name, whole.schema, segments: segments, partitionColumn: column)
  }

  static func catalog(blockRows: Int) throws -> MemoryCatalog {
    let plain = `A query`.catalog(codes: false, batchRows: 100)
    let tables = plain.tables.compactMap { $0 as? SegmentTable }
    return MemoryCatalog([
      tables[0], try partitioned(tables[1], by: "played", blockRows: blockRows),
    ])
  }

  @Test(arguments: [1, 2, 100])
  func `answers as its rows in one piece do`(blockRows: Int) throws {
    for threads in [1, 2, 5] {
      let engine = QueryEngine(
        try Self.catalog(blockRows: blockRows), QueryOptions(threads: threads))
      for (sql, expected) in QueryCases.all {
        #expect(rows(try engine.run(sql)) == expected, "\(sql)")
      }
    }
  }

  @Test func `answers queries together as one by one`() throws {
    let engine = QueryEngine(try Self.catalog(blockRows: 2), QueryOptions(threads: 2))
    var selects: [Select] = []
    for (sql, _) in QueryCases.all {
      guard case .select(let select) = try Parser.statement(SourceText(sql)) else { continue }
      selects.append(select)
    }
    #expect(selects.count == QueryCases.all.count)
    let results = try engine.runAll(selects + selects)
    for (place, result) in results.enumerated() {
      let (sql, expected) = QueryCases.all[place % selects.count]
      #expect(rows(result) == expected, "\(sql)")
    }
  }

  @Test(arguments: [1, 3])
  func `is passed over once by aggregations of one view`(threads: Int) throws {
    let view = """
      (SELECT p.played::DATE AS d, p.user_id AS u, p.ms,
         CASE WHEN s.song_id IS NULL THEN 'none' ELSE s.genre END AS genre
       FROM plays p LEFT JOIN songs s USING (song_id))
      """
    let queries = [
      "SELECT d, genre, count(*) FROM \(view) WHERE genre IS NOT NULL GROUP BY d, genre",
      "SELECT d, u, sum(ms) FROM \(view) WHERE genre IS NOT NULL GROUP BY d, u",
      "SELECT DISTINCT d, ms % 2 FROM \(view)",
      "SELECT d, count(DISTINCT u) FROM \(view) GROUP BY d",
    ].map { "SELECT * FROM (\($0)) ORDER BY ALL" }
    var selects: [Select] = []
    for sql in queries {
      guard case .select(let select) = try Parser.statement(SourceText(sql)) else { continue }
      selects.append(select)
    }
    let engine = QueryEngine(
      try Self.catalog(blockRows: 2), QueryOptions(threads: threads, memory: 64 << 20))
    let together = try engine.runAll(selects)
    // One pass a day.
    #expect(together.last?.statistics.sharedPasses == 3)
    for (sql, result) in zip(queries, together) {
      let alone = try engine.run(sql)
      #expect(alone.statistics.sharedPasses == 0)
      #expect(rows(result) == rows(alone), "\(sql)")
    }
    // Groups that cannot be held together are worked out one by one.
    let poor = QueryEngine(
      try Self.catalog(blockRows: 2), QueryOptions(threads: threads, memory: 1))
    let separate = try poor.runAll(selects)
    #expect(separate.last?.statistics.sharedPasses == 0)
    for (one, other) in zip(together, separate) { #expect(rows(one) == rows(other)) }
  }

  @Test func `lets go of the files of a partition that is done`() throws {
    final class Openings: Sendable { let count = Lock(0) }
    let openings = Openings()
    let whole = try #require(try Self.catalog(blockRows: 2).table("plays") as? SegmentTable)
    let segments = whole.segments.map { segment -> Segment in
      guard case .file(let file) = segment.content else { return segment }
      let unopened = UnopenedFile(rowCount: file.rowCount) { () throws(QueryError) in
        openings.count.withLock { $0 += 1 }
        return file
      }
      return Segment(partition: segment.partition, content: .unopened(unopened))
    }
    let plays = SegmentTable(
      whole.name, whole.schema, segments: segments, partitionColumn: whole.partitionColumn)
    let engine = QueryEngine(MemoryCatalog([plays]), QueryOptions(threads: 2))
    let sql = "SELECT played::DATE AS d, count(*) FROM plays GROUP BY d ORDER BY d"
    let expected = rows(try QueryEngine(MemoryCatalog([whole]), QueryOptions(threads: 2)).run(sql))
    #expect(expected.count == 3)
    for run in 1...2 {
      #expect(rows(try engine.run(sql)) == expected)
      // Each file was opened once a run, and was not kept for the next.
      #expect(openings.count.withLock { $0 } == 3 * run)
    }
  }

  @Test func `is aggregated by partition where the date is among the keys`() throws {
    let engine = QueryEngine(try Self.catalog(blockRows: 2), QueryOptions(threads: 2))
    let cases = [
      ("SELECT played::DATE AS d, count(*) FROM plays GROUP BY d", 1),
      ("SELECT count(*) FROM plays", 0),
      ("SELECT user_id, count(*) FROM plays GROUP BY user_id", 0),
      (
        """
        SELECT p.played::DATE AS d, s.genre, count(DISTINCT p.user_id) FROM plays p
        LEFT JOIN songs s USING (song_id) GROUP BY d, s.genre
        """, 1
      ),
      (
        """
        SELECT user_id, played::DATE AS d FROM plays
        QUALIFY row_number() OVER (PARTITION BY played::DATE ORDER BY ms) = 1
        """, 1
      ),
      (
        """
        SELECT user_id, played::DATE AS d FROM plays
        QUALIFY row_number() OVER (PARTITION BY user_id ORDER BY ms) = 1
        """, 0
      ),
      (
        """
        WITH days AS (SELECT played::DATE AS d, count(*) AS n FROM plays GROUP BY d)
        SELECT a.d, a.n FROM days a JOIN days b ON a.d = b.d
        """, 1
      ),
      (
        """
        WITH days AS (SELECT played::DATE AS d, count(*) AS n FROM plays GROUP BY d)
        SELECT a.d, b.d FROM days a JOIN days b ON a.n = b.n
        """, 2
      ),
    ]
    for (sql, expected) in cases {
      let statistics = try engine.run(sql).statistics
      #expect(statistics.partitionedAggregations == expected, "\(sql)")
    }
  }

  @Test func `is read only where rows of the answer can be`() throws {
    let engine = QueryEngine(try Self.catalog(blockRows: 1), QueryOptions(threads: 1))
    let cases = [
      ("SELECT count(*) FROM plays", 3, 10),
      ("SELECT count(*) FROM plays WHERE played >= TIMESTAMP '2024-06-26'", 2, 6),
      ("SELECT count(*) FROM plays WHERE played < '2024-06-26'", 1, 4),
      ("SELECT count(*) FROM plays WHERE played::DATE = DATE '2024-06-27'", 1, 2),
      ("SELECT count(*) FROM plays WHERE date(played) IN ('2024-06-25', '2024-06-27')", 2, 6),
      ("SELECT count(*) FROM plays WHERE ms > 150", 1, 2),
      ("SELECT count(*) FROM plays WHERE 150 < ms", 1, 2),
      ("SELECT count(*) FROM plays WHERE ms > 150 OR user_id = 'u5'", 2, 3),
      ("SELECT count(*) FROM plays WHERE ms IS NULL", 1, 1),
      ("SELECT count(*) FROM plays WHERE user_id = 'u4'", 1, 1),
      ("SELECT count(*) FROM plays WHERE song_id IN ('s4', 's5')", 2, 2),
      ("SELECT count(*) FROM plays WHERE score BETWEEN 1.0 AND 2.0", 2, 2),
      ("SELECT count(*) FROM plays p JOIN songs s USING (song_id) WHERE p.ms = 75", 1, 1),
      ("SELECT count(*) FROM (SELECT ms + 0 AS m, user_id AS u FROM plays) WHERE u = 'u5'", 1, 1),
      ("SELECT count(*) FROM plays WHERE played > '2030-01-01'", 0, 0),
    ]
    for (sql, partitions, blocks) in cases {
      let statistics = try engine.run(sql).statistics
      // The songs are one block of one partition.
      let songs = sql.contains("songs") ? 1 : 0
      #expect(statistics.partitionsRead == partitions + songs, "\(sql)")
      #expect(statistics.blocksRead == blocks + songs, "\(sql)")
    }
  }

  @Test func `explains what is read and what is left out`() throws {
    let engine = QueryEngine(try Self.catalog(blockRows: 1), QueryOptions(threads: 2))
    let sql = "SELECT user_id, count(*) FROM plays WHERE played >= '2024-06-26' GROUP BY user_id"
    let plan = rows(try engine.run("EXPLAIN \(sql)")).joined(separator: "\n")
    #expect(plan.contains("scan plays (user_id, played)"), "\(plan)")
    #expect(plan.contains("partitions 2 of 3, blocks 6 of 10"), "\(plan)")
    #expect(plan.contains("skipped"), "\(plan)")
    #expect(plan.contains("group by user_id: count(*)"), "\(plan)")
    let analyzed = rows(try engine.run("EXPLAIN ANALYZE \(sql)")).joined(separator: "\n")
    #expect(analyzed.contains("6 rows, "), "\(analyzed)")
    #expect(analyzed.contains("rows/s a thread"), "\(analyzed)")
  }
}
