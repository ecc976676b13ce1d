package import Bytes
import Synchronization

/// A folder of a test, removed with everything in it when the last reference goes.
package final class TemporaryFolder: Sendable {
  package let path: String

  package init() throws(SystemError) {
    let number = Self.counter.wrappingAdd(1, ordering: .relaxed).newValue
    path = "/tmp/groove-test-\(Clock.processNumber)-\(Clock.now())-\(number)"
    try FileSystem.makeFolders(path)
  }

  deinit {
    // What cannot be removed stays in the system's folder of temporary files.
    do { try FileSystem.removeAll(path) } catch { return }
  }

  private static let counter = Atomic<Int>(0)
}
