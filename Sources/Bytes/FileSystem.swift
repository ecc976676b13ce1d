import CKernels
import Glibc

/// Names and folders of the file system, each system call once.
package enum FileSystem {
  package enum Kind: Sendable { case file, folder, link, other }

  /// What the system knows of a path.
  package struct Status: Sendable {
    package let kind: Kind
    package let size: Int
    /// Microseconds since 1970.
    package let modified: Int64
    /// Tells two paths to the same thing apart from paths to two things.
    package let identity: [UInt64]
    /// Tells a content from what stood or will stand under the same path: another file, another
    /// size or another time of change make another revision. A new name does not.
    package let revision: String
  }

  /// One name in a folder.
  package struct Entry: Sendable {
    /// The name; with replacement characters where it is not UTF-8.
    package let name: String
    /// Whether `name` is the exact name, so that it can be opened.
    package let isExact: Bool
  }

  /// What stands at `path`, nil where nothing does. Links are followed unless told otherwise.
  package static func status(
    _ path: String, followingLinks: Bool = true
  ) throws(SystemError) -> Status? {
    var status = stat()
    // SAFETY: `status` is a whole `stat` that is only written during the call, and Swift passes
    // `path` as a NUL-terminated copy that outlives it.
    let result = unsafe followingLinks ? stat(path, &status) : lstat(path, &status)
    guard result == 0 else {
      let error = SystemError("cannot look at", path, code: errno)
      if error.isMissing { return nil }
      throw error
    }
    let kind: Kind =
      switch status.st_mode & S_IFMT {
      case S_IFREG: .file
      case S_IFDIR: .folder
      case S_IFLNK: .link
      default: .other
      }
    let modified = Int64(status.st_mtim.tv_sec) * 1_000_000 + Int64(status.st_mtim.tv_nsec) / 1000
    let time = "\(status.st_mtim.tv_sec).\(status.st_mtim.tv_nsec)"
    return Status(
      kind: kind, size: Int(status.st_size), modified: modified,
      identity: [UInt64(status.st_dev), UInt64(status.st_ino)],
      revision: "\(status.st_dev):\(status.st_ino):\(status.st_size):\(time)")
  }

  /// The names in a folder but `.` and `..`, in no order.
  package static func entries(of folder: String) throws(SystemError) -> [Entry] {
    // SAFETY: Swift passes the path as a NUL-terminated copy that outlives the call.
    guard let stream = unsafe opendir(folder) else {
      throw SystemError("cannot list", folder, code: errno)
    }
    // SAFETY: the stream was opened above and is closed only here, after its last use.
    defer { _ = unsafe closedir(stream) }
    var entries: [Entry] = []
    while true {
      errno = 0
      // SAFETY: the stream is open; the entry it returns lives until the next call on the stream,
      // and is copied before that.
      guard let entry = unsafe readdir(stream) else { break }
      // SAFETY: `d_name` lies within the entry and is NUL-terminated by the system.
      let bytes = unsafe withUnsafePointer(to: &entry.pointee.d_name) { field in
        unsafe field.withMemoryRebound(to: UInt8.self, capacity: 256) { name in
          unsafe [UInt8](UnsafeBufferPointer(start: name, count: strnlen(name, 256)))
        }
      }
      let name = String(decoding: bytes, as: UTF8.self)
      if name == "." || name == ".." { continue }
      entries.append(Entry(name: name, isExact: name.utf8.elementsEqual(bytes)))
    }
    guard errno == 0 else { throw SystemError("cannot list", folder, code: errno) }
    return entries
  }

  /// Makes a folder and those above it where they are missing; safe against a loss of power unless
  /// that is left to somebody else.
  package static func makeFolders(_ path: String, isDurable: Bool = true) throws(SystemError) {
    if path.isEmpty || path == "/" { return }
    if try status(path)?.kind == .folder { return }
    let above = parent(of: path)
    try makeFolders(above, isDurable: isDurable)
    // SAFETY: Swift passes the path as a NUL-terminated copy that outlives the call.
    if unsafe mkdir(path, 0o755) != 0 && errno != EEXIST {
      throw SystemError("cannot make the folder", path, code: errno)
    }
    if isDurable { try synchronize(folder: above) }
  }

  /// Gives a file another name; what had that name is replaced in one step.
  package static func rename(_ path: String, to name: String) throws(SystemError) {
    // SAFETY: Swift passes both paths as NUL-terminated copies that outlive the call.
    guard unsafe Glibc.rename(path, name) == 0 else {
      throw SystemError("cannot rename to", name, code: errno)
    }
  }

  /// Gives a file a second name, which must be free.
  package static func link(_ path: String, to name: String) throws(SystemError) {
    // SAFETY: Swift passes both paths as NUL-terminated copies that outlive the call.
    guard unsafe Glibc.link(path, name) == 0 else {
      throw SystemError("cannot make", name, code: errno)
    }
  }

  /// Makes a symbolic link at `name` that says `path`.
  package static func symbolicLink(_ path: String, at name: String) throws(SystemError) {
    // SAFETY: Swift passes both paths as NUL-terminated copies that outlive the call.
    guard unsafe symlink(path, name) == 0 else {
      throw SystemError("cannot make", name, code: errno)
    }
  }

  /// Removes the name of a file.
  package static func remove(_ path: String) throws(SystemError) {
    // SAFETY: Swift passes the path as a NUL-terminated copy that outlives the call.
    guard unsafe unlink(path) == 0 else {
      throw SystemError("cannot delete", path, code: errno)
    }
  }

  /// Removes an empty folder.
  package static func removeFolder(_ path: String) throws(SystemError) {
    // SAFETY: Swift passes the path as a NUL-terminated copy that outlives the call.
    guard unsafe rmdir(path) == 0 else {
      throw SystemError("cannot delete the folder", path, code: errno)
    }
  }

  /// Removes a folder and everything in it; links are removed, not followed.
  package static func removeAll(_ path: String) throws(SystemError) {
    guard let status = try status(path, followingLinks: false) else { return }
    guard status.kind == .folder else { return try remove(path) }
    for entry in try entries(of: path) { try removeAll(path + "/" + entry.name) }
    try removeFolder(path)
  }

  /// Returns when the names in the folder would survive a loss of power.
  package static func synchronize(folder: String) throws(SystemError) {
    // SAFETY: Swift passes the path as a NUL-terminated copy that outlives the call.
    let descriptor = unsafe open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard descriptor >= 0 else { throw SystemError("cannot open", folder, code: errno) }
    defer { _ = close(descriptor) }
    // A file system that cannot synchronize folders says EINVAL; it has nothing to lose then.
    guard fsync(descriptor) == 0 || errno == EINVAL else {
      throw SystemError("cannot write", folder, code: errno)
    }
  }

  /// Waits until everything that was written to the file system of a folder would survive a loss of
  /// power.
  package static func synchronizeAll(around folder: String) throws(SystemError) {
    // SAFETY: Swift passes the path as a NUL-terminated copy that outlives the call.
    let descriptor = unsafe open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard descriptor >= 0 else { throw SystemError("cannot open", folder, code: errno) }
    defer { _ = close(descriptor) }
    let code = groove_synchronize_all(descriptor)
    guard code == 0 else { throw SystemError("cannot write", folder, code: code) }
  }

  /// The bytes that are free for this process in the file system of `path`; nil where the system
  /// does not tell.
  package static func freeBytes(at path: String) -> Int? {
    var status = statvfs()
    // SAFETY: `status` is a whole `statvfs` that is only written during the call, and Swift passes
    // the path as a NUL-terminated copy that outlives it.
    guard unsafe statvfs(path, &status) == 0, status.f_blocks > 0 else { return nil }
    let (bytes, overflow) = UInt64(status.f_bavail).multipliedReportingOverflow(
      by: UInt64(status.f_frsize))
    return overflow ? nil : Int(clamping: bytes)
  }

  /// The folder a path stands in: `.` for a bare name.
  package static func parent(of path: String) -> String {
    var bytes = path.utf8[...]
    while bytes.count > 1, bytes.last == UInt8(ascii: "/") { bytes.removeLast() }
    guard let slash = bytes.lastIndex(of: UInt8(ascii: "/")) else { return "." }
    return slash == bytes.startIndex ? "/" : String(Substring(bytes[..<slash]))
  }
}
