import Bytes
import ColumnFile
import Columns
import Lake
import Objects

extension RunAttempt {
  /// Writes the rows that wait as segments, one a partition, and forgets them.
  ///
  /// Rows of a file that was not read to its end go into segments of their own, because the file
  /// may yet be refused.
  mutating func flush() throws(PipelineError) {
    try commitDictionaries()
    for plan in plans {
      guard let staged = staging.removeValue(forKey: plan.name), !staged.isEmpty else { continue }
      if plan.key?.keepsLast == true {
        // Such a table is merged whole when all its files are read.
        staging[plan.name] = staged
        continue
      }
      let open = openFile
      try write(plan, staged) { file in file != open }
      if let open { try write(plan, staged, owner: open) { file in file == open } }
    }
  }

  private mutating func write(
    _ plan: TablePlan, _ staged: Staging, owner: Int? = nil, where isChosen: (Int) -> Bool
  ) throws(PipelineError) {
    var jobs: [PartitionJob] = []
    for partition in staged.partitions {
      let pieces = (staged.pieces[partition] ?? []).filter { isChosen($0.file) }
      if pieces.isEmpty { continue }
      let slot = TableSlot(table: plan.name, partition: partition)
      let earlier = written.filter { $0.entry.slot == slot }.map(\.entry)
      jobs.append(
        PartitionJob(
          plan: plan, partition: partition, pieces: pieces,
          existing: (segments[slot] ?? []) + earlier, owner: owner))
    }
    progress.update { state in
      state.step = "writing"
      state.subject = plan.name
    }
    let work = jobs
    let reader = reader
    let dictionaries = dictionaries
    let presentKeys = presentKeys
    let results = try Parallel.map(count: work.count, threads: options.threads) {
      index throws(PipelineError) in
      try work[index].write(reader, dictionaries, presentKeys)
    }
    written += results
    progress.update { $0.step = "reading" }
  }

  /// Merges the files of a table that keeps the last row of a key, and writes it anew.
  mutating func mergeLatest(_ plan: TablePlan) throws(PipelineError) {
    guard let key = plan.key, let staged = staging[plan.name], !staged.isEmpty else { return }
    try commitDictionaries()
    staging[plan.name] = nil
    for partition in staged.partitions {
      let slot = TableSlot(table: plan.name, partition: partition)
      let old = segments[slot] ?? []
      var existing: [ColumnBatch] = []
      for segment in old {
        do { existing += try reader.read(segment) } catch { throw PipelineError(error) }
      }
      let pieces = (staged.pieces[partition] ?? []).map { piece in
        Staging.Piece(file: piece.file, batch: plan.translated(piece.batch, dictionaries))
      }
      let merged = LatestRows(
        existing: ColumnBatch.joined(
          existing.map { plan.renewed($0, dictionaries) }, schema: plan.schema), pieces: pieces,
        key: key.columns, key.parts)
      let kept = Dictionary(
        pieces.map { ($0.file, $0.batch.rowCount) }, uniquingKeysWith: +
      ).merging(merged.duplicates) { $0 - $1 }
      let entry =
        merged.isChanged
        ? try SegmentWriter.write(
          [merged.rows], plan, partition: partition, besides: [], to: lake.store,
          reader.snapshot) : nil
      // Equal rows give an equal object: then nothing is replaced.
      if let entry, !old.contains(where: { $0.object == entry.object }) {
        written.append(
          WrittenSegment(
            entry: entry, owner: nil, kept: kept, duplicates: merged.duplicates, unmatched: [:]))
        replaced += old.map(\.object)
        noteChanged(plan.name, merged.changedKeys)
      } else {
        note(kept: kept, duplicates: merged.duplicates)
      }
    }
  }

