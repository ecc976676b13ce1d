import Bytes
import Columns

/// One column of a file that is being written: its pending values, its dictionary, its habits.
struct ColumnEncoder: Sendable {
  let field: Field
  let options: WriteOptions
  private(set) var pending = PendingColumn()
  private(set) var blocks: [ColumnEntry.Block] = []

  /// The dictionary that the lake shares, where the column's codes are of one.
  private(set) var shared: SharedDictionary?
  private(set) var form: PendingColumn.TextForm?
  /// Whether the form was decided by looking at texts.
  private var isSettled = false
  /// The texts of codes that are the file's own.
  private var interner = TextInterner()
  /// From the codes of the dictionary seen last to the file's; all ones where not yet known.
  private var translation: [UInt32] = []
  private var translated: TextDictionary?
  /// How many blocks to go before zstd is tried again.
  private var zstdPause = 0

  init(_ field: Field, _ options: WriteOptions) {
    self.field = field
    self.options = options
  }

  /// Whether any block of it has codes.
  var usesDictionary: Bool { shared != nil || blocks.contains { $0.page.encoding == .codes } }

  var ownTexts: TextVector { interner.texts }

  mutating func append(_ column: Column, _ rows: Range<Int>) throws(ColumnFileError) {
    let present = pending.takeRows(column, rows)
    switch column.values {
    case .booleans(let values): pending.appendBooleans(values, rows, present)
    case .dates(let values): pending.appendDates(values, rows, present)
    case .integers(let values): pending.appendIntegers(values, rows, present)
    case .doubles(let values): pending.appendDoubles(values, rows, present)
    case .texts(let texts): try append(texts, rows, present)
    case .codes(let codes, let dictionary): try append(codes, dictionary, rows, present)
    case .wide, .intervals: preconditionFailure("the schema has stored types only")
    }
  }
}

// MARK: - Texts

extension ColumnEncoder {
  private mutating func append(
    _ texts: TextVector, _ rows: Range<Int>, _ present: [Int]?
  ) throws(ColumnFileError) {
    guard shared == nil else { throw mixed() }
    if form == nil { form = .texts }
    if form == .texts {
      pending.appendTexts(texts, rows, present)
    } else {
      intern(texts, present ?? Array(rows))
    }
  }

  private mutating func intern(_ texts: TextVector, _ rows: [Int]) {
    let bytes = texts.bytes.span
    let offsets = texts.offsets
    for row in rows {
      let code = interner.code(bytes, Int(offsets[row])..<Int(offsets[row + 1]))
      pending.integers.append(Int64(code))
    }
  }

  private mutating func append(
    _ codes: [UInt32], _ dictionary: TextDictionary, _ rows: Range<Int>, _ present: [Int]?
  ) throws(ColumnFileError) {
    if form == nil {
      shared = dictionary.shared
      // A dictionary nearly as long as its column says that its texts hardly repeat.
      form =
        shared == nil && dictionary.count > rows.count / 2 && dictionary.count > 64
        ? .texts : .codes
    }
    guard dictionary.shared == shared else { throw mixed() }
    if form == .texts {
      let texts = dictionary.texts
      for row in present ?? Array(rows) {
        pending.appendText(texts.bytes, texts.range(Int(codes[row])))
      }
      return
    }
    translate(codes, dictionary, present ?? Array(rows))
  }

  private mutating func translate(_ codes: [UInt32], _ dictionary: TextDictionary, _ rows: [Int]) {
    let known = UInt32(shared?.count ?? 0)
    if translated !== dictionary {
      translated = dictionary
      translation = Array(repeating: .max, count: dictionary.count - Int(known))
    }
    var texts: TextVector?
    for row in rows {
      let code = codes[row]
      if code < known {
        pending.integers.append(Int64(code))
        continue
      }
      let place = Int(code - known)
      if translation[place] == .max {
        let spelled = texts ?? dictionary.texts
        texts = spelled
        translation[place] =
          known + interner.code(spelled.bytes.span, spelled.range(Int(code)))
      }
      pending.integers.append(Int64(translation[place]))
    }
  }

  private func mixed() -> ColumnFileError {
    ColumnFileError(
      unfit: "column \(field.name)",
      because: "its batches have codes of different states of a shared dictionary",
      remedy: "Write all rows of a file against one generation of the dictionary.")
  }
}

// MARK: - Blocks

extension ColumnEncoder {
  /// Writes the pending rows as one page behind what is in `file`, whose first byte stands at
  /// `start`.
  mutating func closeBlock(into file: inout [UInt8], start: Int) {
    let rows = pending.rowCount
    var writer = ByteWriter()
    var encoding = Encoding.nothing
    let zone = zone()
    if pending.nulls.count < rows {
      writeNulls(into: &writer)
      encoding = writeValues(into: &writer)
    }
    let entry = page(writer.bytes, encoding, into: &file, start: start)
    blocks.append(ColumnEntry.Block(page: entry, zone: zone))
    pending.clear()
    if shared == nil && interner.count > options.dictionaryTexts { form = .texts }
  }

  private func writeNulls(into writer: inout ByteWriter) {
    if pending.nulls.isEmpty { return }
    IntegerEncoder.encodePart(pending.nulls.map { Int64($0) }, into: &writer, depth: 2)
  }

  private func zone() -> Zone {
    let nullCount = pending.nulls.count
    switch field.type {
    case .double: return ZoneMaker.zone(pending.doubles, nullCount: nullCount)
    case .text:
      if shared != nil { return .unknown(nullCount: nullCount) }
      if form == .codes {
        if interner.count > 4096 { return .unknown(nullCount: nullCount) }
        return ZoneMaker.zone(codes: pending.integers, interner.texts, nullCount: nullCount)
      }
      return ZoneMaker.zone(pending.texts, nullCount: nullCount)
    default: return ZoneMaker.zone(pending.integers, field.type, nullCount: nullCount)
    }
  }

  private mutating func writeValues(into writer: inout ByteWriter) -> Encoding {
    switch field.type {
    case .double:
      Words.append(pending.doubles.span, to: &writer.bytes)
      return .plainDoubles
    case .text:
      if form == .texts && repeats() { becomeCoded() }
      if form == .codes {
        IntegerEncoder.encodePart(pending.integers, into: &writer, depth: 2)
        return .codes
      }
      return TextEncoder.encode(pending.texts, into: &writer)
    default:
      return IntegerEncoder.encode(pending.integers, into: &writer)
    }
  }

  /// Whether the texts of the first block with any come back often enough for a dictionary.
  private mutating func repeats() -> Bool {
    if isSettled { return false }
    isSettled = true
    var trial = TextInterner()
    let bytes = pending.textBytes.span
    let offsets = pending.textOffsets
    let count = offsets.count - 1
    for index in 0..<count {
      _ = trial.code(bytes, Int(offsets[index])..<Int(offsets[index + 1]))
    }
    return trial.count * 2 <= count
  }

  private mutating func becomeCoded() {
    form = .codes
    let texts = pending.texts
    intern(texts, Array(0..<texts.count))
  }

  /// Appends a page, compressed where that pays.
  private mutating func page(
    _ content: [UInt8], _ encoding: Encoding, into file: inout [UInt8], start: Int
  ) -> PageEntry {
    let level = encoding == .plainText ? options.textLevel : options.level
    let page = StoredPage(content, encoding, level: zstdPause > 0 ? nil : level)
    if zstdPause > 0 {
      zstdPause -= 1
    } else if page.expandedSize == nil {
      // A column whose page did not shrink will hardly shrink in the next blocks.
      zstdPause = 15
    }
    return page.append(to: &file, start: start)
  }
}
