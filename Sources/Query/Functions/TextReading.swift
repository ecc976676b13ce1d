import Bytes
import Columns

/// Texts as values of other types, as DuckDB's CAST reads them. NULL stands for a text that is no
/// such value.
enum TextReading {
  static func value(_ text: ArraySlice<UInt8>, as type: DataType) -> Value {
    let text = trimmed(text)
    switch type {
    case .boolean: return boolean(text).map(Value.boolean) ?? .null
    case .bigint:
      return integer(text).flatMap { Int64(exactly: $0) }.map(Value.bigint) ?? .null
    case .hugeint: return integer(text).map(Value.hugeint) ?? .null
    case .decimal(let precision, let scale):
      guard let digits = decimal(text, scale: scale),
        digits.magnitude < powersOfTen[precision].magnitude
      else { return .null }
      return .decimal(digits, scale: scale)
    case .double: return double(text).map(Value.double) ?? .null
    case .date:
      return timestamp(text).map { .date(Int32(Calendar.split(timestamp: $0).days)) } ?? .null
    case .timestamp: return timestamp(text).map(Value.timestamp) ?? .null
    case .interval: return interval(text).map(Value.interval) ?? .null
    case .text: return .text(String(decoding: text, as: UTF8.self))
    case .null: return .null
    }
  }

  private static func isSpace(_ byte: UInt8) -> Bool { byte == 0x20 || 9...13 ~= byte }

  static func isDigit(_ byte: UInt8) -> Bool { 0x30...0x39 ~= byte }

  private static func trimmed(_ text: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
    var text = text
    while let first = text.first, isSpace(first) { text.removeFirst() }
    while let last = text.last, isSpace(last) { text.removeLast() }
    return text
  }

  private static func boolean(_ text: ArraySlice<UInt8>) -> Bool? {
    switch String(decoding: text, as: UTF8.self).lowercased() {
    case "true", "t", "1", "yes", "y": true
    case "false", "f", "0", "no", "n": false
    default: nil
    }
  }

  /// A whole number; one with a fraction or an exponent is rounded.
  private static func integer(_ text: ArraySlice<UInt8>) -> Int128? {
    decimal(text, scale: 0)
  }

  /// Digits, perhaps with a sign, a point and an exponent, with `scale` digits behind the point.
  private static func decimal(_ text: ArraySlice<UInt8>, scale: Int) -> Int128? {
    var rest = text
    let isNegative = rest.first == UInt8(ascii: "-")
    if isNegative || rest.first == UInt8(ascii: "+") { rest.removeFirst() }
    var digits: [UInt8] = []
    var pointAt: Int?
    var previous: UInt8 = 0
    while let byte = rest.first, isDigit(byte) || byte == UInt8(ascii: ".") || byte == 0x5F {
      if byte == UInt8(ascii: ".") {
        if pointAt != nil { return nil }
        pointAt = digits.count
      } else if byte == 0x5F {
        guard isDigit(previous), rest.dropFirst().first.map(isDigit) ?? false else { return nil }
      } else {
        digits.append(byte - 0x30)
      }
      previous = byte
      rest.removeFirst()
    }
    if digits.isEmpty { return nil }
    var exponent = 0
    if let byte = rest.first, byte | 0x20 == UInt8(ascii: "e") {
      guard let power = Int(String(decoding: rest.dropFirst(), as: UTF8.self)), abs(power) < 1000
      else { return nil }
      exponent = power
    } else if !rest.isEmpty {
      return nil
    }
    return number(digits, wholeDigits: (pointAt ?? digits.count) + exponent + scale, isNegative)
  }

