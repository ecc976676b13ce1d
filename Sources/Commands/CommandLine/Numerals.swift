/// Numbers as people write them on a command line.
package enum Numerals {
  /// `1000`, `1_000`, `10k`, `2M`, `1G`: the letters stand for powers of a thousand.
  package static func count(_ text: String) -> Int? {
    number(text, letters: ["k": 1000, "m": 1_000_000, "g": 1_000_000_000])
  }

  /// `4096`, `64k`, `512M`, `2GiB`: the letters stand for powers of 1024.
  package static func size(_ text: String) -> Int? {
    var letters: [String: Int] = ["b": 1]
    for (index, letter) in ["k", "m", "g", "t"].enumerated() {
      let unit = 1 << (10 * (index + 1))
      for ending in ["", "b", "ib"] { letters[letter + ending] = unit }
    }
    return number(text, letters: letters)
  }

  /// `90s`, `5m`, `2h`, `1d`, or seconds.
  package static func seconds(_ text: String) -> Int? {
    number(text, letters: ["s": 1, "m": 60, "h": 3600, "d": 86_400])
  }

  /// A size in the largest unit that loses nothing: `512 MiB`.
  package static func text(ofSize size: Int) -> String {
    for (shift, unit) in [(40, "TiB"), (30, "GiB"), (20, "MiB"), (10, "KiB")]
    where size != 0 && size & ((1 << shift) - 1) == 0 {
      return "\(size >> shift) \(unit)"
    }
    return "\(size) bytes"
  }

  /// Three digits and a decimal unit: `60.6 MB`.
  package static func short(_ number: Double, _ unit: String) -> String {
    var scaled = number
    var prefix = ""
    for next in ["k", "M", "G", "T", "P"] where scaled >= 999.5 {
      scaled /= 1000
      prefix = next
    }
    if prefix.isEmpty && scaled == scaled.rounded() { return "\(Int(scaled)) \(unit)" }
    if scaled >= 99.95 { return "\(Int(scaled.rounded())) \(prefix)\(unit)" }
    let digits = scaled >= 9.995 ? 10.0 : 100.0
    return "\((scaled * digits).rounded() / digits) \(prefix)\(unit)"
  }

  /// Digits in groups of three: `1,234,567`.
  package static func grouped(_ number: Int) -> String {
    let digits = Array(String(number.magnitude))
    var text = number < 0 ? "-" : ""
    for (index, digit) in digits.enumerated() {
      if index > 0 && (digits.count - index) % 3 == 0 { text += "," }
      text.append(digit)
    }
    return text
  }

  /// `3 files`, `1 file`.
  package static func counted(_ number: Int, _ noun: String) -> String {
    "\(grouped(number)) \(noun)\(number == 1 ? "" : "s")"
  }

  private static func number(_ text: String, letters: [String: Int]) -> Int? {
    let digits = text.prefix { $0.isASCII && ($0.isNumber || $0 == "_") }
    guard let first = digits.first, first != "_" else { return nil }
    guard let number = Int(digits.filter { $0 != "_" }) else { return nil }
    let ending = text.dropFirst(digits.count).lowercased()
    guard let unit = ending.isEmpty ? 1 : letters[ending] else { return nil }
    let (product, overflow) = number.multipliedReportingOverflow(by: unit)
    return overflow ? nil : product
  }
}
