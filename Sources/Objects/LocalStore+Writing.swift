import Bytes
import Synchronization

// Each step that changes something passes the gate first, so that a test can end the world before
// any of them; after the last of an object's steps is before the first of the next one's.

extension LocalStore {
  package func put(_ object: String, _ bytes: [UInt8]) throws(ObjectError) {
    let path = try path(object)
    try system { () throws(SystemError) in
      let temporary = try writeTemporary(beside: path, bytes)
      do throws(SystemError) { try rename(temporary, to: path) } catch {
        discard(temporary)
        throw error
      }
      try synchronize(FileSystem.parent(of: path))
    }
  }

  package func putIfAbsent(_ object: String, _ bytes: [UInt8]) throws(ObjectError) -> Bool {
    let path = try path(object)
    return try system { () throws(SystemError) in
      let temporary = try writeTemporary(beside: path, bytes)
      // The temporary name goes away whatever becomes of the link.
      defer { discard(temporary) }
      do throws(SystemError) { try link(temporary, to: path) } catch {
        if error.alreadyExists { return false }
        throw error
      }
      try synchronize(FileSystem.parent(of: path))
      return true
    }
  }

  package func copy(_ object: String, to other: String) throws(ObjectError) {
    let path = try path(object)
    let target = try self.path(other)
    _ = try system { () throws(SystemError) in try copy(path, to: target, ifStill: nil) }
  }

  /// Copies a file, unless it is gone or another one by the end of it; says whether it did.
  private func copy(
    _ path: String, to target: String, ifStill revision: String?
  ) throws(SystemError) -> Bool {
    let temporary = try temporaryName(beside: target)
    do throws(SystemError) {
      try copyContents(of: path, to: temporary)
      if let revision, try FileSystem.status(path)?.revision != revision {
        discard(temporary)
        return false
      }
      try rename(temporary, to: target)
    } catch {
      discard(temporary)
      throw error
    }
    try synchronize(FileSystem.parent(of: target))
    return true
  }

  package func move(_ object: String, to other: String) throws(ObjectError) {
    if try move(object, to: other, ifStill: nil) { return }
    throw ObjectError(SystemError.missing("cannot move", try path(object)))
  }

  package func move(
    _ object: String, to other: String, ifStill revision: String?
  ) throws(ObjectError) -> Bool {
    do throws(ObjectError) { return try moveFound(object, to: other, revision) } catch {
      // Somebody else moved it first, at whichever step.
      if error.isMissing { return false }
      throw error
    }
  }

  private func moveFound(
    _ object: String, to other: String, _ revision: String?
  ) throws(ObjectError) -> Bool {
    let path = try path(object)
    let target = try self.path(other)
    let isPlain = try system { () throws(SystemError) -> Bool? in
      guard let found = try FileSystem.status(path) else {
        throw SystemError.missing("cannot move", path)
      }
      if let revision, found.revision != revision { return nil }
      try makeFolders(FileSystem.parent(of: target))
      return try FileSystem.status(path, followingLinks: false)?.kind == .file
    }
    guard let isPlain else { return false }
    if isPlain, let isDone = try renamed(path, target, revision) { return isDone }
    // A link would go on pointing at a place outside, and another file system cannot take a name:
    // the bytes are copied, and only then is the old name removed.
    let isCopied = try system { () throws(SystemError) in
      try copy(path, to: target, ifStill: revision)
    }
    if isCopied { try delete(object) }
    return isCopied
  }

  /// Moves a file by its name alone; nil where that cannot be, because the target is elsewhere.
  private func renamed(
    _ path: String, _ target: String, _ revision: String?
  ) throws(ObjectError) -> Bool? {
    do throws(SystemError) {
      try rename(path, to: target)
      // Another file may have taken the name between the look and the move: it goes back.
      if let revision, let found = try FileSystem.status(target), found.revision != revision {
        try link(target, to: path)
        try remove(target)
        return false
      }
      unsettled.add(folder: FileSystem.parent(of: target))
      unsettled.add(folder: FileSystem.parent(of: path))
      return true
    } catch {
      if error.isOtherFileSystem { return nil }
      throw ObjectError(error)
    }
  }

