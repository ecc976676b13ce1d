package import Objects

// What no version needs any more goes by its age, and only where that is certain. An object may go
// if it was written before a moment, and if no version needs it that was the newest then or later:
// a reader that opened the lake since then may still be reading it. The moment itself is
// believed only where the clock of the commit's writer and that of the store agree that a commit is
// older.

extension Lake {
  /// The objects under `curated/` and `tables/` that a version since `time` needs or may need.
  package func neededObjects(
    since time: Int64, in snapshot: Snapshot
  ) throws(LakeError) -> Set<String> {
    var needed = Set(snapshot.segments.map(\.object))
    needed.formUnion(snapshot.runs.map(\.object))
    needed.formUnion(snapshot.dictionaryParts.map(\.object))
    var version = snapshot.version
    while version > 0, let commit = try commit(version) {
      let info: ObjectInfo?
      do { info = try store.look(at: LogName.commit(version)) } catch { throw LakeError(error) }
      if commit.time < time, let modified = info?.modified, modified < time { break }
      needed.formUnion(commit.removedSegments)
      needed.formUnion(commit.removedRuns)
      version -= 1
    }
    return needed
  }

  /// Checkpoints and pages of the ledger that newer ones have taken the place of since before
  /// `time`. Commits stay: they are the history.
  package func supersededObjects(before time: Int64) throws(LakeError) -> [ObjectInfo] {
    let page: ObjectPage
    do { page = try store.listAll(LogName.folder) } catch { throw LakeError(error) }
    let checkpoints = page.objects.filter { $0.name.hasSuffix(LogName.checkpointEnding) }
    func isOld(_ info: ObjectInfo) -> Bool { info.modified.map { $0 < time } ?? false }
    // The newest one, which the hint may name or will, and the one that was the newest then.
    let kept = Set([checkpoints.last, checkpoints.last(where: isOld)].compactMap { $0?.name })
    var pages: Set<String> = []
    for name in kept {
      let version = LogName.version(ofCheckpoint: name)
      guard let snapshot = try checkpoint(version) else { return [] }
      pages.formUnion(snapshot.ledgerPages.map(\.object))
    }
    if checkpoints.isEmpty { return [] }
    // A page that is younger than the checkpoint of its version belongs to one being written.
    return page.objects.filter { info in
      guard isOld(info) else { return false }
      if info.name.hasSuffix(LogName.checkpointEnding) { return !kept.contains(info.name) }
      return info.name.hasSuffix(".ledger") && !pages.contains(info.name)
    }
  }
}
