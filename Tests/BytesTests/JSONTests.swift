import Bytes
import TestSupport
import Testing

@Suite struct `A JSON value` {
  static let sample = JSON.members([
    "empty": .object([]), "none": .list([]), "null": .null, "yes": .boolean(true),
    "numbers": .list([
      .integer(0), .integer(.min), .integer(.max), .number(0.1), .number(-1e300),
      .number(.leastNonzeroMagnitude), .digits("170141183460469231731687303715884105727"),
    ]),
    "text": .text("quote \" slash \\ line\n tab\t bell\u{7} é 漢 🎧 \u{7f}"),
    "nested": .members(["a": .list([.members(["b": .count(1)])])]),
  ])

  @Test func `reads back what it wrote, on one line and on many`() throws {
    #expect(try JSON.parse(Self.sample.bytes()) == Self.sample)
    #expect(try JSON.parse(Self.sample.bytes(indented: true)) == Self.sample)
  }

  @Test func `is written as one would by hand`() {
    let value = JSON.members(["a": .count(1), "b": .list([.text("x"), .null]), "c": .list([])])
    #expect(value.description == #"{"a":1,"b":["x",null],"c":[]}"#)
    #expect(
      value.pretty == "{\n  \"a\": 1,\n  \"b\": [\n    \"x\",\n    null\n  ],\n  \"c\": []\n}")
    #expect(JSON.number(.nan).description == "null")
  }

  @Test func `knows escapes and surrogate pairs`() throws {
    let text = #" "\u00e9\ud83c\udfa7\/\b\f\n\r\t\"\\" "#
    #expect(
      try JSON.parse(Array(text.utf8)) == .text("é🎧/\u{8}\u{c}\n\r\t\"\\"))
  }

  @Test(arguments: [
    "", " ", "{", "[", "[1,]", "{\"a\":}", "{\"a\" 1}", "{a:1}", "01", "1.", "-", "+1", "1e", ".5",
    "\"", "\"\\x\"", "\"\\u12\"", "\"\\ud83c\"", "\"\\ud83cx\"", "nul", "1 2", "\"\n\"", "1e999",
  ])
  func `refuses what is not JSON`(text: String) {
    #expect(throws: JSONError.self) { try JSON.parse(Array(text.utf8)) }
  }

  @Test func `refuses to nest without end`() {
    #expect(throws: JSONError.self) {
      try JSON.parse(Array(repeating: UInt8(ascii: "["), count: 100_000))
    }
  }

  @Test func `survives every cut and every flipped byte of a text`() throws {
    let bytes = Self.sample.bytes()
    var refused = 0
    for end in 0..<bytes.count {
      do { _ = try JSON.parse(Array(bytes[..<end])) } catch { refused += 1 }
    }
    #expect(refused == bytes.count)
    for index in bytes.indices {
      var damaged = bytes
      damaged[index] ^= UInt8(1 << (index % 8))
      do { _ = try JSON.parse(damaged) } catch { refused += 1 }
    }
  }
}
