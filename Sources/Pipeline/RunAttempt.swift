import Bytes
import CSV
import Columns
import Lake
import Objects
import Packs

/// One attempt to take in what has arrived: read, judge, write segments, commit. If another writer
/// commits something that this attempt has relied on, it is dropped and a new one begins; what it
/// wrote is named by no commit then, and holds no place in the lake.
struct RunAttempt {
  let lake: Lake
  let options: RunOptions
  let progress: Progress
  let pack: Pack
  let plans: [TablePlan]
  let ledger: Ledger
  /// The version that the attempt started from.
  let base: Snapshot
  /// The newest version it knows: `base`, and what it committed to dictionaries since.
  var snapshot: Snapshot
  var reader: LakeReader
  var dictionaries = RunDictionaries()
  /// The segments that are there already, by table and partition.
  let segments: [TableSlot: [SegmentEntry]]
  var files: [FileState] = []
  /// The files that were taken, by the hash of their content.
  var sealed: [String: [Int]] = [:]
  /// The file that is being read.
  var openFile: Int?
  var staging: [String: Staging] = [:]
  /// Segments that are written and wait to be committed.
  var written: [PartitionJob.Written] = []
  /// The partitions that are being written beside the reading.
  var flushing: [Flushing] = []
  let times = StageTimes()
  /// The rows of referred tables after this run, for the counting of what finds none.
  var presentKeys: [String: PresentKeys] = [:]
  /// The keys of referred tables that are new or changed, by table.
  var changedKeys: [String: ColumnBatch] = [:]
  /// Segments that whole tables, written anew, no longer need.
  var replaced: [String] = []
  var unmatched: [RunReport.UnmatchedReference: Int] = [:]
  /// Objects that changed while an earlier attempt of this run read them.
  var restless: Set<String> = []
  var flushes = 0
  var racesLost = 0

  /// A file of the run, in the order of rows.
  struct FileState {
    let arrival: Incoming.Arrival
    var report: RunReport.FileReport
    var rejections: [Rejection] = []
    /// Whether it was read to its end and taken.
    var isSealed = false
  }

  /// `made` are segments to start from in place of the lake's, and with an empty ledger: a lake
  /// that is made anew.
  init(
    _ lake: Lake, _ options: RunOptions, _ progress: Progress, _ pack: Pack,
    _ plans: [TablePlan], _ base: Snapshot, replacing made: [SegmentEntry]? = nil
  ) throws(PipelineError) {
    self.lake = lake
    self.options = options
    self.progress = progress
    self.pack = pack
    self.plans = plans
    self.base = base
    snapshot = base
    reader = LakeReader(lake, base)
    do {
      ledger = made == nil ? try lake.ledger(of: base) : Ledger([])
      for plan in plans {
        for name in plan.dictionaries.compactMap({ $0 })
        where !dictionaries.names.contains(name) {
          dictionaries.add(name, try reader.dictionary(name))
        }
      }
    } catch { throw PipelineError(error) }
    segments = Dictionary(grouping: made ?? base.segments) { segment in
      TableSlot(table: segment.table, partition: segment.partition)
    }
  }
}

// MARK: - Reading

extension RunAttempt {
  /// Reads all files of all tables; referred tables are complete before those that refer to them.
  mutating func read(_ incoming: Incoming) throws(PipelineError) {
    progress.update { state in
      state = Progress.State(step: "reading")
      state.bytesTotal = incoming.arrivals.reduce(0) { $0 + $1.size }
    }
    for plan in plans {
      let arrivals = incoming.arrivals.filter { $0.table == plan.name }
      let sizes = Dictionary(arrivals.map { ($0.size, 1) }, uniquingKeysWith: +)
      for arrival in arrivals {
        let hasTwin = (sizes[arrival.size] ?? 0) > 1
        if try waits(arrival) { continue }
        let start = Clock.monotonicNanoseconds()
        try take(arrival, plan, hasTwin: hasTwin)
        try leaveIfChanged(plan)
        files[files.count - 1].report.seconds =
          Double(Clock.monotonicNanoseconds() - start) / 1e9
      }
      if plan.key?.keepsLast == true { try mergeLatest(plan) }
      let isReferred = plans.contains { other in
        other.references.contains { $0.table == plan.name }
          && incoming.arrivals.contains { $0.table == other.name }
      }
      if isReferred { try notePresentKeys(plan) }
    }
    try flush()
  }

