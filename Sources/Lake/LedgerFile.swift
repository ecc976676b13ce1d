import Bytes

/// A page of the ledger: an index that is read whole, and entries that are read when one is asked
/// for, so that a lake with a hundred thousand inputs is as fast to ask as a small one.
///
/// ```
/// page   := "GRVLEDG1" · count (8) · hash of the index (16) · index · entries
/// index  := for each entry, by ascending key:
///           key (16) · bytes of the input (8) · offset of the entry (8) · its hash, low half (8)
/// entry  := a line of JSON
/// ```
/// Numbers are little-endian. The key is the input's content hash; where that is none, the hash of
/// its text. Entries stand in the order of the index, one behind the other, to the end of the file.
struct LedgerFile: Sendable {
  static let magic = Array("GRVLEDG1".utf8)
  private static let headSize = 32
  private static let rowSize = 40

  private let source: any ByteSource
  private let index: [UInt8]
  let count: Int

  static func key(_ contentHash: String) -> ContentHash {
    ContentHash(contentHash) ?? ContentHash.of(Array(contentHash.utf8).span)
  }

  static func bytes(of entries: [LedgerEntry]) -> [UInt8] {
    let keyed = entries.map { (key: key($0.contentHash), entry: $0) }.sorted { first, second in
      first.key != second.key ? first.key < second.key : first.entry.table < second.entry.table
    }
    var index = ByteWriter()
    var lines: [UInt8] = []
    for (key, entry) in keyed {
      let line = entry.json.bytes() + [UInt8(ascii: "\n")]
      index.u64(key.high)
      index.u64(key.low)
      index.u64(UInt64(entry.bytes))
      index.u64(UInt64(headSize + keyed.count * rowSize + lines.count))
      index.u64(ContentHash.of(line.span).low)
      lines += line
    }
    let hash = ContentHash.of(index.bytes.span)
    var page = ByteWriter()
    page.append(magic)
    page.u64(UInt64(keyed.count))
    page.u64(hash.high)
    page.u64(hash.low)
    page.append(index.bytes)
    page.append(lines)
    return page.finish()
  }

  init(_ source: any ByteSource) throws(LakeError) {
    self.source = source
    let head = try Self.read(source, 0, Self.headSize)
    var reader = ByteReader(head)
    do {
      guard try reader.bytes(8) == Self.magic else {
        throw LakeError.damaged(source.name, "it is no page of a ledger")
      }
      let rows = try reader.u64()
      guard rows <= UInt64(source.size / Self.rowSize) else {
        throw LakeError.damaged(source.name, "it is cut short")
      }
      count = Int(rows)
      index = try Self.read(source, Self.headSize, count * Self.rowSize)
      let hash = ContentHash(high: try reader.u64(), low: try reader.u64())
      guard ContentHash.of(index.span) == hash else {
        throw LakeError.damaged(source.name, "its index does not match its hash")
      }
    } catch let error as LakeError { throw error } catch {
      throw .damaged(source.name, "\(error)")
    }
  }

  /// The bytes of every input, for a first look.
  var sizes: [Int] { (0..<count).map { Int(truncatingIfNeeded: word($0, 16)) } }

  /// The entries of a content: one a table.
  func entries(of contentHash: String) throws(LakeError) -> [LedgerEntry] {
    let key = Self.key(contentHash)
    var low = 0
    var high = count
    while low < high {
      let middle = (low + high) / 2
      if self.key(middle) < key { low = middle + 1 } else { high = middle }
    }
    var entries: [LedgerEntry] = []
    while low < count, self.key(low) == key {
      entries.append(try entry(low))
      low += 1
    }
    return entries
  }

  func allEntries() throws(LakeError) -> [LedgerEntry] {
    var entries: [LedgerEntry] = []
    entries.reserveCapacity(count)
    // A read for each line would be a system call for each.
    let start = Self.headSize + count * Self.rowSize
    let lines = try Self.read(source, start, source.size - start)
    for row in 0..<count {
      let range = try range(row)
      entries.append(
        try parse(Array(lines[range.lowerBound - start..<range.upperBound - start]), row))
    }
    return entries
  }

  private func entry(_ row: Int) throws(LakeError) -> LedgerEntry {
    let range = try range(row)
    return try parse(try Self.read(source, range.lowerBound, range.count), row)
  }

  private func parse(_ line: [UInt8], _ row: Int) throws(LakeError) -> LedgerEntry {
    guard ContentHash.of(line.span).low == word(row, 32) else {
      throw .damaged(source.name, "an entry does not match its hash")
    }
    do {
      return try LedgerEntry(RecordFields(json: try JSON.parse(line), name: source.name))
    } catch let error as LakeError { throw error } catch { throw .damaged(source.name, "\(error)") }
  }

  /// Where an entry stands; the index was checked against its hash, so this finds what was written.
  private func range(_ row: Int) throws(LakeError) -> Range<Int> {
    let start = word(row, 24)
    let end = row + 1 < count ? word(row + 1, 24) : UInt64(source.size)
    let least = UInt64(Self.headSize + count * Self.rowSize)
    guard start >= least, start <= end, end <= UInt64(source.size) else {
      throw .damaged(source.name, "it is cut short")
    }
    return Int(start)..<Int(end)
  }

  private func key(_ row: Int) -> ContentHash {
    ContentHash(high: word(row, 0), low: word(row, 8))
  }

  private func word(_ row: Int, _ offset: Int) -> UInt64 {
    index.span.word64(at: row * Self.rowSize + offset)
  }

  private static func read(
    _ source: any ByteSource, _ offset: Int, _ count: Int
  ) throws(LakeError) -> [UInt8] {
    guard offset + count <= source.size else { throw .damaged(source.name, "it is cut short") }
    do { return try source.read(at: offset, count: count) } catch { throw LakeError(error) }
  }
}
