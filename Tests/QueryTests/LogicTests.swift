import Columns
import Query
import Testing

/// Every query of `Logic/` gives what DuckDB gives, however the tables are laid out and however
/// many threads work.
@Suite struct `The logic tests` {
  @Test(arguments: LogicCatalog.Layout.allCases, [1, 3])
  func `agree with DuckDB`(layout: LogicCatalog.Layout, threads: Int) throws {
    try expectAgreement(QueryEngine(try LogicCatalog(layout), QueryOptions(threads: threads)))
  }

  @Test(arguments: [LogicCatalog.Layout.smallBatches, .files], [1, 3])
  func `agree with DuckDB where nothing fits memory`(
    layout: LogicCatalog.Layout, threads: Int
  ) throws {
    let options = QueryOptions(threads: threads, memory: 1)
    try expectAgreement(QueryEngine(try LogicCatalog(layout), options))
  }

  private func expectAgreement(_ engine: QueryEngine) throws {
    for file in try LogicFile.all() {
      for block in file.blocks {
        let place: Comment = "\(file.name):\(block.line)\n\(block.sql)"
        guard let expected = block.rows else {
          #expect(throws: QueryError.self, place) { try engine.run(block.sql) }
          continue
        }
        do {
          let rows = Self.rows(of: try engine.run(block.sql))
          let agree = Self.agree(rows, expected)
          #expect(agree, "\(place)\n\(rows.joined(separator: "\n"))")
        } catch {
          Issue.record("\(place)\n\(error)")
        }
      }
    }
  }

  static func rows(of result: QueryResult) -> [String] {
    result.batches.flatMap { batch in
      (0..<batch.rowCount).map { row in
        batch.columns.map { cell($0.value(at: row)) }.joined(separator: " | ")
      }
    }
  }

  private static func cell(_ value: Value) -> String {
    guard let text = value.text else { return "NULL" }
    if text.isEmpty { return "''" }
    return text.replacing("\\", with: "\\\\").replacing("\n", with: "\\n")
  }

  /// Equal but for the last bits of doubles.
  static func agree(_ rows: [String], _ expected: [String]) -> Bool {
    guard rows.count == expected.count else { return false }
    return zip(rows, expected).allSatisfy { row, wanted in
      let cells = row.split(separator: " | ", omittingEmptySubsequences: false)
      let wantedCells = wanted.split(separator: " | ", omittingEmptySubsequences: false)
      return cells.count == wantedCells.count
        && zip(cells, wantedCells).allSatisfy { same(String($0), String($1)) }
    }
  }

  private static func same(_ cell: String, _ wanted: String) -> Bool {
    // The sign of a NaN says nothing.
    if cell == wanted || (cell == "nan" && wanted == "-nan") { return true }
    guard wanted.contains(".") || wanted.contains("e"), let a = Double(cell),
      let b = Double(wanted)
    else { return false }
    return abs(a - b) <= 1e-13 * max(abs(a), abs(b))
  }
}
