import Bytes
package import Kernels

/// What a query may use.
package struct QueryOptions: Sendable {
  package var threads: Int
  /// About how many bytes it may hold at a time.
  package var memory: Int
  /// Which index groups are found by.
  package var groups: GroupOptions
  /// How distinct values are kept.
  package var distinct: DistinctOptions

  package init(
    threads: Int = Parallel.processors, memory: Int = 1 << 30,
    groups: GroupOptions = GroupOptions(), distinct: DistinctOptions = DistinctOptions()
  ) {
    self.threads = max(1, threads)
    self.memory = memory
    self.groups = groups
    self.distinct = distinct
    self.distinct.threads = self.threads
  }
}
