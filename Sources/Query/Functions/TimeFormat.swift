import Columns

/// A format of `strftime`: `%Y-%m-%d %H:%M:%S`.
struct TimeFormat: Sendable {
  private enum Part: Sendable {
    case text(String)
    case field(Character, isPadded: Bool)
  }

  private var parts: [Part] = []
  private static let fields: Set<Character> = [
    "Y", "y", "m", "d", "H", "I", "M", "S", "f", "g", "n", "p", "a", "A", "b", "B", "j", "u", "w",
    "U", "W", "V", "G", "z", "Z",
  ]
  /// The fields that `-` writes without leading zeros.
  private static let padded: Set<Character> = ["y", "m", "d", "H", "I", "M", "S", "j"]
  /// Short for several fields.
  private static let composed: [Character: String] = [
    "c": "%Y-%m-%d %H:%M:%S", "x": "%Y-%m-%d", "X": "%H:%M:%S",
  ]

  /// Throws the field that is none.
  init(_ format: String) throws(UnknownField) {
    var rest = Array(format)[...]
    while let character = rest.popFirst() {
      guard character == "%" else {
        parts.append(.text(String(character)))
        continue
      }
      var field = rest.popFirst()
      let isPadded = field != "-"
      if !isPadded { field = rest.popFirst() }
      guard let field else { throw UnknownField(field: "%") }
      if field == "%" {
        parts.append(.text("%"))
      } else if isPadded, let whole = Self.composed[field] {
        rest = Array(whole)[...] + rest
      } else if isPadded ? Self.fields.contains(field) : Self.padded.contains(field) {
        parts.append(.field(field, isPadded: isPadded))
      } else {
        throw UnknownField(field: "%\(isPadded ? "" : "-")\(field)")
      }
    }
  }

  struct UnknownField: Error {
    let field: String
  }

  func text(of timestamp: Int64) -> String {
    let time = Moment(timestamp)
    return parts.map { part in
      switch part {
      case .text(let text): text
      case .field(let field, let isPadded): time.text(of: field, isPadded: isPadded)
      }
    }.joined()
  }
}

/// A timestamp in its parts.
private struct Moment {
  let day: Int64
  let year: Int
  let month: Int
  let dayOfMonth: Int
  let time: Int64

  init(_ timestamp: Int64) {
    day = dayNumber(timestamp)
    (year, month, dayOfMonth) = Calendar.date(days: Int(day))
    time = timeOfDay(timestamp)
  }

  private var dayOfYear: Int { Int(day) - Calendar.days(year: year, month: 1, day: 1) + 1 }

  func text(of field: Character, isPadded: Bool) -> String {
    let hour = Int(time / 3_600_000_000)
    func number(_ value: Int, _ width: Int) -> String {
      let digits = String(value)
      let missing = isPadded ? max(0, width - digits.count) : 0
      return String(repeating: "0", count: missing) + digits
    }
    switch field {
    case "Y": return number(year, 4)
    case "y": return number(Int(remainder(Int64(year), 100)), 2)
    case "m": return number(month, 2)
    case "d": return number(dayOfMonth, 2)
    case "H": return number(hour, 2)
    case "I": return number((hour + 11) % 12 + 1, 2)
    case "M": return number(Int(time / 60_000_000 % 60), 2)
    case "S": return number(Int(time / 1_000_000 % 60), 2)
    case "f": return number(Int(time % 1_000_000), 6)
    case "p": return hour < 12 ? "AM" : "PM"
    case "a": return String(TimeNames.day(of: day).prefix(3))
    case "A": return TimeNames.day(of: day)
    case "b": return String(TimeNames.month(month).prefix(3))
    case "B": return TimeNames.month(month)
    case "j": return number(dayOfYear, 3)
    case "g": return number(Int(time % 1_000_000) / 1000, 3)
    case "n": return number(Int(time % 1_000_000) * 1000, 9)
    case "u": return String(remainder(day + 3, 7) + 1)
    // Weeks of the year that begin on its first Sunday, or on its first Monday.
    case "U": return number((dayOfYear + 6 - Int(remainder(day + 4, 7))) / 7, 2)
    case "W": return number((dayOfYear + 6 - Int(remainder(day + 3, 7))) / 7, 2)
    case "V": return number(Int(weekOfYear(day)), 2)
    case "G": return number(Int(isoYear(day)), 4)
    case "z": return "+00"
    case "Z": return ""
    default: return String(remainder(day + 4, 7))
    }
  }
}

enum TimeNames {
  static func day(of day: Int64) -> String {
    let names = [
      "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday",
    ]
    return names[Int(remainder(day + 3, 7))]
  }

  static func month(_ month: Int) -> String {
    let names = [
      "January", "February", "March", "April", "May", "June", "July", "August", "September",
      "October", "November", "December",
    ]
    return names[month - 1]
  }
}
