import Bytes
import Columns

// Coding a column in parallel, with the same codes for any threads and chunks.
//
// While a round is parsed, the reader's table stands still and every thread looks texts up in it. A
// text that it lacks is noted by its row. When the round is parsed, what the chunks have noted
// enters the table in the order of the input, and the rows get their codes. So codes follow the
// first appearance in the input, whoever parsed it.

/// The codes of one column of a chunk.
struct CodeBuilder: Sendable {
  /// The reader's table, as it was when the round began.
  private var table: KeyTable
  private(set) var codes: [UInt32] = []
  /// The rows whose texts the table lacks, and those texts.
  private(set) var missingRows: [UInt32] = []
  private(set) var missing: KeyList
  private var others: [UInt32] = []
  /// Room for a text without its escapes, and padding.
  private var text: [UInt8] = []
  private var spellings = Spellings()

  init(_ table: KeyTable) {
    self.table = table
    missing = KeyList(affix: table.affix)
  }

  mutating func reserve(_ rows: Int) { codes.reserveCapacity(rows) }

  /// The form of its texts, where they are in the table by their numbers.
  var laneForm: LaneForm? {
    table.numbers.isEmpty ? nil : table.affix.map { .codes($0) }
  }

  /// Codes one field of a block's rows, the first of which is row `base` of the chunk.
  mutating func append(
    _ bytes: Span<UInt8>, _ marks: Span<UInt32>, _ view: FieldView, _ plan: ReadPlan, base: Int,
    _ found: FoundLane?, _ nulls: inout [Int]
  ) {
    // Taken out, so that they are not copied.
    var (codes, others): ([UInt32], [UInt32]) = ([], [])
    swap(&codes, &self.codes)
    swap(&others, &self.others)
    let dialect = plan.options.dialect
    if !dialect.isSimple {
      codes.append(contentsOf: repeatElement(.max, count: view.rowCount))
      others.append(contentsOf: 0..<UInt32(view.rowCount))
    } else if let affix = table.affix, !table.numbers.isEmpty {
      let numbers = table.numbers.span
      if let found, found.form == .codes(affix) {
        found.lanes.codes(
          found.column, marks, view.layout, of: affix, in: numbers, table.longestRun,
          into: &codes, &others)
      } else if let kernels = plan.kernels {
        kernels.codes(
          bytes, marks, view.layout, of: affix, in: numbers, table.longestRun, into: &codes,
          &others)
      } else {
        codeNumbers(bytes, marks, view, affix, numbers, &codes, &others)
      }
    } else {
      let slots = table.slots.span
      if let kernels = plan.kernels {
        kernels.codes(
          bytes, marks, view.layout, quote: dialect.quote, in: slots, into: &codes, &others)
      } else {
        codeTexts(bytes, marks, view, dialect.quote, slots, &codes, &others)
      }
    }
    var target = codes.mutableSpan
    for row in others.lazy.map({ Int($0) }) {
      let place = target[base + row]
      if place < KeyTable.alwaysDense {
        missingRows.append(UInt32(truncatingIfNeeded: base + row))
        missing.append(place: place)
        continue
      }
      target[base + row] = code(
        bytes, view.start(marks, row), view.end(marks, row), dialect, row: base + row, &nulls)
    }
    others.removeAll(keepingCapacity: true)
    swap(&codes, &self.codes)
    swap(&others, &self.others)
  }

  /// The code of one row's text, or 0 where it has none or none yet.
  private mutating func code(
    _ bytes: Span<UInt8>, _ start: Int, _ end: Int, _ dialect: Dialect, row: Int,
    _ nulls: inout [Int]
  ) -> UInt32 {
    guard dialect.isSimple && start < end else {
      return code(ofField: bytes, start, end, dialect, row: row, &nulls)
    }
    if bytes[start] != dialect.quote {
      let length = end &- start
      // Where there are no numbers, short texts have been looked for in the slots.
      if table.affix != nil || length > 23 { return code(bytes, start, length, row: row) }
      note(KeyTable.key(bytes, start, length), bytes, start, length, row: row)
      return 0
    }
    if let code = spellings.code(bytes, start, end &- start) { return code }
    let known = missing.count
    let code = code(ofField: bytes, start, end, dialect, row: row, &nulls)
    if missing.count == known { spellings.note(bytes, start, end &- start, code) }
    return code
  }

  /// The same for a field in whatever way it is written.
  private mutating func code(
    ofField bytes: Span<UInt8>, _ start: Int, _ end: Int, _ dialect: Dialect, row: Int,
    _ nulls: inout [Int]
  ) -> UInt32 {
    let field = FieldText(bytes, start, end, dialect)
    if field.isNull {
      nulls.append(row)
      return 0
    }
    var text: [UInt8] = []
    swap(&text, &self.text)
    defer { swap(&text, &self.text) }
    let missing = field.end - field.start + Window.padding - text.count
    if missing > 0 { text.append(contentsOf: repeatElement(0, count: missing)) }
    var target = text.mutableSpan
    guard let length = field.unescape(bytes, dialect, to: &target, at: 0) else {
      return code(bytes, field.start, field.end - field.start, row: row)
    }
    return code(text.span, 0, length, row: row)
  }

