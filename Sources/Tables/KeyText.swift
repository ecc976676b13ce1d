import Columns

/// Parts of keys as people write them.
enum KeyText {
  /// A column of one row that holds `text` as a value of `type`; nil where it is none.
  static func column(_ text: String, _ type: DataType) -> Column? {
    switch type {
    case .text: return Column(.text, .texts(TextVector([text])))
    case .bigint: return Int64(text).map { Column(.bigint, .integers([$0])) }
    case .hugeint: return Int128(text).map { Column(.hugeint, .wide([$0])) }
    case .double: return Double(text).map { Column(.double, .doubles([$0])) }
    case .boolean:
      guard text == "true" || text == "false" else { return nil }
      return Column(.boolean, .booleans([text == "true"]))
    case .date: return Calendar.days(text: text).map { Column(.date, .dates([$0])) }
    case .timestamp:
      let parts = text.split(maxSplits: 1, omittingEmptySubsequences: false) {
        $0 == " " || $0 == "T"
      }
      guard parts.count == 2, let days = Calendar.days(text: String(parts[0])),
        let time = time(parts[1])
      else { return nil }
      return Column(.timestamp, .integers([Int64(days) * Calendar.microsecondsPerDay + time]))
    case .decimal, .interval, .null: return nil
    }
  }

  /// Microseconds since midnight of `17:43:13` or `17:43:13.25`.
  private static func time(_ text: Substring) -> Int64? {
    let parts = text.split(separator: ":", omittingEmptySubsequences: false)
    guard parts.count == 3, let hour = Int64(parts[0]), let minute = Int64(parts[1]) else {
      return nil
    }
    let seconds = parts[2].split(separator: ".", maxSplits: 1, omittingEmptySubsequences: false)
    guard let second = Int64(seconds[0]), (0..<24).contains(hour), (0..<60).contains(minute),
      (0..<60).contains(second)
    else { return nil }
    var fraction: Int64 = 0
    if seconds.count == 2 {
      let digits = seconds[1]
      guard (1...6).contains(digits.count), let number = Int64(digits), number >= 0 else {
        return nil
      }
      fraction = number
      for _ in digits.count..<6 { fraction *= 10 }
    }
    return ((hour * 60 + minute) * 60 + second) * 1_000_000 + fraction
  }
}
