package import Bytes
package import Columns

/// Rows of an input that are read without what stands before them.
///
/// Where a piece begins is known, or follows from the parity of the quotes before it. That is exact
/// as long as no quote breaks the rule. Pieces that turn out to begin where others end, from the
/// first record to the end of the input, are cut right even then: the first begins with a record,
/// so does the one behind it, and so on.
package struct CSVPiece: Sendable {
  /// What reading a piece comes to.
  package enum Reading: Sendable {
    /// Rows, and where they were found.
    case rows(ColumnBatch, Range<Int>)
    /// A record that does not fit all of the declared columns.
    case rejected(Rejection)
    /// A quote breaks the rule, or something else is wrong; who reads from the start will know.
    case unclear
  }

  /// What was counted before the piece, and in it.
  private struct Counts: Sendable {
    let firstRecord: Int
    let lines: Int
    let rowCount: Int
  }

  private let plan: ReadPlan
  private let extent: Extent
  private let texts: FirstTexts
  /// nil where nobody has counted.
  private let counts: Counts?

  /// The rows of a batch.
  init(_ plan: ReadPlan, _ source: any ByteSource, _ batch: CSVBatch, _ texts: FirstTexts) {
    self.plan = plan
    self.texts = texts
    extent = Extent(source: source, range: batch.range, windows: texts.windows)
    counts = Counts(
      firstRecord: batch.firstRecord, lines: batch.lines, rowCount: batch.batch.rowCount)
  }

  private init(_ plan: ReadPlan, _ extent: Extent, _ texts: FirstTexts) {
    self.plan = plan
    self.extent = extent
    self.texts = texts
    counts = nil
  }

  /// The records from `offset` on, cut by the parity of quotes.
  static func cut(
    _ plan: ReadPlan, _ source: any ByteSource, from offset: Int, _ windows: SpareWindows
  ) -> [CSVPiece] {
    let parts = stride(from: offset, to: source.size, by: plan.options.chunkBytes).map {
      $0..<min($0 + plan.options.chunkBytes, source.size)
    }
    let quotes = QuoteCounts(plan, source, parts)
    let extents = parts.indices.map { part in
      Extent(
        source: source, range: parts[part], windows: windows,
        cut: Extent.Cut(quotes: quotes, part: part))
    }
    guard let first = extents.first else { return [] }
    let texts = FirstTexts(plan, first)
    return extents.map { CSVPiece(plan, $0, texts) }
  }

  /// Whether the places where the pieces of a source were found are all of it, from the first on.
  package static func areAll(_ found: [Range<Int>], of size: Int) -> Bool {
    let places = found.filter { !$0.isEmpty }
    let ends = places.map(\.upperBound)
    return places.dropFirst().map(\.lowerBound) == ends.dropLast() && ends.last ?? size == size
  }

  /// Whether pieces of a source are in it as they are: not where it is compressed, in another
  /// encoding, or cut at its end.
  package static func canBeRead(of source: any ByteSource, _ dialect: Dialect) -> Bool {
    Input.isPlain(source, dialect)
  }

  /// The rows with some of the declared columns; all columns are checked.
  package func read(columns: [Int]) throws(CSVError) -> Reading {
    var encoders = columns.isEmpty ? plan.options.columns.map { _ in nil } : try texts.encoders()
    let plan = plan.keeping(columns)
    guard let (parsed, range) = try extent.parse(plan, encoders) else { return .unclear }
    var chunk = parsed
    if let local = chunk.rejections.first {
      guard let counts else { return .unclear }
      return .rejected(
        local.numbered(
          plan, record: counts.firstRecord, lines: counts.lines, offset: range.lowerBound))
    }
    if let counts, chunk.rowCount != counts.rowCount { throw .hasChanged(extent.source) }
    return .rows(chunk.takeBatch(plan, &encoders), range)
  }
}

/// A part of an input, from one record to another or somewhere.
private struct Extent: Sendable {
  /// Where a part of an input stands among the others.
  struct Cut: Sendable {
    let quotes: QuoteCounts
    let part: Int
  }

