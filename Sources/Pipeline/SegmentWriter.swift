import Bytes
import ColumnFile
import Columns
import Lake
import Objects

/// Writes rows of one partition as segments.
///
/// A segment takes so many rows that what it holds once (its dictionaries, what follows from what)
/// weighs little, and no more, so that one partition can be written by several threads.
struct SegmentWriter {
  /// The rows after which a segment is closed: 32 blocks.
  static let segmentRows = 1 << 21

  private let plan: TablePlan
  private let partition: Int32?
  private let store: any ObjectStore
  private let snapshot: Snapshot
  private let times: StageTimes
  private let taken: TakenNames
  private let threads: Int
  private var writer: ColumnFileWriter?
  private var entries: [SegmentEntry] = []

  init(
    _ plan: TablePlan, partition: Int32?, besides taken: TakenNames, to store: any ObjectStore,
    _ snapshot: Snapshot, _ times: StageTimes, threads: Int = 1
  ) {
    self.plan = plan
    self.partition = partition
    self.taken = taken
    self.store = store
    self.snapshot = snapshot
    self.times = times
    self.threads = threads
  }

  mutating func append(_ batch: ColumnBatch) throws(PipelineError) {
    if batch.rowCount == 0 { return }
    try times.time(.press) { () throws(PipelineError) in
      do throws(ColumnFileError) {
        if self.writer == nil { self.writer = try ColumnFileWriter(plan.schema, options) }
        try self.writer?.append(batch)
      } catch { throw PipelineError(error) }
    }
    if let writer, writer.rowCount >= Self.segmentRows { try close() }
  }

  /// The rows of a table have no order; which of equal keys is the first was settled before.
  private var options: WriteOptions {
    var options = WriteOptions()
    options.mayReorder = true
    options.threads = threads
    return options
  }

  /// Closes the last segment and returns all.
  mutating func finish() throws(PipelineError) -> [SegmentEntry] {
    try close()
    return entries
  }

  private mutating func close() throws(PipelineError) {
    guard var writer = self.writer else { return }
    self.writer = nil
    let rows = writer.rowCount
    let bytes = try times.time(.press) { () throws(PipelineError) in
      do throws(ColumnFileError) { return try writer.finish() } catch { throw PipelineError(error) }
    }
    let object = try times.time(.store) { () throws(PipelineError) in try put(bytes) }
    let uses = zip(plan.schema.fields, plan.dictionaries).compactMap { field, dictionary in
      dictionary.map { name in
        DictionaryUse(column: field.name, base: snapshot.dictionary(name).shared)
      }
    }
    entries.append(
      SegmentEntry(
        table: plan.name, partition: partition, object: object, rows: rows, bytes: bytes.count,
        dictionaries: uses))
  }

  /// Puts a segment under the name of its content.
  private func put(_ bytes: [UInt8]) throws(PipelineError) -> String {
    let folder = partition.map { "date=\(Calendar.text(days: $0))/" } ?? ""
    let stem = "curated/\(plan.name)/\(folder)\(ContentHash.of(bytes.span))"
    let object = taken.claim(stem)
    do {
      try store.putSoon(object, bytes)
    } catch { throw PipelineError(error) }
    return object
  }
}

/// The names of the segments of one partition. A table without a key may hold the same rows twice,
/// so that two segments have one content and need two names.
final class TakenNames: Sendable {
  private let names: Lock<Set<String>>

  init(_ names: [String]) { self.names = Lock(Set(names)) }

  /// A name for the content of that stem which no other segment has.
  func claim(_ stem: String) -> String {
    names.withLock { names in
      var name = "\(stem).groove"
      var number = 2
      while !names.insert(name).inserted {
        name = "\(stem)-\(number).groove"
        number += 1
      }
      return name
    }
  }
}
