extension DataType {
  /// The type whose description is `name`.
  package init?(named name: String) {
    let simple: [DataType] = [
      .boolean, .bigint, .double, .text, .date, .timestamp, .hugeint, .interval, .null,
    ]
    if let type = simple.first(where: { $0.description == name }) {
      self = type
      return
    }
    guard name.hasPrefix("DECIMAL("), name.hasSuffix(")") else { return nil }
    let parts = name.dropFirst(8).dropLast().split(separator: ",")
    guard parts.count == 2, let precision = Int(parts[0]), let scale = Int(parts[1]),
      (1...38).contains(precision), (0...precision).contains(scale)
    else { return nil }
    self = .decimal(precision: precision, scale: scale)
  }
}

extension Calendar {
  /// The days from 1970-01-01 to a date written as `2024-06-25`.
  package static func days(text: String) -> Int32? {
    let bytes = Array(text.utf8)
    guard bytes.count == 10, bytes[4] == UInt8(ascii: "-"), bytes[7] == UInt8(ascii: "-") else {
      return nil
    }
    func number(_ range: Range<Int>) -> Int? {
      var number = 0
      for byte in bytes[range] {
        guard (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) else { return nil }
        number = number * 10 + Int(byte - UInt8(ascii: "0"))
      }
      return number
    }
    guard let year = number(0..<4), let month = number(5..<7), let day = number(8..<10),
      (1...12).contains(month), day >= 1, day <= daysIn(month: month, of: year), year >= 1
    else { return nil }
    return Int32(days(year: year, month: month, day: day))
  }
}
