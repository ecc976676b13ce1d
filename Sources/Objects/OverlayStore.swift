package import Bytes

/// A store whose writing stays in memory: what is read comes from the store below, unless it was
/// written or deleted here. A dry run does all its work on one and then forgets it.
package final class OverlayStore: ObjectStore {
  private let below: any ObjectStore
  /// The bytes of what was written here; nil for what was deleted.
  private let changes = Lock<[String: [UInt8]?]>([:])

  package var name: String { below.name }

  package init(_ below: any ObjectStore) { self.below = below }

  private func change(_ name: String) -> [UInt8]?? { changes.withLock { $0[name] } }

  private func missing(_ name: String) -> ObjectError {
    ObjectError(
      Explanation("cannot open", name, because: "there is no such object"), isMissing: true)
  }

  package func list(
    _ prefix: String, after: String?, limit: Int
  ) throws(ObjectError) -> ObjectPage {
    var page = try below.listAll(prefix)
    let changes = changes.withLock { $0 }
    page.objects.removeAll { changes[$0.name] != nil }
    for (name, bytes) in changes where name.utf8.starts(with: prefix.utf8) {
      if let bytes { page.objects.append(ObjectInfo(name: name, size: bytes.count)) }
    }
    if let after { page.objects.removeAll { !ObjectName.precedes(after, $0.name) } }
    page.objects.sort { ObjectName.precedes($0.name, $1.name) }
    let shown = Array(page.objects.prefix(max(1, limit)))
    page.next = shown.count < page.objects.count ? shown.last?.name : nil
    page.objects = shown
    return page
  }

  package func look(at name: String) throws(ObjectError) -> ObjectInfo? {
    if let change = change(name) { return change.map { ObjectInfo(name: name, size: $0.count) } }
    return try below.look(at: name)
  }

  package func get(_ name: String) throws(ObjectError) -> [UInt8] {
    guard let change = change(name) else { return try below.get(name) }
    guard let bytes = change else { throw missing(name) }
    return bytes
  }

  package func source(_ name: String) throws(ObjectError) -> any ByteSource {
    guard let change = change(name) else { return try below.source(name) }
    guard let bytes = change else { throw missing(name) }
    return MemorySource(bytes, name: "\(below.name)/\(name)")
  }

  package func put(_ name: String, _ bytes: [UInt8]) throws(ObjectError) {
    if let fault = ObjectName.fault(in: name) {
      throw ObjectError(Explanation("cannot use", "the object name '\(name)'", because: fault))
    }
    changes.withLock { $0[name] = .some(bytes) }
  }

  package func putIfAbsent(_ name: String, _ bytes: [UInt8]) throws(ObjectError) -> Bool {
    if try look(at: name) != nil { return false }
    try put(name, bytes)
    return true
  }

  package func copy(_ name: String, to other: String) throws(ObjectError) {
    try put(other, try get(name))
  }

  package func move(_ name: String, to other: String) throws(ObjectError) {
    try copy(name, to: other)
    try delete(name)
  }

  package func delete(_ name: String) throws(ObjectError) {
    changes.withLock { $0[name] = .some(nil) }
  }
}
