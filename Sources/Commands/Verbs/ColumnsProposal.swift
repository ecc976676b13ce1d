import Bytes
import CSV
import Columns

/// What `groove convert --columns auto` does: it reads some of an input, says which types its
/// columns could have and what speaks against others, and converts nothing. A person declares the
/// columns, since a file cannot know that its postal codes are no numbers.
///
/// A value fits a type where the reader of CSV takes it, for it is the same reader.
struct ColumnsProposal {
  /// The types that are tried, in this order. Ones and zeros are numbers rather than truths.
  fileprivate static let candidates: [DataType] = [.bigint, .boolean, .double, .date, .timestamp]
  private static let delimiters: [(byte: UInt8, name: String)] = [
    (0x2C, ","), (0x3B, ";"), (0x09, "\\t"), (0x7C, "|"),
  ]
  /// More of an input than this is not read.
  static let sampleBytes = 64 << 20

  struct Proposed {
    var name: String
    var type = DataType.text
    var nulls = 0
    /// Why it is not another type: the first value that did not fit, and its record.
    var reasons: [String] = []
  }

  fileprivate struct Attempt {
    var alive = ColumnsProposal.candidates
    var nulls = 0
    var values = 0
    var failures: [DataType: (record: Int, text: String)] = [:]
    /// The first number that would lose its zeros.
    var padded: (record: Int, text: String)?
  }

  let path: String
  let delimiter: String
  private(set) var rows = 0
  private(set) var rejected = 0
  /// Whether all of the input was read.
  private(set) var isWhole = false
  private(set) var columns: [Proposed] = []

  init(_ path: String, threads: Int) throws {
    self.path = path
    let source = try FileSource(path)
    var dialect = Dialect.standard
    var names: [String] = []
    var delimiter = ","
    for (byte, name) in Self.delimiters {
      var other = Dialect.standard
      other.delimiter = [byte]
      let found = try CSVHeader.names(of: source, dialect: other)
      if found.count > names.count { (names, dialect, delimiter) = (found, other, name) }
    }
    self.delimiter = delimiter
    var options = ReadOptions(columns: names.map { InputColumn($0, .text) })
    options.dialect = dialect
    options.threads = threads
    options.keepRejections = 0
    var reader = try CSVReader(source, options)
    var attempts = names.map { _ in Attempt() }
    while reader.counts.bytes < Self.sampleBytes {
      let batches = try reader.next()
      if batches.isEmpty {
        isWhole = true
        break
      }
      for batch in batches {
        let tried = attempts
        attempts = try Parallel.map(count: attempts.count, threads: threads) { index in
          var attempt = tried[index]
          try attempt.take(batch, column: index)
          return attempt
        }
      }
      try Interrupted.check(path)
    }
    rows = reader.counts.rowsKept
    rejected = reader.counts.rowsRejected
    columns = zip(names, attempts).map { $1.proposed($0) }
  }

  /// As `--columns` takes them.
  var declaration: String {
    columns.map { column in
      let isPlain =
        !column.name.isEmpty
        && column.name.utf8.allSatisfy { 97...122 ~= $0 | 32 || $0 == 95 || 48...57 ~= $0 }
        && !(column.name.utf8.first.map { 48...57 ~= $0 } ?? true)
      let quoted = column.name.split(separator: "\"", omittingEmptySubsequences: false)
        .joined(separator: "\"\"")
      let name = isPlain ? column.name : "\"\(quoted)\""
      return "\(name) \(column.type)\(column.nulls == 0 && rows > 0 ? " NOT NULL" : "")"
    }.joined(separator: ", ")
  }

  /// How far it has looked.
  var extent: String {
    let all = isWhole ? "all" : "the first"
    let refused = rejected == 0 ? "" : ", and \(rejected) that have no place in it"
    return "\(all) \(Numerals.counted(rows, "row")) of \(path)\(refused)"
  }
}

extension ColumnsProposal.Attempt {
  mutating func take(_ batch: CSVBatch, column: Int) throws {
    let values = batch.batch.columns[column]
    nulls += values.nullCount
    self.values += values.count - values.nullCount
    let single = ColumnBatch(Schema([Field("c", .text)]), [values])
    let writer = CSVWriter(single.schema)
    let source = MemorySource(writer.header() + writer.rows(single), name: "column")
    for type in alive {
      var options = ReadOptions(columns: [InputColumn("c", type)])
      options.threads = 1
      options.keepRejections = 1
      var reader = try CSVReader(source, options)
      while failures[type] == nil {
        let read = try reader.next()
        if read.isEmpty { break }
        for rejection in read.flatMap(\.rejections) where failures[type] == nil {
          failures[type] = failure(values, rejection.record - 1, batch)
        }
      }
    }
    alive.removeAll { failures[$0] != nil }
    if padded == nil && alive.contains(.bigint) { padded = firstPadded(values, batch) }
  }

  private func failure(_ column: Column, _ row: Int, _ batch: CSVBatch) -> (Int, String) {
    let text = column.isNull(row) ? "" : column.spelled[row]
    return (batch.record(ofRow: row), text)
  }

  /// `007` is a number that is not written like one.
  private func firstPadded(_ column: Column, _ batch: CSVBatch) -> (Int, String)? {
    let texts = column.spelled
    for row in 0..<column.count where !column.isNull(row) {
      let range = texts.range(row)
      if range.count > 1 && texts.bytes[range.lowerBound] == UInt8(ascii: "0") {
        return failure(column, row, batch)
      }
    }
    return nil
  }

  func proposed(_ name: String) -> ColumnsProposal.Proposed {
    var proposed = ColumnsProposal.Proposed(name: name, nulls: nulls)
    func reason(_ type: DataType, _ found: (record: Int, text: String), _ why: String) -> String {
      let shown = found.text.count > 24 ? "\(found.text.prefix(24))…" : found.text
      return "no \(type): record \(found.record) \(why) \"\(shown)\""
    }
    if values == 0 {
      proposed.reasons = ["it has no values"]
      return proposed
    }
    for type in ColumnsProposal.candidates {
      if let failure = failures[type] {
        proposed.reasons.append(reason(type, failure, "is"))
      } else if type == .bigint, let padded {
        proposed.reasons.append(reason(type, padded, "would lose zeros of"))
        return proposed
      } else {
        proposed.type = type
        return proposed
      }
    }
    return proposed
  }
}
