import Bytes
import Query
import TestSupport
import Testing

/// CSV files that do not fit the budget are read again, or go to disk, and give the same rows.
@Suite struct `A CSV file in a query` {
  private func text(from first: Int, rows: Int) -> [UInt8] {
    var text = "\u{FEFF}id,name,at\r\n"
    for row in first..<first + rows {
      let name = ["plain", "\"with, comma\"", "\"two\nlines\"", "", "ünï \(row % 7)"][row % 5]
      text += "\(row),\(name),2024-06-0\(row % 9 + 1) 10:00:00\r\n"
    }
    return Array(text.utf8)
  }

  private func write(_ bytes: [UInt8], _ path: String) throws {
    let file = try File(path, .creating)
    try file.write(bytes.span)
  }

  @Test func `gives the same rows in any memory`() throws {
    let folder = try TemporaryFolder()
    try write(text(from: 0, rows: 9_000), "\(folder.path)/a.csv")
    try write(text(from: 9_000, rows: 5_000), "\(folder.path)/b.csv")
    try write(
      Zstd.compress(text(from: 14_000, rows: 500), level: 1), "\(folder.path)/c.csv.zst")
    let columns = "columns => {'id': 'BIGINT', 'name': 'TEXT', 'at': 'TIMESTAMP'}"
    for (files, count) in [("?.csv", 14_000), ("*", 14_500)] {
      for sql in [
        "SELECT * FROM read_csv('\(folder.path)/\(files)', \(columns))",
        """
        SELECT name, count(*), sum(id), max(at) FROM read_csv('\(folder.path)/\(files)', \(columns))
        WHERE id % 3 = 0 GROUP BY name ORDER BY name
        """,
      ] {
        let whole = try QueryEngine(MemoryCatalog([]), QueryOptions(threads: 2)).run(sql)
        if sql.contains("SELECT *") { #expect(rows(whole).count == count) }
        for (threads, memory) in [(1, 1), (2, 200_000), (3, 1)] {
          let options = QueryOptions(threads: threads, memory: memory)
          let tight = try QueryEngine(MemoryCatalog([]), options).run(sql)
          #expect(rows(tight) == rows(whole), "\(threads) threads, \(memory) bytes: \(sql)")
        }
      }
    }
  }

  @Test func `is refused for a row that no query asks for, in any memory`() throws {
    let folder = try TemporaryFolder()
    let bad = text(from: 0, rows: 3_000) + Array("x,late,2024-06-01\r\n".utf8)
    try write(bad, "\(folder.path)/a.csv")
    for memory in [1, 1 << 30] {
      let engine = QueryEngine(MemoryCatalog([]), QueryOptions(threads: 2, memory: memory))
      #expect(throws: QueryError.self) {
        try engine.run(
          "SELECT count(name) FROM read_csv('\(folder.path)/a.csv', columns => {'id': 'BIGINT', "
            + "'name': 'TEXT'})")
      }
    }
  }
}
