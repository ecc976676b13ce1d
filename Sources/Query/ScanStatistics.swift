import Bytes

/// What was read to answer a query, and how.
package struct ScanStatistics: Sendable, Hashable {
  package var partitions = 0
  package var partitionsRead = 0
  package var blocks = 0
  package var blocksRead = 0
  package var rowsRead = 0
  /// Columns of blocks that were read: fewer than there are in the blocks where rows were left out
  /// before all of their columns were needed, and where zones gave the answer.
  package var pagesRead = 0
  /// Pieces that could not hold one of the first rows of an order.
  package var piecesPassed = 0
  /// Blocks of which an aggregate took what the zone of a column says.
  package var zonesTaken = 0
  /// Keys of groups that follow from another key and were not looked at to tell groups apart.
  package var followingKeys = 0
  /// Of the columns that were asked for, as they are stored, without dictionaries.
  package var bytesRead = 0
  package var bytesSkipped = 0
  /// Batches that went through arrays of group numbers, hashed words and hashed rows.
  package var denseGroupBatches = 0
  package var packedGroupBatches = 0
  package var wideGroupBatches = 0
  /// Batches of distinct values that went straight into bits, that waited to be sorted by group,
  /// and whose values were numbered by hashing.
  package var distinctBitsetBatches = 0
  package var distinctPendingBatches = 0
  package var distinctHashedBatches = 0
  /// Batches of values that were set aside in parts by their groups.
  package var distinctPairBatches = 0
  /// Aggregations that were finished a partition at a time, without merging.
  package var partitionedAggregations = 0
  /// Passes over rows that several aggregations took together.
  package var sharedPasses = 0
  /// Operators whose rows or groups did not fit memory, and what went to disk for them.
  package var spilledAggregations = 0
  package var spilledSorts = 0
  package var spilledWindows = 0
  package var spilledJoins = 0
  package var spilledBytes = 0
  /// Rows of count(DISTINCT …) that went to disk.
  package var spilledDistinctRows = 0

  package init() {}

  package mutating func add(_ other: ScanStatistics) {
    partitions += other.partitions
    partitionsRead += other.partitionsRead
    blocks += other.blocks
    blocksRead += other.blocksRead
    rowsRead += other.rowsRead
    pagesRead += other.pagesRead
    piecesPassed += other.piecesPassed
    zonesTaken += other.zonesTaken
    followingKeys += other.followingKeys
    bytesRead += other.bytesRead
    bytesSkipped += other.bytesSkipped
    denseGroupBatches += other.denseGroupBatches
    packedGroupBatches += other.packedGroupBatches
    wideGroupBatches += other.wideGroupBatches
    distinctBitsetBatches += other.distinctBitsetBatches
    distinctPendingBatches += other.distinctPendingBatches
    distinctHashedBatches += other.distinctHashedBatches
    distinctPairBatches += other.distinctPairBatches
    partitionedAggregations += other.partitionedAggregations
    sharedPasses += other.sharedPasses
    spilledAggregations += other.spilledAggregations
    spilledSorts += other.spilledSorts
    spilledWindows += other.spilledWindows
    spilledJoins += other.spilledJoins
    spilledBytes += other.spilledBytes
    spilledDistinctRows += other.spilledDistinctRows
  }
}

/// Gathers the statistics of all threads.
final class StatisticsCollector: Sendable {
  private let total = Lock(ScanStatistics())

  func add(_ change: (inout ScanStatistics) -> Void) { total.withLock { change(&$0) } }

  var statistics: ScanStatistics { total.withLock { $0 } }
}