  private mutating func take(
    _ arrival: Incoming.Arrival, _ plan: TablePlan, hasTwin: Bool
  ) throws(PipelineError) {
    progress.update { $0.subject = arrival.source }
    var report = RunReport.FileReport(table: plan.name, source: arrival.source)
    report.bytes = arrival.size
    files.append(FileState(arrival: arrival, report: report))
    let file = files.count - 1
    let source = try Self.source(arrival, lake.store)
    // Bytes that may be known are hashed first; a size that no known input has spares that.
    if hasTwin || ledger.hasInput(bytes: arrival.size) {
      let hash = try Self.hash(of: source)
      if try noteIfKnown(file, hash) { return progress.update { $0.bytesDone += arrival.size } }
    }
    var readOptions = ReadOptions(columns: plan.inputColumns(dictionaries))
    readOptions.dialect = plan.dialect
    readOptions.threads = options.threads
    readOptions.takesHash = true
    readOptions.chunkBytes = options.chunkBytes
    var csv: CSVReader
    switch Self.open(source, readOptions) {
    case .success(let reader): csv = reader
    case .failure(let error):
      guard error.isOfInput else { throw PipelineError(error) }
      return refuse(file, because: error.explanation.reason, hash: try Self.hash(of: source))
    }
    openFile = file
    try readRows(&csv, file, plan)
    openFile = nil
    for (index, name) in plan.dictionaries.enumerated() {
      if let name, let encoder = csv.encoder(ofColumn: index) { dictionaries.note(name, encoder) }
    }
    try finish(file, csv.counts, plan)
  }

  private static func source(
    _ arrival: Incoming.Arrival, _ store: any ObjectStore
  ) throws(PipelineError) -> any ByteSource {
    do { return try store.source(arrival.object) } catch { throw PipelineError(error) }
  }

  private static func open(
    _ source: any ByteSource, _ options: ReadOptions
  ) -> Result<CSVReader, CSVError> {
    do { return .success(try CSVReader(source, options)) } catch { return .failure(error) }
  }

  private mutating func readRows(
    _ csv: inout CSVReader, _ file: Int, _ plan: TablePlan
  ) throws(PipelineError) {
    let startBytes = progress.current.bytesDone
    let source = files[file].arrival.source
    let csvLimit = ReadOptions(columns: []).keepRejections
    var batches = try next(&csv)
    while !batches.isEmpty {
      try options.checkInterrupt()
      let round = batches
      // The checks of a round go on beside the parsing of the next.
      let judging = JudgedBatch.begin(round, plan, source: source, options.threads, times)
      batches = try next(&csv)
      let judged = try judging.finish()
      for (batch, result) in zip(round, judged) {
        for (column, name) in zip(batch.batch.columns, plan.dictionaries) {
          guard let name, case .codes(_, let dictionary) = column.values else { continue }
          dictionaries.note(name, dictionary)
        }
        let room = max(0, csvLimit - files[file].rejections.count)
        files[file].rejections += (batch.rejections + result.rejections).prefix(room)
        files[file].report.rowsRejected += result.rejections.count
        for part in result.parts {
          staging[plan.name, default: Staging()].append(
            part.batch, partition: part.partition, file: file)
        }
      }
      let counts = csv.counts
      let kept = judged.reduce(0) { $0 + $1.keptCount }
      progress.update { state in
        state.bytesDone = startBytes + counts.bytes
        state.rows += kept
      }
      try relieve()
    }
  }

  private func next(_ csv: inout CSVReader) throws(PipelineError) -> [CSVBatch] {
    do throws(CSVError) {
      return try times.time(.read) { () throws(CSVError) in try csv.next() }
    } catch { throw PipelineError(error) }
  }

