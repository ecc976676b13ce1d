import Bytes
import Columns

/// Texts in their order: the numbers of a `KeyTable` as their places in it, all others as keys,
/// with the bytes of the long ones aside.
///
/// PERF: a number that a table lacks costs 8 bytes and one look at the table; as a key it was read
/// three times and cost 36 (Zen 4 VM, 2026-11-26).
struct KeyList: Sendable {
  /// In place of a number's place: the text is the next of the keys.
  static let isKey = UInt32.max
  /// What stands before the digits of the numbers; nil where all texts are keys.
  let affix: FieldAffix?
  private var places: [UInt32] = []
  private(set) var keys: [KeyTable.Key] = []
  private(set) var longTexts = TextBuilder()

  /// `affix` is that of the table whose places are listed.
  init(affix: FieldAffix? = nil) { self.affix = affix }

  var count: Int { affix == nil ? keys.count : places.count }

  /// The bytes that the texts take in here.
  var size: Int { 4 * places.count + 32 * keys.count + longTexts.bytes.count }

  /// The place of a text that is a number, or `isKey`.
  func place(_ index: Int) -> UInt32 { affix == nil ? Self.isKey : places[index] }

  /// Makes room for as many keys.
  mutating func reserve(_ added: Int) { keys.reserveCapacity(keys.count + added) }

  mutating func append(place: UInt32) { places.append(place) }

  /// Adds a text, which has `Window.padding` bytes behind its start in the span.
  mutating func append(_ key: KeyTable.Key, _ bytes: Span<UInt8>, _ start: Int, _ length: Int) {
    var key = key
    if length > 23 {
      key.w = UInt64(longTexts.count)
      longTexts.append(bytes.extracting(start..<start + length))
    }
    if affix != nil { places.append(Self.isKey) }
    keys.append(key)
  }

  /// Where a long text stands in `longTexts`; of other texts the length only is right, from 0 on.
  func longRange(_ key: KeyTable.Key) -> Range<Int> {
    guard key.z >> 56 == 0xFF else { return 0..<0 }
    return Int(longTexts.offsets[Int(key.w)])..<Int(longTexts.offsets[Int(key.w) + 1])
  }

  /// What stands before the digits of the first text, if nearly all texts, all of them keys, are
  /// that and one to eight digits.
  var commonAffix: FieldAffix? {
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
    var collected = TextBuilder()
    collected.reserve(texts: count, bytes: size)
    var words = [UInt8](repeating: 0, count: 24)
    var nextKey = 0
    for index in 0..<count {
      var key = KeyTable.Key()
      let place = place(index)
      if place == Self.isKey {
        key = keys[nextKey]
        nextKey += 1
      } else if let affix {
        key = KeyTable.key(ofPlace: Int(place), affix)
      }
      if key.z >> 56 == 0xFF {
        collected.append(longTexts.bytes.span.extracting(longRange(key)))
      } else {
        var target = words.mutableSpan
        for word in 0..<3 { target.store(word64: key[word], at: 8 &* word) }
        collected.append(words.span.extracting(0..<Int(key.z >> 56)))
      }
    }
    if texts.count == 0 {
      texts = collected.finish()
    } else {
      texts.append(contentsOf: collected.finish())
    }
  }

  /// Appends the texts of a list of the same affix.
  mutating func append(_ list: KeyList) {
    precondition(list.affix == affix, "places mean the same in both")
    let longCount = UInt64(longTexts.count)
    places.append(contentsOf: list.places)
    keys.reserveCapacity(keys.count + list.keys.count)
    for var key in list.keys {
      if key.z >> 56 == 0xFF { key.w += longCount }
      keys.append(key)
    }
    for index in 0..<list.longTexts.count {
      let range = Int(list.longTexts.offsets[index])..<Int(list.longTexts.offsets[index + 1])
      longTexts.append(list.longTexts.bytes.span.extracting(range))
    }
  }
}
