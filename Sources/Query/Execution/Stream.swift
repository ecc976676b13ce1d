import Columns

/// The rows of an operator in pieces that can be read independently and by any thread. Read in
/// order they are the operator's rows; how they are cut depends on the input alone.
struct Stream: Sendable {
  /// How many pieces there are.
  let count: Int
  /// Runs of pieces whose rows are of one partition; together all pieces.
  let partitions: [Range<Int>]
  /// What is known of a column in a piece that has not been read; nil where nothing is.
  let bounds: (@Sendable (_ piece: Int, _ column: Int) -> Bounds)?
  let read: @Sendable (Int) throws(QueryError) -> Frame

  init(
    count: Int, partitions: [Range<Int>]? = nil,
    bounds: (@Sendable (_ piece: Int, _ column: Int) -> Bounds)? = nil,
    read: @escaping @Sendable (Int) throws(QueryError) -> Frame
  ) {
    self.count = count
    self.partitions = partitions ?? (count == 0 ? [] : [0..<count])
    self.bounds = bounds
    self.read = read
  }

  init(_ frames: [Frame]) {
    self.init(count: frames.count) { (piece) throws(QueryError) in frames[piece] }
  }

  /// The same pieces, each with the columns of its partners in a join behind its own.
  func joined(
    width: Int, _ body: @escaping @Sendable (Frame) throws(QueryError) -> Frame
  ) -> Stream {
    let (read, bounds) = (self.read, self.bounds)
    let known = bounds.map { bounds -> @Sendable (Int, Int) -> Bounds in
      { piece, column in column < width ? bounds(piece, column) : .unknown }
    }
    return Stream(count: count, partitions: partitions, bounds: known) {
      (piece) throws(QueryError) in try body(try read(piece))
    }
  }

  /// The rows where a condition is true. Where the bounds of a piece say so of all of its rows, no
  /// column is read for it.
  func filtered(by condition: Bound) -> Stream {
    let (read, bounds) = (self.read, self.bounds)
    return Stream(count: count, partitions: partitions, bounds: bounds) {
      (piece) throws(QueryError) in
      let frame = try read(piece)
      if let bounds, Pruning(bounds: { bounds(piece, $0) }).surelyHolds(condition) { return frame }
      return frame.keeping(try condition.selected(frame))
    }
  }

  /// The values of expressions over each row.
  func projected(to expressions: [Bound]) -> Stream {
    let (read, bounds) = (self.read, self.bounds)
    let places = expressions.map { expression -> Int? in
      if case .column(let place, _) = expression { place } else { nil }
    }
    let moved = bounds.map { bounds -> @Sendable (Int, Int) -> Bounds in
      { piece, column in places[column].map { bounds(piece, $0) } ?? .unknown }
    }
    return Stream(count: count, partitions: partitions, bounds: moved) {
      (piece) throws(QueryError) in
      let frame = try read(piece)
      var slots: [Slot] = []
      for expression in expressions { slots.append(try expression.slot(frame)) }
      return Frame(slots: slots, rowCount: frame.rowCount)
    }
  }

  /// The pieces of several streams, one behind the other.
  static func joined(_ streams: [Stream]) -> Stream {
    var places: [(stream: Int, piece: Int)] = []
    for (number, stream) in streams.enumerated() {
      for piece in 0..<stream.count { places.append((number, piece)) }
    }
    let all = places
    return Stream(count: all.count) { (piece) throws(QueryError) in
      try streams[all[piece].stream].read(all[piece].piece)
    }
  }

  /// Contiguous runs of pieces, at most `count` of them, for as many threads.
  func parts(_ count: Int) -> [Range<Int>] {
    let wanted = max(1, min(count, self.count))
    return (0..<wanted).map { part in
      self.count * part / wanted..<self.count * (part + 1) / wanted
    }
  }
}
