import Bytes
import Columns
import Kernels

/// A join whose right side does not fit memory: both sides are set aside in parts by the hash of
/// their keys, and each part is joined like a whole. The sequences of both sides bring the rows
/// back into the order of the left side and, for rows that are joined several times, of the right.
/// Where nobody sees that order, a part is joined when its rows are asked for.
struct SpilledJoin: Sendable {
  let executor: Executor
  let join: JoinPlan
  private let partFile = SpillFile()

  init(_ executor: Executor, _ join: JoinPlan) {
    self.executor = executor
    self.join = join
  }

  /// The right side in parts: its keys, its sequence, its columns.
  func setAside(_ right: Stream) throws(QueryError) -> [RowSpill] {
    executor.collector.add { $0.spilledJoins += 1 }
    return try setAside(right, join.rightKeys)
  }

  func answer(_ left: Stream, _ right: [RowSpill]) throws(QueryError) -> Stream {
    let leftSpills = try setAside(left, join.leftKeys)
    let parts = (0..<SpilledPart.partCount).map { part in
      Pair(
        left: SpilledPart(spills: leftSpills, part: part),
        right: SpilledPart(spills: right, part: part), level: 1)
    }
    return try join.keepsOrder ? ordered(parts) : unordered(parts)
  }

  private var types: [DataType] { join.left.types + join.right.types }

  /// Parts of both sides whose keys have hashes of a kind.
  private struct Pair {
    let left: SpilledPart
    let right: SpilledPart
    let level: Int
  }

  private func ordered(_ parts: [Pair]) throws(QueryError) -> Stream {
    let width = types.count
    // The columns of both sides, then their sequences.
    let sort = ExternalSort(
      executor, types: types + [.bigint, .bigint],
      keys: [width, width + 1].map { .init(place: $0, direction: SortDirection()) })
    _ = try Parallel.map(count: parts.count, threads: executor.options.threads) {
      (part) throws(QueryError) in
      try joined(parts[part]) { (frame) throws(QueryError) in try sort.add(frame) }
    }
    return try sort.finish().stream(width: width)
  }

  /// The rows of one part after the other.
  ///
  /// PERF: 50 M rows joined with themselves by a text key are counted in 5.5 s in place of 9.5,
  /// where they were sorted back (a limit of 300 MB, Zen 5 VM, 2026-12-01).
  private func unordered(_ parts: [Pair]) throws(QueryError) -> Stream {
    // The rows of a piece are held together, so parts that take much more are parted before.
    let limit = 4 * executor.options.heldBytesPerThread
    var pieces: [Pair] = []
    for part in parts where part.left.rowCount > 0 {
      if part.left.bytes <= limit || part.left.rowCount <= SpilledPart.fewest {
        pieces.append(part)
      } else {
        pieces += try parted(part)
      }
    }
    let (all, types) = (pieces, types)
    return Stream(count: all.count) { (piece) throws(QueryError) in
      var frames: [Frame] = []
      try joined(all[piece]) { (frame) throws(QueryError) in
        frames.append(
          Frame(Array(try frame.columns.prefix(types.count)), rowCount: frame.rowCount))
      }
      return try Frame.joined(frames, types: types)
    }
  }

  private func parted(_ pair: Pair) throws(QueryError) -> [Pair] {
    let keyCount = join.leftKeys.count
    let rights = try pair.right.parted(
      executor, in: partFile, keyCount: keyCount, level: pair.level)
    let lefts = try pair.left.parted(executor, in: partFile, keyCount: keyCount, level: pair.level)
    return lefts.map { left in
      let right = rights.first { $0.part == left.part }
      return Pair(
        left: left, right: right ?? SpilledPart(spills: [], part: left.part),
        level: pair.level + 1)
    }
  }

  private func setAside(_ stream: Stream, _ keys: [Bound]) throws(QueryError) -> [RowSpill] {
    let runs = stream.parts(executor.options.threads)
    let spills = try Parallel.map(count: runs.count, threads: executor.options.threads) {
      (run) throws(QueryError) -> RowSpill in
      var spill = try executor.newSpill(partCount: SpilledPart.partCount)
      for piece in runs[run] {
        let frame = try stream.read(piece)
        if frame.rowCount == 0 { continue }
        var columns: [Column] = []
        for key in keys { columns.append(try key.column(frame)) }
        columns.append(Stream.sequence(ofPiece: piece, rowCount: frame.rowCount))
        let whole = Frame(columns + (try frame.columns), rowCount: frame.rowCount)
        try spill.write(whole, keyCount: keys.count, level: 0)
      }
      try spill.finish()
      return spill
    }
    let written = spills.reduce(0) { $0 + $1.bytesWritten }
    executor.collector.add { $0.spilledBytes += written }
    return spills
  }

  /// Gives `take` the joined rows: the columns of both sides, then their sequences.
  private func joined(
    _ pair: Pair, _ take: (Frame) throws(QueryError) -> Void
  ) throws(QueryError) {
    let (left, right) = (pair.left, pair.right)
    if left.rowCount == 0 { return }
    let keyCount = join.leftKeys.count
    if right.bytes > executor.options.heldBytesPerThread / 2 && pair.level < SpilledPart.levels
      && right.rowCount > SpilledPart.fewest
    {
      for part in try parted(pair) { try joined(part, take) }
      return
    }
    let types = join.rightKeys.map(\.type) + [.bigint] + join.right.types
    let rows = try right.frame(types: types)
    let built = try rows.columns
    let table = try JoinTable(
      Array(built[..<keyCount]), Frame(Array(built[keyCount...]), rowCount: rows.rowCount),
      isLeftOuter: join.isLeftOuter)
    let leftWidth = join.left.types.count
    try left.read { (frame) throws(QueryError) in
      let own = frame.readColumns
      let rest = Frame(Array(own[keyCount...]), rowCount: frame.rowCount)
      let joined = table.joined(rest, Array(own[..<keyCount]))
      let both = try joined.columns
      // Left sequence, left columns, right sequence, right columns.
      let sequences = [both[0], both[leftWidth + 1]]
      let columns = both[1...leftWidth] + both[(leftWidth + 2)...]
      try take(Frame(Array(columns) + sequences, rowCount: joined.rowCount))
    }
  }
}
