import Bytes
import ColumnFile
import Columns
import Lake
import Objects

// Rows that wait are written beside the reading of the next ones: while the readers parse, other
// threads compare keys, press segments and wait for the disk. One such flush is on its way at a
// time, but for the last, so that each sees all segments before it, and what waits and what is
// written together stay below half of the memory that the run may take: a quarter for the rows, and
// as much again for the copies that pressing makes of them.
//
// PERF: with one thread more than there are processors, 50 M plays took 7.6 s in place of 7.1
// (medians of three): the readers, who go on alone when a flush has ended, had too little of them
// before. With one thread less they waited for it: 7.9 s (Zen 4 VM, 2026-11-27).
//
// PERF: a run over 500 M plays, within 1 GiB, took 93 s and held 0.81 GB with a sixth for the rows
// that wait, and 1.2 GB with a quarter (Zen 4 VM, 2026-11-27).

extension RunAttempt {
  typealias FlushWork = ParallelWork<[PartitionJob.Written], PipelineError>

  /// Partitions that are being written.
  struct Flushing {
    let slots: Set<TableSlot>
    let work: FlushWork
  }

  /// Begins to write part of what waits, if it is too much.
  mutating func relieve() throws(PipelineError) {
    let staged = staging.filter { !keepsLast($0.key) }.reduce(0) { $0 + $1.value.bytes }
    guard staged > options.memoryBytes / 6 else { return }
    flushes += 1
    try flush(staged / 2)
  }

  /// Writes all rows that wait as segments, and forgets them.
  mutating func flush() throws(PipelineError) {
    try flush(.max)
    try finishFlush()
  }

  private func keepsLast(_ table: String) -> Bool {
    plans.contains { $0.name == table && $0.key?.keepsLast == true }
  }

  private mutating func flush(_ bytes: Int) throws(PipelineError) {
    let isLast = bytes == .max
    if !isLast { try finishFlush() }
    try commitDictionaries()
    var parts: [FlushedPart] = []
    // Such a table as keeps the last row is merged whole when all its files are read.
    for plan in plans where plan.key?.keepsLast != true {
      for (partition, pieces) in staging[plan.name]?.takeLargest(bytes) ?? [] {
        parts.append(FlushedPart(plan: plan, partition: partition, pieces: pieces))
      }
    }
    // Only the partitions that are being written have to wait until they are.
    let earlier = flushing.count
    let busy = flushing.reduce(into: Set()) { $0.formUnion($1.slots) }
    begin(parts.filter { !busy.contains($0.slot) }, isLast: isLast)
    let rest = parts.filter { busy.contains($0.slot) }
    if rest.isEmpty { return }
    for _ in 0..<earlier { try finish(flushing.removeFirst()) }
    begin(rest, isLast: isLast)
  }

  private mutating func begin(_ parts: [FlushedPart], isLast: Bool) {
    if parts.isEmpty { return }
    let earlier = Dictionary(grouping: written.flatMap(\.entries), by: \.slot)
    let jobs = parts.map { part in
      PartitionJob(
        plan: part.plan, partition: part.partition, pieces: part.pieces,
        existing: (segments[part.slot] ?? []) + (earlier[part.slot] ?? []), openFile: openFile,
        threads: options.threads, sharesColumns: isLast, times: times)
    }
    // Nobody reads beside the last of them, so the longest begin first and do not end alone.
    let work =
      isLast
      ? jobs.sorted { ($1.rowCount, $0.partition ?? .min) < ($0.rowCount, $1.partition ?? .min) }
      : jobs
    let reader = reader
    let dictionaries = dictionaries
    let presentKeys = presentKeys
    let writing: FlushWork = Parallel.begin(count: work.count, threads: options.threads) {
      index throws(PipelineError) in
      try work[index].write(reader, dictionaries, presentKeys)
    }
    flushing.append(Flushing(slots: Set(parts.map(\.slot)), work: writing))
  }

  /// Waits for the partitions that are being written.
  mutating func finishFlush() throws(PipelineError) {
    while !flushing.isEmpty { try finish(flushing.removeFirst()) }
  }

  private mutating func finish(_ flushing: Flushing) throws(PipelineError) {
    for parts in try flushing.work.finish() { written += parts }
  }

  /// Adds to the reports of files whose rows are settled.
  mutating func note(kept: [Int: Int], duplicates: [Int: Int]) {
    for (file, count) in kept { files[file].report.rowsKept += count }
    for (file, count) in duplicates { files[file].report.duplicates += count }
  }

  /// Reads which keys a referred table has after this run.
  mutating func notePresentKeys(_ plan: TablePlan) throws(PipelineError) {
    guard let key = plan.key, key.columns.count == 1, let column = key.columns.first
    else { return }
    let dictionary = plan.dictionaries[column]
    let needsTexts = plans.contains { other in
      other.references.contains { reference in
        reference.table == plan.name
          && (dictionary == nil || other.dictionaries[reference.column] != dictionary)
      }
    }
    var present = PresentKeys(dictionary: dictionary, needsTexts: needsTexts)
    var known = segments.filter { $0.key.table == plan.name }.flatMap(\.value)
    if key.keepsLast {
      // No key is lost, and the new ones are at hand: nobody has to wait until they are written.
      if let changed = changedKeys[plan.name] { present.insert(changed.columns[0]) }
    } else {
      try flush()
      known += written.flatMap(\.entries).filter { $0.table == plan.name }
    }
    for segment in known {
      do {
        for batch in try reader.read(segment, columns: [column]) {
          present.insert(batch.columns[0])
        }
      } catch { throw PipelineError(error) }
    }
    presentKeys[plan.name] = present
  }
}

extension SegmentEntry {
  var slot: TableSlot { TableSlot(table: table, partition: partition) }
}

/// Rows of a partition that are to be written.
private struct FlushedPart {
  let plan: TablePlan
  let partition: Int32?
  let pieces: [Staging.Piece]

  var slot: TableSlot { TableSlot(table: plan.name, partition: partition) }
}
