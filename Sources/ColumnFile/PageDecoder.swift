import Bytes
import Columns

/// What a page may need from outside itself.
struct PageContext {
  var column: ColumnEntry
  var block: Int
  var rows: Int
  /// The dictionary of its codes.
  var dictionary: ColumnFile.OpenDictionary?
  /// The dictionary that numbers of texts are codes of.
  var numbered: TextDictionary?
  /// The keys of its rows and the map, where it follows from another column.
  var follow: (keys: KeyColumn, map: ColumnFile.OpenMap)?
  /// The only rows that are wanted of so many, where not all are: `rows` are those then.
  var chosen: (rows: [UInt32], of: Int)?
  /// The values by rank, where its page has ranks.
  var ranking: OpenRanking?

  var entry: PageEntry { column.blocks[block].page }
  var nullCount: Int { column.blocks[block].zone.nullCount }
}

/// The keys of the rows of a block that other columns follow: local codes, `UInt32.max` at nulls,
/// codes of numbers from `first` on, or numbers, -1 at nulls.
enum KeyColumn: Sendable {
  case codes([UInt32], first: Int64)
  case numbers([Int64])

  var count: Int {
    switch self {
    case .codes(let codes, _): codes.count
    case .numbers(let numbers): numbers.count
    }
  }

  func at(_ rows: [UInt32]) -> KeyColumn {
    switch self {
    case .codes(let codes, let first): .codes(rows.map { codes[Int($0)] }, first: first)
    case .numbers(let numbers): .numbers(rows.map { numbers[Int($0)] })
    }
  }
}

/// Turns the bytes of a page into a column.
enum PageDecoder {
  static func decode(
    _ context: PageContext, _ bytes: [UInt8], _ range: Range<Int>
  ) throws(Damage) -> Column {
    let type = context.column.field.type
    var reader = try context.entry.open(bytes, range)
    if context.entry.encoding == .nothing {
      guard reader.isAtEnd else { throw Damage("a page without values has bytes") }
      return nothing(context)
    }
    let validity = try readValidity(&reader, context)
    let values = try readValues(&reader, context, validity)
    guard reader.isAtEnd else { throw Damage("a page of it is longer than what it says") }
    let spread = validity.map { Spreader.spread(values, over: $0) } ?? values
    return Column(type, spread, validity: validity)
  }

  /// The values at some rows, ascending, of a page without nulls that follows from another; nil for
  /// any other page, which has to be decoded for one row as for all.
  static func decode(
    _ context: PageContext, at rows: [UInt32], _ bytes: [UInt8], _ range: Range<Int>
  ) throws(Damage) -> Column? {
    guard context.entry.encoding == .follows, context.nullCount == 0,
      let (keys, map) = context.follow, keys.count == context.rows
    else { return nil }
    precondition(rows.last.map { Int($0) < context.rows } ?? true, "rows of the block")
    var reader = try context.entry.open(bytes, range)
    var few = context
    few.follow = (keys.at(rows), map)
    few.rows = rows.count
    few.chosen = (rows, context.rows)
    let values = try readValues(&reader, few, nil)
    guard reader.isAtEnd else { throw Damage("a page of it is longer than what it says") }
    return Column(context.column.field.type, values)
  }

  /// The keys that other columns follow: codes or numbers, by row. Nil where the page has neither.
  static func keys(
    _ context: PageContext, _ bytes: [UInt8], _ range: Range<Int>
  ) throws(Damage) -> KeyColumn? {
    var reader = try context.entry.open(bytes, range)
    let validity = try readValidity(&reader, context)
    let count = context.rows - context.nullCount
    let keys: KeyColumn
    switch context.entry.encoding {
    case .codes, .ranked:
      let codes: [UInt32] = try part(&reader, context, count)
      keys = .codes(validity.map { Spreader.spread(codes, $0, .max) } ?? codes, first: 0)
    case .numbered, .rankedNumbers:
      if let numbers = context.column.numbers, context.numbered != nil, validity == nil {
        keys = .codes(try self.numbers(&reader, context, count), first: numbers.first)
        break
      }
      _ = try Affix(from: &reader)
      let numbers: [Int64] = try part(&reader, context, count)
      keys = .numbers(validity.map { Spreader.spread(numbers, $0, -1) } ?? numbers)
    default: return nil
    }
    guard reader.isAtEnd else { throw Damage("a page of it is longer than what it says") }
    return keys
  }

  /// A part of values, or of the ranks of values.
  private static func part<Integer: StoredInteger>(
    _ reader: inout ByteReader, _ context: PageContext, _ count: Int
  ) throws(Damage) -> [Integer] {
    let values: [Integer] = try IntegerDecoder.decodePart(&reader, count: count, depth: 2)
    guard context.entry.encoding.isRanked else { return values }
    guard let ranking = context.ranking else { throw Damage("ranks in it have no ranking") }
    return ranking.values(values)
  }

