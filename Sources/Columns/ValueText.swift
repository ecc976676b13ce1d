// Values as text, as DuckDB casts them to VARCHAR: the one way a value is written, whether on a
// terminal, in CSV, in JSON or by CAST.

extension Value {
  /// The value as text; nil for null.
  package var text: String? {
    var bytes: [UInt8] = []
    switch self {
    case .null: return nil
    case .text(let text): return text
    case .boolean(let bit): return bit ? "true" : "false"
    case .bigint(let number): ValueText.append(number, to: &bytes)
    case .double(let number): ValueText.append(number, to: &bytes)
    case .date(let days): return Calendar.text(days: days)
    case .timestamp(let microseconds): ValueText.append(timestamp: microseconds, to: &bytes)
    case .hugeint(let number): ValueText.append(number, to: &bytes)
    case .decimal(let digits, let scale):
      ValueText.append(decimal: digits, scale: scale, to: &bytes)
    case .interval(let interval): return ValueText.text(of: interval)
    }
    return String(decoding: bytes, as: UTF8.self)
  }
}

extension Column {
  /// The cells of `rows` as texts; the text of a null is empty.
  package func texts(_ rows: Range<Int>) -> TextVector {
    var result = TextVector()
    result.reserve(texts: rows.count, bytes: rows.count * 8)
    var bytes: [UInt8] = []
    for row in rows {
      bytes.removeAll(keepingCapacity: true)
      if !isNull(row) { append(row, to: &bytes) }
      result.append(bytes[...])
    }
    return result
  }

  private func append(_ row: Int, to bytes: inout [UInt8]) {
    switch values {
    case .booleans(let values): bytes.append(contentsOf: (values[row] ? "true" : "false").utf8)
    case .dates(let values): bytes.append(contentsOf: Calendar.text(days: values[row]).utf8)
    case .integers(let values):
      if type == .timestamp {
        ValueText.append(timestamp: values[row], to: &bytes)
      } else {
        ValueText.append(values[row], to: &bytes)
      }
    case .wide(let values):
      if case .decimal(_, let scale) = type {
        ValueText.append(decimal: values[row], scale: scale, to: &bytes)
      } else {
        ValueText.append(values[row], to: &bytes)
      }
    case .doubles(let values): ValueText.append(values[row], to: &bytes)
    case .texts(let values): bytes.append(contentsOf: values.bytes[values.range(row)])
    case .codes(let codes, let dictionary):
      if let numbering = dictionary.numbering { return numbering.append(codes[row], to: &bytes) }
      let texts = dictionary.texts
      bytes.append(contentsOf: texts.bytes[texts.range(Int(codes[row]))])
    case .intervals(let values): bytes.append(contentsOf: ValueText.text(of: values[row]).utf8)
    }
  }
}

/// The texts of single numbers and times.
package enum ValueText {
  package static func append(_ number: Int64, to bytes: inout [UInt8]) {
    if number < 0 { bytes.append(UInt8(ascii: "-")) }
    append(digitsOf: number.magnitude, width: 1, to: &bytes)
  }

  package static func append(_ number: Int128, to bytes: inout [UInt8]) {
    if let small = Int64(exactly: number) { return append(small, to: &bytes) }
    bytes.append(contentsOf: number.description.utf8)
  }

  /// The shortest digits that read back as the same number, with a point or an exponent: `1.0`,
  /// `0.1`, `1e+16`, `1e-05`, `inf`, `nan`.
  package static func append(_ number: Double, to bytes: inout [UInt8]) {
    bytes.append(contentsOf: (number.isNaN ? "nan" : number.description).utf8)
  }

  /// `digits` with the last `scale` of them behind a point.
  package static func append(decimal digits: Int128, scale: Int, to bytes: inout [UInt8]) {
    if scale == 0 { return append(digits, to: &bytes) }
    if digits < 0 { bytes.append(UInt8(ascii: "-")) }
    let all = Array(digits.magnitude.description.utf8)
    let padded = [UInt8](repeating: UInt8(ascii: "0"), count: max(0, scale + 1 - all.count)) + all
    bytes.append(contentsOf: padded.dropLast(scale))
    bytes.append(UInt8(ascii: "."))
    bytes.append(contentsOf: padded.suffix(scale))
  }

  /// `2024-06-25 17:43:13`, as `Calendar.text(timestamp:)` without the intermediate texts where
  /// the year has four digits.
  package static func append(timestamp microseconds: Int64, to bytes: inout [UInt8]) {
    let (days, time) = Calendar.split(timestamp: microseconds)
    let (year, month, day) = Calendar.date(days: days)
    guard year >= 1 && year <= 9999 && time % 1_000_000 == 0 else {
      bytes.append(contentsOf: Calendar.text(timestamp: microseconds).utf8)
      return
    }
    let seconds = UInt64(time / 1_000_000)
    append(digitsOf: UInt64(year), width: 4, to: &bytes)
    bytes.append(UInt8(ascii: "-"))
    append(digitsOf: UInt64(month), width: 2, to: &bytes)
    bytes.append(UInt8(ascii: "-"))
    append(digitsOf: UInt64(day), width: 2, to: &bytes)
    bytes.append(UInt8(ascii: " "))
    append(digitsOf: seconds / 3600, width: 2, to: &bytes)
    bytes.append(UInt8(ascii: ":"))
    append(digitsOf: seconds / 60 % 60, width: 2, to: &bytes)
    bytes.append(UInt8(ascii: ":"))
    append(digitsOf: seconds % 60, width: 2, to: &bytes)
  }

  /// `1 year 2 months -3 days 04:05:06.5`; `00:00:00` where nothing is left to say.
  package static func text(of interval: Interval) -> String {
    var parts: [String] = []
    func add(_ count: Int32, _ unit: String) {
      if count != 0 { parts.append("\(count) \(unit)\(count == 1 || count == -1 ? "" : "s")") }
    }
    add(interval.months / 12, "year")
    add(interval.months % 12, "month")
    add(interval.days, "day")
    if interval.microseconds != 0 || parts.isEmpty {
      let sign = interval.microseconds < 0 ? "-" : ""
      let length = interval.microseconds.magnitude
      let hours = String(length / 3_600_000_000)
      let rest = Calendar.text(timeOfDay: Int64(length % 3_600_000_000)).dropFirst(2)
      parts.append(sign + String(repeating: "0", count: max(0, 2 - hours.count)) + hours + rest)
    }
    return parts.joined(separator: " ")
  }

  /// The decimal digits of `number`, with zeros in front up to `width`.
  private static func append(digitsOf number: UInt64, width: Int, to bytes: inout [UInt8]) {
    let start = bytes.count
    var rest = number
    while rest > 0 || bytes.count - start < width {
      bytes.append(UInt8(ascii: "0") + UInt8(rest % 10))
      rest /= 10
    }
    bytes[start...].reverse()
  }
}
