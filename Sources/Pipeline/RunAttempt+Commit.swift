import Bytes
import Columns
import Lake
import Objects

// MARK: - Dictionaries

extension RunAttempt {
  /// Gives the ids that are new to the lake their codes. The commit holds nothing else, so that a
  /// run that ends here leaves codes that no row has, which do no harm.
  mutating func commitDictionaries() throws(PipelineError) {
    do {
      while dictionaries.names.contains(where: { dictionaries.pending($0) != nil }) {
        var commit = Commit(kind: "dictionaries", time: options.time)
        var changes: [DictionaryChange] = []
        for name in dictionaries.names {
          guard let pending = dictionaries.pending(name) else { continue }
          let change = try DictionaryChange(
            name, pending, base: dictionaries.lakeDictionary(name),
            foreign: dictionaries.foreignCodes(name), lake, snapshot)
          if let part = change.part { commit.dictionaryParts.append(part) }
          changes.append(change)
        }
        if !commit.isEmpty {
          switch try lake.commit(commit, on: snapshot) {
          case .committed(let next): snapshot = next
          case .lost(let newest):
            snapshot = newest
            racesLost += 1
            continue
          }
        }
        for change in changes {
          dictionaries.commit(
            change.name, codes: change.codes, foreign: change.foreign,
            lake: TextDictionary(
              change.texts, shared: snapshot.dictionary(change.name).shared))
        }
        reader = LakeReader(
          lake, snapshot,
          dictionaries: Dictionary(
            uniqueKeysWithValues: dictionaries.names.map {
              ($0, dictionaries.lakeDictionary($0))
            }))
      }
    } catch { throw PipelineError(error) }
  }
}

/// What a commit adds to one dictionary.
private struct DictionaryChange {
  let name: String
  /// The lake's code of each pending id.
  let codes: [UInt32]
  /// The codes of the ids that others have added since the run began.
  let foreign: [ArraySlice<UInt8>: UInt32]
  /// All texts of the dictionary after the commit.
  let texts: TextVector
  /// The new codes; nil where others have added all the ids meanwhile.
  let part: DictionaryPart?

  /// `base` is the dictionary as this run last knew it, in which `foreign` ids are by others.
  init(
    _ name: String, _ pending: TextVector, base: TextDictionary,
    foreign: [ArraySlice<UInt8>: UInt32], _ lake: Lake, _ snapshot: Snapshot
  ) throws(LakeError) {
    self.name = name
    let state = snapshot.dictionary(name)
    var texts = base.texts
    var foreign = foreign
    for part in state.parts where part.first + part.count > base.count {
      precondition(part.first >= base.count, "a dictionary grows by whole parts")
      let read = try lake.texts(of: part)
      for index in 0..<read.count {
        foreign[read.bytes[read.range(index)]] = UInt32(part.first + index)
      }
      texts.append(contentsOf: read)
    }
    let first = UInt32(state.count)
    var codes: [UInt32] = []
    var new = pending
    if foreign.isEmpty {
      codes = Array(first..<first + UInt32(pending.count))
    } else {
      codes.reserveCapacity(pending.count)
      new = TextVector()
      for index in 0..<pending.count {
        let text = pending.bytes[pending.range(index)]
        if let known = foreign[text] {
          codes.append(known)
        } else {
          codes.append(first + UInt32(new.count))
          new.append(text)
        }
      }
    }
    texts.append(contentsOf: new)
    self.codes = codes
    self.foreign = foreign
    self.texts = texts
    part = new.count == 0 ? nil : try lake.putPart(of: state, new)
  }
}

// MARK: - Data

extension RunAttempt {
  /// Adds what was written to the reports, once all files are read, and returns it.
  @discardableResult
  mutating func settle() -> [SegmentEntry] {
    for part in written {
      note(kept: part.kept, duplicates: part.duplicates)
      for (name, count) in part.unmatched { unmatched[name, default: 0] += count }
    }
    return addedSegments
  }

  /// The segments that were written.
  var addedSegments: [SegmentEntry] { written.flatMap(\.entries) }

  /// Commits the segments and the ledger; false if another writer changed what this attempt has
  /// relied on, so that it has to be made again.
  mutating func commit(
    _ pack: PackText?, changesTables: Bool
  ) throws(PipelineError) -> Bool {
    settle()
    var commit = Commit(kind: "run", time: options.time)
    commit.pack = pack
    commit.removedSegments = replaced
    commit.addedSegments = addedSegments
    commit.ledger = files.filter(\.isSealed).map { file in
      let report = file.report
      precondition(
        report.rowsRead == report.rowsKept + report.rowsRejected + report.duplicates,
        "every row that was read is kept, rejected or a duplicate")
      return LedgerEntry(
        table: report.table, source: report.source, contentHash: report.contentHash,
        bytes: report.bytes, rowsRead: report.rowsRead, rowsKept: report.rowsKept,
        rowsRejected: report.rowsRejected, duplicates: report.duplicates,
        archive: Archive.name(of: file.arrival, hash: report.contentHash, time: options.time))
    }
    // A pack is kept with the first rows, or where it changes what is kept.
    if commit.ledger.isEmpty, !changesTables { return true }
    do {
      var checked = base.version
      while true {
        while checked < snapshot.version {
          checked += 1
          if let other = try lake.commit(checked), conflicts(commit, with: other) { return false }
        }
        commit.staleSlots = try staleSlots(in: snapshot)
        if changesTables { commit.staleSlots = allSlots(in: snapshot, commit.staleSlots) }
        switch try lake.commit(commit, on: snapshot) {
        case .committed(let next):
          snapshot = next
          return true
        case .lost(let newest):
          racesLost += 1
          snapshot = newest
          reader = LakeReader(lake, newest)
        }
      }
    } catch let error as LakeError { throw PipelineError(error) } catch let error
      as PipelineError
    { throw error } catch { preconditionFailure("a commit fails with the errors it declares") }
  }

  /// Whether a commit of another writer changes what this one was computed from: its inputs, the
  /// rows beside the rows it adds, the pack.
  private func conflicts(_ commit: Commit, with other: Commit) -> Bool {
    if other.pack != nil { return true }
    let hashes = Set(commit.ledger.map { $0.contentHash + $0.table })
    if other.ledger.contains(where: { hashes.contains($0.contentHash + $0.table) }) { return true }
    let slots = Set(commit.addedSegments.map(\.slot))
    if other.addedSegments.contains(where: { slots.contains($0.slot) }) { return true }
    let used = Set(segments.filter { slots.contains($0.key) }.values.joined().map(\.object))
    return other.removedSegments.contains(where: { used.contains($0) })
  }
}
