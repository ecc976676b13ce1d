import Bytes
import CSV
import ColumnFile
import Columns
import Query

/// What takes bytes of any kind: whatever they are, it answers or refuses, and does not trap.
enum FuzzTarget: String, CaseIterable {
  case file, csv, sql

  func run(_ bytes: [UInt8]) {
    switch self {
    case .file: Self.readFile(bytes)
    case .csv: FuzzedCSV(bytes)?.check()
    case .sql: Self.ask(String(decoding: bytes, as: UTF8.self))
    }
  }

  /// Inputs to begin with.
  var seeds: [[UInt8]] {
    get throws {
      switch self {
      case .file: return try FuzzSeeds.files()
      case .csv: return FuzzSeeds.csv
      case .sql: return FuzzSeeds.queries.map { Array($0.utf8) }
      }
    }
  }

  private static func readFile(_ bytes: [UInt8]) {
    do throws(ColumnFileError) {
      let file = try ColumnFile(MemorySource(bytes))
      _ = file.describe()
      for block in 0..<min(file.blockCount, 4) {
        for column in 0..<min(file.schema.count, 40) {
          // One column after the other, so that a refusal of one leaves the others to be tried.
          do throws(ColumnFileError) {
            let values = try file.read(columns: [column], block: block).columns[0]
            for row in 0..<min(values.count, 3_000) { _ = values.value(at: row) }
          } catch {
            precondition(!error.description.isEmpty, "a refusal says why")
          }
        }
      }
      _ = try file.verify()
    } catch {
      precondition(!error.description.isEmpty, "a refusal says why")
    }
  }

  private static let engine = QueryEngine(
    MemoryCatalog([FuzzSeeds.table]), QueryOptions(threads: 1, memory: 64 << 20))

  private static func ask(_ sql: String) {
    // What opens files would try paths of this machine.
    let folded = sql.lowercased()
    if folded.contains("read_csv") || folded.contains("from '") { return }
    do { _ = try engine.run(sql) } catch {
      precondition(!error.explanation.reason.isEmpty, "a refusal says why")
    }
  }
}
