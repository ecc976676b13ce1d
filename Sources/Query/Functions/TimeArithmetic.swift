import Columns

// Sums and differences of dates, timestamps and intervals.

extension ScalarFunction {
  /// DATE plus or minus a number of days.
  static func shiftDays(isMinus: Bool) -> ScalarFunction {
    ScalarFunction(isMinus ? "-" : "+", canFail: true) { (arguments) throws(QueryError) in
      let (days, shifts) = (arguments[0].dates, arguments[1].integers)
      func shifted(_ day: Int32, _ by: Int64) -> Int32? {
        let wide = Int128(day) + (isMinus ? -Int128(by) : Int128(by))
        return Int32(exactly: wide)
      }
      try arguments.throwFault { row in
        shifted(days.at(row), shifts.at(row)) == nil
          ? "\(shifts.at(row)) days from a DATE is no DATE" : nil
      }
      return .dates(mapped(days, shifts, arguments.rowCount) { shifted($0, $1) ?? 0 })
    }
  }

  /// DATE minus DATE, in days.
  static let daysBetween = ScalarFunction("-") { (arguments) throws(QueryError) in
    let (a, b) = (arguments[0].dates, arguments[1].dates)
    return .integers(mapped(a, b, arguments.rowCount) { Int64($0) - Int64($1) })
  }

  /// TIMESTAMP minus TIMESTAMP: days and the rest of a day, never months.
  static let timeBetween = ScalarFunction("-", canFail: true) { (arguments) throws(QueryError) in
    let (a, b) = (arguments[0].integers, arguments[1].integers)
    try arguments.throwFault { row in
      a.at(row).subtractingReportingOverflow(b.at(row)).overflow
        ? "the TIMESTAMPs are too far apart" : nil
    }
    return .intervals(
      mapped(a, b, arguments.rowCount) { one, other in
        let (days, rest) = (one &- other).quotientAndRemainder(
          dividingBy: Calendar.microsecondsPerDay)
        return Interval(days: Int32(truncatingIfNeeded: days), microseconds: rest)
      })
  }

  /// TIMESTAMP plus or minus INTERVAL: first the months, cut to the month's last day, then the
  /// days, then the time.
  static func shiftTime(isMinus: Bool) -> ScalarFunction {
    ScalarFunction(isMinus ? "-" : "+", canFail: true) { (arguments) throws(QueryError) in
      let (times, intervals) = (arguments[0].integers, arguments[1].intervals)
      func shifted(_ time: Int64, _ interval: Interval) -> Int64? {
        time.shifted(by: isMinus ? interval.scaled(by: -1) : interval)
      }
      try arguments.throwFault { row in
        shifted(times.at(row), intervals.at(row)) == nil
          ? "the sum of TIMESTAMP and INTERVAL is no TIMESTAMP" : nil
      }
      return .integers(mapped(times, intervals, arguments.rowCount) { shifted($0, $1) ?? 0 })
    }
  }

  static func addIntervals(isMinus: Bool) -> ScalarFunction {
    ScalarFunction(isMinus ? "-" : "+", canFail: true) { (arguments) throws(QueryError) in
      let (a, b) = (arguments[0].intervals, arguments[1].intervals)
      func sum(_ one: Interval, _ other: Interval) -> Interval? {
        let other = isMinus ? other.scaled(by: -1) : other
        let months = one.months.addingReportingOverflow(other.months)
        let days = one.days.addingReportingOverflow(other.days)
        let time = one.microseconds.addingReportingOverflow(other.microseconds)
        if months.overflow || days.overflow || time.overflow { return nil }
        return Interval(
          months: months.partialValue, days: days.partialValue, microseconds: time.partialValue)
      }
      try arguments.throwFault { row in
        sum(a.at(row), b.at(row)) == nil ? "the sum of the INTERVALs is no INTERVAL" : nil
      }
      return .intervals(mapped(a, b, arguments.rowCount) { sum($0, $1) ?? Interval() })
    }
  }

  /// INTERVAL times BIGINT.
  static let scaleInterval = ScalarFunction("*", canFail: true) { (arguments) throws(QueryError) in
    let (a, b) = (arguments[0].intervals, arguments[1].integers)
    try arguments.throwFault { row in
      a.at(row).scalingOverflows(by: b.at(row)) ? "the product is no INTERVAL" : nil
    }
    return .intervals(mapped(a, b, arguments.rowCount) { $0.scaled(by: $1) })
  }
}

extension Int64 {
  /// This timestamp and an interval later; nil where that is no timestamp.
  func shifted(by interval: Interval) -> Int64? {
    let split = Calendar.split(timestamp: self)
    var days = split.days
    if interval.months != 0 {
      let (year, month, day) = Calendar.date(days: days)
      let months = year * 12 + (month - 1) + Int(interval.months)
      let newYear = Int(Int64(months).floorDivided(by: 12))
      let newMonth = months - newYear * 12 + 1
      let last = Calendar.daysIn(month: newMonth, of: newYear)
      days = Calendar.days(year: newYear, month: newMonth, day: Swift.min(day, last))
    }
    days += Int(interval.days)
    let (start, outOfRange) = Int64(days).multipliedReportingOverflow(
      by: Calendar.microsecondsPerDay)
    let (whole, tooLate) = start.addingReportingOverflow(split.time)
    let (sum, overflow) = whole.addingReportingOverflow(interval.microseconds)
    return outOfRange || tooLate || overflow ? nil : sum
  }
}
