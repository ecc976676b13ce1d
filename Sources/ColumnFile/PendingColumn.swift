import Bytes
import Columns

/// The values of one column that wait for their block to be full. Nulls leave no value behind.
struct PendingColumn: Sendable {
  /// What stands for the texts of the column at the moment.
  enum TextForm: Sendable {
    /// Codes of the column's dictionary, in `integers`.
    case codes
    /// The numbers of texts with the column's affix, in `integers`.
    case numbers
    case texts
  }

  /// Of a column of texts, once it has any.
  var form: TextForm?
  var rowCount = 0
  /// The rows of the block that are null, ascending.
  var nulls: [UInt32] = []
  /// Booleans, dates, integers, timestamps, and codes or numbers of texts.
  var integers: [Int64] = []
  /// Of two integers or more, once the block is full.
  var measure: IntegerMeasure?
  var doubles: [Double] = []
  var textOffsets: [UInt32] = [0]
  var textBytes: [UInt8] = []

  var memory: Int {
    integers.count * 8 + doubles.count * 8 + textOffsets.count * 4 + textBytes.count
      + nulls.count * 4
  }

  /// Of the integers of a full block; nil where there are none.
  var extremes: Extremes? {
    measure?.whole ?? integers.first.map { Extremes(integers.span, before: $0) }
  }

  var texts: TextVector { TextVector(offsets: textOffsets, bytes: textBytes) }

  mutating func clear() {
    rowCount = 0
    nulls.removeAll(keepingCapacity: true)
    integers.removeAll(keepingCapacity: true)
    doubles.removeAll(keepingCapacity: true)
    textOffsets.removeAll(keepingCapacity: true)
    textOffsets.append(0)
    textBytes.removeAll(keepingCapacity: true)
  }

  /// Notes the nulls of `rows` and returns the rows that have values, which are all of them where
  /// that is nil.
  mutating func takeRows(_ column: Column, _ rows: Range<Int>) -> [Int]? {
    defer { rowCount += rows.count }
    guard let validity = column.validity else { return nil }
    var present: [Int] = []
    present.reserveCapacity(rows.count)
    for row in rows {
      if validity[row] {
        present.append(row)
      } else {
        nulls.append(UInt32(rowCount + row - rows.lowerBound))
      }
    }
    return present
  }

  mutating func appendIntegers(_ values: [Int64], _ rows: Range<Int>, _ present: [Int]?) {
    if let present {
      for row in present { integers.append(values[row]) }
    } else {
      integers.append(contentsOf: values[rows])
    }
  }

  /// Codes, or with `first` the numbers that they count from there.
  mutating func appendCodes(
    _ codes: [UInt32], _ rows: Range<Int>, _ present: [Int]?, from first: Int64 = 0
  ) {
    if let present {
      for row in present { integers.append(first &+ Int64(codes[row])) }
      return
    }
    Words.append(codes.span.extracting(rows), from: first, to: &integers)
  }

  mutating func appendDates(_ values: [Int32], _ rows: Range<Int>, _ present: [Int]?) {
    if let present {
      for row in present { integers.append(Int64(values[row])) }
    } else {
      for row in rows { integers.append(Int64(values[row])) }
    }
  }

  mutating func appendBooleans(_ values: [Bool], _ rows: Range<Int>, _ present: [Int]?) {
    if let present {
      for row in present { integers.append(values[row] ? 1 : 0) }
    } else {
      for row in rows { integers.append(values[row] ? 1 : 0) }
    }
  }

  mutating func appendDoubles(_ values: [Double], _ rows: Range<Int>, _ present: [Int]?) {
    if let present {
      for row in present { doubles.append(values[row]) }
    } else {
      doubles.append(contentsOf: values[rows])
    }
  }

  mutating func appendTexts(_ texts: TextVector, _ rows: Range<Int>, _ present: [Int]?) {
    let offsets = texts.offsets
    if let present {
      for row in present { appendText(texts.bytes, Int(offsets[row])..<Int(offsets[row + 1])) }
      return
    }
    let start = offsets[rows.lowerBound]
    let shift = UInt32(textBytes.count) &- start
    textBytes.append(contentsOf: texts.bytes[Int(start)..<Int(offsets[rows.upperBound])])
    for row in rows { textOffsets.append(offsets[row + 1] &+ shift) }
  }

  mutating func appendText(_ source: [UInt8], _ range: Range<Int>) {
    textBytes.append(contentsOf: source[range])
    textOffsets.append(UInt32(textBytes.count))
  }
}
