import Bytes
package import Columns

/// The object in which a lake keeps a shared dictionary, or what one generation appended to it: the
/// texts of the codes from `firstCode` on, in code order.
package struct DictionaryFile: Sendable {
  package let name: String
  package let generation: Int
  package let firstCode: Int
  package let texts: TextVector

  package init(name: String, generation: Int, firstCode: Int, texts: TextVector) {
    precondition(generation >= 0 && firstCode >= 0, "generations and codes count from zero")
    self.name = name
    self.generation = generation
    self.firstCode = firstCode
    self.texts = texts
  }

  private static let magic = Array("GRVD".utf8)

  /// The bytes of the object; equal dictionaries give equal bytes.
  package func encoded(level: Int = 3) -> [UInt8] {
    var writer = ByteWriter()
    writer.append(Self.magic)
    writer.u16(Format.majorVersion)
    writer.u16(Format.minorVersion)
    writer.text(name)
    writer.count(generation)
    writer.count(firstCode)
    let pages = StoredPage.pages(of: texts, level: level)
    writer.count(pages.count)
    for (count, page) in pages {
      writer.count(count)
      writer.u8(page.encoding.rawValue)
      writer.count(page.expandedSize.map { $0 + 1 } ?? 0)
      writer.count(page.bytes.count)
      writer.append(page.bytes)
    }
    writer.u32(Checksum.crc32c(writer.bytes))
    return writer.finish()
  }

  /// Reads an object; `source` is what messages call it.
  package init(_ bytes: [UInt8], source: String) throws(ColumnFileError) {
    do { self = try Self.decode(bytes) } catch { throw ColumnFileError(damaged: source, error) }
  }

  private static func decode(_ bytes: [UInt8]) throws(Damage) -> DictionaryFile {
    guard bytes.count >= 12, Array(bytes[..<4]) == magic else {
      throw Damage("it is not a dictionary")
    }
    var tail = ByteReader(bytes, bytes.count - 4..<bytes.count)
    guard try tail.u32() == Checksum.crc32c(bytes[..<(bytes.count - 4)]) else {
      throw Damage("its checksum is wrong")
    }
    var reader = ByteReader(bytes, 4..<bytes.count - 4)
    let version = try reader.u16()
    _ = try reader.u16()
    guard version == Format.majorVersion else { throw Damage("it has the version \(version)") }
    let name = try reader.text()
    let generation = try reader.count(of: "generation")
    let firstCode = try reader.count(atMost: Int(UInt32.max), of: "code")
    var offsets: [UInt32] = [0]
    var text: [UInt8] = []
    for _ in 0..<(try reader.count(atMost: reader.remaining, of: "number of pages")) {
      try append(try page(&reader), &offsets, &text)
    }
    guard reader.isAtEnd else { throw Damage("it is longer than what it says") }
    guard firstCode + offsets.count - 1 <= Int(UInt32.max) else {
      throw Damage("it has too many codes")
    }
    return DictionaryFile(
      name: name, generation: generation, firstCode: firstCode,
      texts: TextVector(offsets: offsets, bytes: text))
  }

  private static func page(_ reader: inout ByteReader) throws(Damage) -> TextVector {
    let texts = try reader.count(atMost: Int(UInt32.max), of: "number of texts")
    guard let encoding = Encoding(rawValue: try reader.u8()) else {
      throw Damage("a page of it has an unknown encoding")
    }
    let expanded = try reader.count(atMost: Int(UInt32.max), of: "page's expanded size")
    let range = try reader.range(try reader.count(atMost: reader.remaining, of: "page's size"))
    var content = ByteReader(reader.bytes, range)
    if expanded > 0 {
      content = ByteReader(
        try Zstd.decompress(reader.bytes.span.extracting(range), count: expanded - 1))
    }
    let page = try TextDecoder.decode(encoding, &content, count: texts)
    guard content.isAtEnd else { throw Damage("a page of it is longer than what it says") }
    return page
  }

  /// Joins a page to those before it.
  static func append(
    _ page: TextVector, _ offsets: inout [UInt32], _ text: inout [UInt8]
  ) throws(Damage) {
    guard text.count + page.bytes.count <= Int(UInt32.max) else {
      throw Damage("a dictionary of it has more than 4 GiB of text")
    }
    let start = UInt32(text.count)
    for offset in page.offsets.dropFirst() { offsets.append(start + offset) }
    text.append(contentsOf: page.bytes)
  }
}
