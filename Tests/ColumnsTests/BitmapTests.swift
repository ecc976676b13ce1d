import Columns
import TestSupport
import Testing

@Suite struct `A bitmap` {
  @Test func `agrees with an array of booleans at every length`() {
    var random = Seeded(1)
    for count in 0...200 {
      let bits = (0..<count).map { _ in Bool.random(using: &random) }
      var bitmap = Bitmap(bits)
      #expect(bitmap.count == count)
      #expect(bitmap.setCount == bits.count { $0 })
      #expect((0..<count).map { bitmap[$0] } == bits)
      var clear: [Int] = []
      bitmap.forEachClear { clear.append($0) }
      #expect(clear == bits.indices.filter { !bits[$0] })
      for index in 0..<count { bitmap.set(index, to: !bits[index]) }
      #expect((0..<count).map { bitmap[$0] } == bits.map { !$0 })
    }
  }

  @Test func `keeps no bits behind its end, so that equal bitmaps are equal`() {
    for count in 0...130 {
      #expect(Bitmap(repeating: true, count: count).setCount == count)
      let words = [UInt64](repeating: ~0, count: (count + 63) / 64)
      #expect(Bitmap(words: words, count: count) == Bitmap(repeating: true, count: count))
    }
  }
}
