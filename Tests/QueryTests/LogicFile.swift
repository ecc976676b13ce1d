import Foundation

/// A file of `Logic/`: SQL and what DuckDB answers, recorded by `record.py`.
struct LogicFile {
  struct Block {
    let line: Int
    let sql: String
    /// The rows DuckDB gave; nil where it refuses the query.
    let rows: [String]?
  }

  let name: String
  let blocks: [Block]

  static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    .appendingPathComponent("Logic")

  static func all() throws -> [LogicFile] {
    try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted()
      .filter { $0.hasSuffix(".slt") }.map { try LogicFile($0) }
  }

  init(_ name: String) throws {
    self.name = name
    let text = try String(contentsOf: Self.folder.appendingPathComponent(name), encoding: .utf8)
    var blocks: [Block] = []
    var lines: [Substring] = []
    var start = 1
    let all: [Substring] = text.split(separator: "\n", omittingEmptySubsequences: false) + [""]
    for (index, line) in all.enumerated() {
      if !line.isEmpty {
        if lines.isEmpty { start = index + 1 }
        lines.append(line)
      } else if let head = lines.first {
        if head == "query", let end = lines.firstIndex(of: "----") {
          let sql = lines[1..<end].joined(separator: "\n")
          blocks.append(Block(line: start, sql: sql, rows: lines[(end + 1)...].map(String.init)))
        } else if head == "error" {
          blocks.append(
            Block(line: start, sql: lines.dropFirst().joined(separator: "\n"), rows: nil))
        }
        lines = []
      }
    }
    self.blocks = blocks
  }
}
