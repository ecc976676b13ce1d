import Bytes
import Columns
import TestSupport
import Testing

@testable import ColumnFile

/// The normative text says what the code does.
@Suite struct `The text of the file format` {
  private static func lines() throws -> [Substring] {
    try PackageTree.text("Sources/ColumnFile/ColumnFile.docc/FileFormat.md")
      .split(separator: "\n", omittingEmptySubsequences: false)
  }

  /// The cells of the table rows below a heading or a line with this text, up to an empty line.
  private static func table(below text: String) throws -> [[String]] {
    let lines = try lines()
    let start = try #require(lines.firstIndex { $0.contains(text) })
    let rows = lines[start...].drop { !$0.hasPrefix("|") }.prefix { $0.hasPrefix("|") }
    return rows.dropFirst(2).map { row in
      row.split(separator: "|").map { $0.trimmingPrefix(" ").reversed().drop { $0 == " " } }
        .map { String($0.reversed()) }
    }
  }

  @Test func `lists every encoding with its number and name`() throws {
    let rows = try Self.table(below: "A **part** is an encoding")
    #expect(rows.map { $0[0] } == Encoding.allCases.map { String($0.rawValue) })
    #expect(rows.map { $0[1] } == Encoding.allCases.map { $0.name })
  }

  @Test func `gives the magic, the versions and the sizes`() throws {
    let rows = try Self.table(below: "## The file")
    func hex(_ bytes: [UInt8]) -> String {
      "`" + bytes.map { String($0, radix: 16, uppercase: true) }.joined(separator: " ") + "`"
    }
    #expect(rows.first?.last == hex(Format.startMagic))
    #expect(rows.last?.last == hex(Format.endMagic))
    #expect(rows[1][4] == String(Format.majorVersion))
    #expect(rows[2][4] == String(Format.minorVersion))
    #expect(rows[3][0] == String(Format.headSize))
    #expect(rows.first { $0[2] == "footer size" }?[0] == "size - \(Format.tailSize)")
    let types = try Self.table(below: "### A column").first { $0[0] == "type" }?[2] ?? ""
    let names = Format.types.enumerated().map { "\($0.offset) \($0.element)" }
    #expect(types == names.joined(separator: ", "))
    let rowsOfBlock = try Self.table(below: "## The footer").first { $0[0] == "each block's rows" }
    #expect(rowsOfBlock?.last == "1 to 65,536" && Format.blockRows == 65_536)
  }

  @Test func `dumps a small file as it is written`() throws {
    let column = Column(.bigint, .integers([7, 0, 9]), validity: Bitmap([true, false, true]))
    let batch = ColumnBatch(Schema([Field("n", .bigint)]), [column])
    let bytes = try Sample.write([batch])
    var dump: [String] = []
    for start in stride(from: 0, to: bytes.count, by: 16) {
      let cells = bytes[start..<min(start + 16, bytes.count)].map { byte in
        (byte < 16 ? "0" : "") + String(byte, radix: 16)
      }
      let offset = String(start, radix: 16)
      dump.append(
        String(repeating: "0", count: 4 - offset.count) + offset + "  "
          + cells.joined(separator: " "))
    }
    let lines = try Self.lines()
    let fences = lines.indices.filter { lines[$0].hasPrefix("```") }
    let written = lines[(fences[0] + 1)..<fences[1]].map { String($0) }
    #expect(written == dump, "\(dump.joined(separator: "\n"))")
  }
}
