package import Bytes
package import Columns

/// Rows set aside on disk, in parts that the caller chooses: by the hash of their keys, so that
/// equal keys are in one part, or by ranges of them. Each part can be worked on alone in little
/// memory.
///
/// Rows wait in memory until there are enough of them to write long pieces. The order of the rows
/// of a part is the order in which they came. The file has no name: nothing is left behind.
package struct RowSpill: Sendable {
  package let partCount: Int
  private let file: TemporaryFile
  private let pendingBytesMax: Int
  /// Where the pieces of each part are in the file, and how many rows each has.
  private var pieces: [[(bytes: Range<Int>, rowCount: Int)]]
  private var pending: [(columns: [Column], parts: [UInt16])] = []
  private var pendingBytes = MemoryMeter()
  /// The dictionaries of coded columns, which stay in memory: only their codes are written. When
  /// there are many, the texts of any other are spelled out, if they are not numbers.
  private var dictionaries: [TextDictionary] = []
  private var places: [ObjectIdentifier: UInt32] = [:]
  private var spelledDictionaries = 0
  private var types: [DataType] = []
  /// How many rows each part has.
  package private(set) var rowCounts: [Int]

  package init(partCount: Int = 64, folder: String, pendingBytes: Int = 32 << 20)
    throws(KernelsError)
  {
    let file: TemporaryFile
    do { file = try TemporaryFile(in: folder) } catch { throw KernelsError(error.explanation) }
    self.init(partCount: partCount, file: file, pendingBytes: pendingBytes)
  }

  /// Rows behind what others write to the same file.
  package init(partCount: Int, file: TemporaryFile, pendingBytes: Int) {
    precondition(partCount > 0 && partCount <= 1 << 16, "a part is numbered by 16 bits")
    self.partCount = partCount
    self.file = file
    pendingBytesMax = pendingBytes
    pieces = Array(repeating: [], count: partCount)
    rowCounts = Array(repeating: 0, count: partCount)
  }

  package var rowCount: Int { rowCounts.reduce(0, +) }

  /// How much is on disk.
  package private(set) var bytesWritten = 0

  /// How much of a part is on disk.
  package func bytes(ofPart part: Int) -> Int { pieces[part].reduce(0) { $0 + $1.bytes.count } }

  /// Sets rows aside, by the part of each.
  package mutating func add(_ columns: [Column], parts: [UInt16]) throws(KernelsError) {
    if parts.isEmpty { return }
    for row in parts.indices { rowCounts[Int(parts[row])] += 1 }
    pending.append((columns, parts))
    pendingBytes.add(columns)
    if pendingBytes.bytes >= pendingBytesMax { try flush() }
  }

  /// How many pieces of a part `rows(ofPart:piece:)` gives, once all is flushed.
  package func pieceCount(ofPart part: Int) -> Int { pieces[part].count }

  package func rowCount(ofPart part: Int, piece: Int) -> Int { pieces[part][piece].rowCount }

  /// The rows of a piece of a part, as columns, after `flush`.
  package func rows(ofPart part: Int, piece: Int) throws(KernelsError) -> [Column] {
    precondition(pending.isEmpty, "rows are read when all of them have been written")
    let bytes: [UInt8]
    do { bytes = try file.read(pieces[part][piece].bytes) } catch {
      throw KernelsError(error.explanation)
    }
    var batches: [[Column]] = []
    var place = 0
    while place < bytes.count { batches.append(batch(bytes, &place)) }
    if batches.count == 1 { return batches[0] }
    return batches[0].indices.map { column in
      concatenate(batches.map { $0[column] }, type: batches[0][column].type)
    }
  }

  /// Writes what waits.
  package mutating func flush() throws(KernelsError) {
    if pending.isEmpty { return }
    var buffers = [[UInt8]](repeating: [], count: partCount)
    var counts = [Int](repeating: 0, count: partCount)
    for batch in pending {
      let rows = Self.rowsByPart(batch.parts, partCount)
      for part in 0..<partCount where !rows[part].isEmpty {
        RawNumbers.append([rows[part].count, batch.columns.count], to: &buffers[part])
        counts[part] += rows[part].count
        let isWhole = rows[part].count == batch.parts.count
        for column in batch.columns {
          write(isWhole ? column : gather(column, rows[part]), to: &buffers[part])
        }
      }
    }
    pending = []
    pendingBytes = MemoryMeter()
    for part in 0..<partCount where !buffers[part].isEmpty {
      do {
        let start = try file.append(buffers[part])
        bytesWritten += buffers[part].count
        pieces[part].append((start..<start + buffers[part].count, counts[part]))
      } catch { throw KernelsError(error.explanation) }
    }
  }

  private static func rowsByPart(_ parts: [UInt16], _ partCount: Int) -> [[UInt32]] {
    if partCount == 1 { return [(0..<UInt32(parts.count)).map { $0 }] }
    var rows = [[UInt32]](repeating: [], count: partCount)
    for row in parts.indices { rows[Int(parts[row])].append(UInt32(row)) }
    return rows
  }

  // A column is written as its type, its form, whether it has nulls, and then its arrays.

  private mutating func write(_ whole: Column, to bytes: inout [UInt8]) {
    let column = writable(whole)
    let place = types.firstIndex(of: column.type) ?? types.count
    if place == types.count { types.append(column.type) }
    RawNumbers.append(
      [UInt8(place), form(column.values), column.validity == nil ? 0 : 1], to: &bytes)
    if let validity = column.validity { RawNumbers.append(validity.words, to: &bytes) }
    switch column.values {
    case .booleans(let values): RawNumbers.append(values.map { $0 ? UInt8(1) : 0 }, to: &bytes)
    case .dates(let values): RawNumbers.append(values, to: &bytes)
    case .integers(let values): RawNumbers.append(values, to: &bytes)
    case .wide(let values): RawNumbers.append(values, to: &bytes)
    case .doubles(let values): RawNumbers.append(values, to: &bytes)
    case .texts(let values):
      RawNumbers.append(values.offsets, to: &bytes)
      bytes.append(contentsOf: values.bytes)
    case .codes(let codes, let dictionary):
      RawNumbers.append([number(of: dictionary)], to: &bytes)
      RawNumbers.append(codes, to: &bytes)
    case .intervals(let values):
      RawNumbers.append(values.map(\.months), to: &bytes)
      RawNumbers.append(values.map(\.days), to: &bytes)
      RawNumbers.append(values.map(\.microseconds), to: &bytes)
    }
  }

  private static let mostDictionaries = 8

  private mutating func number(of dictionary: TextDictionary) -> UInt32 {
    let known = places[ObjectIdentifier(dictionary)]
    if let known { return known }
    let number = UInt32(dictionaries.count)
    dictionaries.append(dictionary)
    if dictionary.numbering == nil { spelledDictionaries += 1 }
    places[ObjectIdentifier(dictionary)] = number
    return number
  }

  /// The column as it is written: with its texts where its dictionary is one too many.
  private func writable(_ column: Column) -> Column {
    guard case .codes(_, let dictionary) = column.values,
      dictionary.numbering == nil, spelledDictionaries >= Self.mostDictionaries,
      places[ObjectIdentifier(dictionary)] == nil
    else { return column }
    return Column(column.type, .texts(spelled(column)), validity: column.validity)
  }

  private func form(_ values: Column.Values) -> UInt8 {
    switch values {
    case .booleans: 0
    case .dates: 1
    case .integers: 2
    case .wide: 3
    case .doubles: 4
    case .texts: 5
    case .codes: 6
    case .intervals: 7
    }
  }

  private func batch(_ bytes: [UInt8], _ place: inout Int) -> [Column] {
    let sizes = RawNumbers.take(Int.self, 2, from: bytes, at: &place)
    return (0..<sizes[1]).map { _ in column(bytes, sizes[0], &place) }
  }

  private func column(_ bytes: [UInt8], _ count: Int, _ place: inout Int) -> Column {
    let head = RawNumbers.take(UInt8.self, 3, from: bytes, at: &place)
    var validity: Bitmap?
    if head[2] == 1 {
      let words = RawNumbers.take(UInt64.self, (count + 63) / 64, from: bytes, at: &place)
      validity = Bitmap(words: words, count: count)
    }
    let values = values(head[1], bytes, count, &place)
    let column = Column(types[Int(head[0])], values, validity: validity)
    if case .codes(_, let dictionary) = values, isSpelled(dictionary, rowCount: count) {
      return Column(column.type, .texts(spelled(column)), validity: validity)
    }
    return column
  }

  /// Whether the few rows of a dictionary are better off with their texts: who puts texts of
  /// several dictionaries together looks at all texts of one of them, unless they are numbers.
  private func isSpelled(_ dictionary: TextDictionary, rowCount: Int) -> Bool {
    spelledDictionaries > 1 && dictionary.shared == nil && dictionary.numbering == nil
      && dictionary.count > max(4096, 8 * rowCount)
  }

  private func values(_ form: UInt8, _ bytes: [UInt8], _ count: Int, _ place: inout Int)
    -> Column.Values
  {
    func take<T: BitwiseCopyable>(_ type: T.Type, _ count: Int) -> [T] {
      RawNumbers.take(type, count, from: bytes, at: &place)
    }
    switch form {
    case 0: return .booleans(take(UInt8.self, count).map { $0 != 0 })
    case 1: return .dates(take(Int32.self, count))
    case 2: return .integers(take(Int64.self, count))
    case 3: return .wide(take(Int128.self, count))
    case 4: return .doubles(take(Double.self, count))
    case 5:
      let offsets = take(UInt32.self, count + 1)
      return .texts(TextVector(offsets: offsets, bytes: take(UInt8.self, Int(offsets[count]))))
    case 6:
      let dictionary = dictionaries[Int(take(UInt32.self, 1)[0])]
      return .codes(take(UInt32.self, count), dictionary)
    default:
      let months = take(Int32.self, count)
      let days = take(Int32.self, count)
      let microseconds = take(Int64.self, count)
      return .intervals(
        (0..<count).map {
          Interval(months: months[$0], days: days[$0], microseconds: microseconds[$0])
        })
    }
  }
}

/// A hash of the keys of each row: rows that GROUP BY puts together have the same one, whatever the
/// forms of the columns.
package func hashes(of keys: [Column], rowCount: Int) -> [UInt64] {
  var hashes = [UInt64](repeating: 0, count: rowCount)
  for key in keys {
    let own = valueHashes(key)
    for row in hashes.indices {
      hashes[row] = mixed(hashes[row] ^ (key.isNull(row) ? 1 : own[row]))
    }
  }
  return hashes
}

/// The part of each row by the hash of its keys. `level` numbers spills within spills: each looks
/// at other bits of the hash.
package func parts(ofHashes hashes: [UInt64], partCount: Int, level: Int) -> [UInt16] {
  precondition(partCount & (partCount - 1) == 0, "parts by hash are a power of two")
  let mask = UInt64(partCount - 1)
  let salt = UInt64(level) &* 0x9E37_79B9_7F4A_7C15
  return hashes.map { UInt16(truncatingIfNeeded: mixed($0 &+ salt) & mask) }
}
