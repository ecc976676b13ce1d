import Bytes
import Columns

/// Sizes that decide how exact distinct counts are kept.
package struct DistinctOptions: Sendable {
  /// Up to this size, one bitset of all groups and values takes the rows as they come.
  ///
  /// PERF: while it fits the second level cache (1 MiB here) that is the fastest form: 0.7 MiB took
  /// 1.8 ns a row where sorting by group took 2.6; but 14 MiB took 10 ns where that took 2.4.
  package var directBytes: Int
  /// The most bytes of such a bitset where it only takes what has been sorted by group.
  package var bitsetBytes: Int
  /// How many rows wait to be sorted by group.
  package var pendingRows: Int
  /// About how much memory the values of one aggregate may take before they go to disk.
  package var memoryBytes: Int
  /// How many threads count in the end.
  package var threads = 1
  /// Where the files without a name are made that take what does not fit.
  package var spillFolder: String

  package init(
    directBytes: Int = 768 << 10, bitsetBytes: Int = 32 << 20, pendingRows: Int = 1 << 22,
    memoryBytes: Int = 512 << 20, spillFolder: String = "/tmp"
  ) {
    self.directBytes = min(directBytes, memoryBytes / 2)
    self.bitsetBytes = min(bitsetBytes, memoryBytes / 2)
    self.pendingRows = max(1, min(pendingRows, memoryBytes / 32))
    self.memoryBytes = memoryBytes
    self.spillFolder = spillFolder
  }
}

/// Which forms counted the distinct values.
package struct DistinctStatistics: Sendable, Hashable {
  /// Batches that went straight into a bitset of all groups.
  package var bitsetBatches = 0
  /// Batches that waited to be sorted by group.
  package var pendingBatches = 0
  /// Batches that were set aside as pairs, in parts by their groups.
  package var pairBatches = 0
  /// How often waiting batches were sorted, and a group at a time went through one bitset.
  package var groupPasses = 0
  /// Batches whose values had to be numbered by hashing.
  package var hashedBatches = 0
  /// How many rows went to disk, those of spills within spills again.
  package var spilledRows = 0

  package init(
    bitsetBatches: Int = 0, pendingBatches: Int = 0, pairBatches: Int = 0, groupPasses: Int = 0,
    hashedBatches: Int = 0, spilledRows: Int = 0
  ) {
    self.pairBatches = pairBatches
    self.spilledRows = spilledRows
    self.bitsetBatches = bitsetBatches
    self.pendingBatches = pendingBatches
    self.groupPasses = groupPasses
    self.hashedBatches = hashedBatches
  }

  mutating func add(_ other: DistinctStatistics) {
    bitsetBatches += other.bitsetBatches
    pendingBatches += other.pendingBatches
    pairBatches += other.pairBatches
    groupPasses += other.groupPasses
    hashedBatches += other.hashedBatches
    spilledRows += other.spilledRows
  }
}

/// count(DISTINCT x), exactly: values become codes, and each group has a set of codes.
///
/// When values and sets outgrow their memory, all of them and all rows to come are set aside on
/// disk, in parts by the hash of the value. A part has all rows of its values, whoever set them
/// aside, so at the end the parts are counted one by one, each like a whole input, and the counts
/// added.
struct DistinctState: AggregateState {
  private let type: DataType
  private let options: DistinctOptions
  private let level: Int
  private var values: ValueCodes
  private var sets: CodeSets
  /// What is set aside here, and behind it what was merged.
  private var spills: [Spilled] = []
  private var pastStatistics = DistinctStatistics()

  /// How deep spills are spilled again: by then each part has a 16-millionth of the pairs.
  private static let deepest = 4
  private static let rowsSetAside = 1 << 16

  private struct Spilled: Sendable {
    var rows: RowSpill
    /// The group here of each group in it; nil where they are the same.
    var groups: [UInt32]?
  }

  var statistics: DistinctStatistics {
    var statistics = pastStatistics
    statistics.add(sets.statistics)
    statistics.hashedBatches += values.hashedBatches
    statistics.spilledRows += spills.reduce(0) { $0 + $1.rows.rowCount }
    return statistics
  }

  init(_ type: DataType, _ options: DistinctOptions, level: Int = 0) {
    self.type = type
    self.options = options
    self.level = level
    values = ValueCodes(type)
    sets = CodeSets(options)
  }

  mutating func update(_ groups: RowGroups, _ groupCount: Int, _ arguments: [Column])
    throws(KernelsError)
  {
    try update(groups, groupCount, arguments, groups.counts(groupCount: groupCount))
  }

  mutating func update(
    _ groups: RowGroups, _ groupCount: Int, _ arguments: [Column], _ counts: [UInt32]
  ) throws(KernelsError) {
    let column = arguments[0]
    guard let validity = column.validity else {
      try add(groups, column, groupCount, counts)
      return
    }
    let rows = rowsSet(in: validity)
    switch groups {
    case .one(let group, _):
      try add(.one(group, rows: rows.count), gather(column, rows), groupCount)
    case .each(let ids):
      try add(.each(rows.map { ids[Int($0)] }), gather(column, rows), groupCount)
    }
  }

  /// Adds rows without nulls.
  private mutating func add(
    _ groups: RowGroups, _ column: Column, _ groupCount: Int, _ counts: [UInt32]? = nil
  ) throws(KernelsError) {
    if !spills.isEmpty {
      try setAside(groups, column)
      return
    }
    values.limits = limits(groupCount)
    guard let found = values.codes(of: column, in: sets) else {
      try startSpill()
      return try setAside(groups, column)
    }
    renumber(found.before, groupCount)
    sets.add(groups, found.codes, groupCount: groupCount, bound: values.bound, counts: counts)
    if values.bytes + sets.bytes > options.memoryBytes && level < Self.deepest { try startSpill() }
  }

