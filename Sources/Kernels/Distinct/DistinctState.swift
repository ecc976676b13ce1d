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
/// disk, in parts by the hash of group and value. A part has all rows of its pairs, so at the end
/// the parts are counted one by one, each like a whole input, and the counts added.
struct DistinctState: AggregateState {
  private let type: DataType
  private let options: DistinctOptions
  private let level: Int
  private var values: ValueCodes
  private var sets: CodeSets
  private var spill: RowSpill?
  private var pastStatistics = DistinctStatistics()

  /// How deep spills are spilled again: by then each part has a 16-millionth of the pairs.
  private static let deepest = 4
  private static let rowsSetAside = 1 << 16

  var statistics: DistinctStatistics {
    var statistics = pastStatistics
    statistics.add(sets.statistics)
    statistics.hashedBatches += values.hashedBatches
    statistics.spilledRows += spill?.rowCount ?? 0
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
    if spill != nil {
      try setAside(groups, column)
      return
    }
    let codes = renumbering(groupCount) { $0.codes(of: column) }
    sets.add(groups, codes, groupCount: groupCount, bound: values.bound, counts: counts)
    if values.bytes + sets.bytes > options.memoryBytes && level < Self.deepest { try startSpill() }
  }

  /// The codes that `number` gives; where it changes the codes given before, the sets follow.
  private mutating func renumbering(
    _ groupCount: Int, _ number: (inout ValueCodes) -> ValueCodes.Codes
  ) -> [UInt32] {
    switch number(&values) {
    case .codes(let codes): return codes
    case .renumbered(let map, let codes):
      let same = (0..<UInt32(groupCount)).map { $0 }
      var renumbered = CodeSets(options)
      renumbered.merge(sets, groups: same, codes: map, groupCount: groupCount, bound: values.bound)
      sets = renumbered
      return codes
    }
  }

  private mutating func startSpill() throws(KernelsError) {
    spill = try RowSpill(folder: options.spillFolder, pendingBytes: options.memoryBytes / 8)
    pastStatistics.add(sets.statistics)
    pastStatistics.hashedBatches += values.hashedBatches
    let column = values.column()
    // A few rows at a time: all of them once more would take as much memory as they do already.
    for part in sets.parts() {
      for first in stride(from: 0, to: part.codes.count, by: Self.rowsSetAside) {
        let rows = first..<min(first + Self.rowsSetAside, part.codes.count)
        try setAside(part.groups.slice(rows), gather(column, Array(part.codes[rows])))
      }
    }
    values = ValueCodes(type)
    sets = CodeSets(options)
  }

  private mutating func setAside(_ groups: RowGroups, _ column: Column) throws(KernelsError) {
    let owner = Column(.bigint, .integers(groups.ids.map { Int64($0) }))
    let hashes = hashes(of: [owner, column], rowCount: column.count)
    let count = spill?.partCount ?? 1
    try spill?.add(
      [owner, column], parts: parts(ofHashes: hashes, partCount: count, level: level))
  }

  mutating func merge(_ other: any AggregateState, _ groups: [UInt32], _ groupCount: Int)
    throws(KernelsError)
  {
    var other = same(other)
    pastStatistics.add(other.pastStatistics)
    if spill != nil || other.spill != nil {
      if spill == nil { try startSpill() }
      if other.spill == nil { try other.startSpill() }
      try mergeSpills(other, groups)
      return
    }
    if other.values.bound == 0 { return }
    let codes = other.values.column()
    let map = renumbering(groupCount) { $0.codes(of: codes) }
    sets.merge(
      other.sets, groups: groups, codes: map, groupCount: groupCount, bound: values.bound)
    if values.bytes + sets.bytes > options.memoryBytes && level < Self.deepest { try startSpill() }
  }

  private mutating func mergeSpills(_ other: DistinctState, _ groups: [UInt32])
    throws(KernelsError)
  {
    guard var theirs = other.spill else { return }
    try theirs.flush()
    for part in 0..<theirs.partCount {
      for piece in 0..<theirs.pieceCount(ofPart: part) {
        let batch = try theirs.rows(ofPart: part, piece: piece)
        try setAside(.each(Self.owners(batch).map { groups[Int($0)] }), batch[1])
      }
    }
  }

  mutating func finish(_ rowCounts: [Int64]) throws(KernelsError) -> Column {
    guard var spill else {
      let sizes = sets.sizes(groupCount: rowCounts.count, rowCounts: rowCounts)
      return Column(.bigint, .integers(sizes))
    }
    var counts = [Int64](repeating: 0, count: rowCounts.count)
    try spill.flush()
    for part in 0..<spill.partCount {
      var own = DistinctState(type, options, level: level + 1)
      for piece in 0..<spill.pieceCount(ofPart: part) {
        let batch = try spill.rows(ofPart: part, piece: piece)
        try own.add(.each(Self.owners(batch)), batch[1], rowCounts.count)
      }
      guard case .integers(let sizes) = try own.finish(rowCounts).values else { continue }
      for group in sizes.indices { counts[group] += sizes[group] }
      pastStatistics.add(own.statistics)
    }
    self.spill = spill
    return Column(.bigint, .integers(counts))
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
