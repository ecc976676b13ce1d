import Bytes
import Columns

/// Where a page lies and what is in it.
struct PageEntry: Sendable, Hashable {
  var offset: Int
  /// The bytes in the file.
  var size: Int
  /// The bytes before zstd; nil where the page is stored as it is.
  var expandedSize: Int?
  /// Of the bytes in the file.
  var checksum: UInt32
  var encoding: Encoding
}

/// The texts of a column's codes that are in this file: all of them, or those behind a shared
/// dictionary's.
struct DictionaryEntry: Sendable, Hashable {
  struct Page: Sendable, Hashable {
    var texts: Int
    var entry: PageEntry
  }

  var shared: SharedDictionary?
  var pages: [Page]

  /// The texts stored here.
  var ownCount: Int { pages.reduce(0) { $0 + $1.texts } }
  /// The codes it gives a meaning: the shared ones first.
  var codeCount: Int { (shared?.count ?? 0) + ownCount }
}

/// A column of texts that are numbers throughout.
struct NumberedTexts: Sendable, Hashable {
  var affix: Affix
  /// No number is smaller than the first or greater than the last.
  var first: Int64
  var last: Int64

  /// Whether the numbers can be the codes of a dictionary, counted from the first: there is one for
  /// each number between, so those may not be many more than the rows.
  func areCodes(rows: Int) -> Bool {
    let texts = last - first
    let length = Int64(affix.prefix.count + affix.suffix.count + Affix.mostDigits)
    return texts < max(4 * Int64(rows), Self.fewNumbers) && texts < Int64(UInt32.max) / length
  }

  private static let fewNumbers: Int64 = 4 << 20
}

struct ColumnEntry: Sendable, Hashable {
  struct Block: Sendable, Hashable {
    var page: PageEntry
    var zone: Zone
  }

  var field: Field
  /// The place of its dictionary in the footer's list.
  var dictionary: Int?
  var numbers: NumberedTexts?
  var follow: FollowEntry?
  /// Where its pages have ranks.
  var ranking: RankingEntry?
  var blocks: [Block]

  /// Whether every block that has values has codes, so that all come with one dictionary.
  var isCoded: Bool {
    dictionary != nil
      && blocks.allSatisfy {
        switch $0.page.encoding {
        case .codes, .follows, .ranked, .nothing: true
        default: false
        }
      }
  }
}

/// The last part of a file: what is where.
struct Footer: Sendable, Hashable {
  /// The rows of each block.
  var blockRows: [Int] = []
  var dictionaries: [DictionaryEntry] = []
  var columns: [ColumnEntry] = []

  var rowCount: Int { blockRows.reduce(0, +) }
}

// MARK: - Writing

extension Footer {
  func encoded() -> [UInt8] {
    var writer = ByteWriter()
    writer.varint(columns.contains { $0.ranking != nil } ? Format.rankingFeature : 0)
    writeSections(to: &writer)
    writer.count(blockRows.count)
    for rows in blockRows { writer.count(rows) }
    writer.count(dictionaries.count)
    for dictionary in dictionaries { dictionary.write(to: &writer) }
    writer.count(columns.count)
    for column in columns { column.write(to: &writer) }
    return writer.finish()
  }
}

extension PageEntry {
  fileprivate func write(to writer: inout ByteWriter) {
    writer.count(offset)
    writer.count(size)
    writer.count(expandedSize.map { $0 + 1 } ?? 0)
    writer.u32(checksum)
    writer.u8(encoding.rawValue)
  }

  /// A page lies between the head and the footer.
  fileprivate init(from reader: inout ByteReader, footerStart: Int) throws(Damage) {
    offset = try reader.count(atMost: footerStart, of: "page's place")
    size = try reader.count(atMost: footerStart - offset, of: "page's size")
    guard offset >= Format.headSize else { throw Damage("a page of it lies in its head") }
    let expanded = try reader.count(atMost: Int(UInt32.max), of: "page's expanded size")
    expandedSize = expanded == 0 ? nil : expanded - 1
    checksum = try reader.u32()
    let number = try reader.u8()
    guard let known = Encoding(rawValue: number) else {
      throw Damage("a page of it has the unknown encoding \(number)")
    }
    encoding = known
  }
}

extension DictionaryEntry {
  fileprivate func write(to writer: inout ByteWriter) {
    if let shared {
      writer.u8(1)
      writer.text(shared.name)
      writer.count(shared.generation)
      writer.count(shared.count)
    } else {
      writer.u8(0)
    }
    writer.count(pages.count)
    for page in pages {
      writer.count(page.texts)
      page.entry.write(to: &writer)
    }
  }

