import Bytes
import Columns
import Kernels

/// Frames that are kept to be read again: in memory while they are few, then on disk.
struct RowStore: Sendable {
  private let executor: Executor
  private let limit: Int
  private var frames: [Frame] = []
  private var meter = MemoryMeter()
  private var spill: RowSpill?

  /// `share` of the budget is what may stay in memory.
  init(_ executor: Executor, share: Int = 1) {
    self.executor = executor
    limit = executor.options.heldBytes / max(1, share)
  }

  mutating func append(_ given: Frame) throws(QueryError) {
    if given.rowCount == 0 { return }
    let frame = try given.loaded()
    if spill == nil {
      frames.append(frame)
      meter.add(frame.readColumns)
      // Rows without columns take no memory, and a file could not hold them.
      if meter.bytes <= limit || frame.width == 0 { return }
      spill = try executor.newSpill(partCount: 1)
      for frame in frames {
        try spill?.write(frame, parts: Array(repeating: 0, count: frame.rowCount))
      }
      frames = []
    } else {
      try spill?.write(frame, parts: Array(repeating: 0, count: frame.rowCount))
    }
  }

  mutating func finish() throws(QueryError) -> StoredRows {
    guard var written = spill else { return StoredRows(frames) }
    try written.finish()
    let bytes = written.bytesWritten
    executor.collector.add { $0.spilledBytes += bytes }
    return StoredRows(written)
  }
}

/// Rows that were kept.
struct StoredRows: Sendable {
  private enum Place {
    case memory([Frame])
    case disk(RowSpill)
  }

  private let places: [Place]

  init(_ frames: [Frame]) { places = [.memory(frames)] }

  fileprivate init(_ spill: RowSpill) { places = [.disk(spill)] }

  /// The rows of several, one behind the other.
  init(_ parts: [StoredRows]) { places = parts.flatMap(\.places) }

  var rowCount: Int {
    places.reduce(0) { total, place in
      switch place {
      case .memory(let frames): frames.reduce(total) { $0 + $1.rowCount }
      case .disk(let spill): total + spill.rowCount
      }
    }
  }

  /// The rows of each piece of the stream.
  var pieceRowCounts: [Int] {
    places.flatMap { place in
      switch place {
      case .memory(let frames): frames.map(\.rowCount)
      case .disk(let spill):
        (0..<spill.pieceCount(ofPart: 0)).map { spill.rowCount(ofPart: 0, piece: $0) }
      }
    }
  }

  var stream: Stream {
    Stream.joined(
      places.map { place in
        switch place {
        case .memory(let frames): return Stream(frames)
        case .disk(let spill):
          return Stream(count: spill.pieceCount(ofPart: 0)) { (piece) throws(QueryError) in
            try spill.frame(ofPart: 0, piece: piece)
          }
        }
      })
  }
}

extension Executor {
  /// The rows of a stream, read now; a share of the budget for each of so many such.
  func stored(_ stream: Stream, _ outer: Executor, share: Int) throws(QueryError) -> StoredRows {
    var store = RowStore(outer, share: share)
    for wave in stream.waves(of: options.threads) {
      let frames = try Parallel.map(count: wave.count, threads: options.threads) {
        (place) throws(QueryError) in try stream.read(wave.lowerBound + place)
      }
      for frame in frames { try store.append(frame) }
    }
    return try store.finish()
  }
}

extension Stream {
  /// The pieces in runs of at most `size`.
  func waves(of size: Int) -> [Range<Int>] {
    stride(from: 0, to: count, by: size).map { $0..<min($0 + size, count) }
  }
}