  @inline(__always)
  private mutating func code(
    _ bytes: Span<UInt8>, _ start: Int, _ length: Int, row: Int
  ) -> UInt32 {
    let key = KeyTable.key(bytes, start, length)
    if let code = table.code(of: key, bytes, start, length) { return code }
    note(key, bytes, start, length, row: row)
    return 0
  }

  @inline(__always)
  private mutating func note(
    _ key: KeyTable.Key, _ bytes: Span<UInt8>, _ start: Int, _ length: Int, row: Int
  ) {
    missingRows.append(UInt32(truncatingIfNeeded: row))
    missing.append(key, bytes, start, length)
  }

  /// Lets go of the reader's table, which would be copied if it grew while somebody else has it.
  mutating func detach() {
    table = .empty
    spellings = Spellings()
  }

  /// The final codes, where the missing texts have the codes `found`.
  mutating func finish(_ found: [UInt32]) -> [UInt32] {
    var codes: [UInt32] = []
    swap(&codes, &self.codes)
    var target = codes.mutableSpan
    for (row, code) in zip(missingRows, found) { target[Int(row)] = code }
    return codes
  }
}

/// The codes of quoted fields as they are written, quotes and all: a text that comes again is
/// mostly written as before, and then it need not be taken out of its quotes to be found.
///
/// PERF: plays whose genres are quoted and hold quotes are read at 1.85 GB/s in place of 1.32,
/// where there are 115 of them (one thread of a Zen 5 VM, 2026-11-30).
private struct Spellings: Sendable {
  private var table = KeyTable.empty
  private var missed = 0
  /// Fields that hardly repeat are not looked for any more.
  private static let patience = 4096

  /// The field has `Window.padding` bytes behind its start in the span.
  mutating func code(_ bytes: Span<UInt8>, _ start: Int, _ length: Int) -> UInt32? {
    if missed > Self.patience { return nil }
    let key = KeyTable.key(bytes, start, length)
    let code = table.code(of: key, bytes, start, length)
    missed += code == nil ? 1 : 0
    return code
  }

  /// Remembers the code of a field that was not found.
  mutating func note(_ bytes: Span<UInt8>, _ start: Int, _ length: Int, _ code: UInt32) {
    if missed > Self.patience { return }
    let text = bytes.extracting(start..<start + length)
    table.insert(KeyTable.key(bytes, start, length), text, code: code)
  }
}

/// Codes texts that are an affix and a number in the table; notes the rows of all others, with the
/// place instead of the code where there is a number that the table lacks.
private func codeNumbers(
  _ bytes: Span<UInt8>, _ marks: Span<UInt32>, _ view: FieldView, _ affix: FieldAffix,
  _ numbers: Span<UInt32>, _ codes: inout [UInt32], _ others: inout [UInt32]
) {
  let placeList = KeyTable.places
  let places = placeList.span
  for row in 0..<view.rowCount {
    let start = view.start(marks, row)
    let count = view.end(marks, row) &- start &- affix.length
    var found: UInt32 = 0
    var place = UInt32.max
    if count >= 1 && count <= 8 && bytes.word64(at: start) & affix.mask == affix.word {
      let word = digits(bytes.word64(at: start &+ affix.length), count: count)
      if isDigits(word) {
        place = UInt32(truncatingIfNeeded: places[count] &+ number(word))
        if place < numbers.count { found = numbers[Int(place)] }
      }
    }
    codes.append(found == 0 ? place : found &- 1)
    if found == 0 { others.append(UInt32(truncatingIfNeeded: row)) }
  }
}

/// Codes unquoted texts of up to 23 bytes in the table; notes the rows of all others.
private func codeTexts(
  _ bytes: Span<UInt8>, _ marks: Span<UInt32>, _ view: FieldView, _ quote: UInt8?,
  _ slots: Span<KeyTable.Key>, _ codes: inout [UInt32], _ others: inout [UInt32]
) {
  let mask = slots.count &- 1
  for row in 0..<view.rowCount {
    let start = view.start(marks, row)
    let length = view.end(marks, row) &- start
    var found: UInt32 = 0
    if length > 0 && length <= 23 && bytes[start] != quote {
      let key = KeyTable.key(bytes, start, length)
      var index = Int(truncatingIfNeeded: hash(ofKey: key)) & mask
      var slot = slots[index]
      while slot.w != 0 && (slot.x != key.x || slot.y != key.y || slot.z != key.z) {
        index = (index &+ 1) & mask
        slot = slots[index]
      }
      found = UInt32(truncatingIfNeeded: slot.w)
    }
    codes.append(found &- 1)
    if found == 0 { others.append(UInt32(truncatingIfNeeded: row)) }
  }
}
