import Bytes

/// Reads the members of a JSON object of the log, and says which of them is missing or wrong.
struct RecordFields {
  let json: JSON
  /// What messages call the record.
  let name: String

  private func wrong(_ member: String) -> LakeError {
    .damaged(name, "its member '\(member)' is missing or not what it should be")
  }

  func text(_ member: String) throws(LakeError) -> String {
    guard let text = json[member]?.asText else { throw wrong(member) }
    return text
  }

  func integer(_ member: String) throws(LakeError) -> Int64 {
    guard let number = json[member]?.asInteger else { throw wrong(member) }
    return number
  }

  /// A number that counts something, or that is a place in something.
  func count(_ member: String) throws(LakeError) -> Int {
    let number = try integer(member)
    guard number >= 0, number < 1 << 53 else { throw wrong(member) }
    return Int(number)
  }

  /// A date in days, or nil.
  func partition(_ member: String) throws(LakeError) -> Int32? {
    switch json[member] {
    case nil, .null?: return nil
    case .integer(let days)?:
      guard let days = Int32(exactly: days) else { throw wrong(member) }
      return days
    default: throw wrong(member)
    }
  }

  /// The elements of a list; a member that is not there is an empty list.
  func list(_ member: String) throws(LakeError) -> [RecordFields] {
    guard let value = json[member] else { return [] }
    guard let values = value.asList else { throw wrong(member) }
    return values.map { RecordFields(json: $0, name: name) }
  }

  func texts(_ member: String) throws(LakeError) -> [String] {
    var texts: [String] = []
    for element in try list(member) {
      guard let text = element.json.asText else { throw wrong(member) }
      texts.append(text)
    }
    return texts
  }

  func map<Element>(
    _ member: String, _ read: (RecordFields) throws(LakeError) -> Element
  ) throws(LakeError) -> [Element] {
    var elements: [Element] = []
    for element in try list(member) { elements.append(try read(element)) }
    return elements
  }
}

/// The frame of every object of the log: a line of JSON, then a line with its hash.
enum RecordFrame {
  static func bytes(_ json: JSON) -> [UInt8] {
    var bytes = json.bytes()
    let hash = ContentHash.of(bytes.span)
    bytes.append(UInt8(ascii: "\n"))
    bytes += "hash \(hash)\n".utf8
    return bytes
  }

  static func parse(_ bytes: [UInt8], name: String, kind: String) throws(LakeError) -> RecordFields
  {
    guard let end = bytes.firstIndex(of: UInt8(ascii: "\n")) else {
      throw .damaged(name, "it is cut short")
    }
    let line = Array(bytes[..<end])
    let tail = "hash \(ContentHash.of(line.span))\n"
    guard bytes[(end + 1)...].elementsEqual(tail.utf8) else {
      throw .damaged(name, "its bytes do not match its hash")
    }
    let json: JSON
    do { json = try JSON.parse(line) } catch { throw LakeError(error) }
    let fields = RecordFields(json: json, name: name)
    guard try fields.text("groove") == kind else {
      throw .damaged(name, "it is no \(kind)")
    }
    let format = try fields.count("format")
    guard format <= Self.format else {
      throw LakeError(
        Explanation(
          "cannot read", name, because: "it has format \(format), newer than this program knows",
          remedy: "Use the version of groove that wrote it, or a newer one."))
    }
    return fields
  }

  static let format = 1
}
