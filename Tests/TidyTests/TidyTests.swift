import Testing

@Suite struct `The source tree` {
  @Test func `is there`() { #expect(Bool(true)) }
}
