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

  package init(
    directBytes: Int = 768 << 10, bitsetBytes: Int = 32 << 20, pendingRows: Int = 1 << 22
  ) {
    self.directBytes = directBytes
    self.bitsetBytes = bitsetBytes
    self.pendingRows = pendingRows
  }
}

/// Which forms counted the distinct values.
package struct DistinctStatistics: Sendable, Hashable {
  /// Batches that went straight into a bitset of all groups.
  package var bitsetBatches = 0
  /// Batches that waited to be sorted by group.
  package var pendingBatches = 0
  /// How often waiting batches were sorted, and a group at a time went through one bitset.
  package var groupPasses = 0
  /// Batches whose values had to be numbered by hashing.
  package var hashedBatches = 0

  package init(
    bitsetBatches: Int = 0, pendingBatches: Int = 0, groupPasses: Int = 0, hashedBatches: Int = 0
  ) {
    self.bitsetBatches = bitsetBatches
    self.pendingBatches = pendingBatches
    self.groupPasses = groupPasses
    self.hashedBatches = hashedBatches
  }

  mutating func add(_ other: DistinctStatistics) {
    bitsetBatches += other.bitsetBatches
    pendingBatches += other.pendingBatches
    groupPasses += other.groupPasses
    hashedBatches += other.hashedBatches
  }
}

/// count(DISTINCT x), exactly: values become codes, and each group has a set of codes.
struct DistinctState: AggregateState {
  private let options: DistinctOptions
  private var values: ValueCodes
  private var sets: CodeSets

  var statistics: DistinctStatistics {
    var statistics = sets.statistics
    statistics.hashedBatches += values.hashedBatches
    return statistics
  }

  init(_ type: DataType, _ options: DistinctOptions) {
    self.options = options
    values = ValueCodes(type)
    sets = CodeSets(options)
  }

  mutating func update(_ groups: RowGroups, _ groupCount: Int, _ arguments: [Column]) {
    let column = arguments[0]
    guard let validity = column.validity else {
      add(groups, column, groupCount)
      return
    }
    let rows = rowsSet(in: validity)
    switch groups {
    case .one(let group, _):
      add(.one(group, rows: rows.count), gather(column, rows), groupCount)
    case .each(let ids):
      add(.each(rows.map { ids[Int($0)] }), gather(column, rows), groupCount)
    }
  }

  private mutating func add(_ groups: RowGroups, _ column: Column, _ groupCount: Int) {
    let codes = renumbering(groupCount) { $0.codes(of: column) }
    sets.add(groups, codes, groupCount: groupCount, bound: values.bound)
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

  mutating func merge(_ other: any AggregateState, _ groups: [UInt32], _ groupCount: Int) {
    let other = same(other)
    if other.values.bound == 0 { return }
    let codes = other.values.column()
    let map = renumbering(groupCount) { $0.codes(of: codes) }
    sets.merge(
      other.sets, groups: groups, codes: map, groupCount: groupCount, bound: values.bound)
  }

  mutating func finish(_ rowCounts: [Int64]) -> Column {
    Column(.bigint, .integers(sets.sizes(groupCount: rowCounts.count)))
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
