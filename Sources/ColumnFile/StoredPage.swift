import Bytes
import Columns

/// The bytes of a page as they go into a file.
struct StoredPage {
  var bytes: [UInt8]
  /// How many they were before zstd; nil where they are as they were.
  var expandedSize: Int?
  var encoding: Encoding

  /// Compressed where that saves at least a sixteenth.
  init(_ content: [UInt8], _ encoding: Encoding, level: Int?) {
    self.encoding = encoding
    bytes = content
    guard let level, content.count >= 64 else { return }
    let compressed = Zstd.compress(content, level: level)
    if compressed.count < content.count - content.count / 16 {
      bytes = compressed
      expandedSize = content.count
    }
  }

  /// The pages of a dictionary's texts, in the order of their codes.
  static func pages(of texts: TextVector, level: Int) -> [(texts: Int, page: StoredPage)] {
    let pageTexts = 1 << 18
    let pageBytes = 16 << 20
    var pages: [(texts: Int, page: StoredPage)] = []
    var start = 0
    while start < texts.count {
      var end = start + 1
      while end < texts.count && end - start < pageTexts
        && Int(texts.offsets[end + 1] - texts.offsets[start]) <= pageBytes
      {
        end += 1
      }
      var part = PendingColumn()
      part.appendTexts(texts, start..<end, nil)
      var writer = ByteWriter()
      let encoding = TextEncoder.encode(part.texts, into: &writer)
      pages.append((end - start, StoredPage(writer.bytes, encoding, level: level)))
      start = end
    }
    return pages
  }

  /// Puts the page behind what is in `file`, whose first byte stands at `start`.
  func append(to file: inout [UInt8], start: Int) -> PageEntry {
    let entry = PageEntry(
      offset: start + file.count, size: bytes.count, expandedSize: expandedSize,
      checksum: Checksum.crc32c(bytes), encoding: encoding)
    file.append(contentsOf: bytes)
    return entry
  }
}

extension PageEntry {
  /// A reader of the page's content, which stands in `range` of `bytes`, once its checksum is
  /// right.
  func open(_ bytes: [UInt8], _ range: Range<Int>) throws(Damage) -> ByteReader {
    guard range.count == size, range.upperBound <= bytes.count else {
      throw Damage("it ends too early")
    }
    let stored = bytes.span.extracting(range)
    guard Checksum.isRight(checksum, of: stored) else {
      throw Damage("the checksum of a page at \(offset) is wrong")
    }
    guard let expandedSize else { return ByteReader(bytes, range) }
    return ByteReader(try Zstd.decompress(stored, count: expandedSize))
  }
}
