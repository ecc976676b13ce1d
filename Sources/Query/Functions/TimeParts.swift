import Bytes
import Columns

/// The parts of a time that `extract`, `date_part` and functions like `year` give.
enum TimePart: String, CaseIterable, Sendable {
  case year, quarter, month, week, day, hour, minute, second, millisecond, microsecond
  case dow, isodow, doy, epoch
  case decade, century, millennium, isoyear

  init?(named name: String) {
    let folded = name.lowercased()
    if let part = TimePart(rawValue: folded) {
      self = part
      return
    }
    switch folded {
    case "years", "y", "yr": self = .year
    case "quarters": self = .quarter
    case "months", "mon", "mons": self = .month
    case "weeks", "w", "weekofyear": self = .week
    case "days", "d", "dayofmonth": self = .day
    case "hours", "h", "hr": self = .hour
    case "minutes", "m", "min", "mins": self = .minute
    case "seconds", "s", "sec", "secs": self = .second
    case "milliseconds", "ms", "msec": self = .millisecond
    case "microseconds", "us", "usec": self = .microsecond
    case "decades": self = .decade
    case "centuries": self = .century
    case "millennia", "millenniums": self = .millennium
    case "dayofweek", "weekday": self = .dow
    case "dayofyear": self = .doy
    default: return nil
    }
  }

  /// `epoch` counts seconds with their fraction, the others are whole.
  var resultType: DataType { self == .epoch ? .double : .bigint }

  var ofTimestamp: ScalarFunction {
    ScalarFunction("date_part") { (arguments) throws(QueryError) in
      let times = arguments[0].integers
      return switch self {
      case .hour: .integers(hours(times))
      case .minute: .integers(mapped(times) { timeOfDay($0) / 60_000_000 % 60 })
      case .second: .integers(mapped(times) { timeOfDay($0) / 1_000_000 % 60 })
      case .millisecond: .integers(mapped(times) { timeOfDay($0) % 60_000_000 / 1000 })
      case .microsecond: .integers(mapped(times) { timeOfDay($0) % 60_000_000 })
      case .epoch: .doubles(mapped(times) { Double($0) / 1_000_000 })
      default: .integers(ofDays(mapped(times) { dayNumber($0) }))
      }
    }
  }

  var ofDate: ScalarFunction {
    ScalarFunction("date_part") { (arguments) throws(QueryError) in
      let days = arguments[0].dates
      return switch self {
      case .hour, .minute, .second, .millisecond, .microsecond: .integers(mapped(days) { _ in 0 })
      case .epoch: .doubles(mapped(days) { Double($0) * 86_400 })
      default: .integers(ofDays(mapped(days) { Int64($0) }))
      }
    }
  }

  var ofInterval: ScalarFunction? {
    let part: (@Sendable (Interval) -> Int64)? =
      switch self {
      case .year: { Int64($0.months / 12) }
      case .month: { Int64($0.months % 12) }
      case .quarter: { Int64($0.months % 12 / 3 + 1) }
      case .day: { Int64($0.days) }
      case .hour: { $0.microseconds / 3_600_000_000 }
      case .minute: { $0.microseconds / 60_000_000 % 60 }
      case .second: { $0.microseconds / 1_000_000 % 60 }
      case .millisecond: { $0.microseconds % 60_000_000 / 1000 }
      case .microsecond: { $0.microseconds % 60_000_000 }
      case .decade: { Int64($0.months / 120) }
      case .century: { Int64($0.months / 1200) }
      case .millennium: { Int64($0.months / 12_000) }
      case .epoch, .week, .dow, .isodow, .doy, .isoyear: nil
      }
    if self == .epoch {
      return ScalarFunction("date_part") { (arguments) throws(QueryError) in
        .doubles(
          arguments[0].intervals.map { interval in
            let (years, months) = (interval.months / 12, interval.months % 12)
            let days = Double(years) * 365.25 + Double(months) * 30 + Double(interval.days)
            return days * 86_400 + Double(interval.microseconds) / 1_000_000
          })
      }
    }
    guard let part else { return nil }
    return ScalarFunction("date_part") { (arguments) throws(QueryError) in
      .integers(arguments[0].intervals.map(part))
    }
  }

  private func ofDays(_ days: [Int64]) -> [Int64] {
    switch self {
    case .year: mapped(days) { Int64(Calendar.date(days: Int($0)).year) }
    case .month: mapped(days) { Int64(Calendar.date(days: Int($0)).month) }
    case .quarter: mapped(days) { Int64((Calendar.date(days: Int($0)).month + 2) / 3) }
    case .day: mapped(days) { Int64(Calendar.date(days: Int($0)).day) }
    case .dow: mapped(days) { remainder($0 &+ 4, 7) }
    case .isodow: mapped(days) { remainder($0 &+ 3, 7) &+ 1 }
    case .doy:
      mapped(days) { day in
        let year = Calendar.date(days: Int(day)).year
        return day &- Int64(Calendar.days(year: year, month: 1, day: 1)) &+ 1
      }
    case .week: mapped(days) { weekOfYear($0) }
    case .isoyear: mapped(days) { isoYear($0) }
    case .decade: mapped(days) { Int64(Calendar.date(days: Int($0)).year / 10) }
    case .century: mapped(days) { yearGroup($0, of: 100) }
    case .millennium: mapped(days) { yearGroup($0, of: 1000) }
    default: preconditionFailure("\(rawValue) is a part of a day")
    }
  }
}

/// How far into its day a timestamp is, in microseconds.
///
/// PERF: unsigned division by a constant is a multiplication; DuckDB's first timestamp is exactly
/// this many days before 1970, so that the sum is never negative.
@inline(__always)
func timeOfDay(_ timestamp: Int64) -> Int64 {
  Int64(bitPattern: shifted(timestamp) % 86_400_000_000)
}