  private static func readValidity(
    _ reader: inout ByteReader, _ context: PageContext
  ) throws(Damage) -> Bitmap? {
    if context.nullCount == 0 || context.nullCount == context.rows { return nil }
    let nulls: [UInt32] = try IntegerDecoder.decodePart(
      &reader, count: context.nullCount, depth: 2)
    var validity = Bitmap(repeating: true, count: context.rows)
    var next = 0
    for null in nulls {
      guard Int(null) >= next && Int(null) < context.rows else {
        throw Damage("its nulls are not in order")
      }
      validity.set(Int(null), to: false)
      next = Int(null) + 1
    }
    return validity
  }

  private static func readValues(
    _ reader: inout ByteReader, _ context: PageContext, _ validity: Bitmap?
  ) throws(Damage) -> Column.Values {
    let count = context.rows - context.nullCount
    let encoding = context.entry.encoding
    switch context.column.field.type {
    case .boolean:
      let numbers: [UInt32] = try integers(&reader, context, validity)
      return .booleans(numbers.map { $0 != 0 })
    case .date:
      let numbers: [UInt32] = try integers(&reader, context, validity)
      return .dates(numbers.map { Int32(bitPattern: $0) })
    case .bigint, .timestamp: return .integers(try integers(&reader, context, validity))
    case .double: return .doubles(try DoubleDecoder.decode(encoding, &reader, count: count))
    case .text where [.codes, .follows, .ranked].contains(encoding):
      return try texts(try localCodes(&reader, context, validity), context)
    case .text:
      if encoding == .numbered || encoding == .rankedNumbers {
        if let numbered = context.numbered {
          return .codes(try numbers(&reader, context, count), numbered)
        }
        let affix = try Affix(from: &reader)
        return .texts(try affix.texts(try part(&reader, context, count) as [Int64]))
      }
      return .texts(try TextDecoder.decode(encoding, &reader, count: count))
    default: throw Damage("a column of it has a type that is not stored")
    }
  }

  /// A column without nulls whose keys are known, and are codes.
  static func column(of codes: [UInt32], _ context: PageContext) throws(Damage) -> Column {
    guard codes.count == context.rows else { throw Damage("it has not a code for each row") }
    if let numbered = context.numbered { return Column(.text, .codes(codes, numbered)) }
    return Column(.text, try texts(codes, context))
  }

  private static func texts(
    _ local: [UInt32], _ context: PageContext
  ) throws(Damage) -> Column.Values {
    guard let dictionary = context.dictionary else {
      throw Damage("a column of codes in it has no dictionary")
    }
    let codes = try dictionary.translate(local)
    return context.column.isCoded
      ? .codes(codes, dictionary.texts) : .texts(try spell(codes, dictionary.texts.texts))
  }

  private static func integers<Integer: StoredInteger>(
    _ reader: inout ByteReader, _ context: PageContext, _ validity: Bitmap?
  ) throws(Damage) -> [Integer] {
    let count = context.rows - context.nullCount
    if context.entry.encoding == .follows { return try following(&reader, context, validity) }
    if context.entry.encoding == .ranked { return try part(&reader, context, count) }
    return try IntegerDecoder.decode(context.entry.encoding, &reader, count: count)
  }

  private static func localCodes(
    _ reader: inout ByteReader, _ context: PageContext, _ validity: Bitmap?
  ) throws(Damage) -> [UInt32] {
    if context.entry.encoding == .follows { return try following(&reader, context, validity) }
    return try part(&reader, context, context.rows - context.nullCount)
  }

  /// The values that the map has for the keys, but for the exceptions.
  private static func following<Integer: StoredInteger>(
    _ reader: inout ByteReader, _ context: PageContext, _ validity: Bitmap?
  ) throws(Damage) -> [Integer] {
    guard let (keys, map) = context.follow else {
      throw Damage("a page of it follows from nothing")
    }
    let count = context.rows - context.nullCount
    guard keys.count == context.rows else { throw Damage("it has not a key for each row") }
    var result: [Integer]
    switch (keys, map.values) {
    case (.codes(let codes, let first), .narrow(let values)):
      let first = UInt32(truncatingIfNeeded: map.firstKey &- first)
      result = mapped(codes, validity, count, first, values)
    case (.codes(let codes, let first), .wide(let values)):
      let first = UInt32(truncatingIfNeeded: map.firstKey &- first)
      result = mapped(codes, validity, count, first, values)
    case (.numbers(let numbers), .narrow(let values)):
      result = mapped(numbers, validity, count, map.firstKey, values)
    case (.numbers(let numbers), .wide(let values)):
      result = mapped(numbers, validity, count, map.firstKey, values)
    }
    if let (rows, all) = context.chosen {
      try FollowExceptions.apply(&reader, to: &result, at: rows, of: all)
    } else {
      try FollowExceptions.apply(&reader, to: &result)
    }
    return result
  }

