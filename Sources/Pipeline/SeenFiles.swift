package import Bytes
import Lake
package import Objects
import Packs

/// A file that a lake has seen: what it is, and what became of it.
package struct SeenFile: Sendable, Hashable {
  package enum State: String, Sendable, CaseIterable {
    /// Its rows are in the lake, and it stands in the archive.
    case archived
    /// Its rows are in the lake, and it is not in the archive: the next run moves it there.
    case committed
    /// It was refused whole and stands under `logs/invalid/`.
    case refused
    /// It waits under `incoming/`.
    case arrived
    /// It stands under `incoming/` and is for no table.
    case ignored
  }

  package var state: State
  package var table = ""
  package var source: String
  package var bytes = 0
  package var rowsRead = 0
  package var rowsKept = 0
  package var rowsRejected = 0
  package var duplicates = 0
  /// The commit that took it in.
  package var version: Int?
  /// Why it was refused, or what most of its rejected rows were rejected for.
  package var reason: String?
  /// Where the file is.
  package var object: String

  package var json: JSON {
    .members([
      "state": .text(state.rawValue), "table": .text(table), "source": .text(source),
      "bytes": .count(bytes), "read": .count(rowsRead), "kept": .count(rowsKept),
      "rejected": .count(rowsRejected), "duplicates": .count(duplicates),
      "version": version.map { .count($0) } ?? .null, "reason": .optional(reason),
      "object": .text(object),
    ])
  }
}

extension Pipeline {
  /// Every file that the lake has seen and still has or remembers: in the order of rows those that
  /// are in, then those that were refused, then those that wait.
  package static func seenFiles(_ store: any ObjectStore) throws(PipelineError) -> [SeenFile] {
    do {
      let lake = Lake(store)
      let snapshot = try lake.snapshot()
      var files = try committed(lake, snapshot)
      files += try refused(store)
      let tables = try PackChoice.kept(by: snapshot)?.inputs.map(\.name) ?? []
      let incoming = try Incoming.find(in: store, tables: tables)
      for arrival in incoming.arrivals {
        var file = SeenFile(state: .arrived, source: arrival.source, object: arrival.object)
        file.table = arrival.table
        file.bytes = arrival.size
        files.append(file)
      }
      for object in incoming.ignored {
        files.append(
          SeenFile(
            state: snapshot.version == 0 ? .arrived : .ignored,
            source: String(object.dropFirst(Incoming.folder.count)), object: object))
      }
      return files
    } catch { throw PipelineError(Explanation(describing: error)) }
  }

  private static func committed(_ lake: Lake, _ snapshot: Snapshot) throws -> [SeenFile] {
    let archived = Set(try lake.store.listAll("archive/").objects.map(\.name))
    return try lake.ledger(of: snapshot).inOrder.map { entry in
      let isArchived = archived.contains(entry.archive)
      var file = SeenFile(
        state: isArchived ? .archived : .committed, source: entry.source,
        object: isArchived ? entry.archive : Incoming.folder + entry.source)
      file.table = entry.table
      file.bytes = entry.bytes
      file.rowsRead = entry.rowsRead
      file.rowsKept = entry.rowsKept
      file.rowsRejected = entry.rowsRejected
      file.duplicates = entry.duplicates
      file.version = entry.version
      if entry.rowsRejected > 0 {
        let arrival = Incoming.Arrival(
          table: entry.table, object: "", source: entry.source, size: entry.bytes)
        file.reason = try usualReason(
          Archive.rejectionsName(arrival, entry.contentHash), lake.store)
      }
      return file
    }
  }

  /// What most of the rejected rows that are kept aside were rejected for.
  private static func usualReason(_ object: String, _ store: any ObjectStore) throws -> String? {
    guard try store.look(at: object) != nil else { return nil }
    var counts: [String: Int] = [:]
    for line in try store.get(object).split(separator: UInt8(ascii: "\n")) {
      guard let reason = try JSON.parse(Array(line))["reason"]?.asText else { continue }
      counts[reason, default: 0] += 1
    }
    return counts.max { ($0.value, $1.key) < ($1.value, $0.key) }?.key
  }

  private static func refused(_ store: any ObjectStore) throws -> [SeenFile] {
    var files: [SeenFile] = []
    for object in try store.listAll(Archive.refusedFolder).objects.map(\.name) {
      guard object.hasSuffix(Archive.errorEnding) else { continue }
      let name = String(object.dropLast(Archive.errorEnding.count))
      // The reason is written before the file is moved: without the file it has no effect yet.
      guard try store.look(at: name) != nil else { continue }
      let json = try JSON.parse(try store.get(object))
      var file = SeenFile(state: .refused, source: json["source"]?.asText ?? name, object: name)
      file.table = json["table"]?.asText ?? ""
      file.bytes = Int(json["bytes"]?.asInteger ?? 0)
      file.rowsRead = Int(json["read"]?.asInteger ?? 0)
      file.rowsRejected = Int(json["rejected"]?.asInteger ?? 0)
      file.reason = json["reason"]?.asText
      files.append(file)
    }
    return files
  }
}
