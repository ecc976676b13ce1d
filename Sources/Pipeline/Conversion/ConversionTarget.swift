import Bytes
import ColumnFile
import Columns

// Where the rows of a conversion go: to one file, or to files by partition in a new folder.
//
// Rows wait by partition until there are enough of them, and then all partitions are written in
// parallel. A partition's file stays open, so to say, until the end; but where the blocks that the
// writers of all partitions have begun take more than their part of the memory, they write what
// they can, and if that is not enough, every file is closed and the partitions go on in further
// ones.
//
// Everything is written under names that nobody looks at, and renamed at the end: what was asked
// for is there whole or not at all.

/// The files that a conversion writes.
struct ConversionTarget: Sendable {
  /// A partition, or all rows where there are none.
  private struct Slot: Sendable {
    var file: GrowingFile
    /// Rows by their input, those of one in their order.
    var waiting: [(input: Int, batch: ColumnBatch)] = []
    var bytes = 0
  }

  /// What was asked for: a file, or a folder.
  private let path: String
  /// What stands in its place until the end.
  private let unfinished: String
  private let isFolder: Bool
  private let schema: Schema
  private let threads: Int
  private let waitingLimit: Int
  private let openLimit: Int
  private var slots: [Int32?: Slot] = [:]
  private var waiting = 0
  private var names = 0
  private var finished: [(partition: Int32?, result: GrowingFile.Result)] = []

  /// `isFolder`: one file or more a partition; else one file for all rows in their order.
  init(
    _ path: String, isFolder: Bool, _ schema: Schema, _ options: ConversionOptions
  ) throws(PipelineError) {
    self.isFolder = isFolder
    self.schema = schema
    threads = options.threads
    // PERF: 50 M plays, four inputs side by side: 600 MB resident, 432 MB written; with a quarter
    // of the memory and eight inputs 910 MB and 429 MB in the same time (Zen 4 VM, 2026-11-26).
    waitingLimit = options.memory / 16
    openLimit = options.memory / 4
    var path = path
    while path.utf8.count > 1 && path.hasSuffix("/") { path.removeLast() }
    self.path = path
    let folder = FileSystem.parent(of: path)
    let name = path.split(separator: "/").last.map(String.init) ?? path
    unfinished = "\(folder)/.\(name).unfinished"
    if isFolder { try Self.checkFree(path) }
    do throws(SystemError) {
      try FileSystem.makeFolders(folder)
      // What a conversion that was killed has left.
      try FileSystem.removeAll(unfinished)
      if isFolder { try FileSystem.makeFolders(unfinished) }
    } catch { throw PipelineError(error) }
  }

  private static func checkFree(_ path: String) throws(PipelineError) {
    let isFree: Bool
    do throws(SystemError) {
      guard let status = try FileSystem.status(path) else { return }
      let isFolder = status.kind == .folder
      isFree = isFolder ? try FileSystem.entries(of: path).isEmpty : false
    } catch { throw PipelineError(error) }
    guard isFree else {
      throw PipelineError(
        Explanation(
          "cannot write to", path, because: "it is there already and not an empty folder",
          remedy: "Name a new folder, or delete this one."))
    }
  }

  /// Takes rows; `partition` is that of all of them.
  mutating func append(
    _ batch: ColumnBatch, partition: Int32?, input: Int
  ) throws(PipelineError) {
    if batch.rowCount == 0 { return }
    let bytes = batch.memory
    var slot: Slot
    if let open = slots.removeValue(forKey: partition) {
      slot = open
    } else {
      slot = Slot(file: try newFile(partition))
    }
    slot.waiting.append((input, batch))
    slot.bytes += bytes
    slots[partition] = slot
    waiting += bytes
  }

  /// Writes what waits, if it is enough.
  mutating func settle() throws(PipelineError) {
    if waiting >= waitingLimit { try flush() }
  }

  private mutating func newFile(_ partition: Int32?) throws(PipelineError) -> GrowingFile {
    var options = WriteOptions()
    guard isFolder else {
      options.threads = threads
      return try GrowingFile(unfinished, schema, options)
    }
    let folder = unfinished + "/" + Self.folder(partition)
    do throws(SystemError) { try FileSystem.makeFolders(folder) } catch {
      throw PipelineError(error)
    }
    names += 1
    options.mayReorder = true
    return try GrowingFile("\(folder)/.\(names)", schema, options)
  }

