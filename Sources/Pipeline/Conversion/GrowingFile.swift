import Bytes
import ColumnFile
import Columns

/// A columnar file that is being written under a name of its own, and gets its real one when it is
/// complete.
///
/// Its writer is used by one thread at a time; the lock says so to the compiler, and keeps the
/// writer in its place where a copy would cost as much as the work.
final class GrowingFile: Sendable {
  /// What became of it.
  struct Result: Sendable {
    var path: String
    var hash: ContentHash
    var rows: Int
    var bytes: Int
  }

  private struct State {
    var writer: ColumnFileWriter
    var hasher = ContentHasher()
    var bytes = 0
  }

  let path: String
  private let state: Lock<State>

  init(_ path: String, _ schema: Schema, _ options: WriteOptions) throws(PipelineError) {
    self.path = path
    do { state = Lock(State(writer: try ColumnFileWriter(schema, options))) } catch {
      throw PipelineError(error)
    }
  }

  /// About the memory of the rows that are not in the file yet.
  var memory: Int { state.withLock { $0.writer.memory } }

  /// Adds rows, and writes what is complete.
  func append(_ batches: [ColumnBatch]) throws(PipelineError) {
    try state.withLock { (state) throws(PipelineError) in
      do throws(ColumnFileError) {
        for batch in batches { try state.writer.append(batch) }
      } catch { throw PipelineError(error) }
      try write(state.writer.drain(), &state)
    }
  }

  /// Writes what waits for more to learn from.
  func relieve() throws(PipelineError) {
    try state.withLock { (state) throws(PipelineError) in
      state.writer.relieve()
      try write(state.writer.drain(), &state)
    }
  }

  /// Writes the rest and returns when the file would survive a loss of power.
  func finish() throws(PipelineError) -> Result {
    try state.withLock { (state) throws(PipelineError) in
      let rest: [UInt8]
      do throws(ColumnFileError) { rest = try state.writer.finish() } catch {
        throw PipelineError(error)
      }
      try write(rest, &state)
      do throws(SystemError) { try File(path, .appending).synchronize() } catch {
        throw PipelineError(error)
      }
      return Result(
        path: path, hash: state.hasher.finish(), rows: state.writer.rowCount, bytes: state.bytes)
    }
  }

  /// The file is open only while bytes go into it: there may be more partitions than a process may
  /// have open files.
  private func write(_ bytes: [UInt8], _ state: inout State) throws(PipelineError) {
    if bytes.isEmpty { return }
    state.hasher.update(bytes.span)
    state.bytes += bytes.count
    do throws(SystemError) {
      let file = try File(path, .appending)
      try file.write(bytes.span)
      // The disk works while the processors go on, so that the end does not wait for it.
      file.beginSynchronizing()
    } catch { throw PipelineError(error) }
  }
}
