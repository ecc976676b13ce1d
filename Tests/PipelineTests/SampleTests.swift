import Bytes
import CSV
import Columns
import Lake
import Objects
import Packs
import Pipeline
import Tables
import TestSupport
import Testing

/// The samples of `Data/`, against what an oracle that is not this engine says must come of them.
@Suite struct `A run over the samples` {
  static let data: String = {
    let tests = FileSystem.parent(of: FileSystem.parent(of: #filePath))
    return FileSystem.parent(of: tests) + "/Data"
  }()

  /// A lake with the incoming files of a sample.
  static func lake(_ sample: String) throws -> MemoryStore {
    let source = LocalStore("\(data)/\(sample)")
    let store = MemoryStore()
    for object in try source.listAll("incoming/").objects {
      try store.put(object.name, try source.get(object.name))
    }
    return store
  }

  /// The lines of an expected file, without its header, as texts; NULL is an empty text.
  static func expected(_ pack: String, _ name: String) throws -> [[String]] {
    let source = try FileSource("\(data)/\(pack)/expected/\(name).csv")
    let names = try CSVHeader.names(of: source)
    var reader = try CSVReader(source, ReadOptions(columns: names.map { InputColumn($0, .text) }))
    var rows: [[String]] = []
    while true {
      let batches = try reader.next()
      if batches.isEmpty { return rows }
      for batch in batches { rows += texts(batch.batch) }
    }
  }

  static func texts(_ batch: ColumnBatch) -> [[String]] {
    (0..<batch.rowCount).map { row in batch.columns.map { $0.value(at: row).text ?? "" } }
  }

  static func areEqual(_ first: [String], _ second: [String]) -> Bool {
    first.count == second.count
      && zip(first, second).allSatisfy { one, other in
        if one == other { return true }
        guard let one = Double(one), let other = Double(other) else { return false }
        return abs(one - other) <= 1e-9 * max(abs(one), abs(other))
      }
  }

  @Test(arguments: ["music", "spotify", "spotify-minutes", "spotify-glue", "spotify-tracks"])
  func `gives the tables of the oracle`(name: String) throws {
    let store = try Self.lake(name == "music" ? "music" : "spotify")
    let pack = try #require(try Pack.builtIn(named: name))
    var options = RunOptions()
    // The packs that can be told by the headers are not named.
    options.pack = Pack.detectableNames.contains(name) ? nil : pack
    options.threads = 2
    let report = try Pipeline.run(store, options)
    #expect(report.pack == name)
    let snapshot = try Lake(store).snapshot()
    for table in pack.kpiTables {
      var rows: [[String]] = []
      for run in snapshot.runs(of: table.name) {
        rows += Self.texts(try TableRunReader(try store.source(run.object)).rows())
      }
      let order: ([String], [String]) -> Bool = { $0.lexicographicallyPrecedes($1) }
      let wanted = try Self.expected(name, table.name).sorted(by: order)
      rows.sort(by: order)
      #expect(rows.count == wanted.count)
      for (row, wanted) in zip(rows, wanted) {
        #expect(Self.areEqual(row, wanted), "\(table.name): \(row), expected \(wanted)")
      }
    }
  }

  @Test(arguments: ["music", "spotify"])
  func `counts the rows of each file as the oracle does`(name: String) throws {
    let store = try Self.lake(name)
    let report = try Pipeline.run(store)
    let wanted = try Self.expected(name, "files")
    #expect(report.files.map(\.source).sorted() == wanted.map { $0[0] }.sorted())
    for line in wanted {
      let file = try #require(report.files.first { $0.source == line[0] })
      #expect((file.outcome == .refused) == line[2].hasPrefix("refused"))
      guard file.outcome == .committed else { continue }
      let counts = [file.rowsRead, file.rowsKept, file.rowsRejected, file.duplicates]
      #expect(counts.map { String($0) } == Array(line[3...]), "\(line[0])")
    }
    var rejected: [[String]] = []
    for file in report.files where file.outcome == .committed {
      guard let object = file.keptAside else { continue }
      for line in try store.get(object).split(separator: UInt8(ascii: "\n")) {
        let json = try JSON.parse(Array(line))
        rejected.append([
          json["source"]?.asText ?? "", "\(json["record"]?.asInteger ?? -1)",
          "\(json["line"]?.asInteger ?? -1)", "\(json["byte"]?.asInteger ?? -1)",
        ])
      }
    }
    let refused = Set(wanted.filter { $0[2].hasPrefix("refused") }.map { $0[0] })
    let wantedRejections = try Self.expected(name, "rejections").filter { !refused.contains($0[0]) }
    #expect(rejected.sorted { $0[0] < $1[0] } == wantedRejections.sorted { $0[0] < $1[0] })
  }
}
