package import Bytes
import Columns

// Synthetic data for demonstrations, tests and benchmarks: plays of zipf-like popular songs by
// zipf-like busy users, with the songs and users they refer to.
//
// Everything follows from the seed. A file of plays is made of parts of `rowsPerPart` rows, and
// each part has random numbers of its own, so that the bytes are the same for any number of threads
// and files are made side by side.

/// What to generate.
package struct Generation: Sendable {
  /// The schemas there is synthetic data for, by the name of their pack.
  package enum Kind: String, CaseIterable, Sendable { case music, spotify }

  package var kind: Kind
  package var rows: Int
  package var days: Int
  package var users: Int
  package var songs: Int
  package var seed: UInt64
  /// The first day, as days since 1970.
  package var firstDay: Int
  /// How many files the plays are spread over; each holds a few neighbouring days.
  package var files: Int
  /// The share of plays that are broken, and of those that come twice.
  package var brokenShare = 0.0
  package var repeatedShare = 0.0

  package init(
    kind: Kind, rows: Int, days: Int, users: Int? = nil, songs: Int? = nil, seed: UInt64 = 1,
    firstDay: Int = 19_875, files: Int? = nil
  ) {
    self.kind = kind
    self.rows = rows
    self.days = days
    self.users = users ?? max(10, min(1_000_000, rows / 20))
    self.songs = songs ?? max(10, min(100_000, rows / 200))
    self.seed = seed
    self.firstDay = firstDay
    self.files = files ?? max(1, min(days, rows))
  }

  /// What was written.
  package struct Report: Sendable {
    package var files: [(path: String, rows: Int, bytes: Int)] = []

    package var bytes: Int { files.reduce(0) { $0 + $1.bytes } }
  }

  static let rowsPerPart = 16_384

  /// Writes `streams/`, `songs/` and `users/` into `folder`. A file appears whole or not at all.
  ///
  /// - Parameter progress: is told how many of all rows are written, after each round of files.
  package func write(
    to folder: String, threads: Int, progress: (Int) throws -> Void = { _ in }
  ) throws -> Report {
    let maker: any TableMaker =
      switch kind {
      case .music: MusicTables(self)
      case .spotify: SpotifyTables(self)
      }
    for table in ["songs", "users", "streams"] {
      try FileSystem.makeFolders("\(folder)/\(table)")
    }
    var report = Report()
    for (table, rows) in [("songs", songs), ("users", users)] {
      let path = "\(folder)/\(table)/\(table).csv"
      report.files.append(
        (path, rows, try Self.writeWhole(path, table, 0..<rows, maker, threads: threads)))
    }
    var done = 0
    for start in stride(from: 0, to: files, by: threads) {
      let sizes = try Parallel.map(count: min(threads, files - start), threads: threads) {
        (index) throws(GenerationError) -> Int in
        let path = "\(folder)/streams/\(fileName(start + index))"
        return try Self.writeWhole(
          path, "streams", rowRange(ofFile: start + index), maker, threads: 1)
      }
      for (index, size) in sizes.enumerated() {
        let path = "\(folder)/streams/\(fileName(start + index))"
        let count = rowRange(ofFile: start + index).count
        report.files.append((path, count, size))
        done += count
      }
      try progress(done)
    }
    return report
  }

  private func fileName(_ file: Int) -> String {
    let number = String(file + 1)
    return "streams-" + String(repeating: "0", count: max(0, 4 - number.count)) + number + ".csv"
  }

  func rowRange(ofFile file: Int) -> Range<Int> {
    let (each, rest) = rows.quotientAndRemainder(dividingBy: files)
    let start = file * each + min(file, rest)
    return start..<start + each + (file < rest ? 1 : 0)
  }

  /// The first of the three days that `row` may fall on.
  @inline(__always)
  func day(ofRow row: Int) -> Int { days <= 3 ? 0 : row &* (days &- 2) / rows }

  /// Writes the rows of a table under a name that is not yet the file's, then gives it its name.
  private static func writeWhole(
    _ path: String, _ table: String, _ rows: Range<Int>, _ maker: any TableMaker, threads: Int
  ) throws(GenerationError) -> Int {
    do {
      return try WholeFile.write(path, isDurable: false) { file in
        try write(rows, of: table, maker, to: file, threads: threads)
      }
    } catch { throw GenerationError(error) }
  }

  private static func write(
    _ rows: Range<Int>, of table: String, _ maker: any TableMaker, to file: borrowing File,
    threads: Int
  ) throws -> Int {
    let header = Array(maker.header(table).utf8)
    try file.write(header.span)
    var size = header.count
    let parts = (rows.count + rowsPerPart - 1) / rowsPerPart
    let round = threads * 2
    for first in stride(from: 0, to: parts, by: round) {
      let made = Parallel.map(count: min(round, parts - first), threads: threads) { index in
        let start = rows.lowerBound + (first + index) * rowsPerPart
        var lines = LineBuffer(capacity: rowsPerPart * 96)
        maker.add(start..<min(rows.upperBound, start + rowsPerPart), of: table, to: &lines)
        return lines
      }
      for lines in made {
        try file.write(lines.bytes.span.extracting(0..<lines.count))
        size += lines.count
      }
      try Interrupted.check(table)
    }
    return size
  }
}

/// Synthetic data could not be written.
package struct GenerationError: Explained, Sendable {
  package let explanation: Explanation

  init(_ explanation: Explanation) { self.explanation = explanation }

  init(_ error: any Error) {
    explanation =
      (error as? any Explained)?.explanation
      ?? Explanation("cannot write", "synthetic data", because: "\(error)")
  }
}

/// Makes the lines of the tables of one schema.
protocol TableMaker: Sendable {
  func header(_ table: String) -> String
  /// Appends the lines of `rows`, at most `Generation.rowsPerPart` of them.
  func add(_ rows: Range<Int>, of table: String, to lines: inout LineBuffer)
}