  /// The value of each key, counted from the first, of the rows that are not null; 0 where it has
  /// none.
  private static func mapped<
    Key: FixedWidthInteger, Value: FixedWidthInteger, Integer: StoredInteger
  >(
    _ keys: [Key], _ validity: Bitmap?, _ count: Int, _ first: Key, _ values: [Value]
  ) -> [Integer] {
    if values.isEmpty { return Array(repeating: 0, count: count) }
    guard let validity else { return mapped(keys, first, values) }
    var kept: [Key] = []
    kept.reserveCapacity(count)
    for row in keys.indices where validity[row] { kept.append(keys[row]) }
    return mapped(kept, first, values)
  }

  /// PERF: keys without a value read that of the first, so that no branch depends on the data.
  private static func mapped<
    Key: FixedWidthInteger, Value: FixedWidthInteger, Integer: StoredInteger
  >(
    _ keys: [Key], _ first: Key, _ values: [Value]
  ) -> [Integer] {
    let limit = UInt64(values.count)
    return [Integer](capacity: keys.count) { output in
      for row in keys.indices {
        let key = UInt64(truncatingIfNeeded: keys[row] &- first)
        let isKnown = key < limit
        let value = values[isKnown ? Int(truncatingIfNeeded: key) : 0]
        output.append(isKnown ? Integer(truncatingIfNeeded: value) : 0)
      }
    }
  }

  /// Numbers of texts as codes, counted from the first.
  private static func numbers(
    _ reader: inout ByteReader, _ context: PageContext, _ count: Int
  ) throws(Damage) -> [UInt32] {
    guard let expected = context.column.numbers, try Affix(from: &reader) == expected.affix else {
      throw Damage("a page of it has another affix than its column")
    }
    var codes: [UInt32] = try part(&reader, context, count)
    let first = UInt32(truncatingIfNeeded: expected.first)
    if first != 0 { for index in codes.indices { codes[index] &-= first } }
    guard areWithin(codes, UInt64(max(0, expected.last - expected.first)) + 1) else {
      throw Damage("a number in it is outside the range of its column")
    }
    return codes
  }

  /// Whether all codes are less than `count`.
  static func areWithin(_ codes: [UInt32], _ count: UInt64) -> Bool {
    greatest(codes.span).map { UInt64($0) < count } ?? true
  }

  /// The texts of codes, for a column of which other blocks have no codes.
  private static func spell(_ codes: [UInt32], _ texts: TextVector) throws(Damage) -> TextVector {
    var spelled = PendingColumn()
    for code in codes {
      guard spelled.textBytes.count <= Int(UInt32.max) - texts.range(Int(code)).count else {
        throw Damage("a block of it has more than 4 GiB of text")
      }
      spelled.appendText(texts.bytes, texts.range(Int(code)))
    }
    return spelled.texts
  }

  /// A column of nulls.
  private static func nothing(_ context: PageContext) -> Column {
    let rows = context.rows
    let type = context.column.field.type
    let dictionary = context.column.isCoded ? context.dictionary?.texts : context.numbered
    let values: Column.Values =
      switch type {
      case .boolean: .booleans(Array(repeating: false, count: rows))
      case .date: .dates(Array(repeating: 0, count: rows))
      case .double: .doubles(Array(repeating: 0, count: rows))
      case .text:
        dictionary.map { .codes(Array(repeating: 0, count: rows), $0) }
          ?? .texts(TextVector(offsets: Array(repeating: 0, count: rows + 1), bytes: []))
      default: .integers(Array(repeating: 0, count: rows))
      }
    return Column(type, values, validity: Bitmap(count: rows))
  }
}

/// Puts values into the rows that are not null.
enum Spreader {
  static func spread(_ values: Column.Values, over validity: Bitmap) -> Column.Values {
    switch values {
    case .booleans(let values): .booleans(spread(values, validity, false))
    case .dates(let values): .dates(spread(values, validity, 0))
    case .integers(let values): .integers(spread(values, validity, 0))
    case .doubles(let values): .doubles(spread(values, validity, 0))
    case .codes(let values, let dictionary): .codes(spread(values, validity, 0), dictionary)
    case .texts(let texts): .texts(spread(texts, validity))
    case .wide, .intervals: preconditionFailure("a file holds stored types only")
    }
  }

  static func spread<Element>(
    _ values: [Element], _ validity: Bitmap, _ filler: Element
  ) -> [Element] {
    var spread = [Element](repeating: filler, count: validity.count)
    var next = 0
    for row in 0..<validity.count where validity[row] {
      spread[row] = values[next]
      next &+= 1
    }
    return spread
  }

  /// A null is an empty text.
  private static func spread(_ texts: TextVector, _ validity: Bitmap) -> TextVector {
    var offsets: [UInt32] = [0]
    offsets.reserveCapacity(validity.count + 1)
    var next = 0
    for row in 0..<validity.count {
      if validity[row] { next &+= 1 }
      offsets.append(texts.offsets[next])
    }
    return TextVector(offsets: offsets, bytes: texts.bytes)
  }
}
