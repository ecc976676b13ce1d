import Bytes
import ColumnFile
import Columns
import Kernels

extension Executor {
  /// The blocks that may have rows of the query, in order.
  func scan(_ scan: Scan) throws(QueryError) -> Stream {
    let chosen = try ChosenBlocks(scan, partition: partition, threads: options.threads)
    let statistics = chosen.statistics
    collector.add { $0.add(statistics) }
    let blocks = chosen.blocks
    let columns = scan.columns
    let collector = collector
    return Stream(
      count: blocks.count, partitions: chosen.partitions,
      bounds: { place, column in blocks[place].bounds(columns[column]) },
      read: { (place) throws(QueryError) in
        let frame = try blocks[place].frame(columns, collector)
        collector.add { $0.rowsRead += frame.rowCount }
        return frame
      })
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

  /// Of all partitions, or of one. Files are opened on `threads` threads, and only those of which
  /// more is asked than how many rows they have.
  init(_ scan: Scan, partition: Value?, threads: Int) throws(QueryError) {
    let isPartitioned = scan.table.partitionColumn != nil
    let segments = scan.table.segments.filter { segment in
      partition == nil || !isPartitioned || (segment.partition ?? .null) == partition
    }
    let isWanted = segments.map { segment in
      mayHold(scan) { Self.bounds(ofPartition: segment, scan, $0) }
    }
    let opened = try Parallel.map(count: segments.count, threads: threads) {
      (place) throws(QueryError) in
      isWanted[place] && !scan.columns.isEmpty ? try segments[place].opened() : segments[place]
    }
    for (place, segment) in opened.enumerated() { add(segment, scan, isWanted: isWanted[place]) }
  }

  private mutating func add(_ segment: Segment, _ scan: Scan, isWanted: Bool) {
    if statistics.partitions == 0 || segment.partition == nil || segment.partition != previous {
      statistics.partitions += 1
      isRead = false
    }
    previous = segment.partition
    statistics.blocks += segment.blockCount
    let first = blocks.count
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

  /// Its rows; columns of a file are read when somebody asks for them.
  func frame(_ columns: [Int], _ collector: StatisticsCollector) throws(QueryError) -> Frame {
    switch segment.content {
    case .batch(let batch):
      return Frame(columns.map { batch.columns[$0] }, rowCount: batch.rowCount)
    case .deferred(let read):
      let batch = try read(columns)
      return Frame(batch.columns, rowCount: batch.rowCount)
    case .file(let file): return OpenBlock(file, number, collector).frame(columns)
    case .unopened(let file): return Frame([], rowCount: file.rowCount)
    }
  }

  func storedBytes(_ columns: [Int]) -> Int {
    switch segment.content {
    case .batch, .deferred, .unopened: 0
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
    case .batch, .deferred, .unopened: 1
    }
  }

  /// The same with its file opened, where it has one.
  func opened() throws(QueryError) -> Segment {
    guard case .unopened(let file) = content else { return self }
    return Segment(partition: partition, content: .file(try file.file()))
  }
}
