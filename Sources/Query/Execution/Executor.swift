import Bytes
import Columns
import Kernels
import SQL

/// Carries out a plan.
struct Executor: Sendable {
  private(set) var options: QueryOptions
  /// The plans that others use by number.
  let shared: [Plan]
  /// Set where only the rows of one partition are read.
  private(set) var partition: Value?
  let collector = StatisticsCollector()
  let joins = JoinMemory()
  /// The rows of shared plans and the groups of passes over them; only those of one partition are
  /// kept.
  private(set) var memory: FrameMemory?
  /// Set where the operators are to be timed.
  let profile: Profile?

  init(options: QueryOptions, shared: [Plan] = [], profile: Profile? = nil) {
    self.options = options
    self.shared = shared
    self.profile = profile
  }

  /// The same for the rows of one partition.
  func restricted(to partition: Value, threads: Int) -> Executor {
    var result = self
    result.partition = partition
    // Other partitions are worked on at the same time.
    result.options.memory = options.memory / max(1, options.threads) * threads
    result.options.threads = threads
    result.options.distinct.threads = threads
    result.memory = FrameMemory(limit: result.options.memory / 2)
    return result
  }

  /// The rows of each plan, worked on a partition at a time where that is possible.
  func answer(_ plans: [Plan]) throws(QueryError) -> [Stream] {
    try PartitionedRun(executor: self).streams(plans)
  }

  /// All rows, in order.
  func frames(_ stream: Stream) throws(QueryError) -> [Frame] {
    try Parallel.map(count: stream.count, threads: options.threads) {
      (piece) throws(QueryError) in try stream.read(piece).loaded()
    }
  }

  /// All rows as one frame.
  func frame(_ plan: Plan) throws(QueryError) -> Frame {
    try Frame.joined(try frames(try stream(plan)), types: plan.types)
  }

  func stream(_ plan: Plan) throws(QueryError) -> Stream {
    guard let profile else { return try opened(plan) }
    let key = plan.identity
    // What needs all of its input reads it now, on all threads; the others only get ready.
    let inner = try profile.timed(key, threads: options.threads) { () throws(QueryError) in
      try opened(plan)
    }
    return Stream(count: inner.count, partitions: inner.partitions, bounds: inner.bounds) {
      (piece) throws(QueryError) in
      let frame = try profile.timed(key) { () throws(QueryError) in try inner.read(piece) }
      profile.count(key, rows: frame.rowCount)
      return frame
    }
  }

  private func opened(_ plan: Plan) throws(QueryError) -> Stream {
    switch plan {
    case .scan(let scan): return try self.scan(scan)
    case .values(let rows, let types): return Stream([try values(rows, types)])
    case .frames(let rows, _, _): return rows.stream
    case .shared(let number, _): return try remembered(number)
    case .filter(.window(let input, let calls), let condition):
      return try windows(input, calls, where: condition)
    case .filter(let input, let condition):
      return try stream(input).filtered(by: condition)
    case .project(let input, let expressions):
      return try stream(input).projected(to: expressions)
    case .join(let join): return try self.join(join)
    case .aggregate(let aggregation): return try aggregate(aggregation)
    case .distinct:
      guard let aggregation = plan.asAggregation else { preconditionFailure("rows are groups") }
      return try aggregate(aggregation)
    case .window(let input, let calls):
      return try windows(input, calls, where: nil)
    case .sort(let input, let orders, let limit, let offset):
      return try sorted(input, orders, limit: limit, offset: offset)
    case .slice(let input, let limit, let offset):
      return Stream(try slice(input, limit: limit, offset: offset))
    case .union(let inputs):
      var streams: [Stream] = []
      for input in inputs { streams.append(try stream(input)) }
      return Stream.joined(streams)
    }
  }

  /// A shared plan, whose rows are kept for the next who asks.
  private func remembered(_ number: Int) throws(QueryError) -> Stream {
    guard let memory else { return try stream(shared[number]) }
    let plan = shared[number]
    if plan.hasBreaker(shared) {
      return Stream([try memory.frame(number, -1) { () throws(QueryError) in try frame(plan) }])
    }
    let inner = try stream(plan)
    return Stream(count: inner.count, partitions: inner.partitions, bounds: inner.bounds) {
      (piece) throws(QueryError) in
      try memory.frame(number, piece) { () throws(QueryError) in
        var frame = try inner.read(piece)
        if frame.memory == nil { frame.memory = ExpressionMemory() }
        return frame
      }
    }
  }

  private func values(_ rows: [[Bound]], _ types: [DataType]) throws(QueryError) -> Frame {
    var builders = types.map { ColumnBuilder($0) }
    for row in rows {
      for (place, value) in row.enumerated() {
        builders[place].append(try value.evaluate(.oneRow).column.value(at: 0))
      }
    }
    return Frame(builders.map { $0.column() }, rowCount: rows.count)
  }

  /// Reads only as many pieces as are needed.
  private func slice(_ input: Plan, limit: Int?, offset: Int) throws(QueryError) -> [Frame] {
    let stream = try stream(input)
    var frames: [Frame] = []
    var skipped = 0
    var kept = 0
    for piece in 0..<stream.count {
      if let limit, kept >= limit { break }
      let frame = try stream.read(piece)
      let start = min(frame.rowCount, offset - skipped)
      skipped += start
      let end = start + min(frame.rowCount - start, limit.map { $0 - kept } ?? .max)
      if start == end { continue }
      kept += end - start
      frames.append(frame.keeping(.rows(Array(UInt32(start)..<UInt32(end)))))
    }
    return frames
  }
}

extension Frame {
  /// Frames of the same columns as one.
  static func joined(_ frames: [Frame], types: [DataType]) throws(QueryError) -> Frame {
    // A frame without rows may have columns in another form, which would change that of all.
    var frames = frames.filter { $0.rowCount > 0 }
    if frames.count == 1 { return frames[0] }
    if frames.isEmpty { frames = [Frame(types.map { nullColumn($0, count: 0) }, rowCount: 0)] }
    var columns: [Column] = []
    for place in types.indices {
      var parts: [Column] = []
      for frame in frames { parts.append(try frame.column(place)) }
      columns.append(concatenate(parts, type: types[place]))
    }
    return Frame(columns, rowCount: frames.reduce(0) { $0 + $1.rowCount })
  }
}
