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
    // What the commit names must be there for as long as the commit is.
    do { try store.settle() } catch { throw LakeError(error) }
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
    if let hint = try bytes(of: LogName.hint),
      let version = Int(String(decoding: hint, as: UTF8.self)), version > 0,
      let snapshot = try checkpoint(version)
    {
      return snapshot
    }
    // A hint that names no checkpoint is as good as none: then the log is looked through, unless
    // it is too short to have one.
    let newest: String?
    do {
      if try store.look(at: LogName.commit(checkpointInterval)) == nil { return Snapshot() }
      newest = try store.listAll(LogName.folder).objects.last {
        $0.name.hasSuffix(LogName.checkpointEnding)
      }?.name
    } catch { throw LakeError(error) }
    return try newest.flatMap { name throws(LakeError) in
      try checkpoint(LogName.version(ofCheckpoint: name))
    } ?? Snapshot()
  }

  /// The checkpoint of a version; nil where there is none.
  func checkpoint(_ version: Int) throws(LakeError) -> Snapshot? {
    let name = LogName.checkpoint(version)
    guard let bytes = try bytes(of: name) else { return nil }
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
      entries += try page(last.object).allEntries()
      snapshot.ledgerPages.removeLast()
    }
    let name = LogName.ledgerPage(snapshot.version, snapshot.ledgerPages.count)
    try store.put(name, LedgerFile.bytes(of: entries))
    snapshot.ledgerPages.append(LedgerPage(object: name, count: entries.count))
    snapshot.recentLedger = [:]
  }

  private func page(_ name: String) throws(LakeError) -> LedgerFile {
    do { return try LedgerFile(try store.source(name)) } catch let error as ObjectError {
      if error.isMissing { throw .damaged(name, "it is missing") }
      throw LakeError(error)
    } catch let error as LakeError { throw error } catch {
      preconditionFailure("a page fails with the errors it declares")
    }
  }

  /// Every input that the lake has taken in.
  package func ledger(of snapshot: Snapshot) throws(LakeError) -> Ledger {
    var pages: [LedgerFile] = []
    for ledgerPage in snapshot.ledgerPages { pages.append(try page(ledgerPage.object)) }
    return Ledger(Array(snapshot.recentLedger.values), pages: pages)
  }
}