  package func delete(_ object: String) throws(ObjectError) {
    let path = try path(object)
    try system { () throws(SystemError) in
      do throws(SystemError) { try remove(path) } catch {
        if error.isMissing { return }
        throw error
      }
      unsettled.add(folder: FileSystem.parent(of: path))
    }
  }

  package func removeLeftovers(
    _ prefix: String, before time: Int64
  ) throws(ObjectError) -> Int {
    let folder = prefix.hasSuffix("/") ? String(prefix.dropLast()) : prefix
    let path = try path(folder)
    return try system { () throws(SystemError) in
      try removeLeftovers(inFolder: path, before: time)
    }
  }

  private func removeLeftovers(
    inFolder path: String, before time: Int64
  ) throws(SystemError) -> Int {
    // Links to folders are not followed: what is behind them is not ours.
    guard try FileSystem.status(path, followingLinks: false)?.kind == .folder else { return 0 }
    var count = 0
    for entry in try FileSystem.entries(of: path) {
      let inside = "\(path)/\(entry.name)"
      guard entry.isExact, let found = try FileSystem.status(inside, followingLinks: false)
      else { continue }
      if found.kind == .folder {
        count += try removeLeftovers(inFolder: inside, before: time)
      } else if entry.name.hasPrefix(Self.temporaryPrefix), found.modified < time {
        try remove(inside)
        count += 1
      }
    }
    return count
  }
}

// MARK: - Steps

extension LocalStore {
  func writeTemporary(
    beside path: String, _ bytes: [UInt8], isDurable: Bool = true
  ) throws(SystemError) -> String {
    let temporary = try temporaryName(beside: path, isDurable: isDurable)
    do {
      try step("create", temporary)
      let file = try File(temporary, .creating)
      try step("write", temporary)
      try file.write(bytes.span)
      if isDurable {
        try step("synchronize", temporary)
        try file.synchronize()
      } else if bytes.count >= Self.largeObject {
        file.beginSynchronizing()
      }
    } catch {
      discard(temporary)
      throw error
    }
    return temporary
  }

  private func copyContents(of path: String, to temporary: String) throws(SystemError) {
    let source = try File(path)
    try step("create", temporary)
    let target = try File(temporary, .creating)
    let partBytes = 1 << 20
    var offset = 0
    while true {
      let part = try source.read(at: offset, count: partBytes)
      if part.isEmpty { break }
      try step("write", temporary)
      try target.write(part.span)
      offset += part.count
    }
    try step("synchronize", temporary)
    try target.synchronize()
  }

  /// A name that no other writer uses, in the folder of `path`, which is made where it is missing.
  private func temporaryName(
    beside path: String, isDurable: Bool = true
  ) throws(SystemError) -> String {
    let folder = FileSystem.parent(of: path)
    try makeFolders(folder, isDurable: isDurable)
    let number = Self.counter.wrappingAdd(1, ordering: .relaxed).newValue
    let unique = "\(Clock.processNumber)-\(Clock.now())-\(number)"
    return "\(folder)/\(Self.temporaryPrefix)\(unique)"
  }

  private static let counter = Atomic<Int>(0)

  /// The disk takes what is as large while other objects are made, and all small ones together.
  private static let largeObject = 1 << 20

  /// Removes a temporary name; one that cannot be removed is shown by no listing and does no harm.
  func discard(_ temporary: String) {
    do { try remove(temporary) } catch { return }
  }

  func step(_ name: String, _ path: String) throws(SystemError) {
    try gate?("\(name) \(path)")
  }

  private func makeFolders(_ path: String, isDurable: Bool = true) throws(SystemError) {
    try step("make the folder", path)
    try FileSystem.makeFolders(path, isDurable: isDurable)
  }

  func rename(_ path: String, to target: String) throws(SystemError) {
    try step("rename to", target)
    try FileSystem.rename(path, to: target)
  }

  private func link(_ path: String, to target: String) throws(SystemError) {
    try step("link to", target)
    try FileSystem.link(path, to: target)
  }

  private func remove(_ path: String) throws(SystemError) {
    try step("remove", path)
    try FileSystem.remove(path)
  }

  func synchronize(_ folder: String) throws(SystemError) {
    try step("synchronize", folder)
    try FileSystem.synchronize(folder: folder)
  }
}