  /// Decides on a file that was read to its end.
  private mutating func finish(
    _ file: Int, _ counts: ReadCounts, _ plan: TablePlan
  ) throws(PipelineError) {
    guard let hash = counts.contentHash else {
      preconditionFailure("a reader at the end of its input knows the hash of it")
    }
    files[file].report.rowsRead = counts.rowsRead
    files[file].report.rowsRejected += counts.rowsRejected
    files[file].report.contentHash = hash.description
    if try noteIfKnown(file, hash) { return try drop(file, plan) }
    let read = counts.rowsRead
    let rejected = files[file].report.rowsRejected
    if Double(rejected) > options.maximumRejected * Double(read) {
      try drop(file, plan)
      let share = (Double(rejected) * 1000 / Double(read)).rounded() / 10
      refuse(
        file,
        because: "\(rejected) of its \(read) rows (\(share) %) do not fit the table \(plan.name)",
        hash: hash)
      return
    }
    try locateRejections(file, plan)
    for rejection in files[file].rejections {
      files[file].report.rejectionReasons[rejection.reason, default: 0] += 1
    }
    files[file].isSealed = true
    sealed[files[file].report.contentHash, default: []].append(file)
  }

  /// Finds the lines of records that were read and then rejected by a check.
  private mutating func locateRejections(
    _ file: Int, _ plan: TablePlan
  ) throws(PipelineError) {
    let source = files[file].arrival.source
    for index in files[file].rejections.indices { files[file].rejections[index].source = source }
    let unknown = files[file].rejections.indices.filter { files[file].rejections[$0].line == 0 }
    if unknown.isEmpty { return }
    var readOptions = ReadOptions(
      columns: plan.schema.fields.map { InputColumn($0.name, $0.type) })
    readOptions.dialect = plan.dialect
    let records = unknown.map { files[file].rejections[$0].record }.sorted()
    let places: [Int: RecordLocator.Place]
    do {
      places = try RecordLocator.places(
        of: records, in: try Self.source(files[file].arrival, lake.store), readOptions)
    } catch { throw PipelineError(Explanation(describing: error)) }
    for index in unknown {
      guard let place = places[files[file].rejections[index].record] else { continue }
      files[file].rejections[index].line = place.line
      files[file].rejections[index].byteOffset = place.byteOffset
      files[file].rejections[index].rawText = place.rawText
    }
  }

  /// Takes back all rows of a file.
  mutating func drop(_ file: Int, _ plan: TablePlan) throws(PipelineError) {
    try finishFlush()
    staging[plan.name]?.remove(file: file)
    written.removeAll { $0.owner == file }
  }

  /// Whether these bytes are in the table already, or came before in this run.
  private mutating func noteIfKnown(
    _ file: Int, _ hash: ContentHash
  ) throws(PipelineError) -> Bool {
    let text = hash.description
    let table = files[file].arrival.table
    var known: String?
    do {
      known = try ledger.entry(contentHash: text, table: table).map(\.source)
    } catch { throw PipelineError(error) }
    known =
      known
      ?? sealed[text]?.first { files[$0].isSealed && files[$0].arrival.table == table }
      .map { files[$0].arrival.source }
    guard let known else { return false }
    var report = RunReport.FileReport(table: table, source: files[file].arrival.source)
    report.bytes = files[file].arrival.size
    report.outcome = .known
    report.contentHash = text
    report.reason = "its bytes are in the lake already, as \(known)"
    files[file].report = report
    files[file].rejections = []
    return true
  }

  private mutating func refuse(
    _ file: Int, because reason: String, hash: ContentHash
  ) {
    var report = files[file].report
    report.outcome = .refused
    report.reason = reason
    report.contentHash = hash.description
    // None of its rows is in the lake: those that would have fitted are refused with the others.
    report.rowsRejected = report.rowsRead
    files[file].report = report
  }

  static func hash(of source: any ByteSource) throws(PipelineError) -> ContentHash {
    var hasher = ContentHasher()
    let step = 8 << 20
    for offset in stride(from: 0, to: source.size, by: step) {
      let piece: [UInt8]
      do { piece = try source.read(at: offset, count: step) } catch {
        throw PipelineError(error)
      }
      hasher.update(piece.span)
    }
    return hasher.finish()
  }
}
