import Bytes
import Columns

/// The rows of a batch by the day they belong to.
enum Scatter {
  /// The parts of `batch`, by ascending day; rows keep their order. `days` has a day for each row
  /// that `isKept`.
  static func parts(
    of batch: ColumnBatch, days: [Int32], isKept: [Bool]?
  ) -> [(day: Int32, batch: ColumnBatch)] {
    if let isKept {
      let kept = markedRows(isKept)
      return parts(of: batch.rows(kept), days: kept.map { days[Int($0)] }, isKept: nil)
    }
    guard let first = days.first else { return [] }
    var least = first
    var greatest = first
    for day in days {
      least = min(least, day)
      greatest = max(greatest, day)
    }
    if least == greatest { return [(first, batch)] }
    // Days far apart are few: they are numbered first.
    let range = Int(greatest) - Int(least) + 1
    if range > 4 * days.count + 4096 { return parts(of: batch, byDistantDays: days) }
    return order(days, least, range).enumerated().compactMap { index, rows in
      rows.isEmpty ? nil : (least + Int32(index), batch.rows(rows))
    }
  }

  private static func parts(
    of batch: ColumnBatch, byDistantDays days: [Int32]
  ) -> [(day: Int32, batch: ColumnBatch)] {
    let different = Set(days).sorted()
    var numbers: [Int32: Int32] = [:]
    for (number, day) in different.enumerated() { numbers[day] = Int32(number) }
    let numbered = days.map { numbers[$0] ?? 0 }
    return order(numbered, 0, different.count).enumerated().map { index, rows in
      (different[index], batch.rows(rows))
    }
  }

  /// The rows of each number from `least` on, in their order.
  ///
  /// PERF: a file mostly spans a few days, and those are looked for one by one: 0.6 ns a row for
  /// three, where counting and placing each row takes 4.4 (Zen 4 VM, 2026-11-27).
  private static func order(_ numbers: [Int32], _ least: Int32, _ range: Int) -> [[UInt32]] {
    if range <= fewNumbers {
      let codes = numbers.map { UInt32(bitPattern: $0 &- least) }
      return (0..<UInt32(range)).map { matchedRows(codes, [$0]) }
    }
    var counts = [Int](repeating: 0, count: range)
    for number in numbers { counts[Int(number &- least)] &+= 1 }
    var next: [Int] = []
    var total = 0
    for count in counts {
      next.append(total)
      total += count
    }
    let starts = next
    // One pass without a branch that depends on the data.
    var rows = [UInt32](repeating: 0, count: numbers.count)
    for row in numbers.indices {
      let place = next[Int(numbers[row] &- least)]
      rows[place] = UInt32(truncatingIfNeeded: row)
      next[Int(numbers[row] &- least)] = place &+ 1
    }
    return starts.indices.map { Array(rows[starts[$0]..<next[$0]]) }
  }

  private static let fewNumbers = 16
}

extension ColumnBatch {
  /// About how many bytes its values take.
  var memory: Int {
    columns.reduce(0) { sum, column in
      let values: Int
      switch column.values {
      case .booleans(let values): return sum + values.count
      case .dates(let rows): values = rows.count * 4
      case .integers(let rows): values = rows.count * 8
      case .wide(let rows): values = rows.count * 16
      case .doubles(let rows): values = rows.count * 8
      case .texts(let texts): values = texts.bytes.count + texts.offsets.count * 4
      case .codes(let rows, _): values = rows.count * 4
      case .intervals(let rows): values = rows.count * 16
      }
      // What an array takes beside its values counts where there are few.
      return sum + values + 48
    }
  }

  /// The rows for which `isKept` is set.
  func rows(where isKept: [Bool]) -> ColumnBatch {
    let chosen = markedRows(isKept)
    return chosen.count == rowCount ? self : rows(chosen)
  }
}
