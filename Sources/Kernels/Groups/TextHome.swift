import Bytes
import Columns

/// One numbering for the texts of many columns.
///
/// Columns of one table come with one dictionary, and then their codes are taken as they are and no
/// text is ever looked at. Only when a second dictionary or a plain text arrives does the home
/// spell out what it has and intern what is new, behind the codes it has given already: **a code
/// that was given never changes its meaning**.
///
/// Invariant: codes below `base.count` are those of `base`; the others are `interner` codes.
struct TextHome: Sendable {
  /// The dictionary whose codes are taken as they are.
  private var base: TextDictionary?
  /// All texts by content; made when the second source of texts arrives.
  private var interner: TextInterner?
  /// For other dictionaries seen: the home's code of each of their codes, or `unknown`.
  private var translations: [Translation] = []

  /// The texts of `base` by content, for look-ups only.
  private var shared: SharedInterner?

  private static let unknown = UInt32.max
  private static let mostTranslations = 4

  private struct Translation: Sendable {
    let dictionary: TextDictionary
    var codes: [UInt32]
  }

  /// How many codes there are.
  var count: Int { interner?.count ?? base?.count ?? 0 }

  /// About how much memory the texts take that are not those of a dictionary of others.
  ///
  /// What arrays have room for counts too: each of them has grown to twice its size at some time.
  var internedBytes: Int { interner.map { $0.texts.bytes.count * 3 / 2 + $0.count * 28 } ?? 0 }

  /// The home's codes of a column of texts; at nulls any code.
  mutating func codes(of values: Column.Values, validity: Bitmap?) -> [UInt32] {
    switch values {
    case .codes(let codes, let dictionary):
      if let numbering = dictionary.numbering, dictionary.isSparse(forRows: codes.count),
        base !== dictionary
      {
        return intern(numbering.texts(codes), validity: validity)
      }
      return self.codes(codes, of: dictionary)
    case .texts(let texts):
      return intern(texts, validity: validity)
    default:
      preconditionFailure("a text home takes texts")
    }
  }

  private mutating func codes(_ codes: [UInt32], of dictionary: TextDictionary) -> [UInt32] {
    if base == nil && interner == nil { base = dictionary }
    if base === dictionary { return codes }
    let place = place(of: dictionary)
    openInterner()
    var own = interner.take() ?? TextInterner()
    var map = translations[place].codes
    translations[place].codes = []
    let known = codesShared(with: dictionary)
    if known == 0 && !map.isEmpty && map.count <= codes.count / 4 {
      if map.contains(Self.unknown) {
        map = own.codes(of: dictionary.texts, at: map.indices.map { UInt32($0) })
      }
      translations[place].codes = map
      interner = own
      return translated(codes, by: map)
    }
    // What is seen for the first time, in the order of the rows.
    var new: [UInt32] = []
    for code in codes where code >= known && code < map.count && map[Int(code)] == Self.unknown {
      map[Int(code)] = 0
      new.append(code)
    }
    if !new.isEmpty {
      let homes = own.codes(of: dictionary.texts, at: new)
      for (code, home) in zip(new, homes) { map[Int(code)] = home }
    }
    translations[place].codes = map
    interner = own
    // A dictionary without texts has rows of NULL only.
    if map.isEmpty { map = [0] }
    return [UInt32](capacity: codes.count) { output in
      for code in codes { output.append(code < known ? code : map[Int(code)]) }
    }
  }

  /// PERF: a small dictionary is translated as a whole, whatever of it occurs, so that a row is one
  /// look into an array.
  private func translated(_ codes: [UInt32], by map: [UInt32]) -> [UInt32] {
    [UInt32](capacity: codes.count) { output in
      for row in codes.indices { output.append(map[Int(codes[row])]) }
    }
  }

  /// The codes that mean the same here and there because both extend one shared dictionary.
  private func codesShared(with dictionary: TextDictionary) -> UInt32 {
    guard let mine = base?.shared, let other = dictionary.shared, mine.name == other.name else {
      return 0
    }
    return UInt32(min(mine.count, other.count))
  }

