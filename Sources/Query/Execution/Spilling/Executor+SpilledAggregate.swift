import Bytes
import Columns
import Kernels

/// GROUP BY of more groups than fit memory: the keys and arguments of all rows are set aside in
/// parts by the hash of the keys, each part is grouped like a whole input, and a part that is still
/// too large is parted again. The groups come out in the order of their first rows, as they do in
/// memory: the smallest sequence of a group is an aggregate like the others. Where nobody sees that
/// order, there is no sequence, and a part is grouped when its groups are asked for.
struct SpilledAggregation: Sendable {
  private let executor: Executor
  /// What is set aside of a row: the keys, then the arguments; behind it the sequence.
  private let columns: [Bound]
  private let keyCount: Int
  private let keepsOrder: Bool
  /// The aggregation over `columns`, with the first sequence as one more aggregate.
  private let inner: Aggregation
  private let width: Int
  private let partFile = SpillFile()

  init(_ executor: Executor, _ aggregation: Aggregation) {
    self.executor = executor
    var columns = aggregation.keys
    keyCount = columns.count
    var places: [String: Int] = [:]
    let calls = aggregation.aggregates.map { call in
      let arguments = call.arguments.map { argument in
        let place = places[argument.key] ?? columns.count
        if place == columns.count { columns.append(argument) }
        places[argument.key] = place
        return Bound.column(place, argument.type)
      }
      return BoundAggregate(aggregate: call.aggregate, arguments: arguments)
    }
    let first = BoundAggregate(
      aggregate: Aggregate(.minimum, [.bigint]), arguments: [.column(columns.count, .bigint)])
    self.columns = columns
    keepsOrder = aggregation.keepsOrder
    inner = Aggregation(
      input: .values([], columns.map(\.type) + [.bigint]),
      keys: aggregation.keys.enumerated().map { .column($0.offset, $0.element.type) },
      aggregates: keepsOrder ? calls + [first] : calls)
    width = keyCount + calls.count
  }

  func answer(_ stream: Stream) throws(QueryError) -> Stream {
    let runs = stream.parts(executor.options.threads)
    let spills = try Parallel.map(count: runs.count, threads: executor.options.threads) {
      (run) throws(QueryError) in
      try setAside(stream, runs[run])
    }
    let written = spills.reduce(0) { $0 + $1.bytesWritten }
    executor.collector.add {
      $0.spilledAggregations += 1
      $0.spilledBytes += written
    }
    let parts = (0..<SpilledPart.partCount).map { SpilledPart(spills: spills, part: $0) }
    return try keepsOrder ? ordered(parts) : unordered(parts)
  }

  /// All groups by the sequences of their first rows.
  private func ordered(_ parts: [SpilledPart]) throws(QueryError) -> Stream {
    let types =
      inner.keys.map(\.type) + inner.aggregates.map(\.aggregate.type)
    let sort = ExternalSort(
      executor, types: types, keys: [.init(place: width, direction: SortDirection())])
    _ = try Parallel.map(count: parts.count, threads: executor.options.threads) {
      (part) throws(QueryError) in
      try group(parts[part], level: 1) { (frame) throws(QueryError) in try sort.add(frame) }
    }
    return try sort.finish().stream(width: width)
  }

  /// The groups of one part after the other.
  ///
  /// PERF: `SELECT k, sum(v) … GROUP BY k ORDER BY 2 DESC, k LIMIT 3` of 100 M keys in 1 GiB takes
  /// 29 s of processors so, and 99 s where the groups are sorted back (Zen 4 VM, 2026-11-26).
  private func unordered(_ parts: [SpilledPart]) throws(QueryError) -> Stream {
    // The groups of a piece are held together, so rows that take much more are parted before.
    let limit = 4 * executor.options.heldBytesPerThread
    var pieces: [(part: SpilledPart, level: Int)] = []
    for part in parts where part.rowCount > 0 {
      if part.bytes <= limit || part.rowCount <= SpilledPart.fewest {
        pieces.append((part, 1))
      } else {
        let smaller = try part.parted(executor, in: partFile, keyCount: keyCount, level: 1)
        pieces += smaller.map { ($0, 2) }
      }
    }
    let all = pieces
    let types = inner.keys.map(\.type) + inner.aggregates.map(\.aggregate.type)
    return Stream(count: all.count) { (piece) throws(QueryError) in
      var frames: [Frame] = []
      try group(all[piece].part, level: all[piece].level) { frames.append($0) }
      return try Frame.joined(frames, types: types)
    }
  }

  private func setAside(_ stream: Stream, _ pieces: Range<Int>) throws(QueryError) -> RowSpill {
    var spill = try executor.newSpill(partCount: SpilledPart.partCount)
    for piece in pieces {
      let frame = try stream.read(piece)
      if frame.rowCount == 0 { continue }
      var own: [Column] = []
      for column in columns { own.append(try column.column(frame)) }
      if keepsOrder { own.append(Stream.sequence(ofPiece: piece, rowCount: frame.rowCount)) }
      try spill.write(Frame(own, rowCount: frame.rowCount), keyCount: keyCount, level: 0)
    }
    try spill.finish()
    return spill
  }

  /// The groups of a part.
  private func group(
    _ part: SpilledPart, level: Int, _ take: (Frame) throws(QueryError) -> Void
  ) throws(QueryError) {
    if part.rowCount == 0 { return }
    let limit = executor.options.heldBytesPerThread
    var state = GroupState(inner, [], executor.options)
    var isTooLarge = false
    try part.read { (frame) throws(QueryError) in
      if isTooLarge { return }
      try state.add(frame)
      isTooLarge =
        state.byteCount > limit && level < SpilledPart.levels
        && state.groupCount > SpilledPart.fewest
    }
    if !isTooLarge { return try take(state.wanted(state.finish(executor.collector))) }
    state = GroupState(inner, [], executor.options)
    for inner in try part.parted(executor, in: partFile, keyCount: keyCount, level: level) {
      try group(inner, level: level + 1, take)
    }
  }
}