  fileprivate init(from reader: inout ByteReader, footerStart: Int) throws(Damage) {
    switch try reader.u8() {
    case 0: shared = nil
    case 1:
      shared = SharedDictionary(
        name: try reader.text(), generation: try reader.count(of: "generation"),
        count: try reader.count(atMost: Int(UInt32.max), of: "number of codes"))
    case let kind: throw Damage("a dictionary of it is of the unknown kind \(kind)")
    }
    pages = []
    for _ in 0..<(try reader.count(atMost: reader.remaining, of: "number of pages")) {
      let texts = try reader.count(atMost: Int(UInt32.max), of: "number of texts")
      pages.append(
        Page(texts: texts, entry: try PageEntry(from: &reader, footerStart: footerStart)))
    }
    var codes = shared?.count ?? 0
    for page in pages { codes += page.texts }
    guard codes <= Int(UInt32.max) else { throw Damage("a dictionary of it has too many codes") }
  }
}

extension FollowEntry {
  fileprivate func write(to writer: inout ByteWriter) {
    writer.count(source)
    writer.signed(firstKey)
    writer.count(keyCount)
    writer.count(valueCount)
    page.write(to: &writer)
  }

  /// The source is checked when all columns are known.
  fileprivate init(
    from reader: inout ByteReader, footerStart: Int, rows: Int
  ) throws(Damage) {
    source = try reader.count(of: "column")
    firstKey = try reader.signed()
    keyCount = try reader.count(atMost: FollowMap.keyLimit(rows: rows), of: "number of keys")
    valueCount = try reader.count(atMost: min(keyCount, rows), of: "number of values")
    page = try PageEntry(from: &reader, footerStart: footerStart)
  }
}

extension RankingEntry {
  fileprivate func write(to writer: inout ByteWriter) {
    writer.signed(firstKey)
    writer.count(keyCount)
    page.write(to: &writer)
  }

  fileprivate init(
    from reader: inout ByteReader, footerStart: Int, rows: Int
  ) throws(Damage) {
    firstKey = try reader.signed()
    keyCount = try reader.count(atMost: FollowMap.keyLimit(rows: rows), of: "number of keys")
    page = try PageEntry(from: &reader, footerStart: footerStart)
  }
}

extension ColumnEntry {
  private static let nullableBit: UInt8 = 1
  private static let numberedBit: UInt8 = 2
  private static let followsBit: UInt8 = 4
  private static let rankedBit: UInt8 = 8

  fileprivate func write(to writer: inout ByteWriter) {
    writer.text(field.name)
    guard let type = Format.types.firstIndex(of: field.type) else {
      preconditionFailure("the writer takes stored types only")
    }
    writer.u8(UInt8(type))
    writer.u8(
      (field.isNullable ? Self.nullableBit : 0) | (numbers == nil ? 0 : Self.numberedBit)
        | (follow == nil ? 0 : Self.followsBit) | (ranking == nil ? 0 : Self.rankedBit))
    writer.count(dictionary.map { $0 + 1 } ?? 0)
    if let numbers {
      numbers.affix.write(to: &writer)
      writer.signed(numbers.first)
      writer.signed(numbers.last)
    }
    follow?.write(to: &writer)
    ranking?.write(to: &writer)
    for block in blocks {
      block.page.write(to: &writer)
      block.zone.write(to: &writer)
    }
  }

  fileprivate init(from reader: inout ByteReader, footerStart: Int, in footer: Footer)
    throws(Damage)
  {
    let name = try reader.text()
    let number = try reader.u8()
    guard Int(number) < Format.types.count else {
      throw Damage("the column \(name) has the unknown type \(number)")
    }
    let type = Format.types[Int(number)]
    let flags = try reader.u8()
    guard flags < 16 else { throw Damage("the column \(name) has unknown flags") }
    field = Field(name, type, isNullable: flags & Self.nullableBit != 0)
    let place = try reader.count(atMost: footer.dictionaries.count, of: "dictionary")
    guard place == 0 || type == .text else {
      throw Damage("the column \(name) has a dictionary but no texts")
    }
    dictionary = place == 0 ? nil : place - 1
    numbers = nil
    if flags & Self.numberedBit != 0 {
      numbers = NumberedTexts(
        affix: try Affix(from: &reader), first: try reader.signed(), last: try reader.signed())
    }
    if let numbers {
      let isRange = numbers.first >= 0 && numbers.first <= numbers.last
      guard type == .text, isRange, numbers.last < Affix.firstTooLong else {
        throw Damage("the column \(name) has numbers that are none")
      }
    }
    follow = nil
    if flags & Self.followsBit != 0 {
      follow = try FollowEntry(from: &reader, footerStart: footerStart, rows: footer.rowCount)
    }
    ranking = nil
    if flags & Self.rankedBit != 0 {
      ranking = try RankingEntry(from: &reader, footerStart: footerStart, rows: footer.rowCount)
    }
    blocks = []
    for rows in footer.blockRows {
      let page = try PageEntry(from: &reader, footerStart: footerStart)
      let zone = try Zone(from: &reader, type: type, rows: rows)
      guard (page.encoding == .nothing) == (zone.nullCount == rows) else {
        throw Damage("the nulls of column \(name) do not fit its pages")
      }
      blocks.append(Block(page: page, zone: zone))
    }
  }
}