  private mutating func place(of dictionary: TextDictionary) -> Int {
    if let place = translations.firstIndex(where: { $0.dictionary === dictionary }) { return place }
    // Batches of one source follow each other, so a few translations are enough, and a long row of
    // files does not keep all of its dictionaries in memory.
    if translations.count == Self.mostTranslations { translations.removeFirst() }
    let codes = [UInt32](repeating: Self.unknown, count: dictionary.count)
    translations.append(Translation(dictionary: dictionary, codes: codes))
    return translations.count - 1
  }

  private mutating func openInterner() {
    if interner == nil { interner = TextInterner(base?.texts ?? TextVector()) }
  }

  private mutating func intern(_ texts: TextVector, validity: Bitmap?) -> [UInt32] {
    openInterner()
    var own = interner.take() ?? TextInterner()
    defer { interner = own }
    let rows = (0..<UInt32(texts.count)).filter { validity?[Int($0)] ?? true }
    let codes = own.codes(of: texts, at: rows)
    if rows.count == texts.count { return codes }
    var result = [UInt32](repeating: 0, count: texts.count)
    for (row, code) in zip(rows, codes) { result[Int(row)] = code }
    return result
  }

  /// The home's codes of texts that it knows already, `unknown` for others: interns nothing.
  func lookUp(_ values: Column.Values, unknown: UInt32) -> [UInt32] {
    switch values {
    case .codes(let codes, let dictionary):
      if base === dictionary { return codes }
      if count == 0 { return Array(repeating: unknown, count: codes.count) }
      let known = codesShared(with: dictionary)
      if codes.allSatisfy({ $0 < known }) { return codes }
      let own = texts()
      if let numbering = dictionary.numbering, dictionary.isSparse(forRows: codes.count) {
        return Self.lookUp(numbering.texts(codes), own, unknown)
      }
      var map = [UInt32](repeating: 0, count: dictionary.count)
      var isMapped = [Bool](repeating: false, count: dictionary.count)
      var texts: TextVector?
      return codes.map { code in
        if code < known { return code }
        if code >= map.count { return unknown }
        if !isMapped[Int(code)] {
          let spelling = texts ?? dictionary.texts
          texts = spelling
          map[Int(code)] = own.find(spelling, at: Int(code)) ?? unknown
          isMapped[Int(code)] = true
        }
        return map[Int(code)]
      }
    case .texts(let texts):
      if count == 0 { return Array(repeating: unknown, count: texts.count) }
      return Self.lookUp(texts, self.texts(), unknown)
    default:
      preconditionFailure("a text home takes texts")
    }
  }

  private static func lookUp(_ texts: TextVector, _ own: TextInterner, _ unknown: UInt32)
    -> [UInt32]
  {
    (0..<texts.count).map { own.find(texts, at: $0) ?? unknown }
  }

  /// Lets all later calls of `lookUp` share the index of the texts, which the first of them makes
  /// that needs it: columns of the same dictionary never do.
  mutating func prepareLookUp() {
    if interner == nil, let base { shared = SharedInterner(base) }
  }

  private func texts() -> TextInterner {
    interner ?? shared?.interner ?? TextInterner(base?.texts ?? TextVector())
  }

  /// The dictionary that spells all codes given so far.
  func dictionary() -> TextDictionary {
    if let interner { return TextDictionary(interner.texts) }
    return base ?? TextDictionary(TextVector())
  }
}

/// The texts of a dictionary by content, made when somebody asks for the first time.
private final class SharedInterner: Sendable {
  private let dictionary: TextDictionary
  private let made = Lock<TextInterner?>(nil)

  init(_ dictionary: TextDictionary) { self.dictionary = dictionary }

  var interner: TextInterner {
    // Other threads wait: all of them need it, and it is made once.
    made.withLock { made in
      let interner = made ?? TextInterner(dictionary.texts)
      made = interner
      return interner
    }
  }
}

/// Texts by content: equal bytes, equal code; codes in the order of first sight.
///
/// Invariant: `slots.count` is a power of two, more than half of it is empty, and each slot holds
/// the hash of a text above its code + 1, or 0.
struct TextInterner: Sendable {
  private(set) var texts = TextVector()
  private var slots = [UInt64](repeating: 0, count: 16)

  init() {}

