import Bytes
import Columns

/// Makes the pages of one column, each in a form that takes few bytes.
///
/// What worked for a page is used for the next ones too, so that it is not tried again each time.
struct PageMaker: Sendable {
  /// How the numbers of a page are written, before zstd.
  private enum Form {
    case packed
    /// Cut into bytes, which zstd compresses better than bits.
    case planes
    /// As ranks, cut into bytes.
    case ranks
  }

  let field: Field
  private let options: WriteOptions
  /// What the numbers of texts stand in.
  var affix: Affix?
  private(set) var ranking: Ranking?
  /// Whether the ranking is one of numbers of texts, or of codes and other integers.
  private var ranksNumbers = false
  /// How many pages to go before the choice is made anew.
  private var pause = 0
  private var form = Form.packed
  private var isCompressed = false
  /// The same for exceptions.
  private var pauseOfExceptions = 0
  private var areExceptionsCompressed = false
  private static let pauseLength = 16
  /// How many integers of a block the forms are tried on.
  ///
  /// PERF: to try them on whole blocks, and zstd on the exceptions of each block, took a run over
  /// 50 M plays 3.83 s in place of 3.50, for 0.3 % less of a file (medians of 6 in turn, Zen 5 VM,
  /// 2026-11-30).
  private static let sampleSize = 8192

  init(_ field: Field, _ options: WriteOptions) {
    self.field = field
    self.options = options
  }

  /// Learns from the first blocks.
  mutating func learn(_ blocks: [PendingColumn]) {
    guard let first = blocks.first, field.type != .double, first.form != .texts,
      blocks.allSatisfy({ $0.form == first.form })
    else { return }
    ranking = Ranking(learning: blocks)
    ranksNumbers = first.form == .numbers
  }

  /// The page of a block. With `exceptions` only those are written, the other rows follow from
  /// another column.
  mutating func page(
    _ block: PendingColumn, exceptions: FollowExceptions? = nil
  ) -> StoredPage {
    if block.nulls.count == block.rowCount { return StoredPage([], .nothing, level: nil) }
    if let exceptions {
      var writer = ByteWriter()
      writeNulls(block, into: &writer)
      exceptions.write(to: &writer)
      return exceptionsPage(writer.bytes)
    }
    let hasRanks =
      ranking != nil && block.form != .texts && (block.form == .numbers) == ranksNumbers
    if pause > 0 && (form != .ranks || hasRanks) {
      pause -= 1
      return page(block, form, compress: isCompressed)
    }
    return bestPage(block, hasRanks: hasRanks)
  }

  private mutating func exceptionsPage(_ bytes: [UInt8]) -> StoredPage {
    let isTried = pauseOfExceptions == 0
    let page = StoredPage(
      bytes, .follows, level: isTried || areExceptionsCompressed ? options.level : nil)
    if isTried { areExceptionsCompressed = page.expandedSize != nil }
    pauseOfExceptions = isTried ? Self.pauseLength - 1 : pauseOfExceptions - 1
    return page
  }

  private mutating func bestPage(_ block: PendingColumn, hasRanks: Bool) -> StoredPage {
    pause = Self.pauseLength - 1
    form = bestForm(block, hasRanks: hasRanks)
    let best = page(block, form, compress: true)
    isCompressed = best.expandedSize != nil
    return best
  }

  /// The form that takes the fewest bytes.
  private func bestForm(_ block: PendingColumn, hasRanks: Bool) -> Form {
    if block.integers.isEmpty { return .packed }
    var sample = PendingColumn()
    sample.form = block.form
    sample.integers = Array(block.integers.prefix(Self.sampleSize))
    sample.rowCount = sample.integers.count
    var best = Form.packed
    var least = page(sample, .packed, compress: true).bytes.count
    if least <= 256 { return best }
    // Planes take longer to read, so they must save a twentieth. Ranks must save a quarter.
    //
    // PERF: ids of 17 bits are read at 2.2 Grows/s packed and at 0.23 Grows/s as ranks, which
    // made them 12 to 22 % smaller: not enough for so slow a scan (Zen 4 VM, 2026-11-25).
    for (other, part) in hasRanks ? [(Form.planes, 20), (.ranks, 4)] : [(.planes, 20)] {
      let size = page(sample, other, compress: true).bytes.count
      if size < least - least / part {
        best = other
        least = size
      }
    }
    return best
  }

  private func page(_ block: PendingColumn, _ form: Form, compress: Bool) -> StoredPage {
    var writer = ByteWriter()
    writeNulls(block, into: &writer)
    let encoding = writeValues(block, form, into: &writer)
    let level = encoding == .plainText ? options.textLevel : options.level
    return StoredPage(writer.bytes, encoding, level: compress ? level : nil)
  }

  private func writeNulls(_ block: PendingColumn, into writer: inout ByteWriter) {
    if block.nulls.isEmpty { return }
    IntegerEncoder.encodePart(block.nulls.map { Int64($0) }, into: &writer, depth: 2)
  }

  private func writeValues(
    _ block: PendingColumn, _ form: Form, into writer: inout ByteWriter
  ) -> Encoding {
    let asPlanes = form != .packed
    let ranks = form == .ranks ? ranking?.ranks(of: block.integers) : nil
    let values = ranks ?? block.integers
    let measured = ranks == nil ? block.measure : nil
    switch (field.type, block.form) {
    case (.double, _): return DoubleEncoder.encode(block.doubles, into: &writer)
    case (.text, .texts), (.text, nil):
      return TextEncoder.encodeUnnumbered(block.texts, into: &writer)
    case (.text, .numbers):
      guard let affix else { preconditionFailure("numbers of texts have an affix") }
      affix.write(to: &writer)
      IntegerEncoder.encodePart(
        values, into: &writer, depth: 2, asPlanes: asPlanes, measured: measured)
      return ranks == nil ? .numbered : .rankedNumbers
    case (let type, _):
      if type == .text || ranks != nil {
        IntegerEncoder.encodePart(
          values, into: &writer, depth: 2, asPlanes: asPlanes, measured: measured)
        return ranks == nil ? .codes : .ranked
      }
      return IntegerEncoder.encode(
        values, into: &writer, asPlanes: asPlanes, measured: measured)
    }
  }

  /// The map of the ranking.
  func rankingPage() -> StoredPage {
    var writer = ByteWriter()
    let classes = (ranking?.classes ?? []).map { Int64($0) }
    IntegerEncoder.encodePart(classes, into: &writer, depth: 2, asPlanes: true)
    return StoredPage(writer.bytes, .ranked, level: options.level)
  }
}
