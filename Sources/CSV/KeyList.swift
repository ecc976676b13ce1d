import Bytes
import Columns

/// Texts as keys of a `KeyTable`, with the bytes of the long ones aside.
struct KeyList: Sendable {
  private(set) var keys: [KeyTable.Key] = []
  private(set) var longTexts = TextBuilder()

  var count: Int { keys.count }

  /// Adds a text, which has `Window.padding` bytes behind its start in the span.
  mutating func append(_ key: KeyTable.Key, _ bytes: Span<UInt8>, _ start: Int, _ length: Int) {
    var key = key
    if length > 23 {
      key.w = UInt64(longTexts.count)
      longTexts.append(bytes.extracting(start..<start + length))
    }
    keys.append(key)
  }

  /// Adds a text of another list.
  mutating func append(_ other: KeyList, _ index: Int) {
    let text = other.longRange(index)
    append(other.keys[index], other.longTexts.bytes.span, text.lowerBound, text.count)
  }

  /// Where a long text stands in `longTexts`; of other texts the length only is right, from 0 on.
  func longRange(_ index: Int) -> Range<Int> {
    let key = keys[index]
    guard key.z >> 56 == 0xFF else { return 0..<0 }
    return Int(longTexts.offsets[Int(key.w)])..<Int(longTexts.offsets[Int(key.w) + 1])
  }

  /// What stands before the digits of the first text, if nearly all texts are that and one to eight
  /// digits.
  var affix: FieldAffix? {
    guard let key = keys.first, key.z >> 56 <= 16 else { return nil }
    var text: [UInt8] = []
    Self.append(key, to: &text)
    let digits = text.reversed().prefix { $0 &- 0x30 <= 9 }.prefix(8).count
    guard digits > 0, let affix = FieldAffix(text.dropLast(digits)) else { return nil }
    var matching = 0
    for key in keys {
      let count = Int(key.z >> 56) - affix.length
      guard (1...8).contains(count), key.x & affix.mask == affix.word else { continue }
      if isDigits(CSV.digits(KeyTable.behind(affix, key), count: count)) { matching += 1 }
    }
    return matching >= count - count / 8 ? affix : nil
  }

  /// Appends the bytes of a short text.
  private static func append(_ key: KeyTable.Key, to bytes: inout [UInt8]) {
    let length = Int(key.z >> 56)
    for index in 0..<length {
      bytes.append(UInt8(truncatingIfNeeded: key[index / 8] >> UInt64(index % 8 * 8)))
    }
  }

  /// Appends all texts.
  func append(to texts: inout TextVector) {
    var bytes: [UInt8] = []
    for (index, key) in keys.enumerated() {
      if key.z >> 56 == 0xFF {
        texts.append(longTexts.bytes[longRange(index)])
      } else {
        bytes.removeAll(keepingCapacity: true)
        Self.append(key, to: &bytes)
        texts.append(bytes[...])
      }
    }
  }
}