  private mutating func noteChanged(_ table: String, _ keys: ColumnBatch) {
    let before = changedKeys[table].map { [$0] } ?? []
    changedKeys[table] = ColumnBatch.joined(before + [keys], schema: keys.schema)
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
    if !key.keepsLast { try flush() }
    let dictionary = plan.dictionaries[column]
    let needsTexts = plans.contains { other in
      other.references.contains { reference in
        reference.table == plan.name
          && (dictionary == nil || other.dictionaries[reference.column] != dictionary)
      }
    }
    var present = PresentKeys(dictionary: dictionary, needsTexts: needsTexts)
    let old = segments.filter { $0.key.table == plan.name }.flatMap(\.value)
      .filter { !replaced.contains($0.object) }
    let new = written.filter { $0.entry.table == plan.name }.map(\.entry)
    for segment in old + new {
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

/// The writing of one partition: what is there already, and what comes.
private struct PartitionJob: Sendable {
  let plan: TablePlan
  let partition: Int32?
  let pieces: [Staging.Piece]
  let existing: [SegmentEntry]
  let owner: Int?

  func write(
    _ reader: LakeReader, _ dictionaries: RunDictionaries, _ presentKeys: [String: PresentKeys]
  ) throws(PipelineError) -> RunAttempt.WrittenSegment {
    var kept: [Int: Int] = [:]
    var duplicates: [Int: Int] = [:]
    var unmatched: [RunReport.UnmatchedReference: Int] = [:]
    var known = try knownKeys(reader)
    var batches: [ColumnBatch] = []
    for piece in pieces {
      var batch = plan.translated(piece.batch, dictionaries)
      if let key = plan.key {
        let keys = RowKeys.keys(of: key.columns.map { batch.columns[$0] }, key.parts)
        batch = batch.rows(where: known.insert(keys))
      }
      kept[piece.file, default: 0] += batch.rowCount
      duplicates[piece.file, default: 0] += piece.batch.rowCount - batch.rowCount
      for reference in plan.references {
        guard let present = presentKeys[reference.table] else { continue }
        let count = present.unmatchedCount(batch.columns[reference.column])
        let name = RunReport.UnmatchedReference(
          table: plan.name, column: plan.schema[reference.column].name,
          references: reference.table, rows: 0)
        unmatched[name, default: 0] += count
      }
      if batch.rowCount > 0 { batches.append(batch) }
    }
    let entry = try SegmentWriter.write(
      batches, plan, partition: partition, besides: existing.map(\.object),
      to: reader.lake.store, reader.snapshot)
    return RunAttempt.WrittenSegment(
      entry: entry, owner: owner, kept: kept, duplicates: duplicates, unmatched: unmatched)
  }

  /// The keys of the rows that are there already.
  private func knownKeys(_ reader: LakeReader) throws(PipelineError) -> KeySet {
    let incoming = pieces.reduce(0) { $0 + $1.batch.rowCount }
    guard let key = plan.key else { return KeySet(expecting: 0) }
    var known = KeySet(expecting: existing.reduce(incoming) { $0 + $1.rows })
    for segment in existing where segment.rows > 0 {
      do {
        for batch in try reader.read(segment, columns: key.columns) {
          _ = known.insert(RowKeys.keys(of: batch.columns, key.parts))
        }
      } catch { throw PipelineError(error) }
    }
    return known
  }
}

/// Writes rows as a segment.
enum SegmentWriter {
  /// A table without a key may hold the same rows twice, so that two segments have one content;
  /// `taken` are the names that are in use beside it. Without rows nothing is written.
  static func write(
    _ batches: [ColumnBatch], _ plan: TablePlan, partition: Int32?, besides taken: [String],
    to store: any ObjectStore, _ snapshot: Snapshot
  ) throws(PipelineError) -> SegmentEntry {
    let rows = batches.reduce(0) { $0 + $1.rowCount }
    if rows == 0 {
      return SegmentEntry(table: plan.name, partition: partition, object: "", rows: 0, bytes: 0)
    }
    var writer: ColumnFileWriter
    let bytes: [UInt8]
    do {
      writer = try ColumnFileWriter(plan.schema)
      for batch in batches { try writer.append(batch) }
      bytes = try writer.finish()
    } catch { throw PipelineError(error) }
    let folder = partition.map { "date=\(Calendar.text(days: $0))/" } ?? ""
    let stem = "curated/\(plan.name)/\(folder)\(ContentHash.of(bytes.span))"
    var object = "\(stem).groove"
    var number = 2
    while taken.contains(object) {
      object = "\(stem)-\(number).groove"
      number += 1
    }
    do { try store.putSoon(object, bytes) } catch { throw PipelineError(error) }
    let uses = zip(plan.schema.fields, plan.dictionaries).compactMap { field, dictionary in
      dictionary.map { name in
        DictionaryUse(column: field.name, base: snapshot.dictionary(name).shared)
      }
    }
    return SegmentEntry(
      table: plan.name, partition: partition, object: object, rows: rows, bytes: bytes.count,
      dictionaries: uses)
  }
}
