import Bytes
package import ColumnFile
package import Columns
import Objects

/// Opens the segments of one version of a lake. Dictionaries are read when a segment first needs
/// them and are shared by all, so that equal codes of two segments are equal texts.
package final class LakeReader: Sendable {
  package let lake: Lake
  package let snapshot: Snapshot
  private let dictionaries: Lock<[String: TextDictionary]>

  /// `dictionaries` are those that the caller has at hand, as this version has them.
  package init(
    _ lake: Lake, _ snapshot: Snapshot, dictionaries: [String: TextDictionary] = [:]
  ) {
    self.lake = lake
    self.snapshot = snapshot
    self.dictionaries = Lock(dictionaries)
  }

  /// A shared dictionary as this version has it.
  package func dictionary(_ name: String) throws(LakeError) -> TextDictionary {
    if let known = dictionaries.withLock({ $0[name] }) { return known }
    let state = snapshot.dictionary(name)
    var files: [DictionaryFile] = []
    for part in state.parts { files.append(try lake.file(of: part)) }
    let made = Self.joined(files, state.shared)
    return dictionaries.withLock { known in
      // All segments must see the same object, whichever thread was first.
      if let other = known[name] { return other }
      known[name] = made
      return made
    }
  }

  /// Where all texts are numbers in a row, nobody has to spell them.
  private static func joined(_ files: [DictionaryFile], _ shared: SharedDictionary?)
    -> TextDictionary
  {
    if let first = files.first?.numbering {
      var next = first.first
      let isOneRow = files.allSatisfy { file in
        defer { next += Int64(file.count) }
        guard let own = file.numbering, own.first == next else { return false }
        return first.affix.takesNumbers(of: own.affix, from: next)
      }
      if isOneRow {
        return TextDictionary(
          count: Int(next - first.first), numbering: first, shared: shared)
      }
    }
    // A few ids that no dimension has break the row, and most queries show no text of it.
    return TextDictionary(count: files.reduce(0) { $0 + $1.count }, shared: shared) {
      var texts = TextVector()
      for file in files {
        if texts.count == 0 { texts = file.texts } else { texts.append(contentsOf: file.texts) }
      }
      return texts
    }
  }

  package func open(_ segment: SegmentEntry) throws(LakeError) -> ColumnFile {
    var bindings: [String: DictionaryBinding] = [:]
    for use in segment.dictionaries {
      bindings[use.column] = DictionaryBinding(
        dictionary: try dictionary(use.base.name), extensionCodes: [])
    }
    let source: any ByteSource
    do { source = try lake.store.source(segment.object) } catch { throw LakeError(error) }
    let file: ColumnFile
    do { file = try ColumnFile(source, dictionaries: bindings) } catch { throw LakeError(error) }
    guard file.rowCount == segment.rows else {
      throw .damaged(segment.object, "it has \(file.rowCount) rows, and the log \(segment.rows)")
    }
    return file
  }

  /// The rows of a segment, block by block; nil means all columns.
  package func read(
    _ segment: SegmentEntry, columns: [Int]? = nil
  ) throws(LakeError) -> [ColumnBatch] {
    let file = try open(segment)
    var batches: [ColumnBatch] = []
    for block in 0..<file.blockCount {
      do {
        batches.append(
          try file.read(columns: columns ?? Array(file.schema.fields.indices), block: block))
      } catch { throw LakeError(error) }
    }
    return batches
  }
}

// MARK: - Parts of dictionaries

extension Lake {
  /// The texts that one commit appended to a dictionary.
  package func texts(of part: DictionaryPart) throws(LakeError) -> TextVector {
    try file(of: part).texts
  }

  fileprivate func file(of part: DictionaryPart) throws(LakeError) -> DictionaryFile {
    let file: DictionaryFile
    do {
      file = try DictionaryFile(try store.get(part.object), source: part.object)
    } catch let error as any Explained { throw LakeError(error.explanation) } catch {
      preconditionFailure("objects and dictionaries fail with errors that explain themselves")
    }
    guard file.name == part.name, file.firstCode == part.first, file.count == part.count
    else { throw .damaged(part.object, "it holds other codes than the log says") }
    return file
  }

  /// Writes the object of new codes, so that a commit can name it.
  package func putPart(
    of state: DictionaryState, _ texts: TextVector
  ) throws(LakeError) -> DictionaryPart {
    let bytes = DictionaryFile(
      name: state.name, generation: state.generation + 1, firstCode: state.count, texts: texts
    ).encoded()
    let object = "curated/_dictionaries/\(state.name)/\(ContentHash.of(bytes.span)).dictionary"
    do { try store.putSoon(object, bytes) } catch { throw LakeError(error) }
    return DictionaryPart(
      name: state.name, object: object, first: state.count, count: texts.count)
  }
}
