import Bytes
import CSV
import ColumnFile
import Columns

/// The work of `groove convert`: CSV by declared columns into columnar files.
struct Conversion {
  /// What became of one input.
  struct Input {
    var source: String
    var target: String
    var counts: ReadCounts
    var isRefused: Bool
  }

  /// How many rejected rows are told one by one.
  static let toldMax = 10

  private let columns: [InputColumn]
  private let threads: Int
  private let maxReject: Double
  private let console: Console
  private(set) var inputs: [Input] = []
  private(set) var outputs: [(path: String, rows: Int, bytes: Int)] = []
  private var told = 0

  init(columns: [InputColumn], threads: Int, maxReject: Double, console: Console) {
    self.columns = columns
    self.threads = threads
    self.maxReject = maxReject
    self.console = console
  }

  var hasRefusals: Bool { inputs.contains { $0.isRefused || $0.counts.rowsRejected > 0 } }

  /// `folder/plays.csv.gz` gives `plays`.
  static func baseName(_ path: String) -> String {
    var name = path.split(separator: "/").last.map(String.init) ?? path
    for ending in [".gz", ".zst", ".csv"] where name.lowercased().hasSuffix(ending) {
      name.removeLast(ending.count)
    }
    return name.isEmpty ? "rows" : name
  }

  /// Writes the rows of `sources`, in their order, to one file. Where one of them is refused, the
  /// file is not written.
  mutating func convert(_ sources: [String], to target: String) throws {
    do {
      let (rows, bytes) = try WholeFile.write(target) { file in
        let schema = Schema(columns.map { Field($0.name, $0.type, isNullable: $0.isNullable) })
        var writer = try ColumnFileWriter(schema)
        var bytes = 0
        for source in sources {
          try read(source, into: &writer, target) { writer in
            let piece = writer.drain()
            bytes += piece.count
            try file.write(piece.span)
          }
        }
        let rest = try writer.finish()
        try file.write(rest.span)
        return (writer.rowCount, bytes + rest.count)
      }
      outputs.append((target, rows, bytes))
    } catch is Refused {
      try console.complain("groove: \(target) is not written")
    }
  }

  private struct Refused: Error {}

  private mutating func read(
    _ path: String, into writer: inout ColumnFileWriter, _ target: String,
    _ drain: (inout ColumnFileWriter) throws -> Void
  ) throws {
    let source = try FileSource(path)
    var options = ReadOptions(columns: columns)
    options.threads = threads
    options.keepRejections = Self.toldMax
    var reader = try CSVReader(source, options)
    let progress = ProgressLine(console, unit: "B", total: source.size)
    while true {
      let round = try reader.next()
      if round.isEmpty { break }
      for part in round {
        try tell(part.rejections)
        try writer.append(part.batch)
      }
      try drain(&writer)
      try progress.show("converting \(path)", done: min(source.size, reader.counts.bytes))
      try Interrupted.check(path)
    }
    let counts = reader.counts
    let isRefused = Double(counts.rowsRejected) > maxReject * Double(counts.rowsRead)
    inputs.append(Input(source: path, target: target, counts: counts, isRefused: isRefused))
    if isRefused {
      try console.complain(
        "groove: \(path) is refused: \(Numerals.counted(counts.rowsRejected, "row")) of "
          + "\(Numerals.grouped(counts.rowsRead)) do not fit, and --max-reject allows "
          + "\(Double((maxReject * 1000).rounded()) / 10) %")
      throw Refused()
    }
  }

  private mutating func tell(_ rejections: [Rejection]) throws {
    for rejection in rejections where told < Self.toldMax {
      told += 1
      let column = rejection.column.map { "column \($0): " } ?? ""
      try console.say(
        "\(rejection.source), line \(rejection.line): \(column)\(rejection.reason)")
    }
  }

  func tell(seconds: Double) throws {
    let rejected = inputs.reduce(0) { $0 + $1.counts.rowsRejected }
    if rejected > 0 { try console.say("\(Numerals.counted(rejected, "row")) rejected") }
    for output in outputs {
      let each = Double(output.bytes) / Double(max(1, output.rows))
      try console.say(
        "wrote \(output.path): \(Numerals.counted(output.rows, "row")), "
          + "\(Numerals.short(Double(output.bytes), "B")), "
          + "\(Double((each * 100).rounded()) / 100) bytes a row")
    }
    let bytes = inputs.reduce(0) { $0 + $1.counts.bytes }
    let rate = Numerals.short(Double(bytes) / max(1e-9, seconds), "B/s")
    try console.say(
      "read \(Numerals.counted(inputs.count, "file")), "
        + "\(Numerals.short(Double(bytes), "B")), \(rate)"
    )
  }

  func report(seconds: Double) -> JSON {
    .members([
      "inputs": .list(
        inputs.map {
          .members([
            "path": .text($0.source), "target": .text($0.target), "bytes": .count($0.counts.bytes),
            "rowsRead": .count($0.counts.rowsRead), "rowsKept": .count($0.counts.rowsKept),
            "rowsRejected": .count($0.counts.rowsRejected), "isRefused": .boolean($0.isRefused),
          ])
        }),
      "outputs": .list(
        outputs.map {
          .members(["path": .text($0.path), "rows": .count($0.rows), "bytes": .count($0.bytes)])
        }), "seconds": .number(seconds),
    ])
  }
}
