import Columns

extension Parser {
  /// A number: whole is BIGINT or HUGEINT, with a point DECIMAL, with an exponent DOUBLE.
  mutating func number() throws(SQLError) -> Expression {
    let place = here
    let text = token.text
    advance()
    func made(_ value: Value, _ type: DataType) -> Expression {
      Expression(.literal(value, type), at: place)
    }
    if !text.contains(where: { "eE.".contains($0) }) {
      if let value = Int64(text) { return made(.bigint(value), .bigint) }
      if let value = Int128(text) { return made(.hugeint(value), .hugeint) }
    } else if let point = text.firstIndex(of: "."), !text.contains(where: { "eE".contains($0) }) {
      let digits = text.filter { $0 != "." }
      let scale = text.distance(from: point, to: text.endIndex) - 1
      if digits.count <= 38, let value = Int128(digits) {
        return made(
          .decimal(value, scale: scale), .decimal(precision: digits.count, scale: scale))
      }
    }
    // A final point is one that Double does not read.
    guard let value = Double(text.hasSuffix(".") ? text + "0" : text), value.isFinite else {
      throw SQLError("the number is out of the range of DOUBLE", at: place)
    }
    return made(.double(value), .double)
  }

  /// The constant with its sign turned; nil for what has no sign.
  static func negative(_ value: Value, _ type: DataType) -> Expression.Kind? {
    switch value {
    case .bigint(let number) where number != .min: .literal(.bigint(-number), type)
    case .hugeint(let number) where number != .min:
      Int64(exactly: -number).map { .literal(.bigint($0), .bigint) }
        ?? .literal(.hugeint(-number), type)
    case .decimal(let number, let scale): .literal(.decimal(-number, scale: scale), type)
    case .double(let number): .literal(.double(-number), type)
    default: nil
    }
  }

  // MARK: - Intervals

  /// `INTERVAL '3 days'`, `INTERVAL 3 DAY`, `INTERVAL (n) DAY`; nil where the word is a name.
  mutating func interval() throws(SQLError) -> Expression? {
    let start = token.start
    let value = peek()
    switch value.kind {
    case .string, .number: break
    case .symbol where isSymbol("(", at: 1): break
    case .symbol where isSymbol("-", at: 1) && peek(2).kind == .number: break
    default: return nil
    }
    let before = index
    advance()
    if value.kind == .string, Units.named(peek().keyword) == nil {
      let text = token.text
      guard let interval = Units.interval(text) else {
        throw error("`\(text)` is not an interval", "For example INTERVAL '3 days 2 hours'.")
      }
      advance()
      return Expression(.literal(.interval(interval), .interval), at: position(from: start))
    }
    let isNegative = takeSymbol("-")
    let operand = try primary()
    guard let unit = Units.named(token.keyword) else {
      // `interval(x)` without a unit is a call of a function of that name.
      if value.kind == .symbol, !isNegative {
        index = before
        return nil
      }
      throw unexpected("a unit, as in INTERVAL 3 DAY")
    }
    advance()
    let place = position(from: start)
    var count: Int64?
    switch operand.kind {
    case .literal(.bigint(let number), _): count = number
    case .literal(.text(let text), _): count = Int64(text)
    case .literal: break
    default:
      let call = Call(Identifier("to_\(unit.name)s", at: operand.position), [operand])
      return Expression(.call(call), at: place)
    }
    guard let count, let interval = unit.times(isNegative ? -count : count) else {
      throw SQLError(
        "the number of an interval is not whole, or too large", at: operand.position,
        hint: "Take a smaller unit.")
    }
    return Expression(.literal(.interval(interval), .interval), at: place)
  }
}

/// A unit of intervals: so many months, days or microseconds.
struct Units {
  let name: String
  let months: Int64
  let days: Int64
  let microseconds: Int64

  private static let all: [Units] = [
    Units(name: "microsecond", months: 0, days: 0, microseconds: 1),
    Units(name: "millisecond", months: 0, days: 0, microseconds: 1000),
    Units(name: "second", months: 0, days: 0, microseconds: 1_000_000),
    Units(name: "minute", months: 0, days: 0, microseconds: 60_000_000),
    Units(name: "hour", months: 0, days: 0, microseconds: 3_600_000_000),
    Units(name: "day", months: 0, days: 1, microseconds: 0),
    Units(name: "week", months: 0, days: 7, microseconds: 0),
    Units(name: "month", months: 1, days: 0, microseconds: 0),
    Units(name: "quarter", months: 3, days: 0, microseconds: 0),
    Units(name: "year", months: 12, days: 0, microseconds: 0),
  ]

  /// The unit called `word`, one or many.
  static func named(_ word: String) -> Units? {
    all.first { $0.name == word || $0.name + "s" == word }
  }

  func times(_ count: Int64) -> Interval? {
    let (time, isTooLong) = microseconds.multipliedReportingOverflow(by: count)
    let (months, hasTooManyMonths) = months.multipliedReportingOverflow(by: count)
    let (days, hasTooManyDays) = days.multipliedReportingOverflow(by: count)
    guard !isTooLong, !hasTooManyMonths, !hasTooManyDays, let months = Int32(exactly: months),
      let days = Int32(exactly: days)
    else { return nil }
    return Interval(months: months, days: days, microseconds: time)
  }

  /// `1 year 3 days 04:05:06.5`; nil for what is not so written.
  static func interval(_ text: String) -> Interval? {
    let words = text.foldedName.split { $0 == " " || $0 == "," }
    var (months, days, time) = (Int64(0), Int64(0), Int64(0))
    var index = 0
    while index < words.count {
      let part: Interval
      if let clock = clock(words[index]) {
        part = Interval(microseconds: clock)
        index += 1
      } else {
        guard index + 1 < words.count, let count = Int64(words[index]),
          let known = named(String(words[index + 1])), let times = known.times(count)
        else { return nil }
        part = times
        index += 2
      }
      months += Int64(part.months)
      days += Int64(part.days)
      let (sum, isTooLong) = time.addingReportingOverflow(part.microseconds)
      if isTooLong { return nil }
      time = sum
    }
    guard !words.isEmpty, let months = Int32(exactly: months), let days = Int32(exactly: days)
    else { return nil }
    return Interval(months: months, days: days, microseconds: time)
  }

  /// The microseconds of `[-]hh:mm[:ss[.ffffff]]`.
  private static func clock(_ word: Substring) -> Int64? {
    let isNegative = word.first == "-"
    let parts = (isNegative ? word.dropFirst() : word).split(
      separator: ":", omittingEmptySubsequences: false)
    guard 2...3 ~= parts.count, parts.allSatisfy({ 1...9 ~= $0.utf8.count }),
      let hours = Int64(parts[0]), let minutes = Int64(parts[1]), 0...59 ~= minutes, hours >= 0
    else { return nil }
    var time = (hours * 60 + minutes) * 60_000_000
    if parts.count == 3 {
      let fraction = parts[2].split(separator: ".", omittingEmptySubsequences: false)
      guard fraction.count <= 2, let seconds = Int64(fraction[0]), 0...59 ~= seconds else {
        return nil
      }
      time += seconds * 1_000_000
      if fraction.count == 2 {
        let digits = fraction[1]
        guard 1...6 ~= digits.utf8.count, digits.allSatisfy(\.isASCII), let value = Int64(digits),
          value >= 0
        else { return nil }
        time += value * [100_000, 10_000, 1000, 100, 10, 1][digits.utf8.count - 1]
      }
    }
    return isNegative ? -time : time
  }
}
