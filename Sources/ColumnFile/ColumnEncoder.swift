import Bytes
import Columns

/// One column of a file that is being written: its pending values, its dictionary, its habits.
///
/// Texts wait as codes, as numbers or as they are (`PendingColumn.TextForm`). The first block
/// decides which, and a text that does not fit the numbers turns its block, and only that, back
/// into texts.
struct ColumnEncoder: Sendable {
  let field: Field
  let options: WriteOptions
  var pending = PendingColumn()
  var blocks: [ColumnEntry.Block] = []
  /// Where its values follow from another column's.
  var follow: FollowEntry?
  var habit = PageHabit()

  /// The dictionary that the lake shares, where the column's codes are of one.
  private(set) var shared: SharedDictionary?
  /// What the numbers of its texts stand in.
  var affix: Affix?
  /// The least and the greatest number written so far; nil once a block had none.
  private var numberRange: ClosedRange<Int64>?
  private var isNumberedThroughout = true
  /// Whether the form was decided by looking at texts.
  private var isSettled = false
  private var refusedNumbers = 0
  /// The texts of codes that are the file's own.
  private var interner = TextInterner()
  /// From the codes of the dictionary seen last to those of the file, or to numbers; -1 where that
  /// is not known yet.
  private var translation: [Int64] = []
  private var translated: TextDictionary?

  init(_ field: Field, _ options: WriteOptions) {
    self.field = field
    self.options = options
  }

  /// Whether any block of it has codes.
  var usesDictionary: Bool {
    shared != nil || pending.form == .codes || interner.count > 0
  }

  var ownTexts: TextVector { interner.texts }

  var ownTextCount: Int { interner.count }

  /// What all its texts have in common, if they are numbers throughout.
  var numbers: NumberedTexts? {
    guard isNumberedThroughout, let affix, let numberRange else { return nil }
    return NumberedTexts(
      affix: affix, first: numberRange.lowerBound, last: numberRange.upperBound)
  }

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

// MARK: - Taking texts

extension ColumnEncoder {
  mutating func append(
    _ texts: TextVector, _ rows: Range<Int>, _ present: [Int]?
  ) throws(ColumnFileError) {
    guard shared == nil else { throw mixed() }
    if pending.form == nil { pending.form = .texts }
    if pending.form == .numbers && !appendNumbers(texts, rows, present) { becomeTexts() }
    switch pending.form {
    case .codes: intern(texts, present ?? Array(rows))
    case .texts: pending.appendTexts(texts, rows, present)
    default: break
    }
  }

  /// False, with nothing appended, where a text does not fit.
  private mutating func appendNumbers(
    _ texts: TextVector, _ rows: Range<Int>, _ present: [Int]?
  ) -> Bool {
    guard let affix else { return false }
    let before = pending.integers.count
    let bytes = texts.bytes.span
    var fits = true
    if let present {
      for row in present where fits {
        fits = affix.append(bytes, texts.offsets, row..<row + 1, to: &pending.integers)
      }
    } else {
      fits = affix.append(bytes, texts.offsets, rows, to: &pending.integers)
    }
    if !fits { pending.integers.removeLast(pending.integers.count - before) }
    return fits
  }

  /// Spells the numbers that wait. Before anything was settled their affix was a guess, which is
  /// forgotten.
  mutating func becomeTexts() {
    pending.form = .texts
    guard let affix else { return }
    for number in pending.integers {
      affix.append(number, to: &pending.textBytes)
      pending.textOffsets.append(UInt32(pending.textBytes.count))
    }
    pending.integers.removeAll(keepingCapacity: true)
    if isSettled { refusedNumbers += 1 } else { self.affix = nil }
  }

  private mutating func intern(_ texts: TextVector, _ rows: [Int]) {
    let bytes = texts.bytes.span
    let offsets = texts.offsets
    for row in rows {
      let code = interner.code(bytes, Int(offsets[row])..<Int(offsets[row + 1]))
      pending.integers.append(Int64(code))
    }
  }
}

// MARK: - Taking codes

extension ColumnEncoder {
  private mutating func append(
    _ codes: [UInt32], _ dictionary: TextDictionary, _ rows: Range<Int>, _ present: [Int]?
  ) throws(ColumnFileError) {
    if pending.form == nil && blocks.isEmpty && shared == nil { shared = dictionary.shared }
    guard dictionary.shared == shared else { throw mixed() }
    if shared == nil, let numbering = dictionary.numbering {
      return try append(codes, numbering, rows, present)
    }
    if pending.form == nil {
      // A dictionary nearly as long as its column says that its texts hardly repeat.
      let isDiverse = dictionary.count > rows.count / 2 && dictionary.count > 64
      pending.form = shared == nil && isDiverse ? .texts : .codes
    }
    if pending.form == .numbers && !translateNumbers(codes, dictionary, present ?? Array(rows)) {
      becomeTexts()
    }
    switch pending.form {
    case .codes: translate(codes, dictionary, present ?? Array(rows))
    case .texts:
      let texts = dictionary.texts
      for row in present ?? Array(rows) {
        pending.appendText(texts.bytes, texts.range(Int(codes[row])))
      }
    default: break
    }
  }

