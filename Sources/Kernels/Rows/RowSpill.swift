import Bytes
package import Columns

/// Rows set aside on disk, in parts by the hash of their keys, so that equal keys are in one part
/// and each part can be worked on alone in little memory.
///
/// Rows wait in memory until there are enough of them to write long pieces. The order of the rows
/// of a part is the order in which they came. The file has no name: nothing is left behind.
package struct RowSpill: Sendable {
  package let partCount: Int
  private let file: TemporaryFile
  private let pendingRows: Int
  /// Where the pieces of each part are in the file.
  private var pieces: [[Range<Int>]]
  private var pending: [(columns: [Column], hashes: [UInt64])] = []
  private var pendingCount = 0
  /// The dictionaries of coded columns, which stay in memory: only their codes are written. When
  /// there are many, the texts of any other are spelled out.
  private var dictionaries: [TextDictionary] = []
  private var types: [DataType] = []
  private let level: Int
  package private(set) var rowCount = 0

  /// `level` numbers spills within spills: each looks at other bits of the hash.
  package init(partCount: Int = 64, level: Int = 0, folder: String, pendingRows: Int = 1 << 20)
    throws(KernelsError)
  {
    precondition(partCount > 0 && partCount & (partCount - 1) == 0, "parts are a power of two")
    self.partCount = partCount
    self.level = level
    self.pendingRows = pendingRows
    do { file = try TemporaryFile(in: folder) } catch { throw KernelsError(error.explanation) }
    pieces = Array(repeating: [], count: partCount)
  }

  /// How much is on disk.
  package var bytesWritten: Int { file.size }

  /// Sets rows aside, by the hashes of their keys (see `hashes(of:)`).
  package mutating func add(_ columns: [Column], hashes: [UInt64]) throws(KernelsError) {
    if hashes.isEmpty { return }
    rowCount += hashes.count
    pending.append((columns, hashes))
    pendingCount += hashes.count
    if pendingCount >= pendingRows { try flush() }
  }

  /// The rows of a part, as batches of columns.
  package mutating func batches(ofPart part: Int) throws(KernelsError) -> [[Column]] {
    try flush()
    var batches: [[Column]] = []
    for piece in pieces[part] {
      let bytes: [UInt8]
      do { bytes = try file.read(piece) } catch { throw KernelsError(error.explanation) }
      var place = 0
      while place < bytes.count { batches.append(batch(bytes, &place)) }
    }
    return batches
  }

  private func part(_ hash: UInt64) -> Int {
    Int(truncatingIfNeeded: mixed(hash &+ UInt64(level))) & (partCount - 1)
  }

  private mutating func flush() throws(KernelsError) {
    var buffers = [[UInt8]](repeating: [], count: partCount)
    for batch in pending {
      var rows = [[UInt32]](repeating: [], count: partCount)
      for row in batch.hashes.indices { rows[part(batch.hashes[row])].append(UInt32(row)) }
      for part in 0..<partCount where !rows[part].isEmpty {
        RawNumbers.append([rows[part].count, batch.columns.count], to: &buffers[part])
        for column in batch.columns { write(gather(column, rows[part]), to: &buffers[part]) }
      }
    }
    pending = []
    pendingCount = 0
    for part in 0..<partCount where !buffers[part].isEmpty {
      do {
        let start = try file.append(buffers[part])
        pieces[part].append(start..<start + buffers[part].count)
      } catch { throw KernelsError(error.explanation) }
    }
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
    let number = dictionaries.firstIndex { $0 === dictionary } ?? dictionaries.count
    if number == dictionaries.count { dictionaries.append(dictionary) }
    return UInt32(number)
  }

  /// The column as it is written: with its texts where its dictionary is one too many.
  private func writable(_ column: Column) -> Column {
    guard case .codes(_, let dictionary) = column.values,
      dictionaries.count >= Self.mostDictionaries,
      !dictionaries.contains(where: { $0 === dictionary })
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
    return Column(types[Int(head[0])], values, validity: validity)
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
