import Bytes

// A run of many dates writes thousands of small objects, and none of them counts before the commit
// that names them. So they are made safe together, just before it: a few one by one, many by one
// call for all that waits in their file system.
//
// PERF: 1,000 dates with 5,005 objects: 40 s with a synchronization for each object and folder, and
// still 14 s for their 12,000 calls after all was written (each waits for the disk's own cache).

/// What a loss of power may still undo.
final class Unsettled: Sendable {
  struct Paths {
    /// Files whose bytes may be lost, and with them their names.
    var files: [String] = []
    /// Folders whose names may be the old ones: what left them is back then, nothing else.
    var folders: Set<String> = []
  }

  private let paths = Lock(Paths())

  func add(file: String) { paths.withLock { $0.files.append(file) } }

  func add(folder: String) { paths.withLock { _ = $0.folders.insert(folder) } }

  func add(_ other: Paths) {
    paths.withLock { paths in
      paths.files += other.files
      paths.folders.formUnion(other.folders)
    }
  }

  func takeAll() -> Paths {
    paths.withLock { paths in
      defer { paths = Paths() }
      return paths
    }
  }
}

extension LocalStore {
  /// Up to so many objects are synchronized one by one alone: what other processes have written is
  /// not waited for then.
  private static let fewObjects = 32

  package func putSoon(_ object: String, _ bytes: [UInt8]) throws(ObjectError) {
    let path = try path(object)
    try system { () throws(SystemError) in
      let temporary = try writeTemporary(beside: path, bytes, isDurable: false)
      do throws(SystemError) { try rename(temporary, to: path) } catch {
        discard(temporary)
        throw error
      }
    }
    unsettled.add(file: path)
  }

  package func settle() throws(ObjectError) {
    let paths = unsettled.takeAll()
    do throws(SystemError) {
      let isMany = max(paths.files.count, paths.folders.count) > Self.fewObjects
      try isMany ? settleTogether(paths) : settleEach(paths)
    } catch {
      // What could not be made safe is still not safe: the next try has to do all of it.
      unsettled.add(paths)
      throw ObjectError(error)
    }
  }

  private func settleEach(_ paths: Unsettled.Paths) throws(SystemError) {
    var folders = paths.folders
    for path in paths.files {
      try step("synchronize", path)
      try File(path).synchronize()
      // Folders that were made for it have to be found again, too.
      var folder = FileSystem.parent(of: path)
      while folders.insert(folder).inserted, folder.utf8.count > name.utf8.count {
        folder = FileSystem.parent(of: folder)
      }
    }
    for folder in folders.sorted() {
      do throws(SystemError) { try synchronize(folder) } catch {
        // One that was taken away meanwhile has no names to keep.
        if !error.isMissing { throw error }
      }
    }
  }

  /// A folder of the store may be a link to another file system, which is synchronized as well.
  private func settleTogether(_ paths: Unsettled.Paths) throws(SystemError) {
    var devices: Set<UInt64> = []
    let folders = paths.folders.union(paths.files.map { FileSystem.parent(of: $0) })
    for folder in [name] + folders.sorted() {
      guard let device = try FileSystem.status(folder)?.identity.first,
        devices.insert(device).inserted
      else { continue }
      try step("synchronize all around", folder)
      try FileSystem.synchronizeAll(around: folder)
    }
  }
}
