import Bytes

/// A folder for what a suite writes; it goes with the value.
final class ScratchFolder {
  let path: String

  init() throws {
    let base = Environment.value(of: "TMPDIR") ?? "/tmp"
    path = "\(base)/groove-bench-\(Clock.processNumber)-\(Clock.monotonicNanoseconds())"
    try FileSystem.makeFolders(path)
  }

  deinit {
    do { try FileSystem.removeAll(path) } catch {
      Report.error("bench: \(path) could not be removed: \(error)")
    }
  }
}