  let source: any ByteSource
  let range: Range<Int>
  let windows: SpareWindows
  /// For a part that begins somewhere: its records are those behind the line breaks in it.
  var cut: Cut?

  /// What is read behind a range for the rest of its last record, at first.
  private static let slack = 16 << 10

  /// Its records, and where they stand; nil where it does not look as if they began there.
  func parse(
    _ plan: ReadPlan, _ encoders: [KeyEncoder?]
  ) throws(CSVError) -> (ParsedChunk, Range<Int>)? {
    if source.size < range.upperBound { throw .hasChanged(source) }
    var window = windows.take()
    defer { windows.give(back: window) }
    // A record may begin behind a line break at the very end.
    let end = cut == nil ? range.count : min(range.count + 1, source.size - range.lowerBound)
    var slack = Self.slack
    while true {
      let last = min(range.upperBound + slack, source.size)
      try read(to: last, into: &window, plan)
      var start = 0
      if let cut, cut.part > 0 {
        let isInside = try cut.quotes.isInside(cut.part)
        start = plan.recordStart(window.text.extracting(0..<end), from: 0, isInside) ?? end
      }
      let chunk = ChunkParser(plan: plan, encoders)
        .parse(window, start..<end, isLast: last == source.size)
      if chunk.isSkipping { return nil }
      if chunk.end >= end {
        return (chunk, range.lowerBound + start..<range.lowerBound + chunk.end)
      }
      if last == source.size { return nil }
      slack *= 16
    }
  }

  private func read(to end: Int, into window: inout Window, _ plan: ReadPlan) throws(CSVError) {
    if let cut {
      try cut.quotes.read(cut.part, to: end, into: &window)
    } else {
      _ = try window.read(source, range.lowerBound..<end, counting: 0, plan)
    }
  }
}

/// The texts of an input's first piece, from which each of its pieces goes on: where texts repeat,
/// most pieces have no others, and their codes are those of one dictionary.
final class FirstTexts: Sendable {
  private let plan: ReadPlan
  private let first: Extent
  private let known = Lock<[KeyEncoder?]?>(nil)

  convenience init(_ plan: ReadPlan, _ source: any ByteSource, _ range: Range<Int>) {
    self.init(plan, Extent(source: source, range: range, windows: SpareWindows()))
  }

  fileprivate var windows: SpareWindows { first.windows }

  fileprivate init(_ plan: ReadPlan, _ first: Extent) {
    self.plan = plan.keeping(Array(plan.fields.indices))
    self.first = first
  }

  /// Encoders for the declared columns that have one.
  func encoders() throws(CSVError) -> [KeyEncoder?] {
    try known.withLock { (known) throws(CSVError) in
      if let known { return known }
      var encoders = plan.options.columns.map(\.encoder)
      if var chunk = try first.parse(plan, encoders)?.0 {
        _ = chunk.takeBatch(plan, &encoders)
      }
      known = encoders
      return encoders
    }
  }
}

extension ParsedChunk {
  /// Its rows, with coded texts as codes of the encoders, which take what is new.
  mutating func takeBatch(_ plan: ReadPlan, _ encoders: inout [KeyEncoder?]) -> ColumnBatch {
    if plan.options.taking == .records {
      return ColumnBatch(Schema([]), [], rowCount: rowCount)
    }
    var columns: [Column] = []
    for index in plan.kept {
      // Taken out, so that it is not copied.
      var codes = self.columns[index].codes.take()
      let builder = self.columns[index]
      let type = plan.options.columns[index].type
      let validity = builder.validity(rowCount: rowCount)
      let values: Column.Values
      switch type {
      case .boolean: values = .booleans(builder.booleans)
      case .date: values = .dates(builder.dates)
      case .bigint, .timestamp: values = .integers(builder.integers)
      case .double: values = .doubles(builder.doubles)
      default:
        if let numbers = builder.numbered?.finish(nulls: builder.nulls) {
          values = numbers
        } else if let encoded = encoders[index]?.finish(&codes) {
          values = encoded
        } else {
          values = .texts(builder.texts.finish())
        }
      }
      columns.append(Column(type, values, validity: validity))
    }
    return ColumnBatch(plan.schema, columns, rowCount: rowCount)
  }
}
