import Columns
import TestSupport
import Testing

@testable import Query

@Suite struct `The reference of SQL` {
  private static let path = "Sources/Query/Query.docc/SQL.md"

  /// What stands in backticks in the table under a heading.
  private func names(under heading: String) throws -> Set<String> {
    let lines = try PackageTree.text(Self.path).split(separator: "\n")
    let section = lines.drop { $0 != "## \(heading)" }.dropFirst().prefix { !$0.hasPrefix("## ") }
    let rows = section.filter { $0.hasPrefix("|") }
    return Set(
      rows.flatMap { row in
        row.split(separator: "`", omittingEmptySubsequences: false).enumerated()
          .filter { $0.offset % 2 == 1 }.map { String($0.element) }
      })
  }

  /// Functions that bind their arguments themselves; those with signs for names are operators.
  private static let bound: Set = ["coalesce", "ifnull", "nullif", "if"]

  @Test func `names every function, and none that there is not`() throws {
    let all = Set(FunctionRegistry.byName.keys).union(Self.bound)
    let known = all.filter { $0.allSatisfy { $0.isLetter || $0.isNumber || $0 == "_" } }
    let named = try names(under: "Functions")
    #expect(named == known, "\(named.symmetricDifference(known).sorted())")
  }

  @Test func `names every aggregate and window function`() throws {
    #expect(try names(under: "Aggregates") == Set(AggregateName.all))
    #expect(try names(under: "Windows") == Set(WindowName.allCases.map(\.rawValue)))
  }

  @Test func `has examples that run`() throws {
    let streams = table(
      "streams",
      [
        Field("user_id", .text), Field("song_id", .text), Field("timestamp", .timestamp),
        Field("duration_ms", .bigint),
      ], batchRows: 1, [])
    let songs = table("songs", [Field("song_id", .text), Field("genre", .text)], batchRows: 1, [])
    let engine = QueryEngine(MemoryCatalog([streams, songs]), QueryOptions(threads: 1))
    let blocks = try PackageTree.text(Self.path).split(separator: "```sql\n").dropFirst()
    #expect(blocks.count >= 2)
    for block in blocks {
      let sql = String(block.split(separator: "```")[0])
      #expect(throws: Never.self, "\(sql)") { try engine.run(sql) }
    }
  }
}
