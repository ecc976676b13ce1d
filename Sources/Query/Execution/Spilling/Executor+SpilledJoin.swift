import Bytes
import Columns
import Kernels

/// A join whose right side does not fit memory: both sides are set aside in parts by the hash of
/// their keys, and each part is joined like a whole. The sequences of both sides bring the rows
/// back into the order of the left side and, for rows that are joined several times, of the right.
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
    let width = join.left.types.count + join.right.types.count
    // The columns of both sides, then their sequences.
    let sort = ExternalSort(
      executor, types: join.left.types + join.right.types + [.bigint, .bigint],
      keys: [width, width + 1].map { .init(place: $0, direction: SortDirection()) })
    _ = try Parallel.map(count: SpilledPart.partCount, threads: executor.options.threads) {
      (part) throws(QueryError) in
      try joined(
        SpilledPart(spills: leftSpills, part: part), SpilledPart(spills: right, part: part),
        level: 1, into: sort)
    }
    return try sort.finish().stream(width: width)
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

  private func joined(
    _ left: SpilledPart, _ right: SpilledPart, level: Int, into sort: ExternalSort
  ) throws(QueryError) {
    if left.rowCount == 0 { return }
    let keyCount = join.leftKeys.count
    if right.bytes > executor.options.heldBytesPerThread / 2 && level < SpilledPart.levels
      && right.rowCount > SpilledPart.fewest
    {
      let rights = try right.parted(executor, in: partFile, keyCount: keyCount, level: level)
      let lefts = try left.parted(executor, in: partFile, keyCount: keyCount, level: level)
      for part in lefts {
        let partner = rights.first { $0.part == part.part }
        try joined(
          part, partner ?? SpilledPart(spills: [], part: part.part), level: level + 1, into: sort)
      }
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
      try sort.add(Frame(Array(columns) + sequences, rowCount: joined.rowCount))
    }
  }
}
