import Bytes
import Columns
import Kernels

/// Sorts rows that may not fit memory. Any thread adds frames, in any order, since the last key
/// tells all rows apart.
///
/// Rows are held until they are too many. Then **splitters** are chosen from a sample of them, and
/// they and all rows to come are set aside by the range between two splitters that they are in.
/// Ranges that turn out to be too large are split again by splitters of their own. What is left are
/// ranges that fit memory, in order: a piece of the answer each, which is read and sorted when it
/// is asked for.
final class ExternalSort: Sendable {
  struct Key {
    let place: Int
    let direction: SortDirection
  }

  private struct State {
    var held: [Frame] = []
    var meter = MemoryMeter()
    var ranges: SortedRanges?
  }

  private let order: RowOrder
  private let executor: Executor
  private let state = Lock(State())
  private let splitFile = SpillFile()

  /// The last of `keys` must differ in all rows.
  init(_ executor: Executor, types: [DataType], keys: [Key]) {
    self.executor = executor
    order = RowOrder(types: types, keys: keys)
  }

  func add(_ given: Frame) throws(QueryError) {
    if given.rowCount == 0 { return }
    let frame = try given.loaded()
    let limit = executor.options.heldBytes / 2
    let (known, overflow) = try state.withLock {
      (state) throws(QueryError) -> (Splitters?, [Frame]) in
      if let ranges = state.ranges { return (ranges.splitters, [frame]) }
      state.held.append(frame)
      state.meter.add(frame.readColumns)
      if state.meter.bytes <= limit { return (nil, []) }
      let held = state.held
      let splitters = try Splitters(held, order, count: SortedRanges.partCount - 1)
      state.ranges = SortedRanges(
        splitters: splitters,
        spill: try executor.newSpill(partCount: SortedRanges.partCount))
      state.held = []
      return (splitters, held)
    }
    guard let splitters = known else { return }
    for frame in overflow {
      let parts = splitters.parts(of: frame, order)
      try state.withLock { (state) throws(QueryError) in
        try state.ranges?.spill.write(frame, parts: parts)
      }
    }
  }

  /// The rows in order.
  func finish() throws(QueryError) -> SortedRows {
    let (held, ranges) = state.withLock { ($0.held, $0.ranges) }
    guard var spill = ranges?.spill else {
      let frame = order.sorted(try Frame.joined(held, types: order.types))
      return SortedRows([SortedRows.Range(rowCount: frame.rowCount) { frame }])
    }
    let parts = try spill.finishedParts()
    let written = spill.bytesWritten
    executor.collector.add {
      $0.spilledSorts += 1
      $0.spilledBytes += written
    }
    var result: [SortedRows.Range] = []
    for part in parts { try split(part, depth: 0, into: &result) }
    return SortedRows(result)
  }

  /// Splits a range until its pieces fit memory.
  private func split(
    _ part: SpilledPart, depth: Int, into ranges: inout [SortedRows.Range]
  ) throws(QueryError) {
    let limit = max(1, executor.options.heldBytesPerThread / 2)
    let order = order
    if part.bytes <= limit || part.rowCount <= SpilledPart.fewest || depth == Self.deepest {
      let types = order.types
      ranges.append(
        SortedRows.Range(rowCount: part.rowCount) { () throws(QueryError) in
          order.sorted(try part.frame(types: types))
        })
      return
    }
    var sample: [Frame] = []
    try part.read { sample.append(Splitters.sample($0, order, of: part.rowCount)) }
    let count = min(SortedRanges.partCount, 2 + 2 * part.bytes / limit)
    let splitters = try Splitters(sample, order, count: count - 1)
    var spill = try executor.newSpill(partCount: count, in: splitFile)
    try part.read { (frame) throws(QueryError) in
      try spill.write(frame, parts: splitters.parts(of: frame, order))
    }
    let inner = try spill.finishedParts()
    let next = inner.count > 1 ? depth + 1 : Self.deepest
    for part in inner { try split(part, depth: next, into: &ranges) }
  }

  private static let deepest = 4
}

/// Rows set aside by ranges of their keys.
private struct SortedRanges {
  static let partCount = 64

  let splitters: Splitters
  var spill: RowSpill
}

/// What rows are sorted by.
private struct RowOrder: Sendable {
  let types: [DataType]
  let keys: [ExternalSort.Key]

