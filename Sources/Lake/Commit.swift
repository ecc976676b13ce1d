import Bytes

/// One atomic step of a lake: what it adds to and takes from the version before.
///
/// A commit is an object `curated/_log/<version>.commit`: one line of JSON and a line with the hash
/// of the first. It names everything relative to the lake, so a lake can be moved and copied.
package struct Commit: Sendable, Hashable {
  /// What made it, for people: `run`, `tables`, `compact`.
  package var kind: String
  /// Microseconds since 1970, by the writer's clock; nothing is decided by it.
  package var time: Int64
  /// Tells this attempt apart from all others, so that a writer knows its own commit again.
  package var writer: String
  package var pack: PackText?
  package var addedSegments: [SegmentEntry] = []
  package var removedSegments: [String] = []
  package var ledger: [LedgerEntry] = []
  package var dictionaryParts: [DictionaryPart] = []
  package var addedRuns: [TableRunEntry] = []
  package var removedRuns: [String] = []
  /// Slots whose items are not those of the data any more.
  package var staleSlots: [TableSlot] = []
  /// Slots whose items are those of the data again.
  package var freshSlots: [TableSlot] = []

  package init(kind: String, time: Int64) {
    self.kind = kind
    self.time = time
    writer = Self.newWriter()
  }

  /// Whether it would change nothing.
  package var isEmpty: Bool {
    pack == nil && addedSegments.isEmpty && removedSegments.isEmpty && ledger.isEmpty
      && dictionaryParts.isEmpty && addedRuns.isEmpty && removedRuns.isEmpty
      && staleSlots.isEmpty && freshSlots.isEmpty
  }

  private static func newWriter() -> String {
    var generator = SystemRandomNumberGenerator()
    return String(generator.next(), radix: 36) + String(generator.next(), radix: 36)
  }
}

/// The names of the log's objects.
package enum LogName {
  package static let folder = "curated/_log/"
  /// Says which checkpoint is the newest; only a hint.
  package static let hint = "curated/_log/_newest"

  package static func commit(_ version: Int) -> String { "\(folder)\(padded(version)).commit" }

  package static func checkpoint(_ version: Int) -> String {
    folder + padded(version) + checkpointEnding
  }

  static let checkpointEnding = ".checkpoint"

  /// The version that the name of a checkpoint says; 0 where it says none.
  static func version(ofCheckpoint name: String) -> Int {
    Int(name.dropFirst(folder.count).dropLast(checkpointEnding.count)) ?? 0
  }

  static func ledgerPage(_ version: Int, _ first: Int) -> String {
    "\(folder)\(padded(version))-\(padded(first)).ledger"
  }

  private static func padded(_ version: Int) -> String {
    let digits = String(version)
    return String(repeating: "0", count: max(0, 20 - digits.utf8.count)) + digits
  }
}
