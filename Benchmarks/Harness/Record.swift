import Bytes
import Columns

/// The results of a run with what is needed to judge them: machine, commit, compiler.
struct Record {
  /// One measured case.
  struct Row {
    let suite: String
    let name: String
    let threads: Int
    let repeats: Int
    /// The median.
    let nanoseconds: Int64
    let fastest: Int64
    let slowest: Int64
    let bytes: Int?
    let rows: Int?
    /// A call's, the number of blocks it asks for.
    let allocations: Int
    let peakMemory: Int
  }

  private var rows: [Row] = []
  private let options: BenchOptions

  init(options: BenchOptions) { self.options = options }

  mutating func add(_ more: [Row]) { rows += more }

  private static var variant: String { Environment.value(of: "GROOVE_CPU") ?? "best" }

  func printHead() {
    let machine = "\(Machine.processor), \(Parallel.processors) processors"
    Report.line("\(machine), CPU variant \(Self.variant)")
    Report.line("commit \(Machine.commit), \(Machine.compiler), \(options.threads) threads")
  }

  static let columns =
    "commit,compiler,variant,suite,case,threads,repeats,median_ns,fastest_ns,slowest_ns,bytes,"
    + "rows,allocations,peak_bytes"

  func printJSON() {
    let cases = rows.map { row -> JSON in
      .members([
        "suite": .text(row.suite), "case": .text(row.name), "threads": .count(row.threads),
        "repeats": .count(row.repeats), "median_ns": .integer(row.nanoseconds),
        "fastest_ns": .integer(row.fastest), "slowest_ns": .integer(row.slowest),
        "bytes": row.bytes.map { .count($0) } ?? .null,
        "rows": row.rows.map { .count($0) } ?? .null,
        "allocations": .count(row.allocations), "peak_bytes": .count(row.peakMemory),
      ])
    }
    Report.line(
      JSON.members([
        "processor": .text(Machine.processor), "processors": .count(Parallel.processors),
        "variant": .text(Self.variant), "commit": .text(Machine.commit),
        "compiler": .text(Machine.compiler), "cases": .list(cases),
      ]).pretty)
  }

  /// Appends the rows to `Benchmarks/Records/<machine>/<date>.csv`, with a header in a new file.
  func append() throws(SystemError) {
    let date = Calendar.text(days: Int32(Clock.now() / Calendar.microsecondsPerDay))
    let folder = "Benchmarks/Records/\(Machine.slug)"
    let path = "\(folder)/\(date).csv"
    try FileSystem.makeFolders(folder)
    let isNew = try FileSystem.status(path) == nil
    let file = try File(path, .appending)
    var text = isNew ? Self.columns + "\n" : ""
    for row in rows {
      text += "\(Machine.commit),\(Machine.compiler),\(Self.variant),\(row.suite),\"\(row.name)\","
      text += "\(row.threads),\(row.repeats),\(row.nanoseconds),\(row.fastest),\(row.slowest),"
      text += "\(row.bytes.map(String.init) ?? ""),\(row.rows.map(String.init) ?? ""),"
      text += "\(row.allocations),\(row.peakMemory)\n"
    }
    try file.write(Array(text.utf8).span)
    Report.error("recorded in \(path)")
  }
}

extension Record.Row {
  /// `csv/scan   12.3 ms ±3 %   1.23 GB/s   45.6 M rows/s   12 allocations   45 MB peak`; the
  /// spread is half of what lies between the fastest and the slowest.
  var text: String {
    var parts = [
      Report.padded("\(suite)/\(name)", 44), Report.padded(Self.time(nanoseconds), 10, left: true),
    ]
    let spread = Int((50 * Double(slowest - fastest) / Double(nanoseconds)).rounded())
    parts.append(Report.padded("±\(spread) %", 6, left: true))
    let seconds = Double(nanoseconds) / 1e9
    let bytesRate = bytes.map { Self.short(Double($0) / seconds) + "B/s" } ?? ""
    let rowsRate = rows.map { Self.short(Double($0) / seconds) + "rows/s" } ?? ""
    parts.append(Report.padded(bytesRate, 11, left: true))
    parts.append(Report.padded(rowsRate, 14, left: true))
    parts.append(Report.padded(Self.short(Double(allocations)) + "blocks", 13, left: true))
    parts.append(Report.padded(Self.short(Double(peakMemory)) + "B peak", 14, left: true))
    return parts.joined(separator: " ")
  }

  static func time(_ nanoseconds: Int64) -> String {
    switch nanoseconds {
    case ..<10_000: "\(nanoseconds) ns"
    case ..<10_000_000: "\(nanoseconds / 1000) µs"
    case ..<10_000_000_000: "\(nanoseconds / 1_000_000) ms"
    default: "\(nanoseconds / 1_000_000_000) s"
    }
  }

  /// Three digits and the prefix of the unit.
  static func short(_ number: Double) -> String {
    var scaled = number
    for prefix in ["", "k", "M", "G", "T"] {
      if scaled < 999.5 || prefix == "T" {
        if scaled >= 100 { return "\(Int(scaled.rounded())) \(prefix)" }
        let digits = scaled >= 10 ? 10.0 : 100.0
        return "\((scaled * digits).rounded() / digits) \(prefix)"
      }
      scaled /= 1000
    }
    return "\(number) "
  }
}

/// What the run was made on and with.
enum Machine {
  /// The name of the processor as the system gives it.
  static let processor: String = {
    for line in text(of: "/proc/cpuinfo").split(separator: "\n")
    where line.hasPrefix("model name") || line.hasPrefix("CPU implementer") {
      let parts = line.split(separator: ":", maxSplits: 1)
      if parts.count == 2 { return String(parts[1].drop { $0 == " " }) }
    }
    return "unknown processor"
  }()

  /// The processor's name as a folder name.
  static var slug: String {
    let words = processor.lowercased().split { !($0.isASCII && ($0.isLetter || $0.isNumber)) }
    return words.prefix(4).joined(separator: "-") + "-\(Parallel.processors)"
  }

  /// The commit of the package in the current folder.
  static let commit: String = {
    var folder = ".git"
    let pointer = text(of: ".git")
    if pointer.hasPrefix("gitdir: ") {
      folder = String(pointer.dropFirst("gitdir: ".count).prefix { $0 != "\n" })
    }
    let head = text(of: "\(folder)/HEAD").prefix { $0 != "\n" }
    if !head.hasPrefix("ref: ") { return head.isEmpty ? "unknown" : String(head.prefix(10)) }
    let reference = head.dropFirst("ref: ".count)
    let shared = text(of: "\(folder)/commondir").prefix { $0 != "\n" }
    for place in [folder, "\(folder)/\(shared)"] {
      let hash = text(of: "\(place)/\(reference)").prefix { $0 != "\n" }
      if !hash.isEmpty { return String(hash.prefix(10)) }
    }
    return "unknown"
  }()

  static let compiler: String = {
    #if compiler(>=6.4)
      "Swift 6.4 or later"
    #elseif compiler(>=6.3)
      "Swift 6.3"
    #else
      "Swift 6.2"
    #endif
  }()

  /// The text of a file, empty where there is none: what it would tell is then unknown.
  private static func text(of path: String) -> String {
    do {
      return String(decoding: try File(path).read(at: 0, count: 1 << 16), as: UTF8.self)
    } catch { return "" }
  }
}
