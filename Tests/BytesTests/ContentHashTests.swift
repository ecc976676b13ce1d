import Bytes
import TestSupport
import Testing

@Suite struct `A content hash` {
  private func bytes(_ count: Int) -> [UInt8] {
    (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 131 &+ $0 >> 8 &+ 7) }
  }

  @Test func `never changes, for lakes hold it`() {
    let golden: [(Int, String)] = [
      (0, "b97d4280be45168fe5048a25f3b7bfec"),
      (1, "1aeb5d187de4e800e59f993d67a7d82e"),
      (63, "66873c998e45d63eb1c2fc51ef13a54d"),
      (64, "f912b4b6d36e095c3fe596e080036596"),
      (65, "13c60c9ec7cc18bab6849cff355ee960"),
      (1000, "b4f74e1c87fd5213eb951977aba7a95b"),
      (1 << 20, "50ccde0d67faca37251ed6856407ba0e"),
      ((1 << 20) + 1, "e0fa431ece9b429889711d2bb9faa446"),
      (3_000_000, "58e5531f1872122f2439bccf98bd14b4"),
    ]
    for (count, expected) in golden {
      #expect(ContentHash.of(bytes(count).span).description == expected, "\(count) bytes")
    }
  }

  @Test func `does not depend on the pieces`() {
    let content = bytes(2_500_000)
    let whole = ContentHash.of(content.span)
    var random = Seeded(1)
    for _ in 0..<3 {
      var hasher = ContentHasher()
      var place = 0
      while place < content.count {
        let count = min(Int.random(in: 1...900_000, using: &random), content.count - place)
        hasher.update(content.span.extracting(place..<place + count))
        place += count
      }
      #expect(hasher.finish() == whole)
    }
    var hasher = ContentHasher()
    for start in stride(from: 0, to: content.count, by: ContentHasher.leafBytes) {
      let end = min(start + ContentHasher.leafBytes, content.count)
      hasher.append(
        leaf: ContentHasher.leaf(content.span.extracting(start..<end)), count: end - start)
    }
    #expect(hasher.finish() == whole)
  }

  @Test func `tells apart what differs in a bit, a place or a length`() {
    var seen: Set<ContentHash> = []
    var content = bytes(300)
    for index in 0..<300 {
      content[index] ^= 1
      seen.insert(ContentHash.of(content.span))
      content[index] ^= 1
    }
    for count in 0...300 { seen.insert(ContentHash.of(content.span.extracting(0..<count))) }
    let zeros = [UInt8](repeating: 0, count: 300)
    for count in 1...300 { seen.insert(ContentHash.of(zeros.span.extracting(0..<count))) }
    // Two blocks exchanged, at every distance.
    var blocks = bytes(64 * 70)
    for distance in 1..<70 {
      for index in 0..<64 { blocks.swapAt(index, index + 64 * distance) }
      seen.insert(ContentHash.of(blocks.span))
      for index in 0..<64 { blocks.swapAt(index, index + 64 * distance) }
    }
    #expect(seen.count == 300 + 301 + 300 + 69)
  }

  @Test func `is read back from its text`() {
    let hash = ContentHash(high: 0x0123_4567_89AB_CDEF, low: 1)
    #expect(hash.description == "0123456789abcdef0000000000000001")
    #expect(ContentHash(hash.description) == hash)
    for text in [
      "", "0123", "0123456789abcdef000000000000000g", "+123456789abcdef0000000000000001",
    ] {
      #expect(ContentHash(text) == nil)
    }
  }
}