  /// The keys of some rows. Texts are spelled out, since rows of different dictionaries meet.
  func keys(of frame: Frame) -> [SortKey] {
    let columns = frame.readColumns
    return keys.map { key in
      let column = columns[key.place]
      guard case .codes = column.values else { return SortKey(column, key.direction) }
      return SortKey(
        Column(.text, .texts(spelled(column)), validity: column.validity), key.direction)
    }
  }

  func sorted(_ frame: Frame) -> Frame {
    let columns = frame.readColumns
    let own = keys.map { SortKey(columns[$0.place], $0.direction) }
    return frame.gathered(sortedRows(by: own, rowCount: frame.rowCount))
  }
}

/// Rows that divide the order into ranges.
private struct Splitters: Sendable {
  private let keys: [SortKey]
  private let count: Int
  /// The splitters themselves, where the only key is a number: then a range is found by halving.
  private let numbers: [Int64]?

  private static let samplesEach = 32

  /// Up to `count` splitters, chosen from a sample of `frames` so that ranges are about equal.
  init(_ frames: [Frame], _ order: RowOrder, count: Int) throws(QueryError) {
    let total = frames.reduce(0) { $0 + $1.rowCount }
    let samples = frames.map { Self.sample($0, order, of: total) }
    let all = try Frame.joined(samples, types: order.types)
    let sorted = order.sorted(all)
    let wanted = min(count, sorted.rowCount)
    let rows = (0..<wanted).map { UInt32((2 * $0 + 1) * sorted.rowCount / (2 * wanted)) }
    let chosen = sorted.gathered(rows)
    keys = order.keys(of: chosen)
    self.count = wanted
    if keys.count == 1, !keys[0].direction.isDescending, keys[0].column.validity == nil,
      case .integers(let values) = keys[0].column.values
    {
      numbers = values
    } else {
      numbers = nil
    }
  }

  /// Some rows of a frame that is one of many with `total` rows.
  static func sample(_ frame: Frame, _ order: RowOrder, of total: Int) -> Frame {
    let step = max(1, total / (SortedRanges.partCount * samplesEach))
    let rows = stride(from: UInt32(0), to: UInt32(frame.rowCount), by: step).map { $0 }
    return frame.gathered(rows)
  }

  /// The number of splitters that are not behind each row.
  func parts(of frame: Frame, _ order: RowOrder) -> [UInt16] {
    let own = order.keys(of: frame)
    if let numbers, case .integers(let values) = own[0].column.values {
      return values.map { Self.place($0, numbers) }
    }
    let both = zip(keys, own).map { splitter, key in
      SortKey(
        concatenate([splitter.column, key.column], type: key.column.type), key.direction)
    }
    var parts = [UInt16](repeating: 0, count: frame.rowCount)
    var passed: UInt16 = 0
    for row in sortedRows(by: both, rowCount: count + frame.rowCount) {
      if row < count { passed += 1 } else { parts[Int(row) - count] = passed }
    }
    return parts
  }

  private static func place(_ value: Int64, _ numbers: [Int64]) -> UInt16 {
    var low = 0
    var high = numbers.count
    while low < high {
      let middle = (low + high) / 2
      if numbers[middle] <= value { low = middle + 1 } else { high = middle }
    }
    return UInt16(low)
  }
}

/// Sorted rows in ranges that are read when they are asked for.
struct SortedRows: Sendable {
  struct Range: Sendable {
    let rowCount: Int
    let read: @Sendable () throws(QueryError) -> Frame

    init(rowCount: Int, read: @escaping @Sendable () throws(QueryError) -> Frame) {
      self.rowCount = rowCount
      self.read = read
    }
  }

  private let ranges: [Range]

  init(_ ranges: [Range]) { self.ranges = ranges }

  /// The first `width` columns of the rows from `offset` on, `limit` of them.
  func stream(width: Int, limit: Int? = nil, offset: Int = 0) -> Stream {
    var chosen: [(range: Range, rows: Swift.Range<Int>)] = []
    var skipped = offset
    var left = limit ?? .max
    for range in ranges {
      let start = min(skipped, range.rowCount)
      skipped -= start
      let taken = min(left, range.rowCount - start)
      left -= taken
      if taken > 0 { chosen.append((range, start..<start + taken)) }
    }
    let kept = chosen
    return Stream(count: kept.count) { (piece) throws(QueryError) in
      let whole = try kept[piece].range.read()
      let frame = Frame(Array(whole.readColumns.prefix(width)), rowCount: whole.rowCount)
      let rows = kept[piece].rows
      if rows.count == frame.rowCount { return frame }
      return frame.gathered(Array(UInt32(rows.lowerBound)..<UInt32(rows.upperBound)))
    }
  }
}
