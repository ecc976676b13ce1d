package import Bytes

/// Objects by name: what a lake is kept in. A folder is one such store, a bucket another.
///
/// A name is a relative path with `/` between its parts (`ObjectName`). An object is written whole
/// and seen whole: a reader gets the bytes of before or of after, never of between.
package protocol ObjectStore: Sendable {
  /// What messages call the store: a path, a URL.
  var name: String { get }

  /// The objects whose names begin with `prefix`, by the bytes of their names, from the first
  /// behind `after` on. A page may be shorter than `limit`; `next` tells whether more follow.
  func list(
    _ prefix: String, after: String?, limit: Int
  ) throws(ObjectError) -> ObjectPage

  /// What is known of one object; nil where there is none.
  func look(at name: String) throws(ObjectError) -> ObjectInfo?

  func get(_ name: String) throws(ObjectError) -> [UInt8]

  /// An object whose bytes are read where they are needed.
  func source(_ name: String) throws(ObjectError) -> any ByteSource

  /// Writes an object, in place of one with the same name. It has survived a loss of power when
  /// this returns.
  func put(_ name: String, _ bytes: [UInt8]) throws(ObjectError)

  /// Writes an object as `put` does, but leaves it to `settle` to make it survive a loss of power:
  /// until then a name may lead to nothing or to a part after one.
  func putSoon(_ name: String, _ bytes: [UInt8]) throws(ObjectError)

  /// Returns when all that was put soon, moved and deleted would survive a loss of power.
  func settle() throws(ObjectError)

  /// The bytes that there is room for; nil where the store does not know.
  var freeBytes: Int? { get }

  /// Writes an object if there is none with its name, and says whether it did. Of several writers
  /// exactly one is told `true`. After an error it may be there or not: look before going on.
  func putIfAbsent(_ name: String, _ bytes: [UInt8]) throws(ObjectError) -> Bool

  func copy(_ name: String, to other: String) throws(ObjectError)

  /// Gives an object another name, in place of one that has it. Until `settle` a loss of power may
  /// give it the old one back.
  func move(_ name: String, to other: String) throws(ObjectError)

  /// Moves an object if its content is still that of `revision`, and says whether it was; an object
  /// that is gone is not. Without a revision any content will do.
  func move(
    _ name: String, to other: String, ifStill revision: String?
  ) throws(ObjectError) -> Bool

  /// Whether some process is writing to the object, as far as the store can tell.
  func isBeingWritten(_ name: String) throws(ObjectError) -> Bool

  /// Removes what writers that died have left under `prefix` without a name, where it is older than
  /// `time` in microseconds since 1970; returns how much.
  func removeLeftovers(_ prefix: String, before time: Int64) throws(ObjectError) -> Int

  /// Deletes an object; one that is not there is as good as deleted. Until `settle` a loss of power
  /// may bring it back.
  func delete(_ name: String) throws(ObjectError)
}

extension ObjectStore {
  /// All objects whose names begin with `prefix`.
  package func listAll(_ prefix: String) throws(ObjectError) -> ObjectPage {
    var all = try list(prefix, after: nil, limit: .max)
    while let next = all.next {
      let page = try list(prefix, after: next, limit: .max)
      all.objects += page.objects
      all.unreadableNames += page.unreadableNames
      all.next = page.next
    }
    return all
  }

  package func putSoon(_ name: String, _ bytes: [UInt8]) throws(ObjectError) {
    try put(name, bytes)
  }

  package func settle() throws(ObjectError) {}

  package var freeBytes: Int? { nil }

  package func move(
    _ name: String, to other: String, ifStill revision: String?
  ) throws(ObjectError) -> Bool {
    guard let info = try look(at: name) else { return false }
    if let revision, info.revision != revision { return false }
    do throws(ObjectError) { try move(name, to: other) } catch {
      // Somebody else moved it first.
      if error.isMissing { return false }
      throw error
    }
    return true
  }

  /// A store that shows whole objects only has none that are being written.
  package func isBeingWritten(_ name: String) throws(ObjectError) -> Bool { false }

  package func removeLeftovers(
    _ prefix: String, before time: Int64
  ) throws(ObjectError) -> Int { 0 }
}

/// What a listing says of an object.
package struct ObjectInfo: Sendable, Hashable {
  package var name: String
  package var size: Int
  /// When it was written, in microseconds since 1970; nil where the store does not know.
  package var modified: Int64?
  /// Tells its content from what stood or will stand under the same name; nil where the store
  /// does not know.
  package var revision: String?

  package init(name: String, size: Int, modified: Int64? = nil, revision: String? = nil) {
    self.name = name
    self.size = size
    self.modified = modified
    self.revision = revision
  }
}

/// A part of a listing.
package struct ObjectPage: Sendable, Hashable {
  package var objects: [ObjectInfo]
  /// The name to go on after; nil at the end.
  package var next: String?
  /// Names that cannot be told as text, as near as they can: nothing else is done with them.
  package var unreadableNames: [String]

  package init(objects: [ObjectInfo], next: String? = nil, unreadableNames: [String] = []) {
    self.objects = objects
    self.next = next
    self.unreadableNames = unreadableNames
  }
}

/// The rules for names of objects.
package enum ObjectName {
  /// Why `name` cannot name an object; nil where it can.
  package static func fault(in name: String) -> String? {
    if name.isEmpty { return "the name is empty" }
    if name.utf8.contains(0) { return "the name has a zero byte in it" }
    if name.utf8.count > 1024 { return "the name is longer than 1024 bytes" }
    for part in name.split(separator: "/", omittingEmptySubsequences: false) {
      if part.isEmpty { return "the name has an empty part" }
      if part == "." || part == ".." { return "the name has a part that is \(part)" }
    }
    return nil
  }

  /// Whether `first` comes before `second` in a listing.
  package static func precedes(_ first: String, _ second: String) -> Bool {
    first.utf8.lexicographicallyPrecedes(second.utf8)
  }
}

/// A store could not do what it was asked.
package struct ObjectError: Explained, Sendable {
  /// Whether it is because there is no such object.
  package let isMissing: Bool
  package let explanation: Explanation

  package init(_ explanation: Explanation, isMissing: Bool = false) {
    self.explanation = explanation
    self.isMissing = isMissing
  }

  init(_ error: SystemError) { self.init(error.explanation, isMissing: error.isMissing) }

  init(_ error: SourceError) { self.init(error.explanation) }
}
