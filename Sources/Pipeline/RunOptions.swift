import Bytes
package import Packs

/// How a run is to be done. The defaults are right for data; tests force small sizes.
package struct RunOptions: Sendable {
  /// Which pack the lake is kept by; nil leaves it to the lake.
  package var pack: Pack?
  package var threads = Parallel.processors
  /// What the run may hold in memory: rows that wait to be written take at most half of it.
  package var memoryBytes: Int
  /// The part of a file's rows that may be rejected; with more the file is refused whole.
  package var maximumRejected = 0.10
  /// The days, since 1970, whose KPI tables are computed; the others wait for a later run.
  package var dates: ClosedRange<Int32>?
  /// Files that were last written less than this ago are left for a later run.
  package var settleSeconds = 0
  /// Whether somebody wants the run to end; then it ends before its next commit.
  package var isInterrupted: @Sendable () -> Bool = { false }
  /// Reads and judges everything and changes nothing.
  package var isDryRun = false
  /// Microseconds since 1970: names the archive's folder and the report.
  package var time: Int64
  /// The bytes of CSV that one thread parses at a time.
  package var chunkBytes = 2 << 20
  /// How many times a run starts over because another writer was faster.
  package var attempts = 20

  package init() {
    memoryBytes = Self.defaultMemory
    time = Clock.now()
  }

  /// 1 GiB, or a quarter of the machine if that is less.
  package static var defaultMemory: Int { min(1 << 30, Memory.machineSize / 4) }
}

extension RunOptions {
  /// Ends the work where somebody asked for it: nothing is committed then that was not before.
  func checkInterrupt() throws(PipelineError) {
    if !isInterrupted() { return }
    throw PipelineError(
      Explanation(
        "stopped before the end of", "the work", because: "it was interrupted",
        remedy: "What was committed stays; run the same command again to go on."))
  }
}