  private mutating func translate(_ codes: [UInt32], _ dictionary: TextDictionary, _ rows: [Int]) {
    let known = UInt32(shared?.count ?? 0)
    start(dictionary)
    var texts: TextVector?
    for row in rows {
      let code = codes[row]
      if code < known {
        pending.integers.append(Int64(code))
        continue
      }
      let place = Int(code - known)
      if translation[place] < 0 {
        let spelled = texts ?? dictionary.texts
        texts = spelled
        translation[place] = Int64(
          known + interner.code(spelled.bytes.span, spelled.range(Int(code))))
      }
      pending.integers.append(translation[place])
    }
  }

  /// False, with nothing appended, where a text does not fit.
  private mutating func translateNumbers(
    _ codes: [UInt32], _ dictionary: TextDictionary, _ rows: [Int]
  ) -> Bool {
    guard let affix else { return false }
    start(dictionary)
    let before = pending.integers.count
    var texts: TextVector?
    for row in rows {
      let place = Int(codes[row])
      if translation[place] < 0 {
        let spelled = texts ?? dictionary.texts
        texts = spelled
        let range = spelled.range(place)
        translation[place] = affix.number(spelled.bytes.span, range.lowerBound, range.upperBound)
        if translation[place] < 0 {
          pending.integers.removeLast(pending.integers.count - before)
          return false
        }
      }
      pending.integers.append(translation[place])
    }
    return true
  }

  /// Forgets the translation of another dictionary.
  private mutating func start(_ dictionary: TextDictionary) {
    if translated === dictionary { return }
    translated = dictionary
    translation = Array(repeating: -1, count: dictionary.count - (shared?.count ?? 0))
  }

  private func mixed() -> ColumnFileError {
    ColumnFileError(
      unfit: "column \(field.name)",
      because: "its batches have codes of different states of a shared dictionary",
      remedy: "Write all rows of a file against one generation of the dictionary.")
  }
}

// MARK: - The end of a block

extension ColumnEncoder {
  /// Takes the rows of a full block out, in the form in which they are to be written.
  mutating func seal() -> PendingColumn {
    if !isSettled && !pending.integers.isEmpty || pending.textOffsets.count > 1 { settle() }
    let sealed = pending
    if sealed.form == .numbers {
      noteNumbers(sealed.integers)
    } else if sealed.form != nil && sealed.nulls.count < sealed.rowCount {
      isNumberedThroughout = false
    }
    pending = PendingColumn()
    pending.form = sealed.form
    pending.integers.reserveCapacity(sealed.integers.count)
    pending.doubles.reserveCapacity(sealed.doubles.count)
    if affix != nil && sealed.form == .texts && refusedNumbers < 4 { pending.form = .numbers }
    if shared == nil && interner.count > options.dictionaryTexts { pending.form = .texts }
    return sealed
  }

  private mutating func noteNumbers(_ numbers: [Int64]) {
    guard let first = numbers.first else { return }
    let extremes = Extremes(numbers.span, before: first)
    let range = numberRange ?? first...first
    numberRange =
      min(range.lowerBound, extremes.least)...max(range.upperBound, extremes.greatest)
  }

  /// Looks at the texts of the first block that has any and decides their form.
  private mutating func settle() {
    guard field.type == .text, !isSettled, shared == nil else { return }
    defer { isSettled = true }
    translated = nil
    switch pending.form {
    case .codes: settleCodes()
    case .texts: settleTexts()
    case .numbers: settleNumbers()
    case nil: break
    }
  }

  private mutating func settleCodes() {
    let texts = interner.texts
    guard let affix = Affix(sampling: texts), let numbers = affix.numbers(texts),
      Self.areDense(numbers)
    else { return }
    self.affix = affix
    for index in pending.integers.indices {
      pending.integers[index] = numbers[Int(pending.integers[index])]
    }
    interner = TextInterner()
    pending.form = .numbers
  }

  mutating func settleTexts() {
    let texts = pending.texts
    var trial = TextInterner()
    let bytes = texts.bytes.span
    for index in 0..<texts.count { _ = trial.code(bytes, texts.range(index)) }
    let repeats = trial.count * 2 <= texts.count
    if let affix = Affix(sampling: texts), let numbers = affix.numbers(texts),
      !repeats || Self.areDense(affix.numbers(trial.texts) ?? [])
    {
      self.affix = affix
      pending.integers = numbers
      pending.textOffsets = [0]
      pending.textBytes = []
      pending.form = .numbers
    } else if repeats {
      pending.form = .codes
      intern(texts, Array(0..<texts.count))
      pending.textOffsets = [0]
      pending.textBytes = []
    }
  }

  /// Whether different numbers lie close enough for them to be no wider than codes would be; codes
  /// will grow with the file, so numbers may be a few bits wider now.
  private static func areDense(_ numbers: [Int64]) -> Bool {
    guard let least = numbers.min(), let greatest = numbers.max() else { return false }
    return (greatest - least) / 64 <= Int64(numbers.count)
  }
}
