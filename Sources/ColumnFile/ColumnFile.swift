package import Bytes
package import Columns
import Synchronization

/// What the local codes of a file mean in its lake: the dictionary of today, and the code there of
/// each text that the file brought along.
package struct DictionaryBinding: Sendable {
  package let dictionary: TextDictionary
  package let extensionCodes: [UInt32]

  package init(dictionary: TextDictionary, extensionCodes: [UInt32]) {
    self.dictionary = dictionary
    self.extensionCodes = extensionCodes
  }
}

/// A `.groove` file that is read block by block, column by column.
///
/// Opening reads the footer and checks it; every later reading checks the pages it touches. No byte
/// is trusted before its checksum is right, and no size even then.
package final class ColumnFile: Sendable {
  package let schema: Schema
  package let rowCount: Int
  /// What messages call the file.
  package let name: String
  let source: any ByteSource
  let footer: Footer
  let footerSize: Int
  private let bindings: [String: DictionaryBinding]
  private let dictionaries: Mutex<[Int: OpenDictionary]>

  /// A dictionary of the file in use: how local codes become those of `texts`.
  struct OpenDictionary: Sendable {
    var texts: TextDictionary
    /// Codes below this stay as they are; the others are looked up in `extensionCodes`.
    var keptCodes: Int
    var extensionCodes: [UInt32]
    var codeCount: Int { keptCodes + extensionCodes.count }
  }

  /// `dictionaries` binds columns with shared dictionaries, by the column's name.
  package init(
    _ source: any ByteSource, dictionaries: [String: DictionaryBinding] = [:]
  ) throws(ColumnFileError) {
    self.source = source
    name = source.name
    bindings = dictionaries
    self.dictionaries = Mutex([:])
    (footer, footerSize) = try Self.readFooter(source)
    schema = Schema(footer.columns.map { $0.field })
    rowCount = footer.rowCount
  }

  package var blockCount: Int { footer.blockRows.count }

  package func rows(inBlock block: Int) -> Int { footer.blockRows[block] }

  package func zone(column: Int, block: Int) -> Zone { footer.columns[column].blocks[block].zone }
}

// MARK: - Opening

extension ColumnFile {
  /// The head, the tail and the footer between them, checked against each other.
  private static func readFooter(
    _ source: any ByteSource
  ) throws(ColumnFileError) -> (Footer, Int) {
    // One reading fetches the footer of most files along with the tail.
    let tailSize = min(source.size, 64 << 10)
    let end = try bytes(of: source, at: source.size - tailSize, count: tailSize)
    do {
      guard source.size >= Format.headSize + Format.tailSize, end.count == tailSize else {
        throw Damage("it is too short for a .groove file")
      }
      var head = ByteReader(try bytes(of: source, at: 0, count: Format.headSize))
      var tail = ByteReader(end, end.count - Format.tailSize..<end.count)
      let size = Int(try tail.u32())
      let checksum = try tail.u32()
      try checkVersions(&head, &tail, source.name)
      let footerStart = source.size - Format.tailSize - size
      guard footerStart >= Format.headSize else { throw Damage("its footer does not fit in it") }
      let content =
        size + Format.tailSize <= tailSize
        ? Array(end[(end.count - Format.tailSize - size)..<(end.count - Format.tailSize)])
        : try bytes(of: source, at: footerStart, count: size)
      guard content.count == size, Checksum.crc32c(content) == checksum else {
        throw Damage("the checksum of its footer is wrong")
      }
      try checkFeatures(content, source.name)
      return (try Footer(content, footerStart: footerStart), size)
    } catch let error as Damage {
      throw ColumnFileError(damaged: source.name, error)
    } catch let error as ColumnFileError {
      throw error
    } catch { preconditionFailure("only these errors are thrown above") }
  }

  private static func checkVersions(
    _ head: inout ByteReader, _ tail: inout ByteReader, _ name: String
  ) throws {
    guard try head.bytes(4) == Format.startMagic else {
      throw Damage("it does not begin like a .groove file")
    }
    let versions = (try head.u16(), try head.u16())
    let tailVersions = (try tail.u16(), try tail.u16())
    guard try tail.bytes(4) == Format.endMagic else {
      throw Damage("it does not end like a .groove file; it may have been cut off")
    }
    guard versions == tailVersions else { throw Damage("it names two different versions") }
    guard versions.0 >= 1 else { throw Damage("it has the version 0, which does not exist") }
    guard versions.0 <= Format.majorVersion else {
      throw ColumnFileError(
        .newer,
        Explanation(
          "cannot read", name,
          because: "it has version \(versions.0).\(versions.1) of the format, and this groove "
            + "reads up to \(Format.majorVersion)", remedy: "Use a later groove."))
    }
  }

  private static func checkFeatures(_ content: [UInt8], _ name: String) throws {
    let unknown = try Footer.requiredFeatures(content) & ~Format.knownFeatures
    guard unknown == 0 else {
      throw ColumnFileError(
        .newer,
        Explanation(
          "cannot read", name,
          because: "it needs features of the format that this groove does not know (bits "
            + "\(String(unknown, radix: 16)))", remedy: "Use a later groove."))
    }
  }

  static func bytes(
    of source: any ByteSource, at offset: Int, count: Int
  ) throws(ColumnFileError) -> [UInt8] {
    do { return try source.read(at: offset, count: count) } catch {
      throw ColumnFileError(error)
    }
  }
}

// MARK: - Reading

