import Bytes

/// A file that appears whole or not at all: it is written under another name first.
enum WholeFile {
  /// Lets `body` write, then gives the file its name. After a failure nothing is left.
  ///
  /// - Parameter isDurable: whether the file survives a loss of power once this returns.
  static func write<Result>(
    _ path: String, isDurable: Bool = true, _ body: (borrowing File) throws -> Result
  ) throws -> Result {
    let temporary = path + ".tmp"
    do {
      let file = try File(temporary, .creating)
      let result = try body(file)
      if isDurable { try file.synchronize() }
      try FileSystem.rename(temporary, to: path)
      if isDurable { try FileSystem.synchronize(folder: FileSystem.parent(of: path)) }
      return result
    } catch let error {
      // The unfinished file is of no use; the failure to tell is the first one.
      do { try FileSystem.remove(temporary) } catch {}
      throw error
    }
  }
}

/// Somebody asked the process to end.
struct Interrupted: Explained {
  let explanation: Explanation

  init(before what: String) {
    explanation = Explanation("stopped before the end of", what, because: "interrupted")
  }

  /// Ends the work here where somebody asked for it.
  static func check(_ what: String) throws(Interrupted) {
    if Signals.isInterrupted { throw Interrupted(before: what) }
  }
}
