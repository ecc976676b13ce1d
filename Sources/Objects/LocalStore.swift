package import Bytes

/// A folder as a store.
///
/// An object is written under a temporary name beside its own, synchronized, then renamed (put) or
/// linked (put if absent) to its name, and the folder is synchronized. A process that is killed
/// leaves at most a temporary name behind, which no listing shows.
package struct LocalStore: ObjectStore {
  /// The path of the folder; it is made when the first object is.
  package let name: String
  /// Is asked before each step that changes something, and may refuse it: tests let the world end
  /// between any two of them.
  let gate: Gate?
  /// What was put soon and is not settled yet; shared by copies of the store.
  let unsettled = Unsettled()

  package typealias Gate = @Sendable (_ step: String) throws(SystemError) -> Void

  package init(_ folder: String, gate: Gate? = nil) {
    name = folder.isEmpty ? "." : folder
    self.gate = gate
  }

  /// The nearest folder above that is there says it: the store's own is made when it is needed.
  package var freeBytes: Int? {
    FileSystem.freeBytes(at: name) ?? FileSystem.freeBytes(at: FileSystem.parent(of: name))
  }

  static let temporaryPrefix = ".groove-temporary-"

  func path(_ object: String) throws(ObjectError) -> String {
    if let fault = ObjectName.fault(in: object) {
      throw ObjectError(Explanation("cannot use", "the object name '\(object)'", because: fault))
    }
    return "\(name)/\(object)"
  }

  /// Runs `body` with the errors of the system told as those of the store.
  func system<Result>(
    _ body: () throws(SystemError) -> Result
  ) throws(ObjectError) -> Result {
    do { return try body() } catch { throw ObjectError(error) }
  }
}

// MARK: - Reading

extension LocalStore {
  package func list(
    _ prefix: String, after: String?, limit: Int
  ) throws(ObjectError) -> ObjectPage {
    // Only the folder that the prefix names is walked, not its neighbours.
    let folder = prefix.utf8.lastIndex(of: UInt8(ascii: "/")).map { String(prefix[..<$0]) } ?? ""
    if !folder.isEmpty { _ = try path(folder) }
    var walk = Walk(prefix: prefix)
    try system { () throws(SystemError) in
      try walk.enter(folder, at: folder.isEmpty ? name : "\(name)/\(folder)", above: [])
    }
    var objects = walk.objects
    if let after { objects.removeAll { !ObjectName.precedes(after, $0.name) } }
    objects.sort { ObjectName.precedes($0.name, $1.name) }
    let page = Array(objects.prefix(max(1, limit)))
    return ObjectPage(
      objects: page, next: page.count < objects.count ? page.last?.name : nil,
      unreadableNames: after == nil ? walk.unreadable.sorted() : [])
  }

  package func look(at object: String) throws(ObjectError) -> ObjectInfo? {
    let path = try path(object)
    return try system { () throws(SystemError) in
      guard let status = try FileSystem.status(path), status.kind == .file else { return nil }
      return ObjectInfo(
        name: object, size: status.size, modified: status.modified, revision: status.revision)
    }
  }

  package func isBeingWritten(_ object: String) throws(ObjectError) -> Bool {
    let path = try path(object)
    return try system { () throws(SystemError) in try File(path).isOpenForWriting }
  }

  package func get(_ object: String) throws(ObjectError) -> [UInt8] {
    let path = try path(object)
    return try system { () throws(SystemError) in try File.contents(of: path) }
  }

  package func source(_ object: String) throws(ObjectError) -> any ByteSource {
    let path = try path(object)
    guard try look(at: object) != nil else {
      throw ObjectError(
        Explanation(
          "cannot open", path, because: "there is no such file", remedy: "Check the path."),
        isMissing: true)
    }
    do { return try FileSource(path) } catch { throw ObjectError(error) }
  }
}

/// Collects the files of a folder and the folders in it.
private struct Walk {
  let prefix: String
  var objects: [ObjectInfo] = []
  var unreadable: [String] = []

  init(prefix: String) { self.prefix = prefix }

  /// `above` holds the identities of the folders on the way here: a link to one of them would be
  /// walked without end.
  mutating func enter(
    _ folder: String, at path: String, above: [[UInt64]]
  ) throws(SystemError) {
    guard let status = try FileSystem.status(path), status.kind == .folder,
      !above.contains(status.identity)
    else { return }
    for entry in try FileSystem.entries(of: path) {
      if entry.name.hasPrefix(LocalStore.temporaryPrefix) { continue }
      let name = folder.isEmpty ? entry.name : "\(folder)/\(entry.name)"
      guard entry.isExact, ObjectName.fault(in: name) == nil else {
        unreadable.append(name)
        continue
      }
      // A name that went away since it was listed, or a link to nothing, is no object.
      guard let found = try FileSystem.status("\(path)/\(entry.name)") else { continue }
      switch found.kind {
      case .file:
        if name.utf8.starts(with: prefix.utf8) {
          objects.append(
            ObjectInfo(
              name: name, size: found.size, modified: found.modified, revision: found.revision))
        }
      case .folder:
        let inside = "\(name)/"
        if inside.utf8.starts(with: prefix.utf8) || prefix.utf8.starts(with: inside.utf8) {
          try enter(name, at: "\(path)/\(entry.name)", above: above + [status.identity])
        }
      case .link, .other: continue
      }
    }
  }
}
