import Columns
import Testing

@Suite struct `The calendar` {
  @Test func `counts days back and forth over eight centuries`() {
    var days = Calendar.days(year: 1600, month: 1, day: 1)
    for year in 1600..<2400 {
      for month in 1...12 {
        for day in 1...Calendar.daysIn(month: month, of: year) {
          #expect(Calendar.days(year: year, month: month, day: day) == days)
          #expect(Calendar.date(days: days) == (year, month, day))
          days += 1
        }
      }
    }
    #expect(Calendar.days(year: 1970, month: 1, day: 1) == 0)
  }

  @Test func `prints timestamps on both sides of 1970`() {
    #expect(Calendar.text(timestamp: 0) == "1970-01-01 00:00:00")
    #expect(Calendar.text(timestamp: -1) == "1969-12-31 23:59:59.999999")
    #expect(Calendar.text(timestamp: 1_719_337_393_500_000) == "2024-06-25 17:43:13.5")
  }
}
