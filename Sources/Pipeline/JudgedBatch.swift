import Bytes
import CSV
import Columns
import Packs
import Query

/// Rows of a batch of CSV by partition, after the checks of their table.
struct JudgedBatch: Sendable {
  struct Part: Sendable {
    let partition: Int32?
    let batch: ColumnBatch
  }

  let parts: [Part]
  /// What the checks rejected; what the reader rejected is not among it.
  let rejections: [Rejection]
  let keptCount: Int

  /// Begins to judge the batches of a round.
  static func begin(
    _ batches: [CSVBatch], _ plan: TablePlan, source: String, _ threads: Int, _ times: StageTimes
  ) -> ParallelWork<JudgedBatch, PipelineError> {
    // A few rows are not worth a thread.
    let rows = batches.reduce(0) { $0 + $1.batch.rowCount }
    let threads = rows < 4096 ? 1 : threads
    return Parallel.begin(count: batches.count, threads: threads) { index throws(PipelineError) in
      try times.time(.judge) { () throws(PipelineError) in
        try JudgedBatch(batches[index], plan, source: source)
      }
    }
  }

  init(_ csv: CSVBatch, _ plan: TablePlan, source: String) throws(PipelineError) {
    let batch = csv.batch
    var isKept: [Bool]?
    var rejections: [Rejection] = []
    func reject(_ row: Int, _ column: String?, _ reason: String) {
      if isKept == nil { isKept = Array(repeating: true, count: batch.rowCount) }
      guard isKept?[row] == true else { return }
      isKept?[row] = false
      rejections.append(
        Rejection(
          source: source, record: csv.record(ofRow: row), line: 0, byteOffset: 0, column: column,
          reason: reason, rawText: []))
    }
    for check in plan.checks {
      let result = try Self.evaluate(check.condition, batch)
      guard case .booleans(let holds) = result.values else { continue }
      for row in holds.indices where !holds[row] && !result.isNull(row) {
        reject(row, check.column, "the value does not pass the CHECK of the table")
      }
    }
    var days: [Int32]?
    if let partition = plan.partition {
      let column = try Self.evaluate(partition, batch)
      guard case .dates(let values) = column.values else {
        preconditionFailure("a pack's partition is a DATE")
      }
      days = values
      if column.nullCount > 0 {
        for row in values.indices where column.isNull(row) {
          reject(row, plan.input.partition?.column, "the row has no date to be kept under")
        }
      }
    }
    self.rejections = rejections
    keptCount = batch.rowCount - rejections.count
    if let days {
      parts = Scatter.parts(of: batch, days: days, isKept: isKept).map {
        Part(partition: $0.day, batch: $0.batch)
      }
    } else {
      parts = [Part(partition: nil, batch: isKept.map { batch.rows(where: $0) } ?? batch)]
    }
  }

  private static func evaluate(
    _ expression: BoundExpression, _ batch: ColumnBatch
  ) throws(PipelineError) -> Column {
    do { return try expression.evaluate(batch) } catch { throw PipelineError(error) }
  }
}
