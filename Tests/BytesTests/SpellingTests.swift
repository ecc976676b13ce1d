import Bytes
import Testing

@Suite struct `The nearest right word` {
  static let words = ["run", "rebuild", "query", "get", "generate", "demo", "describe", "help"]

  @Test(
    arguments: [
      ("qurey", "query"), ("QUERY", "query"), ("gen", "generate"), ("rebuilt", "rebuild"),
      ("hlep", "help"), ("desribe", "describe"), ("rn", "run"), ("dem", "demo"),
    ])
  func `is found`(wrong: String, right: String) {
    #expect(Spelling.nearest(to: wrong, in: Self.words) == right)
  }

  @Test(arguments: ["x", "", "frobnicate", "quality", "abc"])
  func `is not made up`(wrong: String) {
    #expect(Spelling.nearest(to: wrong, in: Self.words) == nil)
  }
}
