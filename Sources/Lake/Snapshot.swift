package import Columns

/// What a lake holds at one version: the sum of its commits up to there.
package struct Snapshot: Sendable {
  /// 0 before the first commit.
  package internal(set) var version = 0
  package internal(set) var pack: PackText?
  /// When the last commit was made, by its writer's clock.
  package internal(set) var time: Int64 = 0
  var segmentsByObject: [String: SegmentEntry] = [:]
  var runsByObject: [String: TableRunEntry] = [:]
  package internal(set) var staleSlots: Set<TableSlot> = []
  package internal(set) var dictionaries: [String: DictionaryState] = [:]
  /// Inputs since the ledger's last page, by content.
  var recentLedger: [String: LedgerEntry] = [:]
  var ledgerPages: [LedgerPage] = []
  /// The version of the newest checkpoint this was built from; 0 without one.
  var checkpoint = 0

  package init() {}

  /// The segments of a table: by partition, then by name, the same for every reader.
  package func segments(of table: String) -> [SegmentEntry] {
    segmentsByObject.values.filter { $0.table == table }.sorted(by: Self.precedes)
  }

  package var segments: [SegmentEntry] {
    segmentsByObject.values.sorted { first, second in
      first.table != second.table
        ? first.table < second.table : Self.precedes(first, second)
    }
  }

  /// The runs of a KPI table, by partition.
  package func runs(of table: String) -> [TableRunEntry] {
    runsByObject.values.filter { $0.slot.table == table }.sorted { first, second in
      (first.slot.partition ?? .min, first.object) < (second.slot.partition ?? .min, second.object)
    }
  }

  package var runs: [TableRunEntry] {
    runsByObject.values.sorted { $0.object < $1.object }
  }

  private static func precedes(_ first: SegmentEntry, _ second: SegmentEntry) -> Bool {
    (first.partition ?? .min, first.object) < (second.partition ?? .min, second.object)
  }

  /// The objects of all shared dictionaries.
  package var dictionaryParts: [DictionaryPart] {
    dictionaries.values.sorted { $0.name < $1.name }.flatMap(\.parts)
  }

  /// The state of a shared dictionary; an empty one where no commit has added to it yet.
  package func dictionary(_ name: String) -> DictionaryState {
    dictionaries[name] ?? DictionaryState(name: name)
  }
}

/// A shared dictionary at one version.
package struct DictionaryState: Sendable, Hashable {
  package let name: String
  package internal(set) var generation = 0
  package internal(set) var parts: [DictionaryPart] = []

  package init(name: String) { self.name = name }

  package var count: Int { parts.last.map { $0.first + $0.count } ?? 0 }

  package var shared: SharedDictionary {
    SharedDictionary(name: name, generation: generation, count: count)
  }
}

extension Snapshot {
  /// Takes in the commit that follows this version, and says what does not fit in it.
  mutating func apply(_ commit: Commit) -> String? {
    for object in commit.removedSegments {
      guard segmentsByObject.removeValue(forKey: object) != nil else {
        return "it removes the segment \(object), which is not there"
      }
    }
    for segment in commit.addedSegments {
      guard segmentsByObject.updateValue(segment, forKey: segment.object) == nil else {
        return "it adds the segment \(segment.object), which is there"
      }
    }
    for object in commit.removedRuns {
      guard runsByObject.removeValue(forKey: object) != nil else {
        return "it removes the run \(object), which is not there"
      }
    }
    for run in commit.addedRuns {
      guard runsByObject.updateValue(run, forKey: run.object) == nil else {
        return "it adds the run \(run.object), which is there"
      }
    }
    for part in commit.dictionaryParts {
      var state = dictionary(part.name)
      guard part.first == state.count, part.count > 0 else {
        return "it adds codes to the dictionary \(part.name) that do not follow those before"
      }
      state.parts.append(part)
      state.generation += 1
      dictionaries[part.name] = state
    }
    version += 1
    for var entry in commit.ledger {
      entry.version = version
      recentLedger[entry.contentHash + entry.table] = entry
    }
    staleSlots.subtract(commit.freshSlots)
    staleSlots.formUnion(commit.staleSlots)
    pack = commit.pack ?? pack
    time = commit.time
    return nil
  }
}
