import Bytes
import Columns

// Coding a column in parallel, with the same codes for any threads and chunks.
//
// While a round is parsed, the reader's table stands still and every thread looks texts up in it. A
// text that it lacks gets a provisional code from the chunk, behind the codes of the table. When
// the round is parsed, the chunks' new texts enter the table in the order of the input, and
// provisional codes become final. So codes follow the first appearance in the input, whoever parsed
// it.

/// The codes of one column of a chunk.
struct CodeBuilder: Sendable {
  /// The reader's table, as it was when the round began.
  private var table: KeyTable
  /// Codes below this are the table's.
  private let known: UInt32
  private(set) var codes: [UInt32] = []
  /// The texts that the table lacks, by provisional code.
  private var own = KeyTable(hasNumbers: false)
  private(set) var newTexts = TextBuilder()

  init(_ table: KeyTable, known: Int) {
    self.table = table
    self.known = UInt32(known)
  }

  /// Codes one field of a block's rows.
  mutating func append(
    _ bytes: Span<UInt8>, _ marks: Span<UInt32>, _ view: FieldView, _ dialect: Dialect, base: Int,
    _ nulls: inout [Int]
  ) {
    // Taken out, so that it is not copied.
    var codes: [UInt32] = []
    swap(&codes, &self.codes)
    codes.append(contentsOf: repeatElement(0, count: view.rowCount))
    var others: [Int] = []
    let isSimple =
      dialect.nullText.isEmpty && (dialect.escape == dialect.quote || dialect.escape == nil)
    if !isSimple {
      others = Array(0..<view.rowCount)
    } else {
      let quote = dialect.quote ?? 0
      if let affix = table.affix {
        var texts: [Int] = []
        codeNumbers(bytes, marks, view, affix, table.numbers.span, &codes, base, &texts)
        codeTexts(bytes, marks, view, quote, table, &codes, base, texts, &others)
      } else {
        codeTexts(bytes, marks, view, quote, table, &codes, base, 0..<view.rowCount, &others)
      }
    }
    for row in others {
      let field = FieldText(bytes, view.start(marks, row), view.end(marks, row), dialect)
      if field.isNull {
        nulls.append(base + row)
      } else if var text = field.unescaped(bytes, dialect) {
        let length = text.count
        text.append(contentsOf: repeatElement(0, count: Window.padding))
        codes[base + row] = code(text.span, 0, length)
      } else {
        codes[base + row] = code(bytes, field.start, field.end - field.start)
      }
    }
    swap(&codes, &self.codes)
  }

  /// The code of a text, a provisional one where the table has none.
  private mutating func code(_ bytes: Span<UInt8>, _ start: Int, _ length: Int) -> UInt32 {
    if let code = table.code(of: bytes, start, length) { return code }
    if let code = own.code(of: bytes, start, length) { return code }
    let code = known + UInt32(newTexts.count)
    own.insert(bytes, start, length, code: code)
    newTexts.append(bytes.extracting(start..<start + length))
    return code
  }

  /// Lets go of the reader's table, which would be copied if it grew while somebody else has it.
  mutating func detach() { table = .empty }

  /// The final codes, where the new texts have the codes `final`.
  func finish(_ final: [UInt32]) -> [UInt32] {
    if final.isEmpty || final.first == known && final.last == known + UInt32(final.count - 1) {
      return codes
    }
    var codes = codes
    var target = codes.mutableSpan
    let final = final.span
    for row in target.indices where target[row] >= known {
      target[row] = final[Int(target[row] &- known)]
    }
    return codes
  }
}

/// Codes texts that are an affix and a number in the table; notes the rows of all others.
private func codeNumbers(
  _ bytes: Span<UInt8>, _ marks: Span<UInt32>, _ view: FieldView, _ affix: KeyTable.Affix,
  _ numbers: Span<UInt32>, _ codes: inout [UInt32], _ base: Int, _ others: inout [Int]
) {
  var target = codes.mutableSpan
  let placeList = KeyTable.places
  let places = placeList.span
  for row in 0..<view.rowCount {
    let start = view.start(marks, row)
    let count = view.end(marks, row) &- start &- affix.length
    if count >= 1 && count <= 8 && bytes.word64(at: start) & affix.mask == affix.word {
      let word = digits(bytes.word64(at: start &+ affix.length), count: count)
      let place = Int(truncatingIfNeeded: places[count] &+ number(word))
      if isDigits(word) && place < numbers.count {
        let found = numbers[place]
        if found != 0 {
          target[base &+ row] = found &- 1
          continue
        }
      }
    }
    others.append(row)
  }
}

/// Codes unquoted texts of up to 23 bytes in the table; notes the rows of all others.
@inline(__always)
private func codeTexts(
  _ bytes: Span<UInt8>, _ marks: Span<UInt32>, _ view: FieldView, _ quote: UInt8,
  _ table: borrowing KeyTable, _ codes: inout [UInt32], _ base: Int, _ rows: some Sequence<Int>,
  _ others: inout [Int]
) {
  var target = codes.mutableSpan
  let slots = table.slots.span
  let mask = slots.count &- 1
  for row in rows {
    let start = view.start(marks, row)
    let length = view.end(marks, row) &- start
    if length > 0 && length <= 23 && bytes[start] != quote {
      let key = KeyTable.key(bytes, start, length)
      var index = Int(truncatingIfNeeded: KeyTable.hash(key)) & mask
      var slot = slots[index]
      while slot.w != 0 && (slot.x != key.x || slot.y != key.y || slot.z != key.z) {
        index = (index &+ 1) & mask
        slot = slots[index]
      }
      if slot.w != 0 {
        target[base &+ row] = UInt32(truncatingIfNeeded: slot.w) &- 1
        continue
      }
    }
    others.append(row)
  }
}
