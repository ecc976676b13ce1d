/// Days and times of the proleptic Gregorian calendar, as numbers and as ISO 8601 text.
package enum Calendar {
  package static let microsecondsPerDay: Int64 = 86_400_000_000

  /// The days from 1970-01-01 to a date of the calendar.
  package static func days(year: Int, month: Int, day: Int) -> Int {
    // Years begin in March here, so that the leap day is the last of its year.
    let shifted = month <= 2 ? year - 1 : year
    let era = (shifted >= 0 ? shifted : shifted - 399) / 400
    let yearOfEra = shifted - era * 400
    let dayOfYear = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1
    let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
    return era * 146_097 + dayOfEra - 719_468
  }

  /// The date of the calendar `days` after 1970-01-01.
  package static func date(days: Int) -> (year: Int, month: Int, day: Int) {
    let shifted = days + 719_468
    let era = (shifted >= 0 ? shifted : shifted - 146_096) / 146_097
    let dayOfEra = shifted - era * 146_097
    let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
    let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
    let monthOfYear = (5 * dayOfYear + 2) / 153
    let day = dayOfYear - (153 * monthOfYear + 2) / 5 + 1
    let month = monthOfYear < 10 ? monthOfYear + 3 : monthOfYear - 9
    return (yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, day)
  }

  package static func isLeap(_ year: Int) -> Bool {
    year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
  }

  package static func daysIn(month: Int, of year: Int) -> Int {
    switch month {
    case 2: isLeap(year) ? 29 : 28
    case 4, 6, 9, 11: 30
    default: 31
    }
  }

  /// The day a timestamp falls on, and the microseconds since that day began.
  package static func split(timestamp: Int64) -> (days: Int, time: Int64) {
    let days = timestamp.floorDivided(by: microsecondsPerDay)
    return (Int(days), timestamp - days * microsecondsPerDay)
  }

  /// `2024-06-25`.
  package static func text(days: Int32) -> String {
    let (year, month, day) = date(days: Int(days))
    if year <= 0 {
      return "\(padded(1 - year, 4))-\(padded(month, 2))-\(padded(day, 2)) (BC)"
    }
    return "\(padded(year, 4))-\(padded(month, 2))-\(padded(day, 2))"
  }

  /// `2024-06-25 17:43:13`, with a fraction of up to six digits where there is one.
  package static func text(timestamp: Int64) -> String {
    let (days, time) = split(timestamp: timestamp)
    return "\(text(days: Int32(days))) \(text(timeOfDay: time))"
  }

  /// `17:43:13.5`.
  package static func text(timeOfDay time: Int64) -> String {
    let seconds = Int(time / 1_000_000)
    var text =
      "\(padded(seconds / 3600, 2)):\(padded(seconds / 60 % 60, 2)):\(padded(seconds % 60, 2))"
    var fraction = Int(time % 1_000_000)
    if fraction != 0 {
      var digits = 6
      while fraction % 10 == 0 {
        fraction /= 10
        digits -= 1
      }
      text += ".\(padded(fraction, digits))"
    }
    return text
  }

  private static func padded(_ number: Int, _ width: Int) -> String {
    let digits = String(number)
    return String(repeating: "0", count: max(0, width - digits.count)) + digits
  }
}

extension Int64 {
  /// Division that rounds toward negative infinity.
  package func floorDivided(by divisor: Int64) -> Int64 {
    let (quotient, remainder) = quotientAndRemainder(dividingBy: divisor)
    return remainder != 0 && (remainder < 0) != (divisor < 0) ? quotient - 1 : quotient
  }
}
