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
  private var window = Window()
  private var progress: ReadProgress
  /// The window begins within a rejected record, whose first line break is still to come.
  private var isSkipping = false
  private var hasBegun = false
  private var firstTexts: FirstTexts?
  /// What a thread parses in the round to come: little at first where no text is known, and a round
  /// would meet many of them several times.
  ///
  /// PERF: 145 MB of listens to 90,000 tracks are read by two threads in 35 ms in place of 37 (runs
  /// in turn, Zen 5 VM, 2026-11-30).
  private var chunkBytes: Int

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
    self.input = input
    let encoders = options.columns.map(\.encoder)
    let isAllNew = encoders.contains { $0?.knowsNothing ?? false }
    chunkBytes = isAllNew ? max(1, options.chunkBytes / 8) : options.chunkBytes
    progress = ReadProgress(encoders, offset: head.offset, lines: head.lines)
  }

  package var schema: Schema { plan.schema }

  package var counts: ReadCounts { progress.counts }

  /// The rows of a batch, to be read once more from a source that `CSVPiece.canBeRead`.
  package mutating func piece(_ batch: CSVBatch, of source: any ByteSource) -> CSVPiece {
    let texts = firstTexts ?? FirstTexts(plan, source, batch.range)
    firstTexts = texts
    return CSVPiece(plan, source, batch, texts)
  }

  /// The whole input, of which nothing but the header was read, in pieces that are cut by the
  /// parity of its quotes; nil where its dialect forbids that.
  package func pieces(of source: any ByteSource, _ windows: SpareWindows) -> [CSVPiece]? {
    let hasParity = plan.tokenizer != nil && plan.scanner.escape == nil
    return hasParity ? CSVPiece.cut(plan, source, from: progress.offset, windows) : nil
  }

  /// The encoder of a coded column as it is now; nil for other columns.
  package func encoder(ofColumn index: Int) -> KeyEncoder? { progress.encoders[index] }

  /// The next records, in their order; an empty array at the end of the input.
  package mutating func next() throws(CSVError) -> [CSVBatch] {
    let threads = plan.options.threads
    if !hasBegun {
      hasBegun = true
      try input.read(chunkBytes * threads, into: &window, plan, after: {})
    }
    while window.count > 0 || !input.isAtEnd {
      if isSkipping { skip() }
      var chunks = parse()
      let end = chunks.last?.end ?? 0
      isSkipping = chunks.last?.isSkipping ?? isSkipping
      window.removeFirst(end)
      chunkBytes = min(2 * chunkBytes, plan.options.chunkBytes)
      // A record longer than the window makes the window grow.
      let wanted = max(chunkBytes * threads, end == 0 ? window.count : 0)
      let batches = try Self.take(&chunks, plan, &progress, reading: wanted, of: &input, &window)
      if !batches.isEmpty { return batches }
    }
    progress.counts.bytes = input.bytesRead
    progress.counts.contentHash = input.contentHash
    return []
  }

  /// Takes the chunks of a round while others read what the next one parses.
  ///
  /// PERF: new texts are numbered by one thread. Beside the reading, with parts of 256 KiB whose
  /// quotes are counted at once, listens to 90,000 new tracks are read by two threads in 30.9 ms in
  /// place of 33.5, plays in 30.7 in place of 32.3 (medians of runs in turn, Zen 5 VM, 2026-11-30).
  private static func take(
    _ chunks: inout [ParsedChunk], _ plan: ReadPlan, _ progress: inout ReadProgress,
    reading wanted: Int, of input: inout Input, _ window: inout Window
  ) throws(CSVError) -> [CSVBatch] {
    var batches: [CSVBatch] = []
    try input.read(wanted, into: &window, plan) { batches = progress.take(&chunks, plan) }
    return batches
  }

  /// Parses the records that are whole in the window, in parallel.
  private mutating func parse() -> [ParsedChunk] {
    var accepted: [ParsedChunk] = []
    var start = 0
    while start < window.count {
      let (window, isLast) = (window, input.isAtEnd)
      let parser = ChunkParser(plan: plan, progress.encoders)
      let pieces = Cutter(plan: plan, chunkBytes: chunkBytes).pieces(window, from: start)
      let parsed = Parallel.map(count: pieces.count, threads: plan.options.threads) { index in
        parser.parse(window, pieces[index], isLast: isLast)
      }
      for (index, chunk) in parsed.enumerated() {
        // A violation before this piece has moved the record that it should begin with.
        if pieces[index].lowerBound != start {
          progress.counts.chunksRedone += pieces.count - index
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
    let next = plan.scanner.lineBreak(window.text, from: 0, isLast: input.isAtEnd)
    let end = next ?? window.count
    progress.skip(end, lines: next == nil ? 0 : plan.lines(window.text, 0..<end))
    window.removeFirst(end)
    if next != nil { isSkipping = false }
  }
}
