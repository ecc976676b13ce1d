import Bytes
import Columns
import Lake
package import Objects
import Packs

extension Pipeline {
  /// Makes the KPI tables again from the curated rows: all of them, or those of `options.dates`.
  package static func rebuild(
    _ store: any ObjectStore, _ options: RunOptions = RunOptions(),
    progress: Progress = Progress()
  ) throws(PipelineError) -> RunReport {
    let started = Clock.monotonicNanoseconds()
    let lake = Lake(store)
    do {
      var snapshot = try lake.snapshot()
      let choice = try PackChoice.choose(options.pack, snapshot, store)
      guard snapshot.version > 0 else {
        throw PipelineError(
          Explanation(
            "cannot rebuild", store.name, because: "it holds nothing yet",
            remedy: "Run the pipeline first: groove run."))
      }
      var report = RunReport()
      report.lake = store.name
      report.pack = choice.pack.name
      report.startTime = options.time
      report.versionBefore = snapshot.version
      // All slots are called stale first, so that a rebuild that is killed is gone on with.
      var isMarked = false
      while !isMarked {
        var commit = Commit(kind: "rebuild", time: options.time)
        commit.pack = choice.text
        commit.staleSlots = Set(snapshot.runs.map(\.slot))
          .union(choice.pack.allSlots(in: snapshot))
          .filter { slot in
            guard let dates = options.dates, let partition = slot.partition else { return true }
            return dates.contains(partition)
          }.sorted { ($0.table, $0.partition ?? .min) < ($1.table, $1.partition ?? .min) }
        switch try lake.commit(commit, on: snapshot) {
        case .committed(let next):
          snapshot = next
          isMarked = true
        case .lost(let newest): snapshot = newest
        }
      }
      var refresh = TableRefresh(lake, choice.pack, options, progress, snapshot)
      try refresh.run()
      report.tables = refresh.reports
      report.slotsLeft = refresh.snapshot.staleSlots.count
      report.versionAfter = refresh.snapshot.version
      report.seconds = Double(Clock.monotonicNanoseconds() - started) / 1e9
      return report
    } catch { throw PipelineError(Explanation(describing: error)) }
  }
}
