import Columns

/// A format of `strptime`, which reads what `strftime` writes. What a format does not have is that
/// of 1900-01-01 00:00:00.
struct TimeReading: Sendable {
  private enum Part: Sendable {
    case byte(UInt8)
    case field(Character)
  }

  private var parts: [Part] = []
  private static let fields: Set<Character> = [
    "Y", "y", "m", "d", "H", "I", "M", "S", "f", "g", "p", "a", "A", "b", "B", "j",
  ]

  /// Throws the field that is none, or that does not say a time.
  init(_ format: String) throws(TimeFormat.UnknownField) {
    var rest = Array(format)[...]
    while let character = rest.popFirst() {
      guard character == "%" else {
        parts += String(character).utf8.map { .byte($0) }
        continue
      }
      var field = rest.popFirst()
      if field == "-" { field = rest.popFirst() }
      guard let field else { throw TimeFormat.UnknownField(field: "%") }
      if field == "%" {
        parts.append(.byte(UInt8(ascii: "%")))
      } else if Self.fields.contains(field) {
        parts.append(.field(field))
      } else {
        throw TimeFormat.UnknownField(field: "%\(field)")
      }
    }
  }

  /// The time that a text says; nil where it does not fit the format. Spaces around it are skipped.
  func timestamp(_ text: String) -> Int64? {
    var rest = Array(text.utf8)[...]
    skipSpaces(&rest)
    var moment = ReadMoment()
    for part in parts {
      switch part {
      case .byte(let byte):
        guard rest.popFirst() == byte else { return nil }
      case .field(let field):
        guard moment.read(field, from: &rest) else { return nil }
      }
    }
    skipSpaces(&rest)
    return rest.isEmpty ? moment.timestamp : nil
  }

  private func skipSpaces(_ text: inout ArraySlice<UInt8>) {
    while text.first == UInt8(ascii: " ") { text.removeFirst() }
  }
}

/// The parts of a time that have been read.
private struct ReadMoment {
  private var year = 1900
  private var month = 1
  private var day = 1
  private var dayOfYear: Int?
  private var hour = 0
  private var minute = 0
  private var second = 0
  private var microsecond = 0
  private var isAfternoon: Bool?

  mutating func read(_ field: Character, from text: inout ArraySlice<UInt8>) -> Bool {
    switch field {
    case "Y": return number(&year, 4, 0...9999, &text)
    case "y":
      guard number(&year, 2, 0...99, &text) else { return false }
      year += year < 69 ? 2000 : 1900
      return true
    case "m": return number(&month, 2, 1...12, &text)
    case "d": return number(&day, 2, 1...31, &text)
    case "j":
      var value = 0
      guard number(&value, 3, 1...366, &text) else { return false }
      dayOfYear = value
      return true
    case "H": return number(&hour, 2, 0...23, &text)
    case "I": return number(&hour, 2, 1...12, &text)
    case "M": return number(&minute, 2, 0...59, &text)
    case "S": return number(&second, 2, 0...59, &text)
    case "f": return fraction(6, &text)
    case "g": return fraction(3, &text)
    case "p":
      guard let place = name(of: ["am", "pm"], &text) else { return false }
      isAfternoon = place == 1
      return true
    case "a": return name(of: (0..<7).map { String(TimeNames.day(of: $0).prefix(3)) }, &text) != nil
    case "A": return name(of: (0..<7).map { TimeNames.day(of: $0) }, &text) != nil
    default:
      let names = (1...12).map { TimeNames.month($0) }
      guard let place = name(of: field == "B" ? names : names.map { String($0.prefix(3)) }, &text)
      else { return false }
      month = place + 1
      return true
    }
  }

  private func number(
    _ value: inout Int, _ digits: Int, _ range: ClosedRange<Int>, _ text: inout ArraySlice<UInt8>
  ) -> Bool {
    let found = text.prefix(digits).prefix { 48...57 ~= $0 }
    if found.isEmpty { return false }
    value = found.reduce(0) { $0 * 10 + Int($1 - 48) }
    text.removeFirst(found.count)
    return range.contains(value)
  }

  private mutating func fraction(_ digits: Int, _ text: inout ArraySlice<UInt8>) -> Bool {
    let count = text.prefix(digits).prefix { 48...57 ~= $0 }.count
    guard number(&microsecond, digits, 0...999_999, &text) else { return false }
    for _ in count..<6 { microsecond *= 10 }
    return true
  }

  /// The place of the name that stands here, in either case.
  private func name(of names: [String], _ text: inout ArraySlice<UInt8>) -> Int? {
    for (place, name) in names.enumerated() {
      let wanted = Array(name.lowercased().utf8)
      let found = text.prefix(wanted.count).map { 65...90 ~= $0 ? $0 + 32 : $0 }
      if found == wanted {
        text.removeFirst(wanted.count)
        return place
      }
    }
    return nil
  }

  var timestamp: Int64? {
    var days: Int
    if let dayOfYear {
      days = Calendar.days(year: year, month: 1, day: 1) + dayOfYear - 1
      if Calendar.date(days: days).year != year { return nil }
    } else {
      if day > Calendar.daysIn(month: month, of: year) { return nil }
      days = Calendar.days(year: year, month: month, day: day)
    }
    let hours = isAfternoon.map { hour % 12 + ($0 ? 12 : 0) } ?? hour
    let seconds = Int64((hours * 60 + minute) * 60 + second)
    return Int64(days) * Calendar.microsecondsPerDay + seconds * 1_000_000 + Int64(microsecond)
  }
}
