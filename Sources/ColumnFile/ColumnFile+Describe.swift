import Bytes
package import Columns

/// What is in a file and what it costs, as `groove inspect` shows it.
package struct FileDescription: Sendable {
  package var name: String
  package var version: String
  package var bytes: Int
  package var footerBytes: Int
  package var rows: Int
  package var blocks: Int
  package var columns: [ColumnDescription]

  package var bytesPerRow: Double { rows == 0 ? 0 : Double(bytes) / Double(rows) }
}

package struct ColumnDescription: Sendable {
  package var field: Field
  /// The names of the encodings of its pages and how many pages have each, the commonest first.
  package var encodings: [(name: String, pages: Int)]
  package var compressedPages: Int
  /// Of its pages, its maps and its own dictionary.
  package var bytes: Int
  package var dictionaryBytes: Int
  package var mapBytes: Int
  package var nulls: Int
  /// The bounds over all blocks, where every block with values has them.
  package var zone: Zone
  package var dictionary: DictionaryDescription?
  /// `U######`: the texts are stored as numbers.
  package var numbers: String?
  /// The column it follows from.
  package var follows: String?

  /// Its bytes a row of the file.
  package func bytesPerRow(_ rows: Int) -> Double { rows == 0 ? 0 : Double(bytes) / Double(rows) }
}

package struct DictionaryDescription: Sendable {
  package var shared: SharedDictionary?
  /// The texts stored in the file itself.
  package var ownTexts: Int
}

extension ColumnFile {
  /// What the footer tells; no page is read.
  package func describe() -> FileDescription {
    FileDescription(
      name: name, version: "\(Format.majorVersion).\(Format.minorVersion)", bytes: source.size,
      footerBytes: footerSize + Format.headSize + Format.tailSize, rows: rowCount,
      blocks: blockCount, columns: footer.columns.map { describe($0) })
  }

  /// How a column of a block is written.
  package func encodingName(column: Int, block: Int) -> String {
    let page = footer.columns[column].blocks[block].page
    return page.encoding.name + (page.expandedSize == nil ? "" : ", zstd")
  }

  private func describe(_ column: ColumnEntry) -> ColumnDescription {
    var counts: [Encoding: Int] = [:]
    var bytes = 0
    var compressed = 0
    for block in column.blocks {
      counts[block.page.encoding, default: 0] += 1
      bytes += block.page.size
      compressed += block.page.expandedSize == nil ? 0 : 1
    }
    let dictionary = column.dictionary.map { footer.dictionaries[$0] }
    let dictionaryBytes = dictionary?.pages.reduce(0) { $0 + $1.entry.size } ?? 0
    let mapBytes = (column.follow?.page.size ?? 0) + (column.ranking?.page.size ?? 0)
    let encodings = counts.sorted { ($1.value, $0.key.rawValue) < ($0.value, $1.key.rawValue) }
    return ColumnDescription(
      field: column.field, encodings: encodings.map { ($0.key.name, $0.value) },
      compressedPages: compressed, bytes: bytes + dictionaryBytes + mapBytes,
      dictionaryBytes: dictionaryBytes, mapBytes: mapBytes,
      nulls: column.blocks.reduce(0) { $0 + $1.zone.nullCount }, zone: column.zone,
      dictionary: dictionary.map {
        DictionaryDescription(shared: $0.shared, ownTexts: $0.ownCount)
      }, numbers: column.numbers?.affix.pattern,
      follows: column.follow.map { schema[$0.source].name })
  }
}

extension ColumnEntry {
  /// The zone of all blocks together.
  var zone: Zone {
    var whole: Zone?
    for block in blocks where block.page.encoding != .nothing {
      guard let before = whole else {
        whole = block.zone
        continue
      }
      whole = before.joined(with: block.zone)
    }
    var zone = whole ?? .unknown(nullCount: 0)
    zone.nullCount = blocks.reduce(0) { $0 + $1.zone.nullCount }
    return zone
  }
}

extension Zone {
  /// What is known about the values of two blocks of a column together.
  func joined(with other: Zone) -> Zone {
    var joined = self
    joined.nullCount += other.nullCount
    joined.isExact = isExact && other.isExact
    joined.minimum = nil
    joined.maximum = nil
    joined.sum = nil
    if let ours = minimum, let theirs = other.minimum {
      joined.minimum = theirs.isBelow(ours) ? theirs : ours
    }
    if let ours = maximum, let theirs = other.maximum {
      joined.maximum = ours.isBelow(theirs) ? theirs : ours
    }
    return joined
  }
}

extension Value {
  /// The order of zones: by number, by bytes, NaN last. Of values of one stored type.
  func isBelow(_ other: Value) -> Bool {
    switch (self, other) {
    case (.boolean(let left), .boolean(let right)): !left && right
    case (.bigint(let left), .bigint(let right)): left < right
    case (.timestamp(let left), .timestamp(let right)): left < right
    case (.date(let left), .date(let right)): left < right
    case (.double(let left), .double(let right)): left < right || !left.isNaN && right.isNaN
    case (.text(let left), .text(let right)): left.utf8.lexicographicallyPrecedes(right.utf8)
    default: false
    }
  }
}

extension Affix {
  /// For people: `U######`, or `track-#` where the digits are as many as it takes.
  var pattern: String {
    String(decoding: prefix, as: UTF8.self) + String(repeating: "#", count: digits)
      + String(decoding: suffix, as: UTF8.self)
  }
}

extension Encoding {
  /// Whether its numbers are ranks.
  var isRanked: Bool { self == .ranked || self == .rankedNumbers }

  /// What people call it.
  var name: String {
    switch self {
    case .constant: "constant"
    case .sequence: "sequence"
    case .packed: "packed"
    case .vectors: "packed by vector"
    case .delta: "delta"
    case .runs: "runs"
    case .planes: "byte planes"
    case .follows: "follows"
    case .ranked: "ranks"
    case .codes: "dictionary"
    case .plainText: "text"
    case .numbered: "affix and number"
    case .identifiers: "128-bit ids"
    case .rankedNumbers: "affix and rank"
    case .plainDoubles: "doubles"
    case .decimals: "decimals"
    case .nothing: "nulls"
    }
  }
}
