import ColumnFile
import Columns
import Kernels

extension Executor {
  /// The blocks that may have rows of the query, in order.
  func scan(_ scan: Scan) throws(QueryError) -> Stream {
    var pieces: [Piece] = []
    var partitions: [Range<Int>] = []
    var statistics = ScanStatistics()
    var previous: Value?
    for segment in scan.table.segments {
      let first = pieces.count
      let blocks = segment.blockCount
      statistics.blocks += blocks
      for block in 0..<blocks { pieces.append(Piece(segment: segment, block: block)) }
      let partition = segment.partition
      if let last = partitions.last, partition != nil, partition == previous {
        partitions[partitions.count - 1] = last.lowerBound..<pieces.count
      } else if pieces.count > first {
        partitions.append(first..<pieces.count)
        statistics.partitions += 1
      }
      previous = partition
    }
    statistics.partitionsRead = partitions.count
    statistics.blocksRead = pieces.count
    let found = statistics
    collector.add { $0.add(found) }
    let all = pieces
    let columns = scan.columns
    let collector = collector
    return Stream(count: all.count, partitions: partitions) { (piece) throws(QueryError) in
      let frame = try all[piece].read(columns)
      collector.add { $0.rowsRead += frame.rowCount }
      return frame
    }
  }
}

/// A block of a segment.
private struct Piece {
  let segment: Segment
  let block: Int

  func read(_ columns: [Int]) throws(QueryError) -> Frame {
    switch segment.content {
    case .batch(let batch):
      return Frame(columns.map { batch.columns[$0] }, rowCount: batch.rowCount)
    case .file(let file):
      if columns.isEmpty { return Frame([], rowCount: file.rows(inBlock: block)) }
      do {
        return Frame(try file.read(columns: columns, block: block))
      } catch { throw QueryError(error) }
    }
  }
}

extension Segment {
  var blockCount: Int {
    switch content {
    case .file(let file): file.blockCount
    case .batch: 1
    }
  }
}
