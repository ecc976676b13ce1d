import Bytes
import Columns

// Texts that are an affix and a number, `P00000000`, never become texts: as long as all texts of a
// chunk have the form of its first ones, their numbers are its codes.
//
// Numbers are kept less the first one that was met, modulo 2^32, which is undone as soon as the
// least one is known; so their range is watched, and stays below 2^32.

/// The numbers of one column of a chunk.
struct NumberedBuilder: Sendable {
  private var form: Form?
  private var codes: [UInt32] = []
  private var range: ClosedRange<Int64>?

  private struct Form: Sendable {
    let affix: Affix
    let prefix: FieldAffix
    /// What is taken from each number.
    let base: Int64
  }

  mutating func reserve(_ rows: Int) { codes.reserveCapacity(rows) }

  /// Takes one field of a block's rows, the first of which is row `base` of the chunk. If one of
  /// the texts has another form nothing is taken, and the answer is false.
  mutating func append(
    _ bytes: Span<UInt8>, _ marks: Span<UInt32>, _ view: FieldView, _ plan: ReadPlan, base: Int,
    _ found: FoundLane?, _ nulls: inout [Int]
  ) -> Bool {
    guard let form = form ?? form(bytes, marks, view, plan.options.dialect) else { return false }
    let (taken, nullCount) = (codes.count, nulls.count)
    var range = range
    var others: [UInt32] = []
    if let found, case .numbers(form.prefix, form.affix.digits, _) = found.form {
      found.lanes.numbers(
        found.column, base: form.base, range: &range, into: &codes, &others)
    } else if let kernels = plan.kernels, plan.options.dialect.isSimple {
      kernels.numbers(
        bytes, marks, view.layout, of: form.prefix, digits: form.affix.digits, base: form.base,
        range: &range, into: &codes, &others)
    } else {
      codes.append(contentsOf: repeatElement(0, count: view.rowCount))
      others = Array(0..<UInt32(view.rowCount))
    }
    var fits = true
    for row in others.lazy.map({ Int($0) }) {
      let field = FieldText(
        bytes, view.start(marks, row), view.end(marks, row), plan.options.dialect)
      if field.isNull {
        nulls.append(base + row)
        continue
      }
      let number = form.affix.number(bytes, field.start, field.end)
      if number < 0 || field.hasEscape(bytes, plan.options.dialect) {
        fits = false
        break
      }
      codes[base + row] = UInt32(truncatingIfNeeded: number &- form.base)
      range = min(range?.lowerBound ?? number, number)...max(range?.upperBound ?? number, number)
    }
    if let range, range.upperBound - range.lowerBound >= Int64(UInt32.max) { fits = false }
    guard fits else {
      codes.removeLast(codes.count - taken)
      nulls.removeLast(nulls.count - nullCount)
      return false
    }
    self.form = form
    self.range = range
    return true
  }

  /// The form in which a chunk's texts are taken, by the first of them.
  func laneForm(
    _ bytes: Span<UInt8>, _ marks: Span<UInt32>, _ view: FieldView, _ dialect: Dialect
  ) -> LaneForm? {
    form(bytes, marks, view, dialect).map {
      .ofTexts($0.prefix, least: $0.affix.digits, marks, view)
    }
  }

  /// The form of a block's first texts.
  private func form(
    _ bytes: Span<UInt8>, _ marks: Span<UInt32>, _ view: FieldView, _ dialect: Dialect
  ) -> Form? {
    var samples = TextBuilder()
    for row in 0..<min(view.rowCount, Affix.samples) {
      let field = FieldText(bytes, view.start(marks, row), view.end(marks, row), dialect)
      if !field.isNull { samples.append(bytes.extracting(field.start..<field.end)) }
    }
    let texts = samples.finish()
    guard let affix = Affix(sampling: texts), affix.suffix.isEmpty, affix.digits <= 16,
      let prefix = FieldAffix(affix.prefix)
    else { return nil }
    let first = affix.number(texts.bytes.span, texts.range(0).lowerBound, texts.range(0).upperBound)
    return Form(affix: affix, prefix: prefix, base: first)
  }

  /// The column: codes, or texts where it has none but NULLs.
  func finish(nulls: [Int]) -> Column.Values {
    guard let form, let range else { return .texts(spelled(nulls: nulls).finish()) }
    let shift = UInt32(truncatingIfNeeded: range.lowerBound &- form.base)
    var codes = codes
    if shift != 0 {
      var target = codes.mutableSpan
      for row in target.indices { target[row] &-= shift }
    }
    for row in nulls { codes[row] = 0 }
    let dictionary = TextDictionary(
      count: Int(range.upperBound - range.lowerBound) + 1,
      numbering: TextNumbering(affix: form.affix, first: range.lowerBound))
    return .codes(codes, dictionary)
  }

  /// The texts that were taken; an empty one at a NULL.
  func spelled(nulls: [Int]) -> TextBuilder {
    var texts = TextBuilder()
    guard let form, let range else {
      for _ in codes { texts.append([UInt8]().span) }
      return texts
    }
    let shift = UInt32(truncatingIfNeeded: range.lowerBound &- form.base)
    var text: [UInt8] = []
    var next = nulls.makeIterator()
    var null = next.next()
    for row in codes.indices {
      text.removeAll(keepingCapacity: true)
      if row == null {
        null = next.next()
      } else {
        form.affix.append(range.lowerBound + Int64(codes[row] &- shift), to: &text)
      }
      texts.append(text.span)
    }
    return texts
  }
}
