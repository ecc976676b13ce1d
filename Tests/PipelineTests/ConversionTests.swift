import Bytes
import CSV
import ColumnFile
import Columns
import Packs
import TestSupport
import Testing

@testable import Pipeline

@Suite struct `A conversion` {
  private static let declaration = """
    CREATE TABLE plays (
      id TEXT NOT NULL, name TEXT, at TIMESTAMP NOT NULL, length BIGINT CHECK (length >= 0)
    ) PARTITION BY date(at);
    """

  private static func table() throws -> InputTable {
    try Pack.parse(text: declaration, name: "test").inputs[0]
  }

  /// Rows of five days, shuffled; every 97th has a negative length.
  private static func line(_ number: Int) -> String {
    let day = 1 + number * 7919 % 5
    let length = number % 97 == 96 ? -1 : number % 1000
    let name = number % 11 == 3 ? "" : number % 5 == 0 ? "\"a, \(number % 300)\"" : "n\(number)"
    return "P\(1_000_000 + number),\(name),2024-06-0\(day) 10:00:\(10 + number % 50),\(length)"
  }

  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private func write(_ name: String, _ numbers: Range<Int>) throws -> String {
    let path = "\(folder.path)/\(name)"
    let text = "id,name,at,length\n" + numbers.map { Self.line($0) + "\n" }.joined()
    try File(path, .creating).write(Array(text.utf8).span)
    return path
  }

  private func convert(
    _ sources: [String], to name: String, isPartitioned: Bool = true,
    _ change: (inout ConversionOptions) -> Void = { _ in }
  ) throws -> [ConversionOutput] {
    var options = ConversionOptions()
    change(&options)
    var conversion = try Conversion(
      sources, Self.table(), to: "\(folder.path)/\(name)", isPartitioned: isPartitioned, options)
    while try conversion.next() != nil {}
    return try conversion.finish()
  }

  /// The ids of the rows of a file, in their order.
  private func ids(_ path: String) throws -> [String] {
    let file = try ColumnFile(FileSource(path))
    var ids: [String] = []
    for block in 0..<file.blockCount {
      let column = try file.read(columns: [0], block: block).columns[0]
      let texts = column.spelled
      for row in 0..<column.count { ids.append(texts[row]) }
    }
    return ids
  }

  private func expectedIDs(_ numbers: Range<Int>, day: Int? = nil) -> [String] {
    numbers.filter { $0 % 97 != 96 && (day ?? 1 + $0 * 7919 % 5) == 1 + $0 * 7919 % 5 }
      .map { "P\(1_000_000 + $0)" }
  }

  @Test func `divides rows by their date`() throws {
    let sources = [try write("a.csv", 0..<3000), try write("b.csv", 3000..<9000)]
    let outputs = try convert(sources, to: "days")
    #expect(outputs.count == 5)
    for (index, output) in outputs.enumerated() {
      #expect(output.path.hasPrefix("\(folder.path)/days/date=2024-06-0\(index + 1)/"))
      #expect(try ids(output.path) == expectedIDs(0..<9000, day: index + 1))
      #expect(try ColumnFile(FileSource(output.path)).verify().rows == output.rows)
    }
    let names = try FileSystem.entries(of: folder.path).map(\.name).sorted()
    #expect(names == ["a.csv", "b.csv", "days"])
  }

  @Test func `gives the same files for any number of threads and any memory that is enough`() throws
  {
    let source = try write("a.csv", 0..<20_000)
    let first = try convert([source], to: "one") { $0.threads = 1 }
    for threads in [2, 3, 5] {
      let other = try convert([source], to: "other\(threads)") {
        $0.threads = threads
        $0.stepBytes = 60_000
      }
      #expect(other.map(\.rows) == first.map(\.rows))
      for (one, other) in zip(first, other) {
        #expect(try File.contents(of: one.path) == File.contents(of: other.path))
      }
    }
  }

  @Test func `closes files early where memory is short, and loses nothing`() throws {
    let source = try write("a.csv", 0..<60_000)
    var names: [[String]] = []
    for threads in [1, 2, 4] {
      let outputs = try convert([source], to: "small\(threads)") {
        $0.threads = threads
        $0.memory = 2_000_000
        $0.stepBytes = 720_720
      }
      #expect(outputs.count > 5)
      var all: [String] = []
      for output in outputs { all += try ids(output.path) }
      #expect(all.sorted() == expectedIDs(0..<60_000))
      names.append(outputs.map { "\($0.rows) rows in \($0.path.suffix(55))" })
    }
    #expect(names[0] == names[1])
    #expect(names[0] == names[2])
  }

  @Test func `keeps the order of the rows in one file`() throws {
    let sources = [try write("a.csv", 0..<5000), try write("b.csv", 5000..<70_000)]
    let expected = expectedIDs(0..<70_000)
    // However little memory there is, rows that wait and a file that is open take some.
    for memory in [1 << 20, 1 << 16, 1] {
      let outputs = try convert(sources, to: "\(memory).groove", isPartitioned: false) {
        $0.memory = memory
      }
      #expect(outputs.map(\.path) == ["\(folder.path)/\(memory).groove"])
      #expect(outputs.map(\.rows) == [expected.count])
      #expect(try ids(outputs[0].path) == expected)
    }
  }

  @Test func `leaves nothing of an input that is refused or of a conversion before it`() throws {
    let source = try write("a.csv", 0..<1000)
    // What a conversion leaves that is killed.
    try FileSystem.makeFolders("\(folder.path)/.days.unfinished/date=2024-01-01")
    var options = ConversionOptions()
    options.maximumRejected = 0
    var conversion = try Conversion(
      [source], Self.table(), to: "\(folder.path)/days", isPartitioned: true, options)
    var rejections: [Rejection] = []
    while let step = try conversion.next() { rejections += step.rejections }
    #expect(conversion.isRefused)
    #expect(conversion.inputs[0].rowsRejected == 10 && rejections.count == 10)
    #expect(rejections[0].record == 97)
    conversion.abandon()
    #expect(try FileSystem.entries(of: folder.path).map(\.name) == ["a.csv"])
  }

  @Test func `writes to a new or empty folder only`() throws {
    let source = try write("a.csv", 0..<100)
    try FileSystem.makeFolders("\(folder.path)/empty")
    #expect(try convert([source], to: "empty").count == 5)
    #expect(throws: PipelineError.self) { try convert([source], to: "empty") }
    #expect(throws: PipelineError.self) { try convert([source], to: "a.csv") }
  }

  @Test func `makes an empty file of no rows, and no files of no partitions`() throws {
    let source = try write("a.csv", 0..<0)
    let outputs = try convert([source], to: "none.groove", isPartitioned: false)
    #expect(try ColumnFile(FileSource(outputs[0].path)).rowCount == 0)
    #expect(try convert([source], to: "none").isEmpty)
    #expect(try FileSystem.entries(of: "\(folder.path)/none").isEmpty)
  }
}
