import Bytes
import Columns
import Packs
import Pipeline

/// The work of `groove convert`, and what it tells about it.
struct ConvertWork {
  private let table: InputTable
  private let options: ConversionOptions
  private let console: Console
  private let start = Clock.monotonicNanoseconds()
  private var inputs: [(input: ConversionInput, target: String)] = []
  private var outputs: [ConversionOutput] = []

  init(_ table: InputTable, _ options: ConversionOptions, _ console: Console) {
    self.table = table
    self.options = options
    self.console = console
  }

  var hasRefusals: Bool { inputs.contains { $0.input.isRefused || $0.input.rowsRejected > 0 } }

  /// `folder/plays.csv.gz` gives `plays`.
  private static func baseName(_ path: String) -> String {
    var name = path.split(separator: "/").last.map(String.init) ?? path
    for ending in [".gz", ".zst", ".csv"] where name.lowercased().hasSuffix(ending) {
      name.removeLast(ending.count)
    }
    return name.isEmpty ? "rows" : name
  }

  /// Each input becomes a file of its own.
  mutating func convertEach(_ sources: [String], into folder: String) throws {
    let names = sources.map(Self.baseName)
    if let name = names.first(where: { name in names.count { $0 == name } > 1 }) {
      throw UsageError(
        "two inputs would both become \(folder)/\(name).groove",
        remedy: "Convert them one by one, or into one file with --out FILE.groove.")
    }
    try FileSystem.makeFolders(folder)
    for (source, name) in zip(sources, names) {
      try convert([source], to: "\(folder)/\(name).groove", isPartitioned: false)
    }
  }

  /// Writes the rows of `sources` to one file, or to a new folder of partitions. Where one of them
  /// is refused, nothing is written.
  mutating func convert(_ sources: [String], to target: String, isPartitioned: Bool) throws {
    var conversion = try Conversion(
      sources, table, to: target, isPartitioned: isPartitioned, options)
    do {
      try run(&conversion, sources)
      if let refused = conversion.inputs.first(where: \.isRefused) {
        conversion.abandon()
        try tellRefused(refused, target)
      } else {
        outputs += try conversion.finish()
      }
    } catch let error {
      conversion.abandon()
      throw error
    }
    inputs += conversion.inputs.map { ($0, target) }
  }

  private func run(_ conversion: inout Conversion, _ sources: [String]) throws {
    let size = try sources.reduce(0) { try $0 + (FileSystem.status($1)?.size ?? 0) }
    let progress = ProgressLine(console, unit: "B", total: size)
    while let step = try conversion.next() {
      try tell(step.rejections)
      try progress.show("converting \(step.source)", done: step.bytes)
      try Interrupted.check(step.source)
    }
  }

  private func tellRefused(_ input: ConversionInput, _ target: String) throws {
    try console.complain(
      "groove: \(input.path) is refused: \(Numerals.counted(input.rowsRejected, "row")) of "
        + "\(Numerals.grouped(input.rowsRead)) do not fit, and --max-reject allows "
        + "\(Double((options.maximumRejected * 1000).rounded()) / 10) %")
    try console.complain("groove: \(target) is not written")
  }

  private func tell(_ rejections: [Rejection]) throws {
    for rejection in rejections {
      let column = rejection.column.map { "column \($0): " } ?? ""
      // The reader knows the line; what a check refuses is known by its record.
      let place = rejection.line > 0 ? "line \(rejection.line)" : "record \(rejection.record)"
      try console.say("\(rejection.source), \(place): \(column)\(rejection.reason)")
    }
  }

  private var seconds: Double {
    max(1e-9, Double(Clock.monotonicNanoseconds() - start) / 1e9)
  }

  /// More files than this are told together.
  private static let toldFiles = 8

  func tell() throws {
    let rejected = inputs.reduce(0) { $0 + $1.input.rowsRejected }
    if rejected > 0 { try console.say("\(Numerals.counted(rejected, "row")) rejected") }
    if outputs.count <= Self.toldFiles {
      for output in outputs { try tell(output.path, output.rows, output.bytes) }
    } else {
      let rows = outputs.reduce(0) { $0 + $1.rows }
      let bytes = outputs.reduce(0) { $0 + $1.bytes }
      try tell(Numerals.counted(outputs.count, "file"), rows, bytes)
    }
    let bytes = inputs.reduce(0) { $0 + $1.input.bytes }
    let rate = Numerals.short(Double(bytes) / seconds, "B/s")
    try console.say(
      "read \(Numerals.counted(inputs.count, "file")), "
        + "\(Numerals.short(Double(bytes), "B")), \(rate)")
  }

  private func tell(_ what: String, _ rows: Int, _ bytes: Int) throws {
    let each = Double(bytes) / Double(max(1, rows))
    try console.say(
      "wrote \(what): \(Numerals.counted(rows, "row")), \(Numerals.short(Double(bytes), "B")), "
        + "\(Double((each * 100).rounded()) / 100) bytes a row")
  }

  func report() -> JSON {
    .members([
      "inputs": .list(
        inputs.map { input, target in
          .members([
            "path": .text(input.path), "target": .text(target), "bytes": .count(input.bytes),
            "rowsRead": .count(input.rowsRead), "rowsKept": .count(input.rowsKept),
            "rowsRejected": .count(input.rowsRejected), "isRefused": .boolean(input.isRefused),
          ])
        }),
      "outputs": .list(
        outputs.map {
          .members(["path": .text($0.path), "rows": .count($0.rows), "bytes": .count($0.bytes)])
        }), "seconds": .number(seconds),
    ])
  }
}
