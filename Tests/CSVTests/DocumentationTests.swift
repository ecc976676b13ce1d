import Bytes
import CSV
import Columns
import Testing

@Suite struct `The documentation of reading CSV` {
  private static let path = "Sources/CSV/CSV.docc/Dialect.md"

  private static func unescaped(_ text: some StringProtocol) -> String {
    var result = ""
    var isEscape = false
    for letter in text {
      if isEscape {
        result += ["n": "\n", "r": "\r", "0": "\0"][letter] ?? "\\\(letter)"
        isEscape = false
      } else if letter == "\\" {
        isEscape = true
      } else {
        result.append(letter)
      }
    }
    return result
  }

  /// What stands between the backticks of a cell.
  private static func quoted(_ cell: some StringProtocol) -> [String] {
    cell.split(separator: "`", omittingEmptySubsequences: false).enumerated()
      .filter { $0.offset % 2 == 1 }.map { unescaped($0.element) }
  }

  @Test func `says what becomes of malformed shapes`() throws {
    let text = String(decoding: try File.contents(of: Self.path), as: UTF8.self)
    let table = text.split(separator: "\n").drop { !$0.hasPrefix("| shape") }
      .dropFirst(2).prefix { $0.hasPrefix("|") }
    #expect(table.count >= 20)
    for line in table {
      let cells = line.dropFirst().split(separator: "|", omittingEmptySubsequences: false)
      let body = try #require(Self.quoted(cells[1]).first)
      let kept = Self.quoted(cells[2]).map { row in
        row.split(separator: "│", omittingEmptySubsequences: false).map {
          $0 == "NULL" ? nil : String($0)
        }
      }
      let reasons = cells[3].split(separator: ";").map { String($0.trimmed) }.filter { !$0.isEmpty }
      let whole = try read("a,b\n" + body, texts("a", "b"))
      #expect(whole.texts == kept, "\(line)")
      #expect(whole.rejections.map(\.reason) == reasons, "\(line)")
    }
  }

  @Test func `names every option`() throws {
    let text = String(decoding: try File.contents(of: Self.path), as: UTF8.self)
    for name in Dialect.optionNames { #expect(text.contains("`\(name)`"), "\(name)") }
  }
}

extension StringProtocol {
  fileprivate var trimmed: SubSequence {
    let start = firstIndex { $0 != " " } ?? endIndex
    var end = endIndex
    while end > start, self[index(before: end)] == " " { end = index(before: end) }
    return self[start..<end]
  }
}
