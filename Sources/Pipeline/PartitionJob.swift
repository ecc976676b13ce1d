import Bytes
import ColumnFile
import Columns
import Lake

/// The writing of one partition: what is there already, and what comes.
struct PartitionJob: Sendable {
  let plan: TablePlan
  let partition: Int32?
  /// In the order of rows, so that those of the open file are the last.
  let pieces: [Staging.Piece]
  let existing: [SegmentEntry]
  /// The file that is still being read and may yet be refused: its rows go into segments of their
  /// own.
  let openFile: Int?
  let threads: Int
  /// Whether several threads press the columns of a segment.
  let sharesColumns: Bool
  let times: StageTimes

  var rowCount: Int { pieces.reduce(0) { $0 + $1.batch.rowCount } }

  /// Rows of some files as segments, and what became of the others.
  struct Written: Sendable {
    var entries: [SegmentEntry] = []
    /// The one file it has rows of, when that may yet be refused.
    var owner: Int?
    var kept: [Int: Int] = [:]
    var duplicates: [Int: Int] = [:]
    var unmatched: [RunReport.UnmatchedReference: Int] = [:]
  }

  /// Writes the rows of all files but the open one, and then those of that.
  func write(
    _ reader: LakeReader, _ dictionaries: RunDictionaries, _ presentKeys: [String: PresentKeys]
  ) throws(PipelineError) -> [Written] {
    let translated = pieces.map { plan.translated($0.batch, dictionaries) }
    let chosen = try times.time(.compare) { () throws(PipelineError) in
      try firstRows(translated, reader)
    }
    let taken = TakenNames(existing.map(\.object))
    var written: [Written] = []
    for owner in openFile == nil ? [nil] : [nil, openFile] {
      var part = Written(owner: owner)
      var batches: [ColumnBatch] = []
      for (index, piece) in pieces.enumerated() where (piece.file == openFile) == (owner != nil) {
        let rows = chosen[index].map { translated[index].rows(where: $0) } ?? translated[index]
        part.kept[piece.file, default: 0] += rows.rowCount
        part.duplicates[piece.file, default: 0] += piece.batch.rowCount - rows.rowCount
        times.time(.compare) { countUnmatched(rows, presentKeys, &part.unmatched) }
        batches.append(rows)
      }
      if batches.isEmpty { continue }
      part.entries = try press(batches, besides: taken, reader)
      written.append(part)
    }
    return written
  }

  /// Writes rows as segments, several at a time where they are many.
  private func press(
    _ batches: [ColumnBatch], besides taken: TakenNames, _ reader: LakeReader
  ) throws(PipelineError) -> [SegmentEntry] {
    var groups: [[ColumnBatch]] = []
    var rows = SegmentWriter.segmentRows
    for batch in batches {
      if rows >= SegmentWriter.segmentRows {
        groups.append([])
        rows = 0
      }
      groups[groups.count - 1].append(batch)
      rows += batch.rowCount
    }
    let work = groups
    let written = try Parallel.map(count: work.count, threads: threads) {
      index throws(PipelineError) in
      var writer = SegmentWriter(
        plan, partition: partition, besides: taken, to: reader.lake.store, reader.snapshot, times,
        threads: sharesColumns ? threads : 1)
      for batch in work[index] { try writer.append(batch) }
      return try writer.finish()
    }
    return written.flatMap { $0 }
  }

  private func countUnmatched(
    _ rows: ColumnBatch, _ presentKeys: [String: PresentKeys],
    _ unmatched: inout [RunReport.UnmatchedReference: Int]
  ) {
    for reference in plan.references {
      guard let present = presentKeys[reference.table] else { continue }
      let name = RunReport.UnmatchedReference(
        table: plan.name, column: plan.schema[reference.column].name,
        references: reference.table, rows: 0)
      unmatched[name, default: 0] += present.unmatchedCount(rows.columns[reference.column])
    }
  }

  /// For each piece the rows that stay; nil where all do.
  private func firstRows(
    _ batches: [ColumnBatch], _ reader: LakeReader
  ) throws(PipelineError) -> [[Bool]?] {
    guard let key = plan.key else { return batches.map { _ in nil } }
    var first = FirstRows(
      batches.map { batch in key.columns.map { batch.columns[$0] } }, key.parts)
    do {
      for segment in existing where segment.rows > 0 {
        let file = try reader.open(segment)
        for block in 0..<file.blockCount {
          // Blocks that no key can be in are not read.
          let zones = key.columns.map { file.zone(column: $0, block: block) }
          guard first.mayMeet(zones) else { continue }
          first.note(try file.read(columns: key.columns, block: block).columns)
        }
      }
    } catch { throw PipelineError(Explanation(describing: error)) }
    return first.chosen()
  }
}
