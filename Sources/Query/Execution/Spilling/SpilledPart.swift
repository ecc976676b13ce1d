import Columns
import Kernels

/// The rows of one part of several spills, one spill behind the other: of the rows of an operator,
/// those whose keys have hashes of a kind.
struct SpilledPart: Sendable {
  let spills: [RowSpill]
  let part: Int

  /// How many parts a spill by hash has.
  static let partCount = 64
  /// How often parts are parted again: after that, rows have one hash in a million.
  static let levels = 3
  /// A part of so few groups or rows is never parted again.
  static let fewest = 64

  var rowCount: Int { spills.reduce(0) { $0 + $1.rowCounts[part] } }
  var bytes: Int { spills.reduce(0) { $0 + $1.bytes(ofPart: part) } }

  /// Calls `body` with the rows, piece by piece, in order.
  func read(_ body: (Frame) throws(QueryError) -> Void) throws(QueryError) {
    for spill in spills {
      for piece in 0..<spill.pieceCount(ofPart: part) {
        try body(try spill.frame(ofPart: part, piece: piece))
      }
    }
  }

  /// All rows as one frame.
  func frame(types: [DataType]) throws(QueryError) -> Frame {
    var frames: [Frame] = []
    try read { frames.append($0) }
    return try Frame.joined(frames, types: types)
  }

  /// The same rows in parts by other bits of the hash of the first `keyCount` columns.
  func parted(
    _ executor: Executor, in file: SpillFile, keyCount: Int, level: Int
  ) throws(QueryError) -> [SpilledPart] {
    var spill = try executor.newSpill(partCount: Self.partCount, in: file)
    try read { (frame) throws(QueryError) in
      try spill.write(frame, keyCount: keyCount, level: level)
    }
    return try spill.finishedParts()
  }
}

extension RowSpill {
  /// Sets rows aside by the hash of their first `keyCount` columns.
  mutating func write(_ frame: Frame, keyCount: Int, level: Int) throws(QueryError) {
    let keys = Array(try frame.columns.prefix(keyCount))
    let hashes = hashes(of: keys, rowCount: frame.rowCount)
    try write(frame, parts: parts(ofHashes: hashes, partCount: partCount, level: level))
  }

  mutating func write(_ frame: Frame, parts: [UInt16]) throws(QueryError) {
    let columns = try frame.columns
    do { try add(columns, parts: parts) } catch { throw QueryError(error) }
  }

  mutating func finish() throws(QueryError) {
    do { try flush() } catch { throw QueryError(error) }
  }

  /// The rows of a piece of a part, once all are written.
  func frame(ofPart part: Int, piece: Int) throws(QueryError) -> Frame {
    do {
      let columns = try rows(ofPart: part, piece: piece)
      return Frame(columns, rowCount: columns[0].count)
    } catch { throw QueryError(error) }
  }

  /// The parts that have rows, once all are written.
  mutating func finishedParts() throws(QueryError) -> [SpilledPart] {
    try finish()
    let whole = self
    return (0..<partCount).filter { whole.rowCounts[$0] > 0 }.map {
      SpilledPart(spills: [whole], part: $0)
    }
  }
}
