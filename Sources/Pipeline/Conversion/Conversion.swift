import Bytes
import CSV
package import Columns
package import Packs

/// How a conversion is to be done.
package struct ConversionOptions: Sendable {
  package var threads = Parallel.processors
  /// What it may hold in memory: rows that wait to be written, and what their writers hold.
  package var memory = RunOptions.defaultMemory
  /// The part of an input's rows that may be rejected; with more nothing is written.
  package var maximumRejected = 0.10
  /// How many rejections are handed on; the others are only counted.
  package var keptRejections = 10
  /// The bytes of CSV that are read in one step.
  ///
  /// It divides by all numbers of threads up to 16, so that where files are closed for want of
  /// memory does not depend on that number.
  package var stepBytes = 24 * 720_720

  package init() {}
}

/// What became of an input of a conversion.
package struct ConversionInput: Sendable {
  package var path: String
  package var bytes = 0
  package var rowsRead = 0
  package var isRefused = false
  var rejectedByReader = 0
  var rejectedByChecks = 0

  package var rowsRejected: Int { rejectedByReader + rejectedByChecks }

  package var rowsKept: Int { rowsRead - rowsRejected }
}

/// A file that a conversion wrote.
package struct ConversionOutput: Sendable, Hashable {
  package var path: String
  package var rows: Int
  package var bytes: Int
}

/// Rows of CSV into columnar files that belong to no lake: into one file, in their order, or into a
/// new folder, by partition.
///
/// Types, NOT NULL and CHECK are held; keys are not, since which of two rows stays is a lake's to
/// say.
package struct Conversion: Sendable {
  /// What a step has done.
  package struct Step: Sendable {
    /// An input that is being read.
    package var source: String
    /// The bytes of all inputs that were read so far.
    package var bytes: Int
    package var rejections: [Rejection]
  }

  /// How many inputs are read side by side, where the order of rows is free. A fixed number, so
  /// that which rows share a file does not depend on the number of threads; a small one, since the
  /// ids of one input ascend and those of several side by side do not.
  private static let mostLanes = 4

  private let plan: TablePlan
  private let options: ConversionOptions
  private let laneCount: Int
  private var sources: ArraySlice<String>
  private var lanes: [ConversionLane] = []
  private var target: ConversionTarget
  private var keptRejections = 0
  package private(set) var inputs: [ConversionInput] = []

  /// - Parameter isPartitioned: whether `path` becomes a folder of partitions; else it is a file.
  package init(
    _ sources: [String], _ table: InputTable, to path: String, isPartitioned: Bool,
    _ options: ConversionOptions
  ) throws(PipelineError) {
    precondition(!sources.isEmpty, "something is converted")
    self.options = options
    self.sources = sources[...]
    laneCount = isPartitioned ? min(Self.mostLanes, sources.count) : 1
    plan = try TablePlan(alone: table, isPartitioned: isPartitioned)
    target = try ConversionTarget(path, isFolder: isPartitioned, plan.schema, options)
  }

  package var isRefused: Bool { inputs.contains { $0.isRefused } }

  /// Reads and takes some rows; nil at the end, which is also where an input is refused.
  package mutating func next() throws(PipelineError) -> Step? {
    if isRefused { return nil }
    try openLanes()
    guard let first = lanes.first else { return nil }
    let (lanes, threads) = (lanes, readerThreads)
    let steps = try Parallel.map(count: lanes.count, threads: options.threads) {
      (index) throws(PipelineError) in try lanes[index].next(threads: threads)
    }
    var rejections: [Rejection] = []
    for (lane, step) in zip(lanes, steps) {
      for part in step.parts {
        try target.append(part.batch, partition: part.partition, input: lane.input)
      }
      note(step, of: lane.input)
      let room = max(0, options.keptRejections - keptRejections)
      rejections += step.rejections.prefix(room)
      keptRejections += min(room, step.rejections.count)
    }
    self.lanes = zip(lanes, steps).filter { !$0.1.isAtEnd }.map(\.0)
    try target.settle()
    return Step(
      source: inputs[first.input].path, bytes: inputs.reduce(0) { $0 + $1.bytes },
      rejections: rejections)
  }

  /// The threads that work on one lane.
  private var readerThreads: Int { max(1, options.threads / laneCount) }

  private mutating func openLanes() throws(PipelineError) {
    var read = ReadOptions(columns: plan.inputColumns(nil))
    read.dialect = plan.dialect
    read.threads = readerThreads
    read.chunkBytes = max(1, options.stepBytes / laneCount / readerThreads)
    read.keepRejections = options.keptRejections
    while lanes.count < laneCount, let path = sources.popFirst() {
      lanes.append(try ConversionLane(path, input: inputs.count, plan, read))
      inputs.append(ConversionInput(path: path))
    }
  }

  private mutating func note(_ step: ConversionLane.Step, of input: Int) {
    inputs[input].bytes = step.counts.bytes
    inputs[input].rowsRead = step.counts.rowsRead
    inputs[input].rejectedByChecks += step.rejectedByChecks
    inputs[input].rejectedByReader = step.counts.rowsRejected
    if step.isAtEnd {
      inputs[input].isRefused =
        Double(inputs[input].rowsRejected) > options.maximumRejected * Double(step.counts.rowsRead)
    }
  }

  /// Completes the files and gives them their names. Only when `next` has come to the end.
  package mutating func finish() throws(PipelineError) -> [ConversionOutput] {
    precondition(
      !isRefused && sources.isEmpty && lanes.isEmpty, "only a whole conversion is finished")
    return try target.finish()
  }

  /// Leaves nothing behind.
  package func abandon() { target.abandon() }
}
