import Lake
import Objects

/// Deletes what no version has needed since before a moment, and what dead processes left without a
/// name.
enum Garbage {
  static func collect(_ lake: Lake, before time: Int64) throws -> [String] {
    let needed = try lake.neededObjects(since: time, in: try lake.snapshot())
    var deleted: [String] = []
    for folder in ["curated/", "tables/"] {
      for info in try lake.store.listAll(folder).objects {
        guard !info.name.hasPrefix(LogName.folder), !needed.contains(info.name),
          let modified = info.modified, modified < time
        else { continue }
        if try delete(info, lake.store) { deleted.append(info.name) }
      }
    }
    for info in try lake.supersededObjects(before: time) where try delete(info, lake.store) {
      deleted.append(info.name)
    }
    for folder in ["curated/", "tables/", "archive/", "logs/"] {
      _ = try lake.store.removeLeftovers(folder, before: time)
    }
    try lake.store.settle()
    return deleted
  }

  /// A writer may make the same content again under the same name at any moment, and rely on it:
  /// an object is taken away only as it was when it was listed, and else it stays.
  private static func delete(_ info: ObjectInfo, _ store: any ObjectStore) throws -> Bool {
    let away = info.name + ".deleted"
    guard try store.move(info.name, to: away, ifStill: info.revision) else { return false }
    try store.delete(away)
    return true
  }
}
