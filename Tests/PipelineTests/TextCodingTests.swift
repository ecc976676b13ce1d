import Columns
import TestSupport
import Testing

@testable import Pipeline

@Suite struct `Texts of a batch` {
  private static func column(_ texts: [String?]) -> Column {
    Column(
      .text, .texts(TextVector(texts.map { $0 ?? "" })), validity: Bitmap(texts.map { $0 != nil }))
  }

  private static func coded(_ texts: [String?]) -> Column {
    let batch = ColumnBatch(Schema([Field("text", .text)]), [column(texts)])
    let coded = TextCoding.coded(batch).columns[0]
    let cells = (0..<texts.count).map { coded.value(at: $0) }
    #expect(cells == texts.map { $0.map { .text($0) } ?? .null })
    return coded
  }

  @Test func `that repeat become codes, whatever their lengths`() {
    var random = Seeded(9)
    // Texts that differ in the last byte only, or where a hash of less would not look.
    let words = (0..<200).map { number in
      String(repeating: "é7", count: number % 17) + "\(number)" + (number % 3 == 0 ? "\0" : "")
    }
    let texts = (0..<5000).map { _ in
      Int.random(in: 0...9, using: &random) == 0 ? nil : words.randomElement(using: &random)
    }
    guard case .codes(_, let dictionary) = Self.coded(texts).values else {
      Issue.record("texts that repeat are codes")
      return
    }
    #expect(dictionary.count == 201 && dictionary.numbering == nil)
  }

  @Test func `that are an affix and a number become numbers`() {
    let column = Self.coded((0..<3000).map { "P\(100_000 + $0 * 77 % 3000)" })
    guard case .codes(_, let dictionary) = column.values else {
      Issue.record("numbered texts are codes")
      return
    }
    #expect(dictionary.numbering?.first == 100_000 && dictionary.count == 3000)
  }

  @Test func `that are neither stay`() {
    let diverse: [String?] = (0..<3000).map { "\($0 * $0 % 7) x \($0)" }
    for texts in [diverse, (0..<3000).map { "N\($0 * 9_999_999_999)" }] {
      guard case .texts = Self.coded(texts).values else {
        Issue.record("diverse texts stay texts")
        continue
      }
    }
    // A few different texts at first, and then ever new ones.
    let later = (0..<6000).map { $0 < 2000 ? "a" : "text \($0 * 3) b" }
    guard case .texts = Self.coded(later).values else {
      Issue.record("texts that become diverse stay texts")
      return
    }
    _ = Self.coded([])
    _ = Self.coded([nil, nil])
    _ = Self.coded(["", ""])
  }
}
