import Bytes
import Columns

// The common forms of numbers and times, a column of a block at a time.
//
// Eight digits are one word: after an exclusive or with eight zeros each byte is its digit, and one
// addition shows whether some byte is none. Three multiplications then add neighbours to pairs, to
// fours and to eight. Whatever has another form is left for the parser of one field, by its row.
// Compiled kernels do the same where the processor has some; these loops are their twins.

/// Integers of one to sixteen digits.
func convertIntegers(
  _ bytes: Span<UInt8>, _ marks: Span<UInt32>, _ view: FieldView, _ kernels: FieldKernels?,
  into values: inout [Int64], _ others: inout [UInt32]
) {
  if let kernels {
    kernels.integers(bytes, marks, view.layout, into: &values, &others)
    return
  }
  let base = values.count
  values.append(contentsOf: repeatElement(0, count: view.rowCount))
  var target = values.mutableSpan
  for row in 0..<view.rowCount {
    let start = view.start(marks, row)
    let length = view.end(marks, row) &- start
    if length &- 1 < 8 && length > 0 {
      let word = digits(bytes.word64(at: start), count: length)
      if isDigits(word) {
        target[base &+ row] = Int64(truncatingIfNeeded: number(word))
        continue
      }
    } else if length > 8 && length <= 16 {
      let high = digits(bytes.word64(at: start), count: length &- 8)
      let low = digits(bytes.word64(at: start &+ length &- 8), count: 8)
      if isDigits(high) && isDigits(low) {
        target[base &+ row] =
          Int64(truncatingIfNeeded: number(high) &* 100_000_000 &+ number(low))
        continue
      }
    }
    others.append(UInt32(truncatingIfNeeded: row))
  }
}

/// The first `count` bytes of a word, one to eight, as digits in its highest bytes.
@inline(__always)
func digits(_ word: UInt64, count: Int) -> UInt64 {
  (word ^ 0x3030_3030_3030_3030) &<< UInt64(truncatingIfNeeded: 64 &- 8 &* count)
}

/// Whether each byte is at most 9.
@inline(__always)
func isDigits(_ word: UInt64) -> Bool {
  ((word &+ 0x7676_7676_7676_7676) | word) & 0x8080_8080_8080_8080 == 0
}

/// The number of eight digits, the first in the lowest byte.
@inline(__always)
func number(_ digits: UInt64) -> UInt64 {
  let pairs = digits &* 10 &+ (digits &>> 8)
  let first = (pairs & 0x0000_00FF_0000_00FF) &* 0x000F_4240_0000_0064
  let second = (pairs &>> 16 & 0x0000_00FF_0000_00FF) &* 0x0000_2710_0000_0001
  return (first &+ second) &>> 32
}

/// `YYYY-MM-DD[ T]HH:MM:SS`, and nothing behind it but a `Z`, in the years of `MonthTable`.
func convertTimestamps(
  _ bytes: Span<UInt8>, _ marks: Span<UInt32>, _ view: FieldView, _ kernels: FieldKernels?,
  into values: inout [Int64], _ others: inout [UInt32]
) {
  if let kernels {
    kernels.timestamps(bytes, marks, view.layout, into: &values, &others)
    return
  }
  let table = MonthTable.months
  let months = table.span
  let base = values.count
  values.append(contentsOf: repeatElement(0, count: view.rowCount))
  var target = values.mutableSpan
  for row in 0..<view.rowCount {
    let start = view.start(marks, row)
    let length = view.end(marks, row) &- start
    guard length == 19 || length == 20 && bytes[start &+ 19] == 0x5A else {
      others.append(UInt32(truncatingIfNeeded: row))
      continue
    }
    // "2024-06-", "25T" and "17:43:13": digits become numbers, and the rest zeros.
    let date = bytes.word64(at: start) ^ 0x2D30_302D_3030_3030
    let day = bytes.word64(at: start &+ 8) & 0xFFFF ^ 0x3030
    let time = bytes.word64(at: start &+ 11) ^ 0x3030_3A30_303A_3030
    let between = bytes[start &+ 10]
    var wrong = (date &+ 0x7F76_767F_7676_7676) | date
    wrong |= (day &+ 0x7676) | day
    wrong |= (time &+ 0x7676_7F76_767F_7676) | time
    let pairs = time &* 10 &+ (time &>> 8)
    let hour = pairs & 0xFF
    let minute = pairs &>> 24 & 0xFF
    let second = pairs &>> 48 & 0xFF
    let numbers = date &* 10 &+ (date &>> 8)
    let year = (numbers & 0xFF) &* 100 &+ (numbers &>> 16 & 0xFF)
    let month = numbers &>> 40 & 0xFF
    let dayOfMonth = (day & 0xFF) &* 10 &+ day &>> 8
    let entry = (year &- MonthTable.firstYear) &* 16 &+ (month & 15)
    let isRight =
      wrong & 0x8080_8080_8080_8080 == 0 && (between == 0x54 || between == 0x20) && hour < 24
      && minute < 60 && second < 60 && entry < MonthTable.count && month < 16
    guard isRight else {
      others.append(UInt32(truncatingIfNeeded: row))
      continue
    }
    let found = months[Int(entry)]
    guard dayOfMonth &- 1 < found &>> 32 else {
      others.append(UInt32(truncatingIfNeeded: row))
      continue
    }
    let before = Int64(Int32(truncatingIfNeeded: found))
    let days = before &+ Int64(dayOfMonth) &- 1
    let seconds = Int64(hour &* 3600 &+ minute &* 60 &+ second)
    target[base &+ row] = (days &* 86_400 &+ seconds) &* 1_000_000
  }
}

/// The months of some years, sixteen entries a year.
enum MonthTable {
  static let firstYear: UInt64 = 1900
  static let count: UInt64 = 256 * 16

  /// Days from 1970-01-01 to the first of each month in the low half, and its length in the high
  /// one; 0 for an entry that is no month.
  static let months: [UInt64] = (0..<Int(count)).map { entry in
    let (year, month) = (Int(firstYear) + entry / 16, entry % 16)
    guard month >= 1 && month <= 12 else { return 0 }
    let before = Int32(Calendar.days(year: year, month: month, day: 1))
    let length = UInt64(Calendar.daysIn(month: month, of: year))
    return length << 32 | UInt64(UInt32(bitPattern: before))
  }
}
