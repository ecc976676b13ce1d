import Bytes
package import Columns

/// The answer to a query, in memory.
package struct QueryResult: Sendable {
  package let schema: Schema
  package let batches: [ColumnBatch]
  package let statistics: ScanStatistics

  init(
    _ schema: Schema, _ frames: [Frame], statistics: ScanStatistics = ScanStatistics()
  ) throws(QueryError) {
    self.schema = schema
    var batches: [ColumnBatch] = []
    for frame in frames where frame.rowCount > 0 {
      batches.append(ColumnBatch(schema, try frame.columns, rowCount: frame.rowCount))
    }
    self.batches = batches
    self.statistics = statistics
  }

  package var rowCount: Int { batches.reduce(0) { $0 + $1.rowCount } }
}

/// The answer to a query, to be gone through row by row: in memory where it fits, else read and
/// computed as far as somebody asks.
package struct QueryRows: Sendable {
  package let schema: Schema
  private let stream: Stream
  private let threads: Int
  private let collector: StatisticsCollector

  init(_ schema: Schema, _ stream: Stream, _ executor: Executor) throws(QueryError) {
    self.schema = schema
    threads = executor.options.threads
    collector = executor.collector
    let collected = try executor.collected(stream, for: WorkPerRow.nothing)
    self.stream = collected.all.map { Stream($0) } ?? stream.resumed(collected)
  }

  init(_ result: QueryResult) { self.init(result.schema, result.batches) }

  /// Rows that somebody has.
  package init(_ schema: Schema, _ batches: [ColumnBatch]) {
    self.schema = schema
    stream = Stream(batches.map { Frame($0) })
    threads = 1
    collector = StatisticsCollector()
  }

  /// What has been read so far.
  package var statistics: ScanStatistics { collector.statistics }

  /// Hands the rows over in order, batch after batch, each as what `make` makes of it; that is done
  /// for several at a time.
  package func make<Made: Sendable>(
    _ make: @escaping @Sendable (ColumnBatch) -> Made, handOver body: (Made) throws -> Void
  ) throws {
    let (schema, stream) = (schema, stream)
    for wave in stream.waves(of: 2 * threads) {
      let made = try Parallel.map(count: wave.count, threads: threads) {
        (place) throws(QueryError) -> Made? in
        let frame = try stream.read(wave.lowerBound + place)
        if frame.rowCount == 0 { return nil }
        return make(ColumnBatch(schema, try frame.columns, rowCount: frame.rowCount))
      }
      for case let made? in made { try body(made) }
    }
  }

  /// All rows in memory.
  func result() throws(QueryError) -> QueryResult {
    let stream = stream
    let frames = try Parallel.map(count: stream.count, threads: threads) {
      (piece) throws(QueryError) in try stream.read(piece)
    }
    return try QueryResult(schema, frames, statistics: statistics)
  }
}
