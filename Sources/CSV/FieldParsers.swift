import Bytes
import Columns

/// One field's bytes to one value; nil for a text that is none. These accept every allowed form;
/// loops over many fields try the common form first.
enum FieldParser {
  /// true, false, yes, no, 1, 0 in any case.
  static func boolean(_ bytes: Span<UInt8>, _ start: Int, _ end: Int) -> Bool? {
    switch end - start {
    case 1:
      if bytes[start] == 0x31 { return true }
      if bytes[start] == 0x30 { return false }
      return nil
    case 2: return spells("no", bytes, start) ? false : nil
    case 3: return spells("yes", bytes, start) ? true : nil
    case 4: return spells("true", bytes, start) ? true : nil
    case 5: return spells("false", bytes, start) ? false : nil
    default: return nil
    }
  }

  /// Whether the letters of `word`, in any case, stand at `start`.
  private static func spells(_ word: StaticString, _ bytes: Span<UInt8>, _ start: Int) -> Bool {
    var place = start
    for letter in "\(word)".utf8 {
      if bytes[place] | 0x20 != letter { return false }
      place += 1
    }
    return true
  }

  /// An optional sign and digits.
  static func integer(_ bytes: Span<UInt8>, _ start: Int, _ end: Int) -> Int64? {
    var place = start
    if place == end { return nil }
    let isNegative = bytes[place] == 0x2D
    if isNegative || bytes[place] == 0x2B { place += 1 }
    if place == end { return nil }
    var value: Int64 = 0
    while place < end {
      let digit = bytes[place] &- 0x30
      if digit > 9 { return nil }
      let (tens, isLarge) = value.multipliedReportingOverflow(by: 10)
      // Counting downward, the smallest number fits too.
      let (sum, isTooLarge) = tens.subtractingReportingOverflow(Int64(digit))
      if isLarge || isTooLarge { return nil }
      value = sum
      place += 1
    }
    if isNegative { return value }
    return value == .min ? nil : -value
  }

  /// `YYYY-MM-DD`.
  static func date(_ bytes: Span<UInt8>, _ start: Int, _ end: Int) -> Int32? {
    guard end - start == 10 else { return nil }
    return days(bytes, start)
  }

  private static func days(_ bytes: Span<UInt8>, _ start: Int) -> Int32? {
    guard let century = pair(bytes, start), let rest = pair(bytes, start + 2),
      let month = pair(bytes, start + 5), let day = pair(bytes, start + 8),
      bytes[start + 4] == 0x2D, bytes[start + 7] == 0x2D
    else { return nil }
    let year = century * 100 + rest
    guard year >= 1, month >= 1, month <= 12, day >= 1,
      day <= Calendar.daysIn(month: month, of: year)
    else { return nil }
    return Int32(Calendar.days(year: year, month: month, day: day))
  }

  private static func pair(_ bytes: Span<UInt8>, _ place: Int) -> Int? {
    let tens = bytes[place] &- 0x30
    let ones = bytes[place + 1] &- 0x30
    return tens <= 9 && ones <= 9 ? Int(tens) * 10 + Int(ones) : nil
  }

  /// `YYYY-MM-DD[ T]HH:MM[:SS[.fraction]][Z]`, and with `hasZone` also `±hh`, `±hhmm`, `±hh:mm`.
  static func timestamp(
    _ bytes: Span<UInt8>, _ start: Int, _ end: Int, hasZone: Bool
  ) -> Int64? {
    guard let (seconds, behind) = clock(bytes, start, end) else { return nil }
    var place = behind
    var fraction = 0
    if place == start + 19, place < end, bytes[place] == 0x2E {
      guard let (value, next) = microseconds(bytes, place + 1, end) else { return nil }
      fraction = value
      place = next
    }
    guard let offset = offset(bytes, place, end, hasZone: hasZone) else { return nil }
    return (seconds - Int64(offset) * 60) * 1_000_000 + Int64(fraction)
  }

  /// The seconds from 1970 on of `YYYY-MM-DD[ T]HH:MM[:SS]`, and the place behind it.
  private static func clock(_ bytes: Span<UInt8>, _ start: Int, _ end: Int) -> (Int64, Int)? {
    if end - start >= 19, let seconds = seconds(bytes, start) {
      return (seconds, start + 19)
    }
    guard end - start >= 16, let days = days(bytes, start),
      bytes[start + 10] == 0x20 || bytes[start + 10] == 0x54,
      let hour = pair(bytes, start + 11), bytes[start + 13] == 0x3A,
      let minute = pair(bytes, start + 14), hour < 24, minute < 60
    else { return nil }
    var place = start + 16
    var second = 0
    if place + 3 <= end && bytes[place] == 0x3A {
      guard let pair = pair(bytes, place + 1), pair < 60 else { return nil }
      second = pair
      place += 3
    }
    return (Int64(days) * 86_400 + Int64((hour * 60 + minute) * 60 + second), place)
  }

  /// The digits of a fraction of a second. Digits behind the sixth must be zeros: a value that
  /// would have to be rounded is none.
  private static func microseconds(_ bytes: Span<UInt8>, _ start: Int, _ end: Int) -> (Int, Int)? {
    if start + 8 <= bytes.count {
      let word = bytes.word64(at: start)
      let count = min(digitCount(word), end - start)
      if count > 0 && count <= 6 {
        let value = Int(number(digits(word, count: count)))
        return (value * millionths[count], start + count)
      }
    }
    var place = start
    var value = 0
    while place < end, bytes[place] &- 0x30 <= 9 {
      let digit = Int(bytes[place] &- 0x30)
      if place - start < 6 { value = value * 10 + digit } else if digit != 0 { return nil }
      place += 1
    }
    if place == start { return nil }
    return (value * millionths[min(place - start, 6)], place)
  }

  /// What a fraction of so many digits counts.
  private static let millionths = [1_000_000, 100_000, 10_000, 1_000, 100, 10, 1]

  /// The minutes that the clock is ahead of UTC by what stands at `start`.
  private static func offset(
    _ bytes: Span<UInt8>, _ start: Int, _ end: Int, hasZone: Bool
  ) -> Int? {
    if start == end { return 0 }
    if bytes[start] == 0x5A { return start + 1 == end ? 0 : nil }
    guard hasZone, bytes[start] == 0x2B || bytes[start] == 0x2D, end - start >= 3,
      let hours = pair(bytes, start + 1), hours < 24
    else { return nil }
    var minutes = 0
    var place = start + 3
    if place < end {
      if bytes[place] == 0x3A { place += 1 }
      guard place + 2 == end, let pair = pair(bytes, place), pair < 60 else { return nil }
      minutes = pair
    }
    let total = hours * 60 + minutes
    return bytes[start] == 0x2D ? -total : total
  }
}
