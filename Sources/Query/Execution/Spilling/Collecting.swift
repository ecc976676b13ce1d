import Bytes
import Columns
import Kernels
import Synchronization

// What operators hold in memory, and when they stop.
//
// An operator that needs all of its input first tries to hold it. When that takes more than its
// share of the budget, the attempt is given up and the operator does its work in parts on disk. The
// answer is the same, rows in the same order: each row that is set aside carries its **sequence**,
// its place in the input, and the last step of every spilled operator is a sort by it.

extension QueryOptions {
  /// What one thread may hold of the rows or groups of an operator. Texts are addressed by 32 bits,
  /// so no budget makes it more than those reach.
  var heldBytesPerThread: Int { max(1, min(memory / (4 * threads), 1 << 30)) }

  /// What all threads together may hold of the rows of an operator.
  var heldBytes: Int { max(1, min(memory / 4, 3 << 30)) }

  /// What the rows of an operator may take together with its work on all of them.
  var workBytes: Int { max(1, memory / 2) }
}

/// About how much memory an operator takes for each row of its input beside the row.
enum WorkPerRow {
  /// To give it out.
  static let nothing = 0
  /// The words of its keys, its place in the order, and what is sorted meanwhile.
  static let sort = 64
  /// The same, its partition, its peers, its frame, and a result.
  static let window = 128
  /// A group of a table of keys, while that grows.
  static let join = 96
}

/// A decision that all threads of an operator see.
final class Flag: Sendable {
  private let state = Atomic<Bool>(false)

  var isSet: Bool { state.load(ordering: .relaxed) }

  func set() { state.store(true, ordering: .relaxed) }
}

/// The pieces of a stream that were read before there were too many; nil at those that were not.
struct Collected: Sendable {
  let pieces: [Frame?]

  /// All frames, in order, where all could be held.
  var all: [Frame]? {
    let frames = pieces.compactMap { $0 }
    return frames.count == pieces.count ? frames : nil
  }
}

extension Executor {
  /// Reads pieces for as long as they fit, and the work on them.
  func collected(_ stream: Stream, for work: Int) throws(QueryError) -> Collected {
    let (most, mostWork) = (options.heldBytes, options.workBytes)
    let isFull = Flag()
    let meter = Lock((bytes: MemoryMeter(), rows: 0))
    let pieces = try Parallel.map(count: stream.count, threads: options.threads) {
      (piece) throws(QueryError) -> Frame? in
      if isFull.isSet { return nil }
      let frame = try stream.read(piece).loaded()
      let held = meter.withLock { held in
        held.bytes.add(frame.readColumns)
        held.rows += frame.rowCount
        return (bytes: held.bytes.bytes, work: held.rows * work)
      }
      if held.bytes > most || held.bytes + held.work > mostWork { isFull.set() }
      return frame
    }
    return Collected(pieces: pieces)
  }
}

extension Stream {
  /// The same pieces, those that were held already not read again.
  func resumed(_ collected: Collected) -> Stream {
    let read = self.read
    return Stream(count: count, partitions: partitions) { (piece) throws(QueryError) in
      if let frame = collected.pieces[piece] { return frame }
      return try read(piece)
    }
  }

  /// The places of the rows of a piece in the whole input, as numbers of its order.
  static func sequence(ofPiece piece: Int, rowCount: Int) -> Column {
    let first = Int64(piece) << 32
    return Column(.bigint, .integers((0..<Int64(rowCount)).map { first + $0 }))
  }
}

extension Frame {
  /// Its columns, all of which have been read.
  var readColumns: [Column] {
    slots.map { slot in
      guard case .ready(let column) = slot else {
        preconditionFailure("what is set aside has been read")
      }
      return column
    }
  }

  /// Some rows of a frame that has been read.
  func gathered(_ rows: [UInt32]) -> Frame {
    Frame(readColumns.map { gather($0, rows) }, rowCount: rows.count)
  }
}

extension Executor {
  /// A place on disk for rows: in `shared`, or in a file of its own.
  func newSpill(
    partCount: Int, in shared: SpillFile? = nil
  ) throws(QueryError) -> RowSpill {
    let file = try (shared ?? SpillFile()).opened(options.temporaryFolder)
    return RowSpill(
      partCount: partCount, file: file, pendingBytes: options.heldBytesPerThread / 4)
  }
}

/// One file for all parts of an operator that are parted again: there may be thousands, and a file
/// system takes its time for each new file.
final class SpillFile: Sendable {
  private let file = Lock<TemporaryFile?>(nil)

  func opened(_ folder: String) throws(QueryError) -> TemporaryFile {
    try file.withLock { (file) throws(QueryError) in
      if let file { return file }
      let new = try Self.new(folder)
      file = new
      return new
    }
  }

  private static func new(_ folder: String) throws(QueryError) -> TemporaryFile {
    do { return try TemporaryFile(in: folder) } catch { throw QueryError(error) }
  }
}
