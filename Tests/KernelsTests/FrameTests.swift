import Columns
import Kernels
import TestSupport
import Testing

/// Frames against their definition, and aggregates of frames against those of groups.
@Suite struct `Frames of rows` {
  /// Rows of few partitions, and a key of which a few are NULL.
  private struct Input {
    let partition: Column
    let key: SortKey
    let order: WindowOrder
    let count: Int

    init(_ samples: inout Samples) {
      count = Int.random(in: 0...60, using: &samples.random)
      let direction = SortDirection(
        isDescending: Bool.random(using: &samples.random),
        nullsFirst: Bool.random(using: &samples.random))
      let parts = (0..<count).map { _ in Int64.random(in: 0...3, using: &samples.random) }
      partition = Column(.bigint, .integers(parts))
      let words = (0..<count).map { _ in Int64.random(in: 0...15, using: &samples.random) }
      let valid = (0..<count).map { _ in Int.random(in: 0...6, using: &samples.random) > 0 }
      key = SortKey(Column(.bigint, .integers(words), validity: Bitmap(valid)), direction)
      order = WindowOrder(partitionBy: [partition], orderBy: [key], rowCount: count)
    }

    /// The keys that are so far further on in the order.
    func keys(at distance: Int64) -> Column {
      let step = key.direction.isDescending ? -distance : distance
      guard case .integers(let words) = key.column.values else { return key.column }
      return Column(.bigint, .integers(words.map { $0 + step }), validity: key.column.validity)
    }

    /// The places of the rows of a row's partition.
    func peers(_ place: Int) -> [Int] {
      order.rows.indices.filter {
        partition.value(at: Int(order.rows[$0])) == partition.value(at: Int(order.rows[place]))
      }
    }

    /// How far the key at one place is further on than that at another; nil where one is NULL.
    func distance(_ place: Int, _ other: Int) -> Int64? {
      let (a, b) = (Int(order.rows[place]), Int(order.rows[other]))
      guard case .integers(let words) = key.column.values, !key.column.isNull(a),
        !key.column.isNull(b)
      else { return nil }
      return key.direction.isDescending ? words[a] - words[b] : words[b] - words[a]
    }

    func isNull(_ place: Int) -> Bool { key.column.isNull(Int(order.rows[place])) }
  }

  @Test func `count rows, and go no further than the partition`() {
    for seed in 0..<60 as Range<UInt64> {
      var samples = Samples(seed)
      let input = Input(&samples)
      for (start, end) in [(-2, 0), (0, 3), (-4, -2), (1, 2), (3, 1), (-.max, 1), (-1, .max)] {
        let frames = input.order.frames(from: .rows(start), to: .rows(end))
        for place in 0..<input.count {
          let expected = input.peers(place).filter {
            $0 - place >= start && $0 - place <= end
          }
          #expect(Array(frames[place]) == expected, "seed \(seed), \(start) to \(end)")
        }
      }
    }
  }

  @Test func `reach keys at a distance, and NULL only from NULL`() {
    for seed in 0..<60 as Range<UInt64> {
      var samples = Samples(seed)
      let input = Input(&samples)
      for (start, end) in [(-2, 0), (-3, 2), (0, 4), (1, 3), (-5, -2)] as [(Int64, Int64)] {
        let frames = input.order.frames(
          from: .keys(input.key, reaching: input.keys(at: start)),
          to: .keys(input.key, reaching: input.keys(at: end)))
        for place in 0..<input.count {
          let expected = input.peers(place).filter { other in
            if input.isNull(place) { return input.isNull(other) }
            return input.distance(place, other).map { $0 >= start && $0 <= end } ?? false
          }
          #expect(Array(frames[place]) == expected, "seed \(seed), \(start) to \(end)")
        }
      }
      let peers = input.order.frames(from: .peers, to: .peers)
      for place in 0..<input.count {
        let expected = input.peers(place).filter { other in
          input.isNull(place) ? input.isNull(other) : input.distance(place, other) == 0
        }
        #expect(Array(peers[place]) == expected, "seed \(seed)")
      }
    }
  }

  @Test func `have the aggregates that a group of their rows has, to the bit`() throws {
    let functions: [(AggregateFunction, [DataType])] = [
      (.countRows, []), (.count, [.text]), (.sum, [.bigint]), (.sum, [.double]),
      (.average, [.double]), (.average, [.bigint]), (.average, [.decimal(precision: 20, scale: 2)]),
      (.sum, [.decimal(precision: 20, scale: 2)]), (.sum, [.hugeint]), (.and, [.boolean]),
      (.or, [.boolean]),
    ]
    let extremes = Samples.types.flatMap { [(AggregateFunction.minimum, [$0]), (.maximum, [$0])] }
    for seed in 0..<12 as Range<UInt64> {
      var samples = Samples(seed)
      let input = Input(&samples)
      let edges: [FrameEdge] = [.partition, .rows(-3), .rows(1), .peers]
      for (function, types) in functions + extremes {
        let aggregate = Aggregate(function, types)
        let columns = types.map { samples.column($0, count: input.count, nulls: true) }
        for start in edges {
          for end in edges {
            let frames = input.order.frames(from: start, to: end)
            let found = try input.order.results(of: aggregate, columns.first, over: frames)
            for place in 0..<input.count {
              let expected = try Self.ofGroup(aggregate, columns, input.order.rows, frames[place])
              let cell = found.value(at: Int(input.order.rows[place]))
              let agree = Self.text(cell) == Self.text(expected)
              #expect(agree, "seed \(seed), \(aggregate) at \(place): \(cell), not \(expected)")
            }
          }
        }
      }
    }
  }

  /// NaN has a sign that depends on which infinity came first.
  private static func text(_ value: Value) -> String {
    if case .double(let number) = value, number.isNaN { "NaN" } else { groupText(value) }
  }

  private static func ofGroup(
    _ aggregate: Aggregate, _ columns: [Column], _ rows: [UInt32], _ frame: Range<Int>
  ) throws -> Value {
    let chosen = columns.map { gather($0, Array(rows[frame])) }
    var set = AggregateSet([aggregate])
    try set.update(.one(0, rows: frame.count), groupCount: 1, [chosen])
    return try set.finish(groupCount: 1)[0].value(at: 0)
  }

  @Test func `a sum that 128 bits do not hold is an error, one that comes back is none`() throws {
    let big = Int128.max
    let column = Column(.hugeint, .wide([big, big, 5]))
    let order = WindowOrder(partitionBy: [], orderBy: [], rowCount: 3)
    let sum = Aggregate(.sum, [.hugeint])
    let all = order.frames(from: .partition, to: .rows(0))
    #expect(throws: KernelsError.self) { try order.results(of: sum, column, over: all) }
    let last = order.frames(from: .rows(0), to: .rows(0))
    let found = try order.results(of: sum, column, over: last)
    #expect(found.value(at: 1) == .hugeint(big))
  }
}