  private static func folder(_ partition: Int32?) -> String {
    partition.map { "date=\(Calendar.text(days: $0))" } ?? ""
  }

  private mutating func flush() throws(PipelineError) {
    // The largest first, so that no thread is left with one at the end.
    let work = slots.filter { !$0.value.waiting.isEmpty }
      .sorted { ($1.value.bytes, $0.key ?? .min) < ($0.value.bytes, $1.key ?? .min) }
    for (partition, _) in work {
      slots[partition]?.waiting = []
      slots[partition]?.bytes = 0
    }
    waiting = 0
    _ = try Parallel.map(count: work.count, threads: threads) { (index) throws(PipelineError) in
      let slot = work[index].value
      // Neighbours in an input stay neighbours: they are stored in less space.
      let waiting = slot.waiting.enumerated().sorted {
        ($0.element.input, $0.offset) < ($1.element.input, $1.offset)
      }
      try slot.file.append(waiting.map(\.element.batch))
    }
    let files = slots.sorted { ($0.key ?? .min) < ($1.key ?? .min) }.map(\.value.file)
    if files.reduce(0, { $0 + $1.memory }) <= openLimit { return }
    _ = try Parallel.map(count: files.count, threads: threads) { (index) throws(PipelineError) in
      try files[index].relieve()
    }
    // One file for all rows is all there is to go on in.
    if isFolder && files.reduce(0, { $0 + $1.memory }) > openLimit { try closeFiles() }
  }

  private mutating func closeFiles() throws(PipelineError) {
    let work = slots.sorted { ($0.key ?? .min) < ($1.key ?? .min) }
    slots = [:]
    // Many wait for the disk at once.
    let results = try Parallel.map(count: work.count, threads: max(threads, 8)) {
      (index) throws(PipelineError) in try work[index].value.file.finish()
    }
    for (entry, result) in zip(work, results) { finished.append((entry.key, result)) }
  }

  /// Writes what is left, and gives everything its name.
  mutating func finish() throws(PipelineError) -> [ConversionOutput] {
    if slots.isEmpty && finished.isEmpty && !isFolder { slots[nil] = Slot(file: try newFile(nil)) }
    try flush()
    try closeFiles()
    do throws(SystemError) {
      guard isFolder else {
        try FileSystem.rename(unfinished, to: path)
        try FileSystem.synchronize(folder: FileSystem.parent(of: path))
        return finished.map {
          ConversionOutput(path: path, rows: $0.result.rows, bytes: $0.result.bytes)
        }
      }
      let outputs = try nameFiles()
      try FileSystem.rename(unfinished, to: path)
      try FileSystem.synchronize(folder: FileSystem.parent(of: path))
      return outputs
    } catch { throw PipelineError(error) }
  }

  /// Files are called by their content, like the segments of a lake.
  private func nameFiles() throws(SystemError) -> [ConversionOutput] {
    var taken: Set<String> = []
    var folders: Set<String> = []
    var outputs: [ConversionOutput] = []
    for (partition, result) in finished {
      let folder = Self.folder(partition)
      let stem = folder.isEmpty ? "\(result.hash)" : "\(folder)/\(result.hash)"
      var name = "\(stem).groove"
      var number = 2
      while !taken.insert(name).inserted {
        name = "\(stem)-\(number).groove"
        number += 1
      }
      try FileSystem.rename(result.path, to: "\(unfinished)/\(name)")
      folders.insert("\(unfinished)/\(folder)")
      outputs.append(
        ConversionOutput(path: "\(path)/\(name)", rows: result.rows, bytes: result.bytes))
    }
    for folder in folders.sorted() { try FileSystem.synchronize(folder: folder) }
    try FileSystem.synchronize(folder: unfinished)
    return outputs
  }

  /// Leaves nothing behind.
  func abandon() {
    // The failure to tell is the one that led here.
    do { try FileSystem.removeAll(unfinished) } catch {}
  }
}
