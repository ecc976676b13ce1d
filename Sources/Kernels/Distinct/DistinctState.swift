import Columns

/// How much memory exact distinct counts may take, and which forms they may use.
package struct DistinctOptions: Sendable {
  /// The most bytes of a bitset over all groups and values.
  package var bitsetBytes: Int

  package init(bitsetBytes: Int = 32 << 20) { self.bitsetBytes = bitsetBytes }
}

/// Which forms counted the distinct values.
package struct DistinctStatistics: Sendable, Hashable {
  package var bitsets = 0
  package var hashTables = 0

  mutating func add(_ other: DistinctStatistics) {
    bitsets += other.bitsets
    hashTables += other.hashTables
  }
}

/// count(DISTINCT x), exactly.
struct DistinctState: AggregateState {
  let type: DataType
  let options: DistinctOptions
  private var pairs: GroupTable
  private var counts: [Int64] = []
  var statistics: DistinctStatistics { DistinctStatistics(bitsets: 0, hashTables: 1) }

  init(_ type: DataType, _ options: DistinctOptions) {
    self.type = type
    self.options = options
    pairs = GroupTable([.bigint, type])
  }

  mutating func update(_ groups: RowGroups, _ groupCount: Int, _ arguments: [Column]) {
    var column = arguments[0]
    var ids = groups.ids
    if let validity = column.validity {
      let rows = ids.indices.filter { validity[$0] }.map { UInt32($0) }
      column = gather(column, rows)
      ids = rows.map { ids[Int($0)] }
    }
    add(ids, column, groupCount)
  }

  private mutating func add(_ ids: [UInt32], _ column: Column, _ groupCount: Int) {
    grow(&counts, to: groupCount)
    let known = pairs.groupCount
    let group = Column(.bigint, .integers(ids.map { Int64($0) }))
    _ = pairs.add([group, column], rowCount: ids.count)
    let keys = pairs.keyColumns()
    guard case .integers(let owners) = keys[0].values else { return }
    for pair in known..<pairs.groupCount { counts[Int(owners[pair])] += 1 }
  }

  mutating func merge(_ other: any AggregateState, _ groups: [UInt32], _ groupCount: Int) {
    let keys = same(other).pairs.keyColumns()
    guard case .integers(let owners) = keys[0].values else { return }
    add(owners.map { groups[Int($0)] }, keys[1], groupCount)
  }

  mutating func finish(_ rowCounts: [Int64]) -> Column {
    grow(&counts, to: rowCounts.count)
    return Column(.bigint, .integers(counts))
  }
}
