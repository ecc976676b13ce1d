import Bytes
import CSV
import Columns
import TestSupport
import Testing

/// Rows of many numbers mean the same at every level, whichever of their columns are converted
/// together.
@Suite struct `Rows of many numbers` {
  private static let columns = [
    InputColumn("id", .text, form: .compact), InputColumn("user", .text, form: .coded(base: nil)),
    InputColumn("note", .text), InputColumn("at", .timestamp, isNullable: false),
    InputColumn("ms", .bigint), InputColumn("long", .bigint),
    InputColumn("song", .text, form: .coded(base: nil)), InputColumn("until", .timestamp),
    InputColumn("count", .bigint), InputColumn("size", .bigint),
  ]

  private func line(_ row: Int, note: Int, _ random: inout Seeded) -> String {
    func some(_ range: ClosedRange<Int>) -> Int { Int.random(in: range, using: &random) }
    func two(_ range: ClosedRange<Int>) -> String { String("\(100 + some(range))".dropFirst()) }
    let zone = row % 50 == 0 ? "Z" : ""
    let fields = [
      "P\(String(100_000_000 + row).dropFirst())", "U\(some(0...2000))",
      String(repeating: "é", count: note),
      "2024-\(two(1...12))-\(two(1...28))\(row % 90 == 0 ? " " : "T")17:\(two(0...59)):00\(zone)",
      some(0...20) == 0 ? "" : "\(some(0...500_000))", "\(some(0...1 << 50))",
      "song-\(some(0...400))", some(0...9) == 0 ? "" : "2024-01-02 03:04:\(two(0...59))",
      "\(some(0...9))", "\(some(-5...100))",
    ]
    return fields.joined(separator: ",") + "\n"
  }

  @Test(arguments: CPU.available)
  func `are the same at every level`(level: CPU.Level) throws {
    var random = Seeded(5)
    for (notes, damage) in [(0...0, 0), (0...20, 40), (0...90, 3), (100...200, 40)] {
      var text = Array("id,user,note,at,ms,long,song,until,count,size\n".utf8)
      for row in 0..<3000 {
        var line = Array(
          line(row, note: Int.random(in: notes, using: &random), &random).utf8)
        if damage > 0, Int.random(in: 0..<damage, using: &random) == 0 {
          line[Int.random(in: 0..<line.count - 1, using: &random)] =
            UInt8.random(in: 0x23...0x7E, using: &random)
        }
        text += line
      }
      for (chunkBytes, blockBytes) in [(1 << 20, 1 << 16), (50_000, 3000)] {
        let expected = try read(text, Self.columns, chunkBytes: chunkBytes) {
          $0.level = .swift
          $0.blockBytes = blockBytes
        }
        let got = try read(text, Self.columns, chunkBytes: chunkBytes, threads: 2) {
          $0.level = level
          $0.blockBytes = blockBytes
        }
        let other = expected.rows.indices.first {
          $0 >= got.rows.count || got.rows[$0] != expected.rows[$0]
        }
        #expect(other.map { expected.rows[$0] } == nil, "\(notes) bytes of note, \(damage)")
        #expect(got.rejections.map(\.line) == expected.rejections.map(\.line))
        #expect(got.rows.count == expected.rows.count && got.rows.count > 1000)
      }
    }
  }
}
