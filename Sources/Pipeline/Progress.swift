import Bytes

/// How far a run has come. The run writes, anybody may read at any time.
package final class Progress: Sendable {
  package struct State: Sendable, Hashable {
    /// What is being done, as a verb: "reading", "writing", "computing".
    package var step = ""
    /// With what: a file, a table.
    package var subject = ""
    package var bytesDone = 0
    package var bytesTotal = 0
    package var rows = 0
  }

  private let state = Lock(State())

  package init() {}

  package var current: State { state.withLock { $0 } }

  func update(_ change: (inout State) -> Void) { state.withLock { change(&$0) } }
}
