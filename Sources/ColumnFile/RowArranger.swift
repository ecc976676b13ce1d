import Bytes
import Columns

/// Sorts the rows of a block where a table has no order and the file gets smaller by it.
///
/// The order of rows is information: among n rows about log2(n) bits each. A column that ascends
/// uses it already, like ids that are given out one by one; then the rows stay. Else sorting by a
/// time turns its values into small steps. Only whole rows move, and only within their block;
/// blocks with doubles or spelled-out texts stay, since nothing tells what their order is worth to
/// zstd.
enum RowArranger {
  /// The rows of the blocks in their new order.
  static func arrange(_ columns: inout [PendingColumn], _ fields: [Field]) {
    guard let rows = columns.first?.rowCount, rows > 1, rows <= 1 << 16 else { return }
    guard columns.allSatisfy({ $0.integers.count + $0.nulls.count == rows }) else { return }
    guard let key = sortColumn(columns, fields) else { return }
    let order = ascending(columns[key].integers)
    for index in columns.indices { columns[index] = columns[index].permuted(by: order) }
  }

  /// The column to sort by; nil where the order at hand is worth more.
  private static func sortColumn(_ columns: [PendingColumn], _ fields: [Field]) -> Int? {
    var saved = 0
    var best: (column: Int, isTime: Bool, width: Int)?
    for (index, column) in columns.enumerated()
    where column.nulls.isEmpty {
      guard let measure = column.measure else { continue }
      saved += IntegerEncoder.bitsSavedByOrder(column.integers.count, measure)
      let candidate = (
        column: index, isTime: fields[index].type == .timestamp,
        width: BitPacking.width(measure.whole.range)
      )
      guard candidate.width > 0, candidate.width <= 48 else { continue }
      if let before = best,
        (before.isTime ? 1 : 0, before.width)
          >= (candidate.isTime ? 1 : 0, candidate.width)
      {
        continue
      }
      best = candidate
    }
    let rows = columns[0].rowCount
    return saved > 4 * rows ? nil : best?.column
  }

  /// The rows from the least value to the greatest, equal ones as they were. A radix sort of the
  /// distances from the least with the row in the low 16 bits.
  static func ascending(_ values: [Int64]) -> [Int] {
    let extremes = Extremes(values.span, before: 0)
    var keys = values.indices.map {
      UInt64(bitPattern: values[$0] &- extremes.least) << 16 | UInt64($0)
    }
    var sorted = keys
    var shift: UInt64 = 16
    let digits = 1 << 11
    while shift < 16 + UInt64(BitPacking.width(extremes.range)) {
      var starts = [Int](repeating: 0, count: digits)
      for key in keys { starts[Int(key >> shift) & (digits - 1)] += 1 }
      var start = 0
      for digit in 0..<digits {
        let count = starts[digit]
        starts[digit] = start
        start += count
      }
      for key in keys {
        let digit = Int(key >> shift) & (digits - 1)
        sorted[starts[digit]] = key
        starts[digit] += 1
      }
      swap(&keys, &sorted)
      shift += 11
    }
    return keys.map { Int($0 & 0xFFFF) }
  }
}

extension PendingColumn {
  /// The rows of a column of integers in another order: row `order[i]` becomes row i.
  func permuted(by order: [Int]) -> PendingColumn {
    var result = PendingColumn()
    result.form = form
    result.rowCount = rowCount
    let places = valuePlaces
    result.integers.reserveCapacity(integers.count)
    for (row, source) in order.enumerated() {
      let place = places.isEmpty ? source : places[source]
      if place < 0 {
        result.nulls.append(UInt32(row))
      } else {
        result.integers.append(integers[place])
      }
    }
    if measure != nil { result.measure = IntegerMeasure(result.integers.span) }
    return result
  }

  /// Where the value of each row stands; -1 for nulls. Empty without nulls, where it is the row.
  private var valuePlaces: [Int] {
    if nulls.isEmpty { return [] }
    var places = [Int](repeating: 0, count: rowCount)
    for null in nulls { places[Int(null)] = -1 }
    var next = 0
    for row in places.indices where places[row] == 0 {
      places[row] = next
      next += 1
    }
    return places
  }
}