/// The hour of each timestamp. Rows of one day, as those of a partition are, go many at a time.
private func hours(_ times: [Int64]) -> [Int64] {
  if times.isEmpty { return [] }
  let extremes = Extremes(times.span, before: 0)
  let start = extremes.least &- timeOfDay(extremes.least)
  guard dayNumber(extremes.least) == dayNumber(extremes.greatest) else {
    return mapped(times) { timeOfDay($0) / 3_600_000_000 }
  }
  return hours(times.span, from: start)
}

/// The day of a timestamp, from 1970-01-01.
@inline(__always)
func dayNumber(_ timestamp: Int64) -> Int64 {
  Int64(bitPattern: shifted(timestamp) / 86_400_000_000) &- 106_751_991
}

@inline(__always)
private func shifted(_ timestamp: Int64) -> UInt64 {
  UInt64(bitPattern: timestamp) &+ 9_223_372_022_400_000_000
}

/// The remainder that is never negative.
@inline(__always)
func remainder(_ value: Int64, _ divisor: Int64) -> Int64 {
  let rest = value % divisor
  return rest < 0 ? rest &+ divisor : rest
}

/// Centuries and millennia are counted from 1: the year 2000 is in the 20th century.
private func yearGroup(_ day: Int64, of size: Int) -> Int64 {
  let year = Calendar.date(days: Int(day)).year
  return Int64(year > 0 ? (year - 1) / size + 1 : year / size - 1)
}

/// The year that the ISO week belongs to, which is that of its Thursday.
func isoYear(_ day: Int64) -> Int64 {
  Int64(Calendar.date(days: Int(day - remainder(day + 3, 7) + 3)).year)
}

/// The ISO week: week 1 has the year's first Thursday.
func weekOfYear(_ day: Int64) -> Int64 {
  let thursday = day - remainder(day + 3, 7) + 3
  let year = Int(isoYear(day))
  return (thursday - Int64(Calendar.days(year: year, month: 1, day: 1))) / 7 + 1
}

extension TimePart {
  /// The start of the part that a timestamp lies in.
  var truncation: ScalarFunction? {
    switch self {
    case .dow, .isodow, .doy, .epoch: return nil
    default: break
    }
    return ScalarFunction("date_trunc") { (arguments) throws(QueryError) in
      let times = arguments[0].integers
      switch self {
      case .microsecond: return .integers(times)
      case .millisecond: return .integers(mapped(times) { $0 &- timeOfDay($0) % 1000 })
      case .second: return .integers(mapped(times) { $0 &- timeOfDay($0) % 1_000_000 })
      case .minute: return .integers(mapped(times) { $0 &- timeOfDay($0) % 60_000_000 })
      case .hour: return .integers(mapped(times) { $0 &- timeOfDay($0) % 3_600_000_000 })
      case .day: return .integers(mapped(times) { $0 &- timeOfDay($0) })
      default:
        return .integers(
          mapped(times) { firstDay(of: dayNumber($0)) &* Calendar.microsecondsPerDay })
      }
    }
  }

  /// The first day of the week, month, quarter or year of a day.
  func firstDay(of day: Int64) -> Int64 {
    if self == .week { return day - remainder(day + 3, 7) }
    if self == .isoyear {
      // The week that has the fourth of January.
      let fourth = Int64(Calendar.days(year: Int(isoYear(day)), month: 1, day: 4))
      return fourth - remainder(fourth + 3, 7)
    }
    let (year, month, _) = Calendar.date(days: Int(day))
    let (firstYear, firstMonth) =
      switch self {
      case .year: (year, 1)
      case .decade: (year / 10 * 10, 1)
      case .century: (year / 100 * 100, 1)
      case .millennium: (year / 1000 * 1000, 1)
      case .quarter: (year, (month - 1) / 3 * 3 + 1)
      default: (year, month)
      }
    return Int64(Calendar.days(year: firstYear, month: firstMonth, day: 1))
  }

  /// How many boundaries of the part lie between two timestamps, as `date_diff` counts; weeks are
  /// seven days, wherever they begin.
  var difference: ScalarFunction {
    let number = ordinal
    let size: Int64 = self == .week ? 7 : 1
    return ScalarFunction("date_diff") { (arguments) throws(QueryError) in
      let (from, to) = (arguments[0].integers, arguments[1].integers)
      return .integers(
        mapped(from, to, arguments.rowCount) { (number($1) &- number($0)) / size })
    }
  }

  /// Numbers the parts of all time, so that neighbours differ by one.
  private var ordinal: @Sendable (Int64) -> Int64 {
    switch self {
    case .microsecond: { $0 }
    case .millisecond: { $0.floorDivided(by: 1000) }
    case .second, .epoch: { $0.floorDivided(by: 1_000_000) }
    case .minute: { $0.floorDivided(by: 60_000_000) }
    case .hour: { $0.floorDivided(by: 3_600_000_000) }
    case .day, .week, .dow, .isodow, .doy: { dayNumber($0) }
    case .month: { Self.months($0) }
    case .quarter: { Self.months($0).floorDivided(by: 3) }
    case .year: { Self.months($0).floorDivided(by: 12) }
    case .decade: { Self.months($0) / 120 }
    case .century: { Self.months($0) / 1200 }
    case .millennium: { Self.months($0) / 12_000 }
    case .isoyear: { isoYear(dayNumber($0)) }
    }
  }

  private static func months(_ timestamp: Int64) -> Int64 {
    let date = Calendar.date(days: Int(dayNumber(timestamp)))
    return Int64(date.year * 12 + date.month - 1)
  }
}
