import Bytes
package import Columns

/// The object in which a lake keeps a shared dictionary, or what one generation appended to it: the
/// texts of the codes from `firstCode` on, in code order.
package struct DictionaryFile: Sendable {
  package let name: String
  package let generation: Int
  package let firstCode: Int
  /// How many texts there are.
  package let count: Int
  /// What the texts are where they are the numbers of one affix in a row; then nobody needs to
  /// spell them.
  package let numbering: TextNumbering?
  private let spelled: TextVector

  package init(name: String, generation: Int, firstCode: Int, texts: TextVector) {
    precondition(generation >= 0 && firstCode >= 0, "generations and codes count from zero")
    self.name = name
    self.generation = generation
    self.firstCode = firstCode
    count = texts.count
    numbering = nil
    spelled = texts
  }

  private init(
    name: String, generation: Int, firstCode: Int, _ numbering: TextNumbering, count: Int
  ) {
    self.name = name
    self.generation = generation
    self.firstCode = firstCode
    self.count = count
    self.numbering = numbering
    spelled = TextVector()
  }

  package var texts: TextVector { numbering?.texts(0..<UInt32(count)) ?? spelled }

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
    guard Checksum.isRight(try tail.u32(), of: bytes.span.extracting(..<(bytes.count - 4))) else {
      throw Damage("its checksum is wrong")
    }
    var reader = ByteReader(bytes, 4..<bytes.count - 4)
    let version = try reader.u16()
    _ = try reader.u16()
    guard version == Format.majorVersion else { throw Damage("it has the version \(version)") }
    let name = try reader.text()
    let generation = try reader.count(of: "generation")
    let firstCode = try reader.count(atMost: Int(UInt32.max), of: "code")
    var pages: [Page] = []
    for _ in 0..<(try reader.count(atMost: reader.remaining, of: "number of pages")) {
      pages.append(try page(&reader))
    }
    guard reader.isAtEnd else { throw Damage("it is longer than what it says") }
    let count = pages.reduce(0) { $0 + $1.count }
    guard firstCode + count <= Int(UInt32.max) else { throw Damage("it has too many codes") }
    if let numbering = numbering(of: pages) {
      return DictionaryFile(
        name: name, generation: generation, firstCode: firstCode, numbering, count: count)
    }
    var offsets: [UInt32] = [0]
    var text: [UInt8] = []
    for page in pages { try append(try page.texts(), &offsets, &text) }
    return DictionaryFile(
      name: name, generation: generation, firstCode: firstCode,
      texts: TextVector(offsets: offsets, bytes: text))
  }

  private enum Page {
    case texts(TextVector)
    case numbers(Affix, [Int64])

    var count: Int {
      switch self {
      case .texts(let texts): texts.count
      case .numbers(_, let numbers): numbers.count
      }
    }

    func texts() throws(Damage) -> TextVector {
      switch self {
      case .texts(let texts): return texts
      case .numbers(let affix, let numbers): return try affix.texts(numbers)
      }
    }
  }

  /// The numbering that all pages together are, where each number is the one before and one more.
  private static func numbering(of pages: [Page]) -> TextNumbering? {
    guard case .numbers(let affix, let numbers)? = pages.first, let first = numbers.first,
      first >= 0, first < Affix.firstTooLong
    else { return nil }
    var next = first
    for page in pages {
      // A page without leading zeros does not know of them, and means the same.
      guard case .numbers(let own, let numbers) = page, affix.takesNumbers(of: own, from: next)
      else { return nil }
      var difference: Int64 = 0
      for index in numbers.indices { difference |= numbers[index] ^ (next &+ Int64(index)) }
      if difference != 0 { return nil }
      next += Int64(numbers.count)
    }
    let longest = Int64(affix.prefix.count + affix.suffix.count + Affix.mostDigits)
    let fits = next <= Affix.firstTooLong && (next - first) * longest <= Int64(UInt32.max)
    return fits ? TextNumbering(affix: affix, first: first) : nil
  }

  private static func page(_ reader: inout ByteReader) throws(Damage) -> Page {
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
    // The texts of a dictionary differ, so one at most is empty.
    guard encoding != .plainText || texts <= content.remaining + 1 else {
      throw Damage("it has more texts than bytes for them")
    }
    let page: Page
    if encoding == .numbered {
      let affix = try Affix(from: &content)
      page = .numbers(affix, try IntegerDecoder.decodePart(&content, count: texts, depth: 2))
    } else {
      page = .texts(try TextDecoder.decode(encoding, &content, count: texts))
    }
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