extension ColumnFile {
  /// The rows of a block in the given columns, in their order.
  package func read(columns: [Int], block: Int) throws(ColumnFileError) -> ColumnBatch {
    precondition(block >= 0 && block < blockCount, "a block of the file")
    let pages = columns.map { footer.columns[$0].blocks[block].page }
    let pieces = try fetch(pages)
    var read: [Column] = []
    read.reserveCapacity(columns.count)
    for (index, column) in columns.enumerated() {
      read.append(try decode(column, block, pieces[index].bytes, pieces[index].range))
    }
    let fields = columns.map { schema[$0] }
    return ColumnBatch(Schema(fields), read, rowCount: rows(inBlock: block))
  }

  /// The bytes of pages: in one reading where they lie close together.
  private func fetch(
    _ pages: [PageEntry]
  ) throws(ColumnFileError) -> [(bytes: [UInt8], range: Range<Int>)] {
    let start = pages.map { $0.offset }.min() ?? 0
    let end = pages.map { $0.offset + $0.size }.max() ?? 0
    let wanted = pages.reduce(0) { $0 + $1.size }
    if end - start <= wanted + wanted / 4 {
      let bytes = try Self.bytes(of: source, at: start, count: end - start)
      return pages.map { (bytes, $0.offset - start..<$0.offset - start + $0.size) }
    }
    var pieces: [(bytes: [UInt8], range: Range<Int>)] = []
    for page in pages {
      let bytes = try Self.bytes(of: source, at: page.offset, count: page.size)
      pieces.append((bytes, 0..<page.size))
    }
    return pieces
  }

  private func decode(
    _ column: Int, _ block: Int, _ bytes: [UInt8], _ range: Range<Int>
  ) throws(ColumnFileError) -> Column {
    let entry = footer.columns[column]
    let dictionary = try entry.dictionary.map { (place) throws(ColumnFileError) in
      try open(dictionary: place, of: entry.field.name)
    }
    do throws(Damage) {
      return try PageDecoder.decode(
        entry, block, rows: rows(inBlock: block), bytes, range, dictionary)
    } catch { throw ColumnFileError(damaged: name, inColumn(error, column, block)) }
  }

  private func inColumn(_ damage: Damage, _ column: Int, _ block: Int) -> Damage {
    Damage("\(damage.description) (column \(schema[column].name), block \(block))")
  }
}

// MARK: - Dictionaries

extension ColumnFile {
  /// The columns whose codes are those of a dictionary of the lake, and its state when the file was
  /// written.
  package var sharedDictionaries: [(column: Int, dictionary: SharedDictionary)] {
    footer.columns.indices.compactMap { column in
      footer.columns[column].dictionary.flatMap { footer.dictionaries[$0].shared }
        .map { (column, $0) }
    }
  }

  /// The texts a column brought along because the shared dictionary did not have them, in the order
  /// of their local codes.
  package func extensionTexts(ofColumn column: Int) throws(ColumnFileError) -> TextVector {
    guard let place = footer.columns[column].dictionary else { return TextVector() }
    return try ownTexts(ofDictionary: place)
  }

  private func ownTexts(ofDictionary place: Int) throws(ColumnFileError) -> TextVector {
    var offsets: [UInt32] = [0]
    var text: [UInt8] = []
    for page in footer.dictionaries[place].pages {
      let entry = page.entry
      let bytes = try Self.bytes(of: source, at: entry.offset, count: entry.size)
      do throws(Damage) {
        var reader = try entry.open(bytes, 0..<bytes.count)
        let part = try TextDecoder.decode(entry.encoding, &reader, count: page.texts)
        guard reader.isAtEnd else { throw Damage("a page of it is longer than what it says") }
        try DictionaryFile.append(part, &offsets, &text)
      } catch { throw ColumnFileError(damaged: name, error) }
    }
    return TextVector(offsets: offsets, bytes: text)
  }

  /// The same object for all blocks of a column.
  private func open(
    dictionary place: Int, of column: String
  ) throws(ColumnFileError) -> OpenDictionary {
    if let open = dictionaries.withLock({ $0[place] }) { return open }
    let entry = footer.dictionaries[place]
    let made: OpenDictionary
    if let shared = entry.shared {
      made = try bind(shared, entry, column)
    } else {
      made = OpenDictionary(
        texts: TextDictionary(try ownTexts(ofDictionary: place)), keptCodes: entry.codeCount,
        extensionCodes: [])
    }
    return dictionaries.withLock { open in
      // Another thread may have been faster: all must see the same object.
      if let other = open[place] { return other }
      open[place] = made
      return made
    }
  }

  private func bind(
    _ shared: SharedDictionary, _ entry: DictionaryEntry, _ column: String
  ) throws(ColumnFileError) -> OpenDictionary {
    guard let binding = bindings[column] else {
      throw refused(
        column, "its texts are in the shared dictionary \(shared.name) of a lake",
        "Read it through its lake (--lake), or write a file of its own from there.")
    }
    let known = binding.dictionary
    guard known.count >= shared.count, known.shared.map({ $0.name == shared.name }) ?? true else {
      throw refused(
        column,
        "it was written with generation \(shared.generation) of the dictionary \(shared.name), "
          + "which has \(shared.count) texts, and the one at hand has \(known.count)",
        "Read the newest commit of the lake again.")
    }
    guard binding.extensionCodes.count == entry.ownCount,
      binding.extensionCodes.allSatisfy({ Int($0) < known.count })
    else {
      throw refused(
        column,
        "it brings \(entry.ownCount) texts along, and the lake has codes for "
          + "\(binding.extensionCodes.count) of them", "Read the newest commit of the lake again.")
    }
    return OpenDictionary(
      texts: known, keptCodes: shared.count, extensionCodes: binding.extensionCodes)
  }

  private func refused(_ column: String, _ reason: String, _ remedy: String) -> ColumnFileError {
    ColumnFileError(
      .dictionary,
      Explanation("cannot read", "column \(column) of \(name)", because: reason, remedy: remedy))
  }
}
