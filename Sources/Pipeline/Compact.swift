package import Bytes
import ColumnFile
import Columns
import Lake
package import Objects

/// What a compaction did.
package struct CompactReport: Sendable {
  package var segmentsBefore = 0
  package var segmentsAfter = 0
  package var bytesBefore = 0
  package var bytesAfter = 0
  /// Objects that no version needed for long enough, and that are deleted.
  package var deleted: [String] = []
  package var versionAfter = 0

  package var json: JSON {
    .members([
      "groove": .text("compact"), "segmentsBefore": .count(segmentsBefore),
      "segmentsAfter": .count(segmentsAfter), "bytesBefore": .count(bytesBefore),
      "bytesAfter": .count(bytesAfter), "deleted": .list(deleted.map { .text($0) }),
      "versionAfter": .count(versionAfter),
    ])
  }
}

extension Pipeline {
  /// Merges the segments of each partition that has several into one, and deletes what no version
  /// has needed for `ageSeconds`: a reader of an old version, or a writer that has not committed
  /// yet, still finds its files until then.
  package static func compact(
    _ store: any ObjectStore, _ options: RunOptions = RunOptions(), ageSeconds: Int = 7 * 86_400
  ) throws(PipelineError) -> CompactReport {
    let lake = Lake(store)
    var report = CompactReport()
    do {
      var snapshot = try lake.snapshot()
      guard let pack = try PackChoice.kept(by: snapshot) else { return report }
      report.segmentsBefore = snapshot.segments.count
      report.bytesBefore = snapshot.segments.reduce(0) { $0 + $1.bytes }
      let plans = try TablePlan.plans(of: pack)
      let reader = LakeReader(lake, snapshot)
      var jobs: [(plan: TablePlan, segments: [SegmentEntry])] = []
      for plan in plans {
        let slots = Dictionary(grouping: snapshot.segments(of: plan.name), by: \.partition)
        for (_, segments) in slots.sorted(by: { ($0.key ?? .min) < ($1.key ?? .min) })
        where segments.count > fewest(segments) { jobs.append((plan, segments)) }
      }
      let work = jobs
      let merged = try Parallel.map(count: work.count, threads: options.threads) { index in
        try merge(work[index].segments, work[index].plan, reader)
      }
      var commit = Commit(kind: "compact", time: options.time)
      commit.addedSegments = merged.flatMap { $0 }
      commit.removedSegments = work.flatMap { $0.segments.map(\.object) }
      var isDone = commit.isEmpty
      while !isDone {
        switch try lake.commit(commit, on: snapshot) {
        case .committed(let next):
          snapshot = next
          isDone = true
        case .lost(let newest):
          // What another writer has replaced meanwhile is not to be put back.
          let live = Set(newest.segments.map(\.object))
          let kept = work.indices.filter { index in
            work[index].segments.allSatisfy { live.contains($0.object) }
          }
          commit.addedSegments = kept.flatMap { merged[$0] }
          commit.removedSegments = kept.flatMap { work[$0].segments.map(\.object) }
          snapshot = newest
          isDone = commit.isEmpty
        }
      }
      report.segmentsAfter = snapshot.segments.count
      report.bytesAfter = snapshot.segments.reduce(0) { $0 + $1.bytes }
      report.versionAfter = snapshot.version
      report.deleted = try Garbage.collect(
        lake, before: options.time - Int64(max(ageSeconds, leastAgeSeconds)) * 1_000_000)
      return report
    } catch { throw PipelineError(Explanation(describing: error)) }
  }

  /// What is younger is kept in any case: a run that has not committed yet may have written it.
  private static let leastAgeSeconds = 3600

  /// How many segments the rows take at least.
  private static func fewest(_ segments: [SegmentEntry]) -> Int {
    let rows = segments.reduce(0) { $0 + $1.rows }
    return (rows + SegmentWriter.segmentRows - 1) / SegmentWriter.segmentRows
  }

  private static func merge(
    _ segments: [SegmentEntry], _ plan: TablePlan, _ reader: LakeReader
  ) throws -> [SegmentEntry] {
    var writer = SegmentWriter(
      plan, partition: segments[0].partition, besides: TakenNames(segments.map(\.object)),
      to: reader.lake.store, reader.snapshot, StageTimes())
    for segment in segments {
      let file = try reader.open(segment)
      for block in 0..<file.blockCount {
        try writer.append(
          try file.read(columns: Array(file.schema.fields.indices), block: block))
      }
    }
    return try writer.finish()
  }
}
