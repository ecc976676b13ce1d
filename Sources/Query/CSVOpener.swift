import Bytes
import CSV
import Columns
import Kernels
import SQL

/// Reads CSV files for a query: all columns as TEXT, or the declared ones by their types.
///
/// What may fit memory is read before the query begins. Larger files are read where the query wants
/// their rows, in pieces that are cut by the parity of quotes. Where a quote breaks the rule all is
/// done again, with records that a reading of their own has found. What cannot be read in parts
/// goes to disk.
struct CSVOpener {
  let options: QueryOptions
  let pending: PendingRows

  /// `csv` says how, where the query does.
  func open(
    _ paths: [String], _ csv: ReadCSV?, _ position: Position
  ) throws(QueryError) -> any TableSource {
    guard let first = paths.first else {
      throw QueryError("there are no CSV files", at: position)
    }
    let dialect = try CSVOptions(csv?.options ?? [], position).dialect
    var sources: [any ByteSource] = []
    for path in paths { sources.append(try source(path)) }
    var declared: [InputColumn] = []
    for column in csv?.columns ?? [] {
      declared.append(inputColumn(column.name.name, column.type.type, column.type.hasZone))
    }
    if declared.isEmpty { declared = try columns(of: sources[0], dialect) }
    let schema = Schema(declared.map { Field($0.name, $0.type) })
    let canReadAgain = sources.allSatisfy { CSVPiece.canBeRead(of: $0, dialect) }
    let size = sources.reduce(0) { $0 + $1.size }
    var rows = CSVRows(Executor(options: options), canReadAgain: canReadAgain, size: size)
    let name = FileOpener.name(of: first)
    if !rows.mayBeHeld, let pieces = try pieces(sources, declared, dialect, position) {
      pending.add(pieces)
      return SegmentTable(name, schema, segments: pieces.segments)
    }
    for source in sources { try read(source, declared, dialect, position, into: &rows) }
    let segments = try rows.segments(schema, position, pending)
    return SegmentTable(name, schema, segments: segments)
  }

  /// A file, or what a program writes into this one.
  private func source(_ path: String) throws(QueryError) -> any ByteSource {
    do {
      if path == "/dev/stdin", try FileSystem.status(path)?.kind != .file {
        let bytes = try StandardInput.readAll()
        // No name says that it is compressed, but its first bytes do.
        let isGzip = bytes.starts(with: [0x1F, 0x8B])
        let isZstd = bytes.starts(with: [0x28, 0xB5, 0x2F, 0xFD])
        return MemorySource(bytes, name: path + (isGzip ? ".gz" : isZstd ? ".zst" : ""))
      }
      return try FileSource(path)
    } catch let error as any Explained { throw QueryError(error) } catch {
      preconditionFailure("files are refused with explained errors")
    }
  }

  /// All columns as TEXT, by the names in the header, or, without one, by their numbers.
  private func columns(
    of source: any ByteSource, _ dialect: Dialect
  ) throws(QueryError) -> [InputColumn] {
    do {
      if dialect.headerRows > 0 {
        return try CSVHeader.names(of: source, dialect: dialect).map { inputColumn($0) }
      }
      var first = dialect
      first.headerRows = 1
      let count = try CSVHeader.names(of: source, dialect: first).count
      return (0..<count).map { inputColumn("column\($0)") }
    } catch { throw QueryError(error) }
  }

  /// Texts come as numbers or codes where they can, which are grouped and compared as such.
  private func inputColumn(
    _ name: String, _ type: DataType = .text, _ hasZone: Bool = false
  ) -> InputColumn {
    InputColumn(name, type, hasZone: hasZone, form: .compact)
  }

  /// Pieces that nobody has looked at; nil where quotes are not to be trusted.
  ///
  /// PERF: a scan of 3 GB with six typed columns takes 0.50 s, and took 0.76 where a first reading
  /// found out where records begin (medians of 4, two threads of a Zen 5 VM, 2026-12-01, when
  /// pieces were guessed; counting the quotes of a piece costs less than its own window did).
  private func pieces(
    _ sources: [any ByteSource], _ columns: [InputColumn], _ dialect: Dialect, _ position: Position
  ) throws(QueryError) -> CSVPieces? {
    var files: [CSVPieces.File] = []
    let windows = SpareWindows()
    for source in sources {
      // Another source may not have its bytes a second time.
      guard pending.trustsQuotes, source is FileSource else { return nil }
      let reader: CSVReader
      do { reader = try CSVReader(source, reading(columns, dialect)) } catch {
        throw QueryError(error)
      }
      guard let pieces = reader.pieces(of: source, windows) else { return nil }
      files.append(CSVPieces.File(size: source.size, pieces: pieces))
    }
    return CSVPieces(trusting: files, position)
  }

  private func reading(_ columns: [InputColumn], _ dialect: Dialect) -> ReadOptions {
    var reading = ReadOptions(columns: columns)
    reading.dialect = dialect
    reading.threads = options.threads
    reading.keepRejections = 1
    reading.chunkBytes = max(1 << 16, min(reading.chunkBytes, options.heldBytesPerThread / 4))
    return reading
  }