  /// All of `texts`, which must differ from each other, under their places as codes. Where they do
  /// not differ, the first place is what their bytes are found as.
  init(_ texts: TextVector) {
    self.texts = texts
    var capacity = 16
    while capacity < texts.count * 2 + 2 { capacity *= 2 }
    slots = Array(repeating: 0, count: capacity)
    for code in 0..<texts.count {
      place(Self.hash(texts, code) << 32 | UInt64(code + 1))
    }
  }

  var count: Int { texts.count }

  private static func hash(_ texts: TextVector, _ index: Int) -> UInt64 {
    hashOfText(texts.bytes, texts.range(index)) & 0xFFFF_FFFF
  }

  private mutating func place(_ entry: UInt64) {
    let mask = slots.count - 1
    var slot = Int(entry >> 32) & mask
    while slots[slot] != 0 { slot = (slot + 1) & mask }
    slots[slot] = entry
  }

  func find(_ source: TextVector, at index: Int) -> UInt32? {
    find(source.bytes, source.range(index), Self.hash(source, index)).code
  }

  private func find(_ bytes: [UInt8], _ range: Range<Int>, _ hash: UInt64)
    -> (code: UInt32?, slot: Int)
  {
    let mask = slots.count - 1
    var slot = Int(hash) & mask
    while slots[slot] != 0 {
      if slots[slot] >> 32 == hash {
        let code = UInt32(truncatingIfNeeded: slots[slot]) - 1
        if textsAreEqual(texts.bytes, texts.range(Int(code)), bytes, range) { return (code, slot) }
      }
      slot = (slot + 1) & mask
    }
    return (nil, slot)
  }

  /// The codes of some of the texts of `source`; what is new is added.
  mutating func codes(of source: TextVector, at indices: [UInt32]) -> [UInt32] {
    var codes = [UInt32](repeating: 0, count: indices.count)
    var hashes = [UInt64](repeating: 0, count: Self.stripe)
    for first in stride(from: 0, to: indices.count, by: Self.stripe) {
      let stripe = first..<min(first + Self.stripe, indices.count)
      while (texts.count + stripe.count) * 2 > slots.count { grow() }
      touch(source, indices[stripe], &hashes)
      for place in stripe {
        let range = source.range(Int(indices[place]))
        let hash = hashes[place - first]
        let (found, slot) = find(source.bytes, range, hash)
        codes[place] = found ?? UInt32(texts.count)
        if found == nil {
          texts.append(source.bytes[range])
          slots[slot] = hash << 32 | UInt64(texts.count)
        }
      }
    }
    return codes
  }

  /// How many texts are looked up together.
  private static let stripe = 64

  /// Finds the hashes of texts, and reads what their search will begin with.
  ///
  /// PERF: a search is three reads that wait for one another: of a slot, of the place of its text,
  /// and of the text. Here those of many texts overlap: 3 M rows grouped by a million texts take
  /// 0.75 of the time, and counted distinct 0.70 (whole processes, Sapphire Rapids VM, 2026-12-01).
  private func touch(
    _ source: TextVector, _ indices: ArraySlice<UInt32>, _ hashes: inout [UInt64]
  ) {
    let mask = slots.count - 1
    var entries = [UInt64](repeating: 0, count: Self.stripe)
    for (place, index) in indices.enumerated() {
      hashes[place] = Self.hash(source, Int(index))
      entries[place] = slots[Int(hashes[place]) & mask]
    }
    for place in 0..<indices.count {
      let isLikely = entries[place] >> 32 == hashes[place] && entries[place] != 0
      let code = isLikely ? Int(entries[place] & 0xFFFF_FFFF) - 1 : 0
      entries[place] = code < texts.count ? UInt64(texts.range(code).lowerBound) : 0
    }
    var seen = 0
    for place in 0..<indices.count where entries[place] < texts.bytes.count {
      seen &+= Int(texts.bytes[Int(entries[place])])
    }
    precondition(seen <= 255 * Self.stripe, "a byte is at most 255")
  }

  private mutating func grow() {
    let old = slots
    slots = Array(repeating: 0, count: old.count * 2)
    for entry in old where entry != 0 { place(entry) }
  }
}
