package import Bytes
package import Objects

/// A store in memory: what a test does in it costs no disk, and can be compared whole.
package final class MemoryStore: ObjectStore {
  package let name = "memory"
  private let objects: Lock<[String: [UInt8]]>
  private let reads = Lock((objects: 0, bytes: 0))

  package init(_ objects: [String: [UInt8]] = [:]) { self.objects = Lock(objects) }

  /// How many objects have been read since this was last asked, and how long they were.
  package func takeReads() -> (objects: Int, bytes: Int) {
    reads.withLock { reads in
      defer { reads = (0, 0) }
      return reads
    }
  }

  /// All objects as they stand now.
  package var contents: [String: [UInt8]] { objects.withLock { $0 } }

  package func list(
    _ prefix: String, after: String?, limit: Int
  ) throws(ObjectError) -> ObjectPage {
    let all = contents.filter { $0.key.utf8.starts(with: prefix.utf8) }
      .map { ObjectInfo(name: $0.key, size: $0.value.count) }
      .filter { info in after.map { ObjectName.precedes($0, info.name) } ?? true }
      .sorted { ObjectName.precedes($0.name, $1.name) }
    let page = Array(all.prefix(limit))
    return ObjectPage(objects: page, next: page.count < all.count ? page.last?.name : nil)
  }

  package func look(at name: String) throws(ObjectError) -> ObjectInfo? {
    objects.withLock { $0[name].map { ObjectInfo(name: name, size: $0.count) } }
  }

  package func get(_ name: String) throws(ObjectError) -> [UInt8] {
    let bytes = try Self.found(objects.withLock { $0[name] }, name)
    reads.withLock { $0 = ($0.objects + 1, $0.bytes + bytes.count) }
    return bytes
  }

  package func source(_ name: String) throws(ObjectError) -> any ByteSource {
    MemorySource(try get(name), name: "memory/\(name)")
  }

  package func put(_ name: String, _ bytes: [UInt8]) throws(ObjectError) {
    try Self.check(name)
    objects.withLock { $0[name] = bytes }
  }

  package func putIfAbsent(_ name: String, _ bytes: [UInt8]) throws(ObjectError) -> Bool {
    try Self.check(name)
    return objects.withLock { objects in
      if objects[name] != nil { return false }
      objects[name] = bytes
      return true
    }
  }

  package func copy(_ name: String, to other: String) throws(ObjectError) {
    try put(other, try get(name))
  }

  package func move(_ name: String, to other: String) throws(ObjectError) {
    try Self.check(other)
    let moved = objects.withLock { objects in
      let bytes = objects.removeValue(forKey: name)
      if let bytes { objects[other] = bytes }
      return bytes
    }
    _ = try Self.found(moved, name)
  }

  package func delete(_ name: String) throws(ObjectError) {
    objects.withLock { _ = $0.removeValue(forKey: name) }
  }

  private static func check(_ name: String) throws(ObjectError) {
    if let fault = ObjectName.fault(in: name) {
      throw ObjectError(Explanation("cannot use", "the object name '\(name)'", because: fault))
    }
  }

  private static func found(_ bytes: [UInt8]?, _ name: String) throws(ObjectError) -> [UInt8] {
    guard let bytes else {
      throw ObjectError(
        Explanation("cannot open", name, because: "there is no such object"), isMissing: true)
    }
    return bytes
  }
}

/// A store that fails from its n-th writing operation on, as after the kill of a process: what was
/// written before stays, nothing is written later.
package final class FailingStore: ObjectStore {
  package enum Moment: Sendable, CaseIterable {
    /// The operation that fails has done nothing.
    case before
    /// The operation that fails has done its work, and nobody is told so.
    case after
  }

  private let store: any ObjectStore
  private let moment: Moment
  private let operations: Lock<(left: Int, done: Int)>

  package var name: String { store.name }

  /// How many writing operations have been tried.
  package var operationCount: Int { operations.withLock { $0.done } }

  package init(_ store: any ObjectStore, failingAt operation: Int, _ moment: Moment) {
    self.store = store
    self.moment = moment
    operations = Lock((operation, 0))
  }

  private func perform<Result>(
    _ body: () throws(ObjectError) -> Result
  ) throws(ObjectError) -> Result {
    let left = operations.withLock { state in
      state.left -= 1
      state.done += 1
      return state.left
    }
    if left > 0 { return try body() }
    if left == 0, moment == .after { _ = try body() }
    throw ObjectError(Explanation("cannot write", store.name, because: "the test says so"))
  }

  package func list(
    _ prefix: String, after: String?, limit: Int
  ) throws(ObjectError) -> ObjectPage { try store.list(prefix, after: after, limit: limit) }

  package func look(at name: String) throws(ObjectError) -> ObjectInfo? {
    try store.look(at: name)
  }

  package func get(_ name: String) throws(ObjectError) -> [UInt8] { try store.get(name) }

  package func source(_ name: String) throws(ObjectError) -> any ByteSource {
    try store.source(name)
  }

  package func put(_ name: String, _ bytes: [UInt8]) throws(ObjectError) {
    try perform { () throws(ObjectError) in try store.put(name, bytes) }
  }

  package func putIfAbsent(_ name: String, _ bytes: [UInt8]) throws(ObjectError) -> Bool {
    try perform { () throws(ObjectError) in try store.putIfAbsent(name, bytes) }
  }

  package func copy(_ name: String, to other: String) throws(ObjectError) {
    try perform { () throws(ObjectError) in try store.copy(name, to: other) }
  }

  package func move(_ name: String, to other: String) throws(ObjectError) {
    try perform { () throws(ObjectError) in try store.move(name, to: other) }
  }

  package func move(
    _ name: String, to other: String, ifStill revision: String?
  ) throws(ObjectError) -> Bool {
    try perform { () throws(ObjectError) in
      try store.move(name, to: other, ifStill: revision)
    }
  }

  package func delete(_ name: String) throws(ObjectError) {
    try perform { () throws(ObjectError) in try store.delete(name) }
  }
}