  private func limits(_ groupCount: Int) -> ValueCodes.Limits {
    ValueCodes.Limits(
      reach: UInt64(options.bitsetBytes * 8 / max(1, groupCount)),
      memory: level < Self.deepest ? options.memoryBytes : .max)
  }

  /// Follows where the codes given before have changed.
  private mutating func renumber(_ map: CodeMap, _ groupCount: Int) {
    if map.isSame { return }
    let same = (0..<UInt32(groupCount)).map { $0 }
    var renumbered = CodeSets(options)
    renumbered.merge(sets, groups: same, codes: map, groupCount: groupCount, bound: values.bound)
    sets = renumbered
  }

  private mutating func startSpill() throws(KernelsError) {
    let rows = try RowSpill(folder: options.spillFolder, pendingBytes: options.memoryBytes / 8)
    spills = [Spilled(rows: rows)]
    pastStatistics.add(sets.statistics)
    pastStatistics.hashedBatches += values.hashedBatches
    let (values, sets) = (values, sets)
    self.values = ValueCodes(type)
    self.sets = CodeSets(options)
    // A few rows at a time: all of them once more would take as much memory as they do already.
    try sets.forEachPart { (groups, codes) throws(KernelsError) in
      for first in stride(from: 0, to: codes.count, by: Self.rowsSetAside) {
        let rows = first..<min(first + Self.rowsSetAside, codes.count)
        try setAside(groups.slice(rows), values.column(of: Array(codes[rows])))
      }
    }
  }

  private mutating func setAside(_ groups: RowGroups, _ column: Column) throws(KernelsError) {
    let owner = Column(.bigint, .integers(groups.ids.map { Int64($0) }))
    let hashes = hashes(of: [column], rowCount: column.count)
    let parts = parts(ofHashes: hashes, partCount: spills[0].rows.partCount, level: level)
    try spills[0].rows.add([owner, column], parts: parts)
  }

  mutating func merge(_ other: any AggregateState, _ groups: [UInt32], _ groupCount: Int)
    throws(KernelsError)
  {
    var other = same(other)
    pastStatistics.add(other.pastStatistics)
    if spills.isEmpty && other.spills.isEmpty {
      values.limits = limits(groupCount)
      if let maps = values.merge(other.values, other.sets, in: sets) {
        renumber(maps.here, groupCount)
        sets.merge(
          other.sets, groups: groups, codes: maps.there, groupCount: groupCount,
          bound: values.bound)
        if values.bytes + sets.bytes > options.memoryBytes && level < Self.deepest {
          try startSpill()
        }
        return
      }
    }
    if spills.isEmpty { try startSpill() }
    if other.spills.isEmpty { try other.startSpill() }
    for theirs in other.spills {
      let own = theirs.groups.map { $0.map { groups[Int($0)] } } ?? groups
      spills.append(Spilled(rows: theirs.rows, groups: own))
    }
  }

  mutating func finish(_ rowCounts: [Int64]) throws(KernelsError) -> Column {
    if spills.isEmpty {
      let sizes = sets.sizes(groupCount: rowCounts.count, rowCounts: rowCounts)
      return Column(.bigint, .integers(sizes))
    }
    for place in spills.indices { try spills[place].rows.flush() }
    let threads = max(1, options.threads)
    let whole = self
    let counted = try Parallel.map(count: threads, threads: threads) {
      (thread) throws(KernelsError) in
      try whole.count(every: threads, from: thread, rowCounts)
    }
    var counts = [Int64](repeating: 0, count: rowCounts.count)
    for (own, statistics) in counted {
      for group in counts.indices { counts[group] += own[group] }
      pastStatistics.add(statistics)
    }
    return Column(.bigint, .integers(counts))
  }

  /// The sizes of the sets by some of the parts, from `first` on in steps.
  private func count(
    every step: Int, from first: Int, _ rowCounts: [Int64]
  ) throws(KernelsError) -> (counts: [Int64], DistinctStatistics) {
    var counts = [Int64](repeating: 0, count: rowCounts.count)
    var statistics = DistinctStatistics()
    var options = options
    options.threads = 1
    for part in stride(from: first, to: spills[0].rows.partCount, by: step) {
      var own = DistinctState(type, options, level: level + 1)
      for spill in spills {
        for piece in 0..<spill.rows.pieceCount(ofPart: part) {
          let batch = try spill.rows.rows(ofPart: part, piece: piece)
          var owners = Self.owners(batch)
          if let groups = spill.groups { owners = owners.map { groups[Int($0)] } }
          try own.add(.each(owners), batch[1], rowCounts.count)
        }
      }
      guard case .integers(let sizes) = try own.finish(rowCounts).values else { continue }
      for group in sizes.indices { counts[group] += sizes[group] }
      statistics.add(own.statistics)
    }
    return (counts, statistics)
  }

  private static func owners(_ batch: [Column]) -> [UInt32] {
    guard case .integers(let owners) = batch[0].values else {
      preconditionFailure("the group is the first column of a spill")
    }
    return owners.map { UInt32(truncatingIfNeeded: $0) }
  }
}

/// The places of the ones.
func rowsSet(in bits: Bitmap) -> [UInt32] {
  var rows: [UInt32] = []
  rows.reserveCapacity(bits.setCount)
  for word in bits.words.indices {
    var rest = bits.words[word]
    while rest != 0 {
      rows.append(UInt32(word &* 64 &+ rest.trailingZeroBitCount))
      rest &= rest &- 1
    }
  }
  return rows
}
