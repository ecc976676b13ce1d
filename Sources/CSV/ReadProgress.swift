import Columns

/// How far a reader has come: numbers the records, lines and rejections of all rounds from the
/// start of the input on, and gives the texts of coded columns their codes.
struct ReadProgress: Sendable {
  var counts = ReadCounts()
  private(set) var encoders: [KeyEncoder?]
  /// Where in the decoded input the next round begins, and what stands before it.
  private(set) var offset: Int
  private var lines: Int
  private var records = 0
  private var keptRejections = 0

  init(_ encoders: [KeyEncoder?], offset: Int, lines: Int) {
    self.encoders = encoders
    self.offset = offset
    self.lines = lines
  }

  /// Goes on behind bytes that are no records.
  mutating func skip(_ count: Int, lines: Int) {
    offset += count
    self.lines += lines
  }

  /// Takes the chunks of a round in their order, and their values out of them.
  mutating func take(_ chunks: inout [ParsedChunk], _ plan: ReadPlan) -> [CSVBatch] {
    var start = 0
    var batches: [CSVBatch] = []
    for index in chunks.indices {
      let batch = take(&chunks[index], from: start, plan)
      start = chunks[index].end
      if batch.batch.rowCount > 0 || !batch.rejections.isEmpty { batches.append(batch) }
    }
    offset += start
    return batches
  }

  private mutating func take(
    _ chunk: inout ParsedChunk, from start: Int, _ plan: ReadPlan
  ) -> CSVBatch {
    let first = records + 1
    var rejections: [Rejection] = []
    for local in chunk.rejections where keptRejections < plan.options.keepRejections {
      keptRejections += 1
      rejections.append(local.numbered(plan, record: first, lines: lines, offset: offset))
    }
    counts.rowsRead += chunk.recordCount
    counts.rowsKept += chunk.rowCount
    counts.rowsRejected += chunk.rejections.count
    counts.blankLines += chunk.blankLines
    precondition(
      counts.rowsRead == counts.rowsKept + counts.rowsRejected, "every record is kept or rejected")
    defer { lines += chunk.lineBreaks }
    records += chunk.recordCount
    return CSVBatch(
      batch: chunk.takeBatch(plan, &encoders), range: offset + start..<offset + chunk.end,
      lines: lines, firstRecord: first,
      recordNumbers: chunk.records.map { $0.map { first + Int($0) } }, rejections: rejections)
  }
}
