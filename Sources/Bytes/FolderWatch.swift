import Glibc

/// Waits for something to happen in a folder or in the folders in it; in the one above it, while it
/// is not there. Where the system cannot watch, because there is none or its limits are reached,
/// waiting takes its whole time.
///
/// Invariant: `descriptor` is open until `deinit` and is closed by nothing else, or is -1. It never
/// blocks.
package struct FolderWatch: ~Copyable {
  private let descriptor: Int32
  private let folder: String

  package init(_ folder: String) {
    self.folder = folder
    descriptor = inotify_init1(Int32(IN_CLOEXEC) | Int32(IN_NONBLOCK))
    enter(folder)
  }

  deinit { if descriptor >= 0 { _ = close(descriptor) } }

  /// Returns when a file was written, moved or linked into the folder, when the time is over, or
  /// when a signal arrives; whether it was the first.
  package func wait(milliseconds: Int) -> Bool {
    var question = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
    let time = Int32(clamping: milliseconds)
    // SAFETY: `question` is one whole `pollfd`, which is what the count says; the system skips one
    // whose descriptor is -1.
    guard unsafe poll(&question, 1, time) > 0 else { return false }
    drain()
    // New folders have to be entered, and entering one again changes nothing.
    enter(folder)
    return true
  }

  /// Takes what has been told; what it was is found by looking.
  private func drain() {
    let room = 4096
    var isEmpty = false
    while !isEmpty {
      // SAFETY: the buffer has room for `room` bytes, and `read` writes at most that many.
      _ = unsafe [UInt8](unsafeUninitializedCapacity: room) { buffer, count in
        count = max(0, unsafe read(descriptor, buffer.baseAddress, room))
        isEmpty = count == 0
      }
    }
  }

  private func enter(_ path: String) {
    let wanted = UInt32(IN_CLOSE_WRITE | IN_MOVED_TO | IN_CREATE)
    // SAFETY: Swift passes the path as a NUL-terminated copy that outlives the call.
    guard unsafe inotify_add_watch(descriptor, path, wanted) >= 0 else {
      if path == folder {
        // SAFETY: as above.
        _ = unsafe inotify_add_watch(descriptor, FileSystem.parent(of: path), wanted)
      }
      return
    }
    let entries: [FileSystem.Entry]
    // A folder that went away meanwhile has nothing to wait for.
    do { entries = try FileSystem.entries(of: path) } catch { return }
    for entry in entries where entry.isExact {
      let inside = "\(path)/\(entry.name)"
      // Links are not followed: they may lead around in a circle.
      let kind = try? FileSystem.status(inside, followingLinks: false)?.kind
      if kind == .folder { enter(inside) }
    }
  }
}
