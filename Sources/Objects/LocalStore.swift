package import Bytes
import Synchronization

/// A folder as a store.
///
/// An object is written under a temporary name beside its own, synchronized, then renamed (put) or
/// linked (put if absent) to its name, and the folder is synchronized. A process that is killed
/// leaves at most a temporary name behind, which no listing shows.
package struct LocalStore: ObjectStore {
  /// The path of the folder; it is made when the first object is.
  package let name: String

  package init(_ folder: String) { name = folder.isEmpty ? "." : folder }

  static let temporaryPrefix = ".groove-temporary-"

  private func path(_ object: String) throws(ObjectError) -> String {
    if let fault = ObjectName.fault(in: object) {
      throw ObjectError(Explanation("cannot use", "the object name '\(object)'", because: fault))
    }
    return "\(name)/\(object)"
  }

  /// Runs `body` with the errors of the system told as those of the store.
  private func system<Result>(
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
      return ObjectInfo(name: object, size: status.size, modified: status.modified)
    }
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
          objects.append(ObjectInfo(name: name, size: found.size, modified: found.modified))
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

// MARK: - Writing

extension LocalStore {
  package func put(_ object: String, _ bytes: [UInt8]) throws(ObjectError) {
    let path = try path(object)
    try system { () throws(SystemError) in
      let temporary = try Self.writeTemporary(beside: path, bytes)
      do throws(SystemError) { try FileSystem.rename(temporary, to: path) } catch {
        Self.discard(temporary)
        throw error
      }
      try FileSystem.synchronize(folder: FileSystem.parent(of: path))
    }
  }

  package func putIfAbsent(_ object: String, _ bytes: [UInt8]) throws(ObjectError) -> Bool {
    let path = try path(object)
    return try system { () throws(SystemError) in
      let temporary = try Self.writeTemporary(beside: path, bytes)
      // The temporary name goes away whatever becomes of the link.
      defer { Self.discard(temporary) }
      do throws(SystemError) { try FileSystem.link(temporary, to: path) } catch {
        if error.alreadyExists { return false }
        throw error
      }
      try FileSystem.synchronize(folder: FileSystem.parent(of: path))
      return true
    }
  }

  package func copy(_ object: String, to other: String) throws(ObjectError) {
    let path = try path(object)
    let target = try self.path(other)
    try system { () throws(SystemError) in
      let temporary = try Self.temporaryName(beside: target)
      do throws(SystemError) {
        try Self.copyContents(of: path, to: temporary)
        try FileSystem.rename(temporary, to: target)
      } catch {
        Self.discard(temporary)
        throw error
      }
      try FileSystem.synchronize(folder: FileSystem.parent(of: target))
    }
  }

  package func move(_ object: String, to other: String) throws(ObjectError) {
    let path = try path(object)
    let target = try self.path(other)
    let isPlain = try system { () throws(SystemError) in
      try FileSystem.makeFolders(FileSystem.parent(of: target))
      return try FileSystem.status(path, followingLinks: false)?.kind == .file
    }
    if isPlain {
      do {
        try FileSystem.rename(path, to: target)
        try FileSystem.synchronize(folder: FileSystem.parent(of: target))
        return try FileSystem.synchronize(folder: FileSystem.parent(of: path))
      } catch { if !error.isOtherFileSystem { throw ObjectError(error) } }
    }
    // A link would go on pointing at a place outside, and another file system cannot take a name:
    // the bytes are copied, and only then is the old name removed.
    try copy(object, to: other)
    try delete(object)
  }

  package func delete(_ object: String) throws(ObjectError) {
    let path = try path(object)
    try system { () throws(SystemError) in
      do throws(SystemError) { try FileSystem.remove(path) } catch {
        if error.isMissing { return }
        throw error
      }
      try FileSystem.synchronize(folder: FileSystem.parent(of: path))
    }
  }

  private static func writeTemporary(
    beside path: String, _ bytes: [UInt8]
  ) throws(SystemError) -> String {
    let temporary = try temporaryName(beside: path)
    do {
      let file = try File(temporary, .creating)
      try file.write(bytes.span)
      try file.synchronize()
    } catch {
      discard(temporary)
      throw error
    }
    return temporary
  }

  private static func copyContents(of path: String, to temporary: String) throws(SystemError) {
    let source = try File(path)
    let target = try File(temporary, .creating)
    let partBytes = 1 << 20
    var offset = 0
    while true {
      let part = try source.read(at: offset, count: partBytes)
      if part.isEmpty { break }
      try target.write(part.span)
      offset += part.count
    }
    try target.synchronize()
  }

  /// A name that no other writer uses, in the folder of `path`, which is made where it is missing.
  private static func temporaryName(beside path: String) throws(SystemError) -> String {
    let folder = FileSystem.parent(of: path)
    try FileSystem.makeFolders(folder)
    let number = counter.wrappingAdd(1, ordering: .relaxed).newValue
    let unique = "\(Clock.processNumber)-\(Clock.now())-\(number)"
    return "\(folder)/\(temporaryPrefix)\(unique)"
  }

  private static let counter = Atomic<Int>(0)

  /// Removes a temporary name; one that cannot be removed is shown by no listing and does no harm.
  private static func discard(_ temporary: String) {
    do { try FileSystem.remove(temporary) } catch { return }
  }
}
