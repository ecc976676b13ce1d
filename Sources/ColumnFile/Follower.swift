import Bytes
import Columns

/// A column that is being written as what follows from another, and its blocks that wait for the
/// window to be full.
struct Follower: Sendable {
  let column: Int
  let source: Int
  private var map: FollowMap?
  private var waiting: [(block: PendingColumn, keys: [Int64]?)] = []
  private var rows = 0

  init(column: Int, source: Int) {
    self.column = column
    self.source = source
  }

  var waitingBlocks: Int { waiting.count }

  var memory: Int { waiting.reduce(0) { $0 + $1.block.memory + ($1.keys?.count ?? 0) * 8 } }

  mutating func add(_ block: PendingColumn, _ source: PendingColumn) {
    rows += block.rowCount
    let hasIntegers = block.form == nil || block.form == .codes
    let keys = hasIntegers ? Self.keys(of: source, for: block) : nil
    waiting.append((block, keys))
  }

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

  /// Learns from the blocks that wait and writes them.
  mutating func flush(_ encoder: inout ColumnEncoder, into file: inout [UInt8], start: Int) {
    var learned = map ?? FollowMap(firstKey: waiting.compactMap { $0.keys?.min() }.min() ?? 0)
    let limit = FollowMap.keyLimit(rows: rows)
    for (block, keys) in waiting {
      if let keys { learned.learn(keys, block.integers, keyLimit: limit) }
    }
    learned.freeze()
    for (block, keys) in waiting {
      var exceptions = keys.map { learned.exceptions($0, block.integers) }
      if let some = exceptions, some.places.count > block.integers.count * 2 / 3 {
        exceptions = nil
      }
      encoder.write(block, exceptions: exceptions, into: &file, start: start)
    }
    waiting = []
    map = learned
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
      for target in targets where target != source {
        guard let keys = keys(of: blocks[source], for: blocks[target]) else { continue }
        let agreeing = agreement(keys, blocks[target].integers)
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
  private static func agreement(_ keys: [Int64], _ values: [Int64]) -> Int {
    guard let least = keys.min(), let greatest = keys.max(), greatest - least < 1 << 22,
      let low = values.min(), let high = values.max(), high &- low >= 8 || high < low
    else { return 0 }
    var last = [Int64](repeating: .min, count: Int(greatest - least) + 1)
    var agreeing = 0
    var chance = 0
    for index in keys.indices {
      let place = Int(keys[index] - least)
      let value = values[index]
      if last[place] == value { agreeing += 1 }
      if index > 0 && values[index - 1] == value { chance += 1 }
      last[place] = value
    }
    // Where neighbours agree as often, run lengths do better.
    return agreeing > chance * 2 ? agreeing : 0
  }
}