// MARK: - What a reader may skip

extension Footer {
  /// The sums of blocks, which came after the first files: with them a sum or an average over whole
  /// blocks reads no page.
  private func writeSections(to writer: inout ByteWriter) {
    var sums = ByteWriter()
    for column in columns where column.field.type == .bigint {
      for block in column.blocks {
        sums.u8(block.zone.sum == nil ? 0 : 1)
        if let sum = block.zone.sum { sums.signed(sum) }
      }
    }
    let content = sums.finish()
    writer.count(content.isEmpty ? 0 : 1)
    if content.isEmpty { return }
    writer.varint(Format.sumsSection)
    writer.count(content.count)
    writer.append(content)
  }

  /// Where the content of each section stands, by kind.
  private static func sections(_ reader: inout ByteReader) throws(Damage) -> [UInt64: Range<Int>] {
    var sections: [UInt64: Range<Int>] = [:]
    for _ in 0..<(try reader.count(atMost: reader.remaining, of: "number of sections")) {
      let kind = try reader.varint()
      let size = try reader.count(atMost: reader.remaining, of: "section's size")
      sections[kind] = try reader.range(size)
    }
    return sections
  }

  private mutating func readSums(_ reader: ByteReader) throws(Damage) {
    var reader = reader
    for column in columns.indices where columns[column].field.type == .bigint {
      for block in columns[column].blocks.indices {
        switch try reader.u8() {
        case 0: continue
        case 1: columns[column].blocks[block].zone.sum = try reader.signed()
        default: throw Damage("a sum in it has unknown flags")
        }
        if columns[column].blocks[block].zone.nullCount == blockRows[block] {
          throw Damage("a sum in it is of no values")
        }
      }
    }
    guard reader.isAtEnd else { throw Damage("its sums are longer than what they say") }
  }
}

// MARK: - Reading

extension Footer {
  /// What the footer says, once every number in it has been held against the file's size.
  init(_ bytes: [UInt8], footerStart: Int) throws(Damage) {
    var reader = ByteReader(bytes)
    _ = try reader.varint()
    let sections = try Self.sections(&reader)
    let blockCount = try reader.count(atMost: reader.remaining, of: "number of blocks")
    for _ in 0..<blockCount {
      let rows = try reader.count(atMost: Format.blockRows, of: "number of rows")
      guard rows > 0 else { throw Damage("a block of it has no rows") }
      blockRows.append(rows)
    }
    let dictionaryCount = try reader.count(atMost: reader.remaining, of: "number of dictionaries")
    for _ in 0..<dictionaryCount {
      dictionaries.append(try DictionaryEntry(from: &reader, footerStart: footerStart))
    }
    let columnCount = try reader.count(atMost: reader.remaining, of: "number of columns")
    columns.reserveCapacity(columnCount)
    for _ in 0..<columnCount {
      columns.append(try ColumnEntry(from: &reader, footerStart: footerStart, in: self))
    }
    guard reader.isAtEnd else { throw Damage("its footer is longer than what it says") }
    if let sums = sections[Format.sumsSection] { try readSums(ByteReader(bytes, sums)) }
    // Each text of a dictionary is that of some row.
    for dictionary in dictionaries where dictionary.ownCount > rowCount * columnCount {
      throw Damage("a dictionary of it has more texts than it has values")
    }
    for column in columns {
      guard let follow = column.follow else { continue }
      guard follow.source < columns.count, columns[follow.source].follow == nil,
        columns[follow.source].field.type == .text
      else { throw Damage("the column \(column.field.name) follows from one that it cannot") }
    }
  }

  /// The features a reader must know, which stand first in every footer of this major version.
  static func requiredFeatures(_ bytes: [UInt8]) throws(Damage) -> UInt64 {
    var reader = ByteReader(bytes)
    return try reader.varint()
  }
}
