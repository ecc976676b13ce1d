import Bytes
import Columns
import Kernels
import Synchronization

/// The first rows of a stream in an order.
///
/// Each thread keeps the rows that can still be among the first, by the keys of the order alone;
/// the other columns of a row are read in the end, if it is there still. As soon as a thread has
/// enough rows, the last of them is a bar for all threads: a row whose first key is behind it is
/// out, and so is a piece of the stream whose bounds are. Pieces are visited in the order of their
/// bounds, so that the bar is good early.
///
/// Rows that are equal in the order stay in that of the stream, whoever has found them: what is
/// kept is put in the order of the pieces before it is compared, and ties with the bar are kept.
struct TopRows: Sendable {
  let wanted: Int
  let orders: [BoundOrder]
  let stream: Stream
  let types: [DataType]
  private let bar = SortBarMemory()

  init(_ wanted: Int, _ orders: [BoundOrder], of stream: Stream, _ types: [DataType]) {
    self.wanted = wanted
    self.orders = orders
    self.stream = stream
    self.types = types
  }

  /// The rows, in order, and how many pieces were not read for them.
  func find(threads: Int) throws(QueryError) -> (rows: Frame, passed: Int) {
    if wanted == 0 { return (Frame(types.map { nullColumn($0, count: 0) }, rowCount: 0), 0) }
    let visits = visits()
    let next = Counter()
    let workers = max(1, min(threads, stream.count))
    let found = try Parallel.map(count: workers, threads: workers) {
      _ throws(QueryError) -> (Candidates, Int) in
      var candidates = Candidates()
      var passed = 0
      while case let place = next.next(), place < visits.count {
        let visit = visits[place]
        if visit.first > bar.word {
          passed += 1
          continue
        }
        try add(visit.piece, to: &candidates)
      }
      return (candidates, passed)
    }
    var all = Candidates()
    for (candidates, _) in found { all.join(candidates) }
    let passed = found.reduce(0) { $0 + $1.1 }
    return (try ordered(&all, threads: threads), passed)
  }

  private struct Visit {
    let piece: Int
    /// No row of the piece comes before this word.
    let first: UInt64
  }

  private func visits() -> [Visit] {
    var visits = (0..<stream.count).map { Visit(piece: $0, first: 0) }
    guard let bounds = stream.bounds, let order = orders.first,
      case .column(let place, _) = order.expression
    else { return visits }
    for piece in visits.indices {
      let first = bounds(piece, place).firstWord(order.direction)
      visits[piece] = Visit(piece: piece, first: first)
    }
    visits.sort { ($0.first, $0.piece) < ($1.first, $1.piece) }
    return visits
  }

  private func add(_ piece: Int, to candidates: inout Candidates) throws(QueryError) {
    var frame = try stream.read(piece)
    if let order = orders.first, bar.word < .max {
      let key = SortKey(try order.expression.column(frame), order.direction)
      if let rows = rowsNotBehind(bar.word, key) { frame = frame.keeping(Selection(rows, frame)) }
    }
    if frame.rowCount == 0 { return }
    var keys = try sortKeys(frame)
    if frame.rowCount > wanted {
      let rows = topRows(by: keys, rowCount: frame.rowCount, limit: wanted).sorted()
      frame = frame.keeping(.rows(rows))
      keys = keys.map { SortKey(gather($0.column, rows), $0.direction) }
    }
    candidates.add(frame, keys, piece)
    let isFirst = bar.word == .max && candidates.rowCount >= wanted
    if isFirst || candidates.rowCount / 2 >= max(wanted, 128) { reduce(&candidates) }
  }

  private func sortKeys(_ frame: Frame) throws(QueryError) -> [SortKey] {
    var keys: [SortKey] = []
    for order in orders {
      keys.append(SortKey(try order.expression.column(frame), order.direction))
    }
    return keys
  }

