package import Bytes
package import Columns

/// Reads CSV with a declared schema, round by round.
///
/// A round takes some bytes of the input into a window, parses the records that are whole in it,
/// and leaves the rest for the next round. Rejections and counts are numbered in the order of the
/// input.
package struct CSVReader {
  private let plan: ReadPlan
  private var input: Input
  private var encoders: [KeyEncoder?]
  /// Decoded bytes that are not parsed yet.
  private var window: [UInt8] = []
  /// Where in the decoded input the window begins, and what stands before it.
  private var offset = 0
  private var lines = 0
  private var records = 0
  /// The window begins within a rejected record, whose first line break is still to come.
  private var isSkipping = false
  private var keptRejections = 0
  package private(set) var counts = ReadCounts()

  /// Reads the header; a declared column that it lacks is an error that names it.
  package init(_ source: any ByteSource, _ options: ReadOptions) throws(CSVError) {
    precondition(options.chunkBytes > 0 && options.threads > 0, "a round reads something")
    try options.dialect.check()
    var input = try Input(source, options.dialect)
    var head = Head(dialect: options.dialect, fieldLimit: options.fieldLimit)
    while try !head.take(&input, count: min(options.chunkBytes, 64 << 10)) {}
    plan = try ReadPlan(source.name, options, header: head.names)
    window = head.rest
    offset = head.offset
    lines = head.lines
    self.input = input
    encoders = options.columns.map { column in
      if case .coded(let base) = column.form, column.type == .text { return KeyEncoder(base) }
      return nil
    }
  }

  package var schema: Schema { plan.schema }

  /// The next records, in their order; an empty array at the end of the input.
  package mutating func next() throws(CSVError) -> [CSVBatch] {
    var wanted = plan.options.chunkBytes
    while true {
      let piece = try input.read(wanted)
      window.append(copying: piece.span)
      if isSkipping { skip() }
      let chunk = ChunkParser(plan: plan).parse(
        window, 0..<window.count, isLast: input.isAtEnd)
      // A record longer than the window makes the window grow.
      wanted = chunk.end == 0 ? max(wanted, window.count) : plan.options.chunkBytes
      isSkipping = chunk.isSkipping
      let batch = take(chunk)
      drop(chunk.end)
      if batch.batch.rowCount > 0 || !batch.rejections.isEmpty { return [batch] }
      if input.isAtEnd && window.isEmpty {
        counts.bytes = input.bytesRead
        counts.contentHash = input.contentHash
        return []
      }
    }
  }

  private mutating func skip() {
    guard
      let next = plan.scanner.lineBreak(window.span, from: 0, isLast: input.isAtEnd)
    else {
      drop(window.count)
      return
    }
    isSkipping = false
    lines += lineBreaks(window.span, 0..<next)
    drop(next)
  }

  private mutating func drop(_ count: Int) {
    window.removeFirst(count)
    offset += count
  }

  /// Numbers a chunk's records and lines from the start of the input on.
  private mutating func take(_ chunk: ParsedChunk) -> CSVBatch {
    let first = records + 1
    var rejections: [Rejection] = []
    for local in chunk.rejections where keptRejections < plan.options.keepRejections {
      keptRejections += 1
      rejections.append(
        Rejection(
          source: plan.source, record: first + local.record, line: lines + local.line + 1,
          byteOffset: offset + local.offset,
          column: local.column.map { plan.options.columns[$0].name }, reason: local.reason,
          rawText: local.rawText))
    }
    counts.rowsRead += chunk.recordCount
    counts.rowsKept += chunk.rowCount
    counts.rowsRejected += chunk.rejections.count
    counts.blankLines += chunk.blankLines
    precondition(
      counts.rowsRead == counts.rowsKept + counts.rowsRejected, "every record is kept or rejected")
    records += chunk.recordCount
    lines += chunk.lineBreaks
    return CSVBatch(
      batch: batch(chunk), firstRecord: first,
      recordNumbers: chunk.records.map { $0.map { first + Int($0) } }, rejections: rejections)
  }

  private mutating func batch(_ chunk: ParsedChunk) -> ColumnBatch {
    var columns: [Column] = []
    for (index, builder) in chunk.columns.enumerated() {
      let type = plan.options.columns[index].type
      let validity = builder.validity(rowCount: chunk.rowCount)
      let values: Column.Values
      switch type {
      case .boolean: values = .booleans(builder.booleans)
      case .date: values = .dates(builder.dates)
      case .bigint, .timestamp: values = .integers(builder.integers)
      case .double: values = .doubles(builder.doubles)
      default:
        let texts = builder.texts.finish()
        values = encoders[index]?.encode(texts, validity) ?? .texts(texts)
      }
      columns.append(Column(type, values, validity: validity))
    }
    return ColumnBatch(plan.schema, columns, rowCount: chunk.rowCount)
  }
}
