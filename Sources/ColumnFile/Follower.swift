import Bytes
import Columns

/// A column that is being written as what follows from another, and its blocks that wait for the
/// window to be full.
struct Follower: Sendable {
  let column: Int
  let source: Int
  private var map: FollowMap?
  private var rows = 0

  init(column: Int, source: Int) {
    self.column = column
    self.source = source
  }

  var memory: Int { map?.memory ?? 0 }

  /// The key of each value that is not null; -1 where the source is null. Nil where the source has
  /// no codes or numbers in this block.
  static func keys(of source: PendingColumn, for block: PendingColumn) -> [Int64]? {
    guard source.form == .codes || source.form == .numbers else { return nil }
    if source.nulls.isEmpty && block.nulls.isEmpty { return source.integers }
    var keys: [Int64] = []
    keys.reserveCapacity(block.integers.count)
    var nextSource = 0
    var nullsOfSource = source.nulls[...]
    var nullsOfBlock = block.nulls[...]
    for row in 0..<UInt32(block.rowCount) {
      var key: Int64 = -1
      if nullsOfSource.first == row {
        nullsOfSource.removeFirst()
      } else {
        key = source.integers[nextSource]
        nextSource += 1
      }
      if nullsOfBlock.first == row {
        nullsOfBlock.removeFirst()
      } else {
        keys.append(key)
      }
    }
    return keys
  }

  /// Of the keys that `keys` gives.
  private static func extremes(
    of keys: [Int64], _ source: PendingColumn, for block: PendingColumn
  ) -> Extremes? {
    if source.nulls.isEmpty && block.nulls.isEmpty { return source.extremes }
    return keys.first.map { Extremes(keys.span, before: $0) }
  }

  /// Learns from the blocks of a window and returns the exceptions of each; nil where so few of
  /// its rows follow that it is better written as it is.
  mutating func exceptions(
    of blocks: [PendingColumn], from sources: [PendingColumn]
  ) -> [FollowExceptions?] {
    rows += blocks.reduce(0) { $0 + $1.rowCount }
    let keys = zip(blocks, sources).map { block, source in
      block.form == nil || block.form == .codes ? Self.keys(of: source, for: block) : nil
    }
    let limit = FollowMap.keyLimit(rows: rows)
    let isKnown = map != nil
    var learned = map ?? learn(blocks, keys, from: sources, limit)
    map = nil
    let exceptions = zip(blocks, keys).map { block, keys in
      keys.map { learned.exceptions($0, block.integers) }
    }
    if isKnown {
      // What follows the map teaches nothing new.
      var lessons: [Int64] = []
      for (some, keys) in zip(exceptions, keys) {
        guard let some, let keys else { continue }
        let others = some.places.map { keys[Int($0)] }
        learned.learn(others, some.values, keyLimit: limit)
        lessons.append(contentsOf: others)
      }
      learned.freeze(lessons)
    }
    map = learned
    return zip(blocks, exceptions).map { block, some in
      some.flatMap { $0.places.count > block.integers.count * 2 / 3 ? nil : $0 }
    }
  }

  /// A map of the blocks of the first window.
  private func learn(
    _ blocks: [PendingColumn], _ keys: [[Int64]?], from sources: [PendingColumn], _ limit: Int
  ) -> FollowMap {
    let extremes = blocks.indices.map { block in
      keys[block].flatMap { Self.extremes(of: $0, sources[block], for: blocks[block]) }
    }
    var map = FollowMap(firstKey: extremes.compactMap { $0?.least }.min() ?? 0)
    for (block, keys) in zip(blocks.indices, keys) {
      guard let keys, let own = extremes[block], let values = blocks[block].extremes
      else { continue }
      map.learn(
        keys, blocks[block].integers, keyLimit: limit, extremes: (keys: own, values: values))
    }
    map.freeze()
    return map
  }

