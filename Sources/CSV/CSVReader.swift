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
  private var window = Window()
  /// Where in the decoded input the window begins, and what stands before it.
  private var offset = 0
  private var lines = 0
  private var records = 0
  /// The window begins within a rejected record, whose first line break is still to come.
  private var isSkipping = false
  private var keptRejections = 0
  /// What a thread parses in the round to come: little at first where no text is known, and a round
  /// would meet many of them several times.
  ///
  /// PERF: 145 MB of listens to 90,000 tracks are read by two threads in 35 ms in place of 37 (runs
  /// in turn, Zen 5 VM, 2026-11-30).
  private var chunkBytes: Int
  package private(set) var counts = ReadCounts()

  /// Reads the header; a declared column that it lacks is an error that names it.
  package init(_ source: any ByteSource, _ options: ReadOptions) throws(CSVError) {
    precondition(options.chunkBytes > 0 && options.threads > 0, "a round reads something")
    precondition(options.blockBytes > 0 && options.fieldLimit > 0, "a block is not empty")
    try options.dialect.check()
    var input = try Input(source, options.dialect, takesHash: options.takesHash)
    var head = Head(dialect: options.dialect, fieldLimit: options.fieldLimit)
    while try !head.take(&input, count: min(options.chunkBytes, 64 << 10)) {}
    plan = try ReadPlan(source.name, options, header: head.names)
    window.append(head.rest)
    offset = head.offset
    lines = head.lines
    self.input = input
    let encoders = options.columns.map { column -> KeyEncoder? in
      guard column.type == .text else { return nil }
      switch column.form {
      case .plain: return nil
      case .compact: return KeyEncoder(nil, isLimited: true)
      case .coded(let base): return KeyEncoder(base)
      case .continuing(let encoder): return encoder
      }
    }
    let isAllNew = encoders.contains { $0?.knowsNothing ?? false }
    chunkBytes = isAllNew ? max(1, options.chunkBytes / 8) : options.chunkBytes
    self.encoders = encoders
  }

  package var schema: Schema { plan.schema }

  /// The rows of a batch, to be read once more from a source that `CSVPiece.canBeRead`.
  package func piece(_ batch: CSVBatch, of source: any ByteSource) -> CSVPiece {
    CSVPiece(plan, source, batch.range, rowCount: batch.batch.rowCount)
  }

  /// The encoder of a coded column as it is now; nil for other columns.
  package func encoder(ofColumn index: Int) -> KeyEncoder? { encoders[index] }

  /// The next records, in their order; an empty array at the end of the input.
  package mutating func next() throws(CSVError) -> [CSVBatch] {
    var wanted = chunkBytes * plan.options.threads
    while true {
      try input.read(wanted, into: &window, threads: plan.options.threads)
      if isSkipping { skip() }
      let chunks = parse()
      let end = chunks.last?.end ?? 0
      // A record longer than the window makes the window grow.
      chunkBytes = min(2 * chunkBytes, plan.options.chunkBytes)
      wanted = end == 0 ? max(wanted, window.count) : chunkBytes * plan.options.threads
      isSkipping = chunks.last?.isSkipping ?? isSkipping
      var start = 0
      var batches: [CSVBatch] = []
      for chunk in chunks {
        let batch = take(chunk, from: start)
        start = chunk.end
        if batch.batch.rowCount > 0 || !batch.rejections.isEmpty { batches.append(batch) }
      }
      drop(end)
      if !batches.isEmpty { return batches }
      if input.isAtEnd && window.count == 0 {
        counts.bytes = input.bytesRead
        counts.contentHash = input.contentHash
        return []
      }
    }
  }

  /// Parses the records that are whole in the window, in parallel.
  private mutating func parse() -> [ParsedChunk] {
    var accepted: [ParsedChunk] = []
    var start = 0
    while start < window.count {
      let (window, isLast) = (window, input.isAtEnd)
      let parser = ChunkParser(
        plan: plan, builders: encoders.map { $0.flatMap { $0.isFull ? nil : $0.builder } })
      let pieces = Cutter(plan: plan, chunkBytes: chunkBytes).pieces(window, from: start)
      let parsed = Parallel.map(count: pieces.count, threads: plan.options.threads) { index in
        parser.parse(window, pieces[index], isLast: isLast)
      }
      for (index, chunk) in parsed.enumerated() {
        // A violation before this piece has moved the record that it should begin with.
        if pieces[index].lowerBound != start {
          counts.chunksRedone += pieces.count - index
          break
        }
        accepted.append(chunk)
        start = chunk.end
        // The last record goes on behind the window.
        if chunk.end < pieces[index].upperBound { return accepted }
      }
    }
    return accepted
  }

  private mutating func skip() {
    guard
      let next = plan.scanner.lineBreak(window.text, from: 0, isLast: input.isAtEnd)
    else {
      drop(window.count)
      return
    }
    isSkipping = false
    lines += plan.lines(window.text, 0..<next)
    drop(next)
  }

  private mutating func drop(_ count: Int) {
    window.removeFirst(count)
    offset += count
  }

  /// Numbers a chunk's records and lines from the start of the input on.
  private mutating func take(_ chunk: ParsedChunk, from start: Int) -> CSVBatch {
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
      batch: chunk.batch(plan, &encoders), range: offset + start..<offset + chunk.end,
      firstRecord: first,
      recordNumbers: chunk.records.map { $0.map { first + Int($0) } }, rejections: rejections)
  }
}
