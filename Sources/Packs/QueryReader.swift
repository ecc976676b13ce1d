import SQL

/// What a query of a pack says about itself, without being run: its columns, what it reads, and
/// whether it can be computed date by date.
///
/// A query is *by partition* when its rows for all dates together are its rows for each date, put
/// side by side: every group, every window and every DISTINCT has the date among its keys, and no
/// LIMIT counts over dates. Then a new day changes the rows of that day only. Its columns that
/// hold the date are its *carriers*. The reading follows the carriers from the partitioned table
/// outward through joins, groups and subqueries; where it cannot follow, the query spans dates,
/// which is slower and always right.
struct QueryReader {
  /// The tables a query may name: inputs, views, and the queries of its WITH.
  var tables: [String: Reading]

  struct Reading {
    /// The names of its columns, as written.
    var columns: [String]
    var span: Span
    /// The folded names of the columns that hold the partition.
    var carriers: Set<String>
    /// For the partitioned input itself: what else holds the partition.
    var rule: PartitionRule?
    /// The names of the inputs that it reads.
    var inputs: Set<String>
  }

  enum Span { case independent, byPartition, whole }

  func reading(of select: Select) throws(SQLError) -> Reading {
    var reader = self
    for table in select.with {
      var reading = try reader.reading(of: table.query)
      try reading.rename(to: table.columns)
      reader.tables[table.name.folded] = reading
    }
    var reading: Reading
    switch select.body {
    case .block(let block):
      let blockReader = try BlockReader(reader, block)
      reading = try blockReader.reading(orderBy: select.orderBy)
    case .values(let rows):
      let columns = rows.first.map { $0.indices.map { "col\($0)" } } ?? []
      reading = Reading(columns: columns, span: .independent, carriers: [], inputs: [])
    case .unionAll(let queries): reading = try reader.union(queries)
    }
    if select.limit != nil || select.offset != nil, reading.span == .byPartition {
      reading.span = .whole
      reading.carriers = []
    }
    return reading
  }

  /// Rows of several queries: a column carries the partition where it does in all of them.
  private func union(_ queries: [Select]) throws(SQLError) -> Reading {
    var result = try reading(of: queries[0])
    for query in queries.dropFirst() {
      let next = try reading(of: query)
      if next.columns.count != result.columns.count {
        throw SQLError(
          "this query has \(next.columns.count) columns, the first has \(result.columns.count)",
          at: query.position)
      }
      let carried = zip(result.columns, next.columns).filter {
        next.carriers.contains($0.1.foldedName)
      }
      result.carriers.formIntersection(carried.map { $0.0.foldedName })
      if result.span != next.span || result.carriers.isEmpty {
        result.span =
          result.span == .independent && next.span == .independent ? .independent : .whole
      }
      result.inputs.formUnion(next.inputs)
    }
    return result
  }
}

extension QueryReader.Reading {
  mutating func rename(to names: [Identifier]) throws(SQLError) {
    for (index, name) in names.enumerated() {
      guard index < columns.count else {
        throw SQLError("there are only \(columns.count) columns to name", at: name.position)
      }
      if carriers.remove(columns[index].foldedName) != nil { carriers.insert(name.folded) }
      columns[index] = name.name
    }
    if !names.isEmpty { rule = nil }
  }
}
