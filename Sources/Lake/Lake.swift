import Bytes
package import Objects

/// The commit log of a lake: the only truth about what it holds.
///
/// Version n is made by writing the object of commit n if it is absent, so of several writers one
/// makes it and the others go on from there. A version, once made, never changes, and a reader that
/// holds a snapshot sees that version whole, whatever is committed meanwhile.
///
/// Opening reads the newest checkpoint and the commits behind it. A hint says which checkpoint that
/// is; with the hint missing or old the lake opens as well, by reading more.
package struct Lake: Sendable {
  package let store: any ObjectStore
  /// A checkpoint is written at every so many commits.
  package let checkpointInterval: Int

  package init(_ store: any ObjectStore, checkpointInterval: Int = 64) {
    precondition(checkpointInterval > 0, "checkpoints follow each other")
    self.store = store
    self.checkpointInterval = checkpointInterval
  }

  /// The newest version.
  package func snapshot() throws(LakeError) -> Snapshot {
    try advance(try newestCheckpoint())
  }

  /// What has been committed since `base`, taken in.
  package func advance(_ base: Snapshot) throws(LakeError) -> Snapshot {
    var snapshot = base
    while let commit = try commit(snapshot.version + 1) {
      if let fault = snapshot.apply(commit) {
        throw .damaged(LogName.commit(snapshot.version + 1), fault)
      }
    }
    return snapshot
  }

  /// The commit that made `version`; nil where there is none yet.
  package func commit(_ version: Int) throws(LakeError) -> Commit? {
    let name = LogName.commit(version)
    guard let bytes = try bytes(of: name) else { return nil }
    return try Commit(try RecordFrame.parse(bytes, name: name, kind: "commit"), version: version)
  }

  /// What became of an attempt to commit.
  package enum Outcome: Sendable {
    case committed(Snapshot)
    /// Another writer was first; this is the newest version now.
    case lost(Snapshot)
  }

  /// Tries to make the version that follows `base`.
  ///
  /// After an error nothing is known but what the log says: whoever goes on reads it again.
  package func commit(_ commit: Commit, on base: Snapshot) throws(LakeError) -> Outcome {
    let version = base.version + 1
    var next = base
    if let fault = next.apply(commit) {
      throw LakeError(Explanation("cannot commit", "version \(version)", because: fault))
    }
    let name = LogName.commit(version)
    let won: Bool
    do {
      won = try store.putIfAbsent(name, RecordFrame.bytes(commit.json(version: version)))
    } catch {
      // The object may have been written all the same: the log is read again and decides.
      guard let found = try self.commit(version) else { throw LakeError(error) }
      won = found.writer == commit.writer
    }
    guard won else { return .lost(try advance(base)) }
    writeCheckpointIfDue(&next)
    return .committed(next)
  }

  private func bytes(of name: String) throws(LakeError) -> [UInt8]? {
    do { return try store.get(name) } catch {
      if error.isMissing { return nil }
      throw LakeError(error)
    }
  }
}

// MARK: - Checkpoints

extension Lake {
  private func newestCheckpoint() throws(LakeError) -> Snapshot {
    guard let hint = try bytes(of: LogName.hint),
      let version = Int(String(decoding: hint, as: UTF8.self)), version > 0
    else { return Snapshot() }
    let name = LogName.checkpoint(version)
    // A hint that names no checkpoint is as good as none.
    guard let bytes = try bytes(of: name) else { return Snapshot() }
    let fields = try RecordFrame.parse(bytes, name: name, kind: "checkpoint")
    return try Snapshot(checkpoint: fields, version: version)
  }

  /// Writes a checkpoint if the last is long ago. The commit before it stands already, so a store
  /// that fails here takes nothing away: the next writer finds the checkpoint still due.
  private func writeCheckpointIfDue(_ snapshot: inout Snapshot) {
    guard snapshot.version - snapshot.checkpoint >= checkpointInterval else { return }
    var checkpointed = snapshot
    do {
      try flushLedger(&checkpointed)
      checkpointed.checkpoint = checkpointed.version
      let name = LogName.checkpoint(checkpointed.version)
      try store.put(name, RecordFrame.bytes(checkpointed.checkpointJSON()))
      try store.put(LogName.hint, Array(String(checkpointed.version).utf8))
      snapshot = checkpointed
    } catch { return }
  }

  /// Moves the recent entries of the ledger into pages.
  private func flushLedger(_ snapshot: inout Snapshot) throws {
    if snapshot.recentLedger.isEmpty { return }
    var entries = Array(snapshot.recentLedger.values)
    while let last = snapshot.ledgerPages.last, last.count < 2 * entries.count {
      entries += try page(last.object)
      snapshot.ledgerPages.removeLast()
    }
    entries.sort { ($0.contentHash, $0.table) < ($1.contentHash, $1.table) }
    let name = LogName.ledgerPage(snapshot.version, snapshot.ledgerPages.count)
    let record = JSON.members([
      "groove": .text("ledger"), "format": .count(RecordFrame.format),
      "entries": .list(entries.map(\.json)),
    ])
    try store.put(name, RecordFrame.bytes(record))
    snapshot.ledgerPages.append(LedgerPage(object: name, count: entries.count))
    snapshot.recentLedger = [:]
  }

  private func page(_ name: String) throws(LakeError) -> [LedgerEntry] {
    guard let bytes = try bytes(of: name) else { throw .damaged(name, "it is missing") }
    let fields = try RecordFrame.parse(bytes, name: name, kind: "ledger")
    return try fields.map("entries", LedgerEntry.init)
  }

  /// Every input that the lake has taken in.
  package func ledger(of snapshot: Snapshot) throws(LakeError) -> Ledger {
    var entries = Array(snapshot.recentLedger.values)
    for ledgerPage in snapshot.ledgerPages { entries += try page(ledgerPage.object) }
    return Ledger(entries)
  }
}

/// The inputs of a lake, found by content.
package struct Ledger: Sendable {
  private let byContent: [String: LedgerEntry]
  private let sizes: Set<Int>

  package init(_ entries: [LedgerEntry]) {
    byContent = Dictionary(
      entries.map { ($0.contentHash + $0.table, $0) }, uniquingKeysWith: { first, _ in first })
    sizes = Set(entries.map(\.bytes))
  }

  /// The entry of these bytes in this table.
  package func entry(contentHash: String, table: String) -> LedgerEntry? {
    byContent[contentHash + table]
  }

  /// Whether some input has this size: if not, no input has the same bytes either.
  package func hasInput(bytes: Int) -> Bool { sizes.contains(bytes) }

  /// All entries in the order of rows: commit, then source by its bytes.
  package var inOrder: [LedgerEntry] {
    byContent.values.sorted { first, second in
      first.version != second.version
        ? first.version < second.version
        : ObjectName.precedes(first.source, second.source)
    }
  }
}
