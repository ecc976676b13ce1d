import Bytes
import CSV
import Columns

/// One input of a conversion while it is read, beside others.
///
/// Its reader is used by one thread at a time; the lock says so to the compiler, and keeps the
/// reader in its place where a copy would cost as much as the work.
final class ConversionLane: Sendable {
  /// What a step has brought.
  struct Step: Sendable {
    var parts: [JudgedBatch.Part] = []
    var rejections: [Rejection] = []
    /// What the checks rejected so far is not among the counts.
    var rejectedByChecks = 0
    var counts = ReadCounts()
    var isAtEnd = false
  }

  /// The place of the input among all.
  let input: Int
  let size: Int
  private let path: String
  private let plan: TablePlan
  private let reader: Lock<CSVReader>

  init(
    _ path: String, input: Int, _ plan: TablePlan, _ options: ReadOptions
  ) throws(PipelineError) {
    self.path = path
    self.input = input
    self.plan = plan
    do {
      let source = try FileSource(path)
      size = source.size
      reader = Lock(try CSVReader(source, options))
    } catch let error as any Explained { throw PipelineError(error.explanation) } catch {
      preconditionFailure("files are refused with explained errors")
    }
  }

  /// Reads some rows, judges them and divides them by partition.
  func next(threads: Int) throws(PipelineError) -> Step {
    try reader.withLock { (reader) throws(PipelineError) in
      var step = Step()
      let read: [CSVBatch]
      do throws(CSVError) { read = try reader.next() } catch { throw PipelineError(error) }
      step.counts = reader.counts
      step.isAtEnd = read.isEmpty
      let (plan, path) = (plan, path)
      let judged = try Parallel.map(count: read.count, threads: threads) {
        (index) throws(PipelineError) in
        try JudgedBatch(read[index], plan, source: path)
      }
      for (batch, result) in zip(read, judged) {
        step.parts += result.parts
        step.rejections += batch.rejections + result.rejections
        step.rejectedByChecks += result.rejections.count
      }
      return step
    }
  }
}
