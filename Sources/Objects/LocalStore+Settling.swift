import Bytes

// A run of many dates writes thousands of small objects, and none of them counts before the commit
// that names them. So they are made safe together, just before it: a few one by one, many by one
// call for all that waits in their file system.
//
// PERF: 1,000 dates with 5,005 objects: 40 s with a synchronization for each object and folder, and
// still 14 s for their 12,000 calls after all was written (each waits for the disk's own cache).

/// The paths of objects that a loss of power may still take.
final class Unsettled: Sendable {
  private let paths = Lock<[String]>([])

  func add(_ path: String) { paths.withLock { $0.append(path) } }

  func takeAll() -> [String] {
    paths.withLock { paths in
      defer { paths = [] }
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
    unsettled.add(path)
  }

  package func settle() throws(ObjectError) {
    let paths = unsettled.takeAll()
    if paths.isEmpty { return }
    do throws(SystemError) {
      try paths.count > Self.fewObjects ? settleTogether(paths) : settleEach(paths)
    } catch {
      // What could not be made safe is still not safe: the next try has to do all of it.
      for path in paths { unsettled.add(path) }
      throw ObjectError(error)
    }
  }

  private func settleEach(_ paths: [String]) throws(SystemError) {
    var folders: Set<String> = []
    for path in paths {
      try step("synchronize", path)
      try File(path).synchronize()
      // Folders that were made for it have to be found again, too.
      var folder = FileSystem.parent(of: path)
      while folders.insert(folder).inserted, folder.utf8.count > name.utf8.count {
        folder = FileSystem.parent(of: folder)
      }
    }
    for folder in folders.sorted() { try synchronize(folder) }
  }

  /// A folder of the store may be a link to another file system, which is synchronized as well.
  private func settleTogether(_ paths: [String]) throws(SystemError) {
    var devices: Set<UInt64> = []
    for folder in [name] + Set(paths.map { FileSystem.parent(of: $0) }).sorted() {
      guard let device = try FileSystem.status(folder)?.identity.first,
        devices.insert(device).inserted
      else { continue }
      try step("synchronize all around", folder)
      try FileSystem.synchronizeAll(around: folder)
    }
  }
}
