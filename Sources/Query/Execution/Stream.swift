import Columns

/// The rows of an operator in pieces that can be read independently and by any thread. Read in
/// order they are the operator's rows; how they are cut depends on the input alone.
struct Stream: Sendable {
  /// How many pieces there are.
  let count: Int
  /// Runs of pieces whose rows are of one partition; together all pieces.
  let partitions: [Range<Int>]
  let read: @Sendable (Int) throws(QueryError) -> Frame

  init(
    count: Int, partitions: [Range<Int>]? = nil,
    read: @escaping @Sendable (Int) throws(QueryError) -> Frame
  ) {
    self.count = count
    self.partitions = partitions ?? (count == 0 ? [] : [0..<count])
    self.read = read
  }

  init(_ frames: [Frame]) {
    self.init(count: frames.count) { (piece) throws(QueryError) in frames[piece] }
  }

  /// The same pieces with something done to each.
  func map(_ body: @escaping @Sendable (Frame) throws(QueryError) -> Frame) -> Stream {
    let read = self.read
    return Stream(count: count, partitions: partitions) { (piece) throws(QueryError) in
      try body(try read(piece))
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
