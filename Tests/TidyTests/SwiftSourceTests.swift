import Testing

/// The house rules are only as good as the reading of the source that they rest on.
@Suite struct `A source file without what does not run` {
  @Test(
    arguments: [
      ("let a = 1 // unsafe", "let a = 1 "),
      ("a /* x /* y */ z */ b", "a  b"),
      ("\"unsafe\" + b", "\"\" + b"),
      ("\"a\\(unsafe + \"try!\")b\"", "\"(unsafe + \"\")\""),
      ("\"\\\"unsafe\" c", "\"\" c"),
      ("#\"a\"unsafe\\(x)\"# d", "#\"\"# d"),
      ("#\"a\\#(b)\"#", "#\"(b)\"#"),
      ("\"\"\"\nunsafe\n\"\"\"", "\"\"\"\n\n\"\"\""),
      ("func `unsafe try! is found`() {}", "func ``() {}"),
      ("\"//\" c", "\"\" c"),
    ])
  func `keeps code and interpolations only`(text: String, expected: String) {
    let source = SwiftSource(path: "Sources/X/X.swift", text: text)
    #expect(source.code.joined(separator: "\n") == expected)
    #expect(source.code.count == source.lines.count)
  }

  @Test func `counts the lines of functions, not of types`() {
    let body = String(repeating: "    x += 1\n", count: 10)
    let text = """
      protocol P {
        func requirement()
        init(a: Int)
      }
      struct S {
        func long(
          a: Int
        ) {
      \(body)  }
        func short() {}
        init() {
      \(body)  }
      }
      """
    let source = SwiftSource(path: "Sources/X/X.swift", text: text)
    let found = source.functions(longerThan: 11)
    #expect(found.map(\.line) == [6, 21])
    #expect(found.map(\.count) == [14, 12])
  }

  @Test func `knows its imports`() {
    let text = "import A\nprivate import B\n@preconcurrency import struct C.D\n// import E"
    let source = SwiftSource(path: "Benchmarks/X.swift", text: text)
    #expect(source.imports.map(\.module) == ["A", "B", "struct"])
    #expect(source.target == "bench")
  }
}