  private func read(
    _ source: any ByteSource, _ columns: [InputColumn], _ dialect: Dialect,
    _ position: Position, into rows: inout CSVRows
  ) throws(QueryError) {
    var reading = reading(columns, dialect)
    if !rows.mayBeHeld { reading.taking = .records }
    var reader: CSVReader
    do { reader = try CSVReader(source, reading) } catch { throw QueryError(error) }
    while true {
      let round: [CSVBatch]
      do { round = try reader.next() } catch { throw QueryError(error) }
      if round.isEmpty { return }
      for part in round {
        if let rejection = part.rejections.first { throw QueryError(rejection, position) }
        try rows.append(part.batch, reader.piece(part, of: source))
      }
    }
  }
}

/// The rows of CSV files: in memory while they are few; then as the places they are read from
/// again, or on disk.
private struct CSVRows {
  private let limit: Int
  private let canReadAgain: Bool
  private var store: RowStore
  private var batches: [ColumnBatch] = []
  private var pieces: [CSVPiece] = []
  private var meter = MemoryMeter()
  /// Whether the values are wanted at once; if not, rows are only counted here.
  let mayBeHeld: Bool

  init(_ executor: Executor, canReadAgain: Bool, size: Int) {
    self.canReadAgain = canReadAgain
    limit = executor.options.heldBytes
    store = RowStore(executor)
    mayBeHeld = !canReadAgain || size <= Self.mostBytesAByte * limit
  }

  /// Values take more than a fourth of what they are written in.
  private static let mostBytesAByte = 4

  private var areHeld: Bool { mayBeHeld && meter.bytes <= limit }

  mutating func append(_ batch: ColumnBatch, _ piece: CSVPiece) throws(QueryError) {
    if !canReadAgain { return try store.append(Frame(batch)) }
    pieces.append(piece)
    if !areHeld { return }
    batches.append(batch)
    meter.add(batch.columns)
    if !areHeld { batches = [] }
  }

  mutating func segments(
    _ schema: Schema, _ position: Position, _ pending: PendingRows
  ) throws(QueryError) -> [Segment] {
    if canReadAgain && areHeld {
      return batches.map { Segment(partition: nil, content: .batch($0)) }
    }
    if canReadAgain {
      let all = CSVPieces(pieces, position)
      pending.add(all)
      return all.segments
    }
    let stored = try store.finish()
    let (rows, counts) = (stored.stream, stored.pieceRowCounts)
    return counts.indices.map { piece in
      Segment(
        partition: nil,
        content: .deferred { (columns) throws(QueryError) in
          if columns.isEmpty { return ColumnBatch(Schema([]), [], rowCount: counts[piece]) }
          let frame = try rows.read(piece)
          var kept: [Column] = []
          for column in columns { kept.append(try frame.column(column)) }
          return ColumnBatch(
            Schema(columns.map { schema[$0] }), kept, rowCount: frame.rowCount)
        })
    }
  }
}

/// The options of read_csv: those of DuckDB that make sense where nothing is guessed, and those
/// that a pack knows.
private struct CSVOptions {
  let dialect: Dialect

  init(_ given: [Option], _ position: Position) throws(QueryError) {
    var options: [(name: String, value: String)] = []
    for option in given {
      switch option.name.folded {
      case "delim", "sep": options.append(("delimiter", option.value))
      case "nullstr": options.append(("null_text", option.value))
      case "skip": options.append(("skip_leading", option.value))
      case "header":
        options.append(("header_rows", try Self.isTrue(option) ? "1" : "0"))
      case "null_padding":
        options.append(("ragged", try Self.isTrue(option) ? "padded" : "refused"))
      case let name where Dialect.optionNames.contains(name):
        options.append((name, option.value))
      default: throw Self.unknown(option)
      }
    }
    do { dialect = try Dialect(options: options) } catch {
      throw QueryError(
        error.explanation.reason, at: given.first?.position ?? position,
        hint: error.explanation.remedy)
    }
  }

  private static func isTrue(_ option: Option) throws(QueryError) -> Bool {
    switch option.value.lowercased() {
    case "true", "1": return true
    case "false", "0": return false
    default:
      throw QueryError("\(option.name) is true or false", at: option.position)
    }
  }

  private static func unknown(_ option: Option) -> QueryError {
    let names = ["columns", "delim", "nullstr", "skip", "header", "null_padding"]
    let guesses = ["auto_detect", "sample_size", "all_varchar", "dateformat", "timestampformat"]
    let all = names + Dialect.optionNames
    let hint =
      guesses.contains(option.name.folded)
      ? "Nothing is guessed: columns => {…} declares types."
      : Scope.suggestion(option.name.name, all, "The options are")
    return QueryError("read_csv has no option \(option.name)", at: option.position, hint: hint)
  }
}
