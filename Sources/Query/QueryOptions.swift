import Bytes
package import Kernels

/// What a query may use.
package struct QueryOptions: Sendable {
  package var threads: Int
  /// About how many bytes it may hold at a time.
  package var memory: Int
  /// Where the files without a name are made that take what does not fit memory.
  package var temporaryFolder: String
  /// Which index groups are found by.
  package var groups: GroupOptions
  /// How distinct values are kept.
  package var distinct: DistinctOptions

  package init(
    threads: Int = Parallel.processors, memory: Int = 1 << 30,
    temporaryFolder: String = Self.usualTemporaryFolder,
    groups: GroupOptions = GroupOptions(), distinct: DistinctOptions? = nil
  ) {
    self.threads = max(1, threads)
    self.memory = memory
    self.temporaryFolder = temporaryFolder
    self.groups = groups
    self.distinct =
      distinct
      ?? DistinctOptions(
        memoryBytes: max(1 << 12, memory / (2 * max(1, threads))), spillFolder: temporaryFolder)
    self.distinct.threads = self.threads
  }

  /// `TMPDIR`, or `/var/tmp`, which unlike `/tmp` is never kept in memory.
  package static var usualTemporaryFolder: String {
    Environment.value(of: "TMPDIR") ?? "/var/tmp"
  }
}
