import Bytes
import Columns

/// Turns the bytes of a page into a column.
enum PageDecoder {
  static func decode(
    _ column: ColumnEntry, _ block: Int, rows: Int, _ bytes: [UInt8], _ range: Range<Int>,
    _ dictionary: ColumnFile.OpenDictionary?
  ) throws(Damage) -> Column {
    let page = column.blocks[block].page
    let nullCount = column.blocks[block].zone.nullCount
    var reader = try page.open(bytes, range)
    if page.encoding == .nothing {
      guard reader.isAtEnd else { throw Damage("a page without values has bytes") }
      return nothing(column.field.type, rows, column.isCoded ? dictionary : nil)
    }
    var validity: Bitmap?
    if nullCount > 0 { validity = try readValidity(&reader, rows: rows, nullCount: nullCount) }
    let values = try readValues(
      column, page.encoding, &reader, rows - nullCount, dictionary)
    guard reader.isAtEnd else { throw Damage("a page of it is longer than what it says") }
    let spread = validity.map { Spreader.spread(values, over: $0) } ?? values
    return Column(column.field.type, spread, validity: validity)
  }

  private static func readValidity(
    _ reader: inout ByteReader, rows: Int, nullCount: Int
  ) throws(Damage) -> Bitmap {
    let nulls: [UInt32] = try IntegerDecoder.decodePart(&reader, count: nullCount, depth: 2)
    var validity = Bitmap(repeating: true, count: rows)
    var next = 0
    for null in nulls {
      guard Int(null) >= next && Int(null) < rows else {
        throw Damage("its nulls are not in order")
      }
      validity.set(Int(null), to: false)
      next = Int(null) + 1
    }
    return validity
  }

  private static func readValues(
    _ column: ColumnEntry, _ encoding: Encoding, _ reader: inout ByteReader, _ count: Int,
    _ dictionary: ColumnFile.OpenDictionary?
  ) throws(Damage) -> Column.Values {
    switch column.field.type {
    case .boolean:
      let numbers: [UInt32] = try IntegerDecoder.decode(encoding, &reader, count: count)
      return .booleans(numbers.map { $0 != 0 })
    case .date:
      let numbers: [UInt32] = try IntegerDecoder.decode(encoding, &reader, count: count)
      return .dates(numbers.map { Int32(bitPattern: $0) })
    case .bigint, .timestamp:
      return .integers(try IntegerDecoder.decode(encoding, &reader, count: count))
    case .double:
      return .doubles(try DoubleDecoder.decode(encoding, &reader, count: count))
    case .text where encoding == .codes:
      guard let dictionary else { throw Damage("a column of codes in it has no dictionary") }
      let codes = try readCodes(&reader, count, dictionary)
      return column.isCoded
        ? .codes(codes, dictionary.texts) : .texts(try spell(codes, dictionary.texts.texts))
    case .text:
      return .texts(try TextDecoder.decode(encoding, &reader, count: count))
    default: throw Damage("a column of it has a type that is not stored")
    }
  }

  private static func readCodes(
    _ reader: inout ByteReader, _ count: Int, _ dictionary: ColumnFile.OpenDictionary
  ) throws(Damage) -> [UInt32] {
    var codes: [UInt32] = try IntegerDecoder.decodePart(&reader, count: count, depth: 2)
    var greatest: UInt32 = 0
    for index in codes.indices { greatest = max(greatest, codes[index]) }
    guard count == 0 || Int(greatest) < dictionary.codeCount else {
      throw Damage("a code in it has no text")
    }
    if Int(greatest) >= dictionary.keptCodes {
      let kept = dictionary.keptCodes
      for index in codes.indices where Int(codes[index]) >= kept {
        codes[index] = dictionary.extensionCodes[Int(codes[index]) - kept]
      }
    }
    return codes
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
  private static func nothing(
    _ type: DataType, _ rows: Int, _ dictionary: ColumnFile.OpenDictionary?
  ) -> Column {
    let values: Column.Values =
      switch type {
      case .boolean: .booleans(Array(repeating: false, count: rows))
      case .date: .dates(Array(repeating: 0, count: rows))
      case .double: .doubles(Array(repeating: 0, count: rows))
      case .text:
        dictionary.map { .codes(Array(repeating: 0, count: rows), $0.texts) }
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

  private static func spread<Element>(
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

/// Reads doubles, bit by bit as they were.
enum DoubleDecoder {
  static func decode(
    _ encoding: Encoding, _ reader: inout ByteReader, count: Int
  ) throws(Damage) -> [Double] {
    guard encoding == .plainDoubles else {
      throw Damage("a page of doubles in it has an encoding that is not for doubles")
    }
    return Words.doubles(reader.bytes, try reader.range(count * 8))
  }
}
