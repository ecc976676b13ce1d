import Bytes
import Columns

/// Writes texts: their lengths as integers, then their bytes.
enum TextEncoder {
  /// Appends the content of the form it chooses and returns its number.
  static func encode(_ texts: TextVector, into writer: inout ByteWriter) -> Encoding {
    if let affix = Affix(sampling: texts), let numbers = affix.numbers(texts) {
      affix.write(to: &writer)
      IntegerEncoder.encodePart(numbers, into: &writer, depth: 2)
      return .numbered
    }
    return encodeUnnumbered(texts, into: &writer)
  }

  static func encodeUnnumbered(_ texts: TextVector, into writer: inout ByteWriter) -> Encoding {
    if let (kind, bytes) = Identifier.parse(texts) {
      writer.u8(kind.rawValue)
      writer.append(bytes)
      return .identifiers
    }
    var lengths: [Int64] = []
    lengths.reserveCapacity(texts.count)
    let offsets = texts.offsets
    for index in 0..<texts.count { lengths.append(Int64(offsets[index + 1] - offsets[index])) }
    IntegerEncoder.encodePart(lengths, into: &writer, depth: 2)
    writer.append(texts.bytes)
    return .plainText
  }
}

/// Reads what `TextEncoder` wrote.
enum TextDecoder {
  static func decode(
    _ encoding: Encoding, _ reader: inout ByteReader, count: Int
  ) throws(Damage) -> TextVector {
    switch encoding {
    case .plainText: return try plain(&reader, count)
    case .identifiers: return try identifiers(&reader, count)
    case .numbered:
      let affix = try Affix(from: &reader)
      return try affix.texts(try IntegerDecoder.decodePart(&reader, count: count, depth: 2))
    default: throw Damage("a page of texts in it has an encoding that is not for texts")
    }
  }

  private static func identifiers(
    _ reader: inout ByteReader, _ count: Int
  ) throws(Damage) -> TextVector {
    guard let kind = Identifier(rawValue: try reader.u8()) else {
      throw Damage("its identifiers have an unknown spelling")
    }
    let (size, overflow) = count.multipliedReportingOverflow(by: 16)
    guard !overflow, count <= Int(UInt32.max) / kind.length else {
      throw Damage("its identifiers are too many")
    }
    return kind.texts(reader.bytes, try reader.range(size), count: count)
  }

  private static func plain(_ reader: inout ByteReader, _ count: Int) throws(Damage) -> TextVector {
    let lengths: [UInt32] = try IntegerDecoder.decodePart(&reader, count: count, depth: 2)
    var offsets: [UInt32] = []
    offsets.reserveCapacity(count + 1)
    offsets.append(0)
    var total: UInt64 = 0
    let limit = UInt64(min(reader.remaining, Int(UInt32.max)))
    for length in lengths {
      total += UInt64(length)
      guard total <= limit else { throw Damage("its texts are longer than the page they are in") }
      offsets.append(UInt32(total))
    }
    return try checked(offsets, try reader.bytes(Int(total)))
  }

  /// Texts are UTF-8 each: the whole is, and none starts inside a character.
  static func checked(_ offsets: [UInt32], _ bytes: [UInt8]) throws(Damage) -> TextVector {
    guard isUTF8(bytes.span) else { throw Damage("a text in it is not UTF-8") }
    for offset in offsets where Int(offset) < bytes.count {
      guard bytes[Int(offset)] & 0xC0 != 0x80 else { throw Damage("a text in it is not UTF-8") }
    }
    return TextVector(offsets: offsets, bytes: bytes)
  }
}
