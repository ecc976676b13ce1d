package import Bytes
package import Columns

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
  let bindings: [String: DictionaryBinding]
  let opened: Lock<Opened>
  /// The columns that others follow from.
  let followed: Set<Int>

  /// `dictionaries` binds columns with shared dictionaries, by the column's name.
  package init(
    _ source: any ByteSource, dictionaries: [String: DictionaryBinding] = [:]
  ) throws(ColumnFileError) {
    self.source = source
    name = source.name
    bindings = dictionaries
    opened = Lock(Opened())
    (footer, footerSize) = try Self.readFooter(source)
    schema = Schema(footer.columns.map { $0.field })
    rowCount = footer.rowCount
    followed = Set(footer.columns.compactMap { $0.follow?.source })
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
      guard content.count == size, Checksum.isRight(checksum, of: content.span) else {
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
