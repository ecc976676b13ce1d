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
  /// The map of its ranks, once it is written.
  var ranking: RankingEntry?
  private var maker: PageMaker

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
    maker = PageMaker(field, options)
  }

  /// Whether any block of it has codes.
  var usesDictionary: Bool {
    shared != nil || pending.form == .codes || interner.count > 0
  }

  var ownTexts: TextVector { interner.texts }

  /// About the memory of its dictionary and its ranking.
  var learnedMemory: Int {
    interner.memory + translation.count * 8 + (maker.ranking?.memory ?? 0)
  }

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

// MARK: - Pages

extension ColumnEncoder {
  /// The making of the pages of some blocks.
  func job(
    _ blocks: [PendingColumn], _ follower: Follower?, _ sources: [PendingColumn], isFirst: Bool
  ) -> ColumnJob {
    var maker = maker
    maker.affix = affix
    let hasFewTexts = shared == nil && interner.count <= ZoneMaker.dictionaryLimit
    return ColumnJob(
      maker: maker,
      zones: ZoneSource(
        field: field, affix: affix, texts: hasFewTexts ? interner.texts : nil), blocks: blocks,
      follower: follower, sources: sources, isFirst: isFirst)
  }

  /// Takes what a job has learned; its pages are placed one by one.
  mutating func take(_ maker: PageMaker) { self.maker = maker }

  mutating func place(
    _ page: StoredPage, _ zone: Zone, into file: inout [UInt8], start: Int
  ) {
    blocks.append(ColumnEntry.Block(page: page.append(to: &file, start: start), zone: zone))
  }

  /// Writes the map of the ranking, if any page needs it.
  mutating func finishRanking(into file: inout [UInt8], start: Int) {
    guard let learned = maker.ranking, blocks.contains(where: { $0.page.encoding.isRanked })
    else { return }
    let page = maker.rankingPage().append(to: &file, start: start)
    ranking = RankingEntry(
      firstKey: learned.firstKey, keyCount: learned.classes.count, page: page)
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
    if pending.form == .numbers && !translateNumbers(codes, dictionary, rows, present) {
      becomeTexts()
    }
    switch pending.form {
    case .codes: translate(codes, dictionary, rows, present)
    case .texts:
      let texts = dictionary.texts
      for row in present ?? Array(rows) {
        pending.appendText(texts.bytes, texts.range(Int(codes[row])))
      }
    default: break
    }
  }

  private mutating func translate(
    _ codes: [UInt32], _ dictionary: TextDictionary, _ rows: Range<Int>, _ present: [Int]?
  ) {
    let known = Int64(shared?.count ?? 0)
    let place = pending.integers.count
    pending.appendCodes(codes, rows, present)
    guard Self.reaches(known, pending.integers, from: place) else { return }
    start(dictionary)
    let missing = Self.missing(pending.integers, from: place, known, translation)
    if !missing.isEmpty {
      let texts = dictionary.texts
      for code in missing where translation[Int(code - known)] < 0 {
        translation[Int(code - known)] =
          known + Int64(interner.code(texts.bytes.span, texts.range(Int(code))))
      }
    }
    Self.replace(&pending.integers, from: place, known, by: translation)
  }

  /// False, with nothing appended, where a text does not fit.
  private mutating func translateNumbers(
    _ codes: [UInt32], _ dictionary: TextDictionary, _ rows: Range<Int>, _ present: [Int]?
  ) -> Bool {
    guard let affix else { return false }
    let place = pending.integers.count
    pending.appendCodes(codes, rows, present)
    start(dictionary)
    let missing = Self.missing(pending.integers, from: place, 0, translation)
    if !missing.isEmpty {
      let texts = dictionary.texts
      for code in missing {
        let range = texts.range(Int(code))
        let number = affix.number(texts.bytes.span, range.lowerBound, range.upperBound)
        translation[Int(code)] = number
        if number < 0 {
          pending.integers.removeLast(pending.integers.count - place)
          return false
        }
      }
    }
    Self.replace(&pending.integers, from: place, 0, by: translation)
    return true
  }

  /// Whether any code from `start` on is not below `known`; codes are not negative.
  ///
  /// PERF: what is left to the last known code is negative then, which needs no comparison, and so
  /// many are looked at together: the greatest took 1.7 % of a run (samples, Zen 5 VM, 2026-11-30).
  private static func reaches(_ known: Int64, _ codes: [Int64], from start: Int) -> Bool {
    var left: Int64 = 0
    for index in start..<codes.count { left |= known &- 1 &- codes[index] }
    return left < 0
  }

  /// The codes from `start` on that have no translation yet.
  private static func missing(
    _ codes: [Int64], from start: Int, _ known: Int64, _ translation: [Int64]
  ) -> [Int64] {
    var missing: [Int64] = []
    for index in start..<codes.count {
      let code = codes[index]
      if code >= known && translation[Int(code &- known)] < 0 { missing.append(code) }
    }
    return missing
  }

  private static func replace(
    _ codes: inout [Int64], from start: Int, _ known: Int64, by translation: [Int64]
  ) {
    for index in start..<codes.count {
      let code = codes[index]
      codes[index] = code < known ? code : translation[Int(code &- known)]
    }
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
    var sealed = pending
    if sealed.integers.count > 1 { sealed.measure = IntegerMeasure(sealed.integers.span) }
    if sealed.form == .numbers {
      noteNumbers(sealed.extremes)
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

  private mutating func noteNumbers(_ extremes: Extremes?) {
    guard let extremes else { return }
    let range = numberRange ?? extremes.least...extremes.greatest
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
