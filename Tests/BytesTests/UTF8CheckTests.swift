import Bytes
import TestSupport
import Testing

/// The oracle is Swift's own decoder, which replaces what is not UTF-8.
@Suite struct `The check of UTF-8` {
  private func isRight(_ bytes: [UInt8], _ level: CPU.Level) -> Bool {
    let isText = String(validating: bytes, as: UTF8.self) != nil
    let found = isUTF8(bytes.span, level: level)
    return found == isText
  }

  /// Each byte at which a rule begins or ends, and one on both sides of it.
  private static let edges: [UInt8] = [
    0x00, 0x2C, 0x7F, 0x80, 0x81, 0x8F, 0x90, 0x91, 0x9F, 0xA0, 0xA1, 0xBF, 0xC0, 0xC1, 0xC2, 0xC3,
    0xDF, 0xE0, 0xE1, 0xEC, 0xED, 0xEE, 0xEF, 0xF0, 0xF1, 0xF3, 0xF4, 0xF5, 0xF7, 0xF8, 0xFF,
  ]

  @Test(arguments: CPU.available) func `knows every two bytes`(level: CPU.Level) {
    var wrong = 0
    for word in 0...UInt16.max {
      if !isRight([UInt8(word >> 8), UInt8(word & 255)], level) { wrong += 1 }
    }
    #expect(wrong == 0)
  }

  @Test(arguments: CPU.available)
  func `knows every three and four of the bytes at which rules begin and end`(level: CPU.Level) {
    var wrong = 0
    for first in Self.edges where first >= 0x80 {
      for second in Self.edges {
        for third in Self.edges {
          if !isRight([first, second, third], level) { wrong += 1 }
          for fourth in Self.edges where !isRight([first, second, third, fourth], level) {
            wrong += 1
          }
        }
      }
    }
    #expect(wrong == 0)
  }

  @Test(arguments: CPU.available)
  func `finds what is wrong wherever it stands, and nothing else`(level: CPU.Level) {
    let wrong: [[UInt8]] = [
      [0x80], [0xC0, 0x80], [0xC3], [0xC3, 0x41], [0xE0, 0x80, 0x80], [0xE2, 0x82], [0xE2, 0x41],
      [0xED, 0xA0, 0x80], [0xF0, 0x80, 0x80, 0x80], [0xF0, 0x9F, 0x8E], [0xF4, 0x90, 0x80, 0x80],
      [0xF5, 0x80, 0x80, 0x80], [0xC3, 0xA9, 0xA9], [0xFF], [0xF0, 0x9F, 0x41, 0x80],
    ]
    let texts = ["plays of a day,", "Björk é ü", "歌曲の名前、", "🎵🎶 🎼", "Ὀδυσσεύς "]
    for text in texts {
      let around = Array(String(repeating: text, count: 40).utf8)
      for length in 0..<200 {
        let start = Array(around.prefix(length))
        #expect(isRight(start, level), "\(length) of \(text)")
        for part in wrong {
          #expect(isRight(start + part, level), "\(part) behind \(length) of \(text)")
          let more = start + part + Array(text.utf8)
          #expect(isRight(more, level), "\(part) at \(length) of \(text)")
        }
      }
    }
  }

  @Test(arguments: CPU.available) func `agrees on texts with bytes exchanged`(level: CPU.Level) {
    var random = Seeded(7)
    let text = Array(String(repeating: "Mañana 歌 🎵 Ж plain text of many bytes; ", count: 9).utf8)
    for _ in 0..<20_000 {
      var bytes = text
      for _ in 0..<Int.random(in: 0...2, using: &random) {
        let place = Int.random(in: 0..<bytes.count, using: &random)
        bytes[place] = Self.edges.randomElement(using: &random) ?? 0
      }
      let count = Int.random(in: 0...bytes.count, using: &random)
      bytes.removeLast(bytes.count - count)
      #expect(isRight(bytes, level), "\(bytes)")
    }
  }
}
