import Columns

/// string_agg: keeps all texts with their order keys, and sorts at the end.
struct JoinTextsState: AggregateState {
  let separator: String
  let order: [SortDirection]
  private var groups: [UInt32] = []
  /// The texts first, then the order keys, batch by batch.
  private var batches: [[Column]] = []
  private var memory = MemoryMeter()

  init(separator: String, order: [SortDirection]) {
    self.separator = separator
    self.order = order
  }

  mutating func update(_ groups: RowGroups, _ groupCount: Int, _ arguments: [Column]) {
    let ids = groups.ids
    let rows = ids.indices.filter { !arguments[0].isNull($0) }.map { UInt32($0) }
    if rows.isEmpty { return }
    self.groups.append(contentsOf: rows.map { ids[Int($0)] })
    let isWhole = rows.count == ids.count
    let kept = arguments.prefix(order.count + 1).map { isWhole ? $0 : gather($0, rows) }
    memory.add(kept)
    batches.append(kept)
  }

  func byteCount(_ groupCount: Int) -> Int { memory.bytes + groups.count * 4 }

  mutating func merge(_ other: any AggregateState, _ groups: [UInt32], _ groupCount: Int) {
    let other = same(other)
    self.groups.append(contentsOf: other.groups.map { groups[Int($0)] })
    batches.append(contentsOf: other.batches)
    for batch in other.batches { memory.add(batch) }
  }

  mutating func finish(_ rowCounts: [Int64]) -> Column {
    if batches.isEmpty { return nullColumn(.text, count: rowCounts.count) }
    let columns = (0...order.count).map { place in
      concatenate(batches.map { $0[place] }, type: batches[0][place].type)
    }
    var keys = [SortKey(Column(.bigint, .integers(groups.map { Int64($0) })))]
    for (place, direction) in order.enumerated() {
      keys.append(SortKey(columns[place + 1], direction))
    }
    let rows = sortedRows(by: keys, rowCount: groups.count)
    let texts = spelled(gather(columns[0], rows))
    var result = TextVector()
    var hasRows: [Bool] = []
    var next = 0
    for group in rowCounts.indices {
      var text: [UInt8] = []
      let first = next
      while next < rows.count && Int(groups[Int(rows[next])]) == group {
        if next > first { text.append(contentsOf: separator.utf8) }
        text.append(contentsOf: texts.bytes[texts.range(next)])
        next += 1
      }
      result.append(text[...])
      hasRows.append(next > first)
    }
    return Column(.text, .texts(result), validity: Bitmap(hasRows))
  }
}
