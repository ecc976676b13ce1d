import ColumnFile
import Columns
import Kernels

extension Executor {
  /// The blocks that may have rows of the query, in order.
  func scan(_ scan: Scan) throws(QueryError) -> Stream {
    let chosen = ChosenBlocks(scan, partition: partition)
    let statistics = chosen.statistics
    collector.add { $0.add(statistics) }
    let blocks = chosen.blocks
    let columns = scan.columns
    let collector = collector
    return Stream(count: blocks.count, partitions: chosen.partitions) {
      (place) throws(QueryError) in
      let frame = try blocks[place].read(columns)
      collector.add { $0.rowsRead += frame.rowCount }
      return frame
    }
  }
}

/// The blocks of a table that are to be read; those that cannot have a row of the query are left
/// out by the partition of their segment and by their zones.
struct ChosenBlocks {
  private(set) var blocks: [Block] = []
  private(set) var partitions: [Range<Int>] = []
  private(set) var statistics = ScanStatistics()
  private var previous: Value?
  /// Whether a block of the last partition was chosen.
  private var isRead = false

  /// Of all partitions, or of one.
  init(_ scan: Scan, partition: Value?) {
    let isPartitioned = scan.table.partitionColumn != nil
    for segment in scan.table.segments {
      if let partition, isPartitioned, (segment.partition ?? .null) != partition { continue }
      add(segment, scan)
    }
  }

  private mutating func add(_ segment: Segment, _ scan: Scan) {
    if statistics.partitions == 0 || segment.partition == nil || segment.partition != previous {
      statistics.partitions += 1
      isRead = false
    }
    previous = segment.partition
    statistics.blocks += segment.blockCount
    let first = blocks.count
    let isWanted = mayHold(scan) { Self.bounds(ofPartition: segment, scan, $0) }
    for number in 0..<segment.blockCount {
      let block = Block(segment: segment, number: number)
      let bytes = block.storedBytes(scan.columns)
      if isWanted && mayHold(scan, { block.bounds(scan.columns[$0]) }) {
        blocks.append(block)
        statistics.bytesRead += bytes
      } else {
        statistics.bytesSkipped += bytes
      }
    }
    statistics.blocksRead += blocks.count - first
    if blocks.count == first { return }
    if isRead, let last = partitions.last {
      partitions[partitions.count - 1] = last.lowerBound..<blocks.count
    } else {
      partitions.append(first..<blocks.count)
      statistics.partitionsRead += 1
      isRead = true
    }
  }

  private func mayHold(_ scan: Scan, _ bounds: @escaping (Int) -> Bounds) -> Bool {
    let pruning = Pruning(bounds: bounds)
    return scan.conditions.allSatisfy { pruning.mayHold($0) }
  }

  /// What the partition of a segment says of a column.
  private static func bounds(ofPartition segment: Segment, _ scan: Scan, _ place: Int) -> Bounds {
    let field = scan.table.schema[scan.columns[place]]
    guard case .date(let day)? = segment.partition, field.name == scan.table.partitionColumn else {
      return .unknown
    }
    if field.type == .date { return Bounds(minimum: .date(day), maximum: .date(day)) }
    let start = Int64(day) * Calendar.microsecondsPerDay
    return Bounds(
      minimum: .timestamp(start), maximum: .timestamp(start + Calendar.microsecondsPerDay - 1))
  }
}

/// A block of a segment.
struct Block {
  let segment: Segment
  let number: Int

  func read(_ columns: [Int]) throws(QueryError) -> Frame {
    switch segment.content {
    case .batch(let batch):
      return Frame(columns.map { batch.columns[$0] }, rowCount: batch.rowCount)
    case .file(let file):
      if columns.isEmpty { return Frame([], rowCount: file.rows(inBlock: number)) }
      do {
        return Frame(try file.read(columns: columns, block: number))
      } catch { throw QueryError(error) }
    }
  }

  func storedBytes(_ columns: [Int]) -> Int {
    switch segment.content {
    case .batch: 0
    case .file(let file): file.storedBytes(columns: columns, block: number)
    }
  }

  func bounds(_ column: Int) -> Bounds {
    guard case .file(let file) = segment.content else { return .unknown }
    let zone = file.zone(column: column, block: number)
    return Bounds(
      minimum: zone.minimum, maximum: zone.maximum, mayBeNull: zone.nullCount > 0,
      mayHaveValues: zone.nullCount < file.rows(inBlock: number))
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
