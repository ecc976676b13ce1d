import Bytes
import Lake
import Objects

// A file is taken when it stands still. That is: no process has it open for writing (as far as the
// system tells), it was last written at least `settleSeconds` ago, and from before it was read
// until it is committed it is the same file with the same size and time of change. Every other
// file stays under `incoming/`, whole and untouched, for a later run, and the report says so.

extension RunAttempt {
  /// Whether a file is to be left for a later run before it is read; then it is noted.
  mutating func waits(_ arrival: Incoming.Arrival) throws(PipelineError) -> Bool {
    guard let reason = try reasonToWait(arrival) else { return false }
    files.append(FileState(arrival: arrival, report: Self.waiting(arrival, reason)))
    return true
  }

  func reasonToWait(_ arrival: Incoming.Arrival) throws(PipelineError) -> String? {
    if restless.contains(arrival.object) { return "it changed while it was read" }
    if let modified = arrival.modified, options.settleSeconds > 0 {
      let age = options.time - modified
      // A time of change in the future says nothing of the age.
      if age >= 0, age < Int64(options.settleSeconds) * 1_000_000 {
        return "it was written less than \(options.settleSeconds) s ago"
      }
    }
    // A network file system may refuse a lease on any file: a refusal says something of a file that
    // was written to a short time ago only.
    if let modified = arrival.modified, options.time - modified > Self.longestWriting { return nil }
    do {
      return try lake.store.isBeingWritten(arrival.object)
        ? "a process has it open for writing" : nil
    } catch {
      if error.isMissing { return "it went away before it was read" }
      throw PipelineError(error)
    }
  }

  /// Takes back the file that was read last if it is not the one any more that was found.
  mutating func leaveIfChanged(_ plan: TablePlan) throws(PipelineError) {
    let file = files.count - 1
    let arrival = files[file].arrival
    guard let reason = try change(of: arrival) else { return }
    try drop(file, plan)
    files[file] = FileState(arrival: arrival, report: Self.waiting(arrival, reason))
  }

  /// A writer that has written nothing for so long, in microseconds, is not waited for.
  private static let longestWriting: Int64 = 600_000_000

  /// How a file differs from what was found; nil where it does not.
  private func change(of arrival: Incoming.Arrival) throws(PipelineError) -> String? {
    guard let revision = arrival.revision else { return nil }
    let now: ObjectInfo?
    do { now = try lake.store.look(at: arrival.object) } catch { throw PipelineError(error) }
    // What went away was taken by another run, or by its owner; that the commit decides.
    guard let now else { return nil }
    return now.revision == revision ? nil : "it changed while it was read"
  }

  /// The files that were read and are others now: their rows cannot be committed.
  func changedFiles() throws(PipelineError) -> Set<String> {
    var changed: Set<String> = []
    for file in files where file.report.outcome != .waiting {
      if try change(of: file.arrival) != nil { changed.insert(file.arrival.object) }
    }
    return changed
  }

  private static func waiting(
    _ arrival: Incoming.Arrival, _ reason: String
  ) -> RunReport.FileReport {
    var report = RunReport.FileReport(table: arrival.table, source: arrival.source)
    report.bytes = arrival.size
    report.outcome = .waiting
    report.reason = "\(reason); it stays for a later run"
    return report
  }
}