  /// The first `wholeDigits` of the digits as a number, rounded by the next one.
  private static func number(
    _ digits: [UInt8], wholeDigits: Int, _ isNegative: Bool
  ) -> Int128? {
    var number: Int128 = 0
    for place in 0..<max(0, wholeDigits) {
      let digit = place < digits.count ? Int128(digits[place]) : 0
      let (tenfold, overflow) = number.multipliedReportingOverflow(by: 10)
      let (sum, tooLarge) = tenfold.addingReportingOverflow(isNegative ? -digit : digit)
      if overflow || tooLarge { return nil }
      number = sum
    }
    if wholeDigits >= 0 && wholeDigits < digits.count && digits[wholeDigits] >= 5 {
      number += isNegative ? -1 : 1
    }
    return number
  }

  private static func double(_ text: ArraySlice<UInt8>) -> Double? {
    let string = String(decoding: text, as: UTF8.self).lowercased()
    switch string {
    case "inf", "+inf", "infinity", "+infinity": return .infinity
    case "-inf", "-infinity": return -.infinity
    case "nan", "-nan", "+nan": return .nan
    default: break
    }
    guard let first = text.first(where: { $0 != 0x2B && $0 != 0x2D }) else { return nil }
    if !isDigit(first) && first != UInt8(ascii: ".") { return nil }
    if string.contains("x") { return nil }
    // Swift reads no number that ends in its point or starts with it.
    return Double(string) ?? Double(string + "0") ?? Double("0" + string)
  }

  /// `YYYY-MM-DD`, perhaps with ` hh:mm[:ss[.ffffff]]` and a zone, which is dropped.
  static func timestamp(_ text: ArraySlice<UInt8>) -> Int64? {
    var reader = TimeReader(rest: text)
    guard let days = reader.date() else { return nil }
    let start = Int64(days).multipliedReportingOverflow(by: Calendar.microsecondsPerDay)
    if start.overflow { return nil }
    if reader.rest.isEmpty { return start.partialValue }
    guard reader.skip(UInt8(ascii: " ")) || reader.skip(UInt8(ascii: "T")),
      let time = reader.time(),
      reader.zone(), reader.rest.isEmpty
    else { return nil }
    let sum = start.partialValue.addingReportingOverflow(time)
    return sum.overflow ? nil : sum.partialValue
  }

  /// `3 days`, `1 year 2 months`, `04:05:06`, `-1 hour`.
  static func interval(_ text: ArraySlice<UInt8>) -> Interval? {
    let words = String(decoding: text, as: UTF8.self).lowercased().split { $0 == " " || $0 == "," }
    if words.isEmpty { return nil }
    var sum = Interval()
    var index = 0
    while index < words.count {
      let word = words[index]
      if word.contains(":") {
        var reader = TimeReader(rest: ArraySlice(word.utf8))
        let isNegative = reader.skip(UInt8(ascii: "-"))
        guard let time = reader.time(mayExceedDay: true), reader.rest.isEmpty else { return nil }
        sum.microseconds += isNegative ? -time : time
        index += 1
        continue
      }
      let isUnitApart = word.allSatisfy { $0.isNumber || $0 == "-" || $0 == "." || $0 == "+" }
      let number = word.prefix { $0.isNumber || $0 == "-" || $0 == "." || $0 == "+" }
      let unit: Substring
      if isUnitApart {
        guard index + 1 < words.count else { return nil }
        unit = words[index + 1]
      } else {
        unit = word.dropFirst(number.count)
      }
      guard let count = Double(number), let part = IntervalUnit.interval(count, unit) else {
        return nil
      }
      sum = sum.plus(part)
      index += isUnitApart ? 2 : 1
    }
    return sum
  }
}

/// Reads the parts of a time off the front of a text.
struct TimeReader {
  var rest: ArraySlice<UInt8>

  mutating func skip(_ byte: UInt8) -> Bool {
    if rest.first != byte { return false }
    rest.removeFirst()
    return true
  }

  mutating func number(maxDigits: Int) -> (value: Int, digits: Int)? {
    var value = 0
    var digits = 0
    while digits < maxDigits, let byte = rest.first, TextReading.isDigit(byte) {
      value = value * 10 + Int(byte - 0x30)
      digits += 1
      rest.removeFirst()
    }
    return digits == 0 ? nil : (value, digits)
  }