  /// Writes the map, if any block needs it.
  func finish(_ encoder: inout ColumnEncoder, into file: inout [UInt8], start: Int) {
    guard let map, encoder.blocks.contains(where: { $0.page.encoding == .follows }) else { return }
    let (places, values) = map.frozenValues()
    var writer = ByteWriter()
    IntegerEncoder.encodePart(places, into: &writer, depth: 2)
    IntegerEncoder.encodePart(values, into: &writer, depth: 2)
    let page = StoredPage(writer.bytes, .follows, level: encoder.options.level)
    encoder.follow = FollowEntry(
      source: source, firstKey: map.firstKey, keyCount: Int((places.last ?? -1) + 1),
      valueCount: values.count, page: page.append(to: &file, start: start))
  }
}

// MARK: - Finding pairs

extension Follower {
  /// The columns that follow from another, by the rows of the first block: those where a row with a
  /// key seen before mostly has the value of the last such row.
  static func find(_ blocks: [PendingColumn], _ fields: [Field]) -> [Follower] {
    let sourceLimit = 8
    let targetLimit = 64
    let sources = blocks.indices.filter {
      fields[$0].type == .text && (blocks[$0].form == .codes || blocks[$0].form == .numbers)
    }.prefix(sourceLimit)
    let targets = blocks.indices.filter {
      fields[$0].type != .double && (fields[$0].type != .text || blocks[$0].form == .codes)
        && !blocks[$0].integers.isEmpty
    }.prefix(targetLimit)
    var best: [Int: (source: Int, agreeing: Int)] = [:]
    for source in sources {
      // Nulls apart, all targets have the same keys.
      let shared = blocks[source].nulls.isEmpty ? Repeats(blocks[source].integers) : nil
      for target in targets where target != source {
        guard
          let repeats = shared.flatMap({ blocks[target].nulls.isEmpty ? $0 : nil })
            ?? keys(of: blocks[source], for: blocks[target]).flatMap({ Repeats($0) })
        else { continue }
        let agreeing = agreement(repeats, blocks[target].integers)
        if agreeing > max(blocks[target].integers.count / 4, best[target]?.agreeing ?? 0) {
          best[target] = (source, agreeing)
        }
      }
    }
    // A column that follows is no source itself, so that reading one needs one other at most.
    var followers: [Follower] = []
    let ranked = best.sorted { ($1.value.agreeing, $0.key) < ($0.value.agreeing, $1.key) }
    for (target, choice) in ranked {
      let isFree =
        !followers.contains { $0.column == choice.source || $0.source == target }
      if isFree { followers.append(Follower(column: target, source: choice.source)) }
    }
    return followers
  }

  /// The rows whose key was seen before with the same value; none where the column has hardly any
  /// different values, which other forms store well.
  private static func agreement(_ repeats: Repeats, _ values: [Int64]) -> Int {
    guard repeats.count > values.count / 4, let first = values.first else { return 0 }
    let extremes = Extremes(values.span, before: first)
    if extremes.range < 8 { return 0 }
    var agreeing = 0
    for row in values.indices {
      let last = Int(repeats.last[row])
      agreeing &+= (values[max(last, 0)] == values[row] ? 1 : 0) & (last >= 0 ? 1 : 0)
    }
    // Where neighbours agree as often, run lengths do better.
    let chance = values.count - 1 - extremes.changes
    return agreeing > chance * 2 ? agreeing : 0
  }
}

/// Where the keys of some rows stood last.
private struct Repeats {
  /// For each row the last one before it with the same key; -1 where there is none.
  let last: [Int32]
  /// How many rows have one.
  let count: Int

  /// nil where the keys are too far apart.
  init?(_ keys: [Int64]) {
    guard let first = keys.first, keys.count < Int32.max else { return nil }
    let extremes = Extremes(keys.span, before: first)
    guard extremes.range < 1 << 22 else { return nil }
    var places = [Int32](repeating: -1, count: Int(extremes.range) + 1)
    var last = [Int32](repeating: -1, count: keys.count)
    var count = 0
    for row in keys.indices {
      let place = Int(truncatingIfNeeded: keys[row] &- extremes.least)
      last[row] = places[place]
      count &+= places[place] >= 0 ? 1 : 0
      places[place] = Int32(truncatingIfNeeded: row)
    }
    self.last = last
    self.count = count
  }
}