  /// Leaves the first `wanted` rows, in the order of the stream, and sets the bar.
  private func reduce(_ candidates: inout Candidates) {
    let keys = candidates.keys(orders)
    let rows = topRows(by: keys, rowCount: candidates.rowCount, limit: wanted)
    candidates.keep(rows.sorted())
    if candidates.rowCount < wanted { return }
    guard let first = candidates.keys(orders).first, let word = lastSortWord(first) else { return }
    bar.lower(to: word)
  }

  private func ordered(
    _ candidates: inout Candidates, threads: Int
  ) throws(QueryError) -> Frame {
    let keys = candidates.keys(orders)
    let rows = topRows(by: keys, rowCount: candidates.rowCount, limit: wanted)
    let kept = rows.sorted()
    candidates.keep(kept)
    let frames = candidates.frames
    let parts = try Parallel.map(count: frames.count, threads: threads) {
      (place) throws(QueryError) in try frames[place].loaded()
    }
    var places: [UInt32: UInt32] = [:]
    for (place, row) in kept.enumerated() { places[row] = UInt32(place) }
    let order = rows.map { places[$0] ?? Column.absent }
    let all = try Frame.joined(parts, types: types)
    return Frame(try all.columns.map { gather($0, order) }, rowCount: order.count)
  }
}

extension Selection {
  /// Some rows of a frame, in ascending order.
  init(_ rows: [UInt32], _ frame: Frame) {
    self = rows.isEmpty ? .none : rows.count == frame.rowCount ? .all : .rows(rows)
  }
}

/// Rows that can be among the first, with their keys, by the piece they came from.
private struct Candidates: Sendable {
  private struct Part: Sendable {
    var piece: Int
    var frame: Frame
    var keys: [SortKey]
  }

  private var parts: [Part] = []
  private(set) var rowCount = 0

  var frames: [Frame] { parts.map(\.frame) }

  mutating func add(_ frame: Frame, _ keys: [SortKey], _ piece: Int) {
    parts.append(Part(piece: piece, frame: frame, keys: keys))
    rowCount += frame.rowCount
  }

  mutating func join(_ other: Candidates) {
    parts += other.parts
    rowCount += other.rowCount
  }

  /// The keys of all rows, in the order of the pieces.
  mutating func keys(_ orders: [BoundOrder]) -> [SortKey] {
    parts.sort { $0.piece < $1.piece }
    return orders.indices.map { place in
      let columns = parts.map { $0.keys[place].column }
      return SortKey(
        concatenate(columns, type: orders[place].expression.type), orders[place].direction)
    }
  }

  /// Keeps some rows, counted through all parts and ascending.
  mutating func keep(_ rows: [UInt32]) {
    var kept: [Part] = []
    var start: UInt32 = 0
    var next = 0
    for part in parts {
      let end = start + UInt32(part.frame.rowCount)
      var own: [UInt32] = []
      while next < rows.count && rows[next] < end {
        own.append(rows[next] - start)
        next += 1
      }
      start = end
      if own.isEmpty { continue }
      var part = part
      part.keys = part.keys.map { SortKey(gather($0.column, own), $0.direction) }
      part.frame = part.frame.keeping(Selection(own, part.frame))
      kept.append(part)
    }
    parts = kept
    rowCount = rows.count
  }
}

extension Bounds {
  /// No row comes before this word in the order.
  fileprivate func firstWord(_ direction: SortDirection) -> UInt64 {
    if mayBeNull && direction.nullsFirst { return 0 }
    if !mayHaveValues { return .max }
    let first = direction.isDescending ? maximum : minimum
    return first.flatMap { sortWord(of: $0, direction) } ?? 0
  }
}

/// The bar of all threads: it only falls. (`Atomic<UInt64>.min` of Swift 6.3.1 compares as if the
/// numbers were signed.)
private final class SortBarMemory: Sendable {
  private let least = Lock<UInt64>(.max)

  var word: UInt64 { least.withLock { $0 } }

  func lower(to word: UInt64) { least.withLock { $0 = min($0, word) } }
}

private final class Counter: Sendable {
  private let value = Atomic<Int>(0)

  func next() -> Int { value.wrappingAdd(1, ordering: .relaxed).oldValue }
}