  mutating func date() -> Int? {
    let isNegative = skip(UInt8(ascii: "-"))
    guard let year = number(maxDigits: 6), let separator = rest.first,
      separator == UInt8(ascii: "-") || separator == UInt8(ascii: "/"), skip(separator),
      let month = number(maxDigits: 2), skip(separator), let day = number(maxDigits: 2)
    else { return nil }
    let signed = isNegative ? -year.value : year.value
    guard 1...12 ~= month.value, day.value >= 1,
      day.value <= Calendar.daysIn(month: month.value, of: signed)
    else { return nil }
    return Calendar.days(year: signed, month: month.value, day: day.value)
  }

  /// Microseconds of `hh:mm[:ss[.ffffff]]`.
  mutating func time(mayExceedDay: Bool = false) -> Int64? {
    guard let hour = number(maxDigits: mayExceedDay ? 9 : 2), skip(UInt8(ascii: ":")),
      let minute = number(maxDigits: 2), minute.value < 60
    else { return nil }
    if !mayExceedDay && hour.value > 23 { return nil }
    var seconds = Int64(hour.value) * 3600 + Int64(minute.value) * 60
    var fraction: Int64 = 0
    if skip(UInt8(ascii: ":")) {
      guard let second = number(maxDigits: 2), second.value < 60 else { return nil }
      seconds += Int64(second.value)
      if skip(UInt8(ascii: ".")) {
        guard let part = number(maxDigits: 6) else { return nil }
        fraction = Int64(part.value)
        for _ in part.digits..<6 { fraction *= 10 }
        // Digits behind the microseconds are dropped.
        while let byte = rest.first, TextReading.isDigit(byte) { rest.removeFirst() }
      }
    }
    return seconds * 1_000_000 + fraction
  }

  /// `Z` or `+hh[:mm]`, or nothing.
  mutating func zone() -> Bool {
    if rest.isEmpty || skip(UInt8(ascii: "Z")) { return true }
    guard skip(UInt8(ascii: "+")) || skip(UInt8(ascii: "-")), number(maxDigits: 2) != nil else {
      return false
    }
    _ = skip(UInt8(ascii: ":"))
    _ = number(maxDigits: 2)
    return true
  }
}

/// The units of INTERVAL.
enum IntervalUnit {
  static func interval(_ count: Double, _ unit: some StringProtocol) -> Interval? {
    let isWhole = count == count.rounded()
    switch unit {
    case "year", "years", "y", "yr", "yrs": return months(count * 12)
    case "quarter", "quarters": return months(count * 3)
    case "month", "months", "mon", "mons": return months(count)
    case "week", "weeks", "w": return isWhole ? days(count * 7) : nil
    case "day", "days", "d": return isWhole ? days(count) : time(count, 86_400_000_000)
    case "hour", "hours", "h", "hr", "hrs": return time(count, 3_600_000_000)
    case "minute", "minutes", "m", "min", "mins": return time(count, 60_000_000)
    case "second", "seconds", "s", "sec", "secs": return time(count, 1_000_000)
    case "millisecond", "milliseconds", "ms", "msec", "msecs": return time(count, 1000)
    case "microsecond", "microseconds", "us": return time(count, 1)
    default: return nil
    }
  }

  private static func months(_ count: Double) -> Interval? {
    Int32(exactly: count).map { Interval(months: $0) }
  }

  private static func days(_ count: Double) -> Interval? {
    Int32(exactly: count).map { Interval(days: $0) }
  }

  private static func time(_ count: Double, _ unit: Double) -> Interval? {
    Int64(exactly: (count * unit).rounded()).map { Interval(microseconds: $0) }
  }
}

extension Interval {
  fileprivate func plus(_ other: Interval) -> Interval {
    Interval(
      months: months &+ other.months, days: days &+ other.days,
      microseconds: microseconds &+ other.microseconds)
  }
}
