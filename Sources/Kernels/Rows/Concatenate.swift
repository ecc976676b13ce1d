package import Columns

/// The rows of columns of one type, one column behind the other. Codes of one dictionary stay codes
/// of it; codes of several become codes of a new one that has the texts of all.
package func concatenate(_ columns: [Column], type: DataType) -> Column {
  if columns.count == 1 { return columns[0] }
  let parts = columns.filter { $0.count > 0 }
  if parts.isEmpty { return nullColumn(type, count: 0) }
  if parts.count == 1 { return parts[0] }
  return Column(type, joined(parts), validity: Column.joinedValidity(parts))
}

/// The rows of batches of one schema, one batch behind the other.
package func concatenate(_ batches: [ColumnBatch], schema: Schema) -> ColumnBatch {
  if batches.count == 1 { return batches[0] }
  let columns = schema.fields.indices.map { place in
    concatenate(batches.map { $0.columns[place] }, type: schema[place].type)
  }
  return ColumnBatch(schema, columns, rowCount: batches.reduce(0) { $0 + $1.rowCount })
}

private func joined(_ columns: [Column]) -> Column.Values {
  switch columns[0].values {
  case .booleans:
    return .booleans(append(columns) { if case .booleans(let v) = $0 { v } else { nil } })
  case .dates: return .dates(append(columns) { if case .dates(let v) = $0 { v } else { nil } })
  case .integers:
    return .integers(append(columns) { if case .integers(let v) = $0 { v } else { nil } })
  case .wide: return .wide(append(columns) { if case .wide(let v) = $0 { v } else { nil } })
  case .doubles:
    return .doubles(append(columns) { if case .doubles(let v) = $0 { v } else { nil } })
  case .intervals:
    return .intervals(append(columns) { if case .intervals(let v) = $0 { v } else { nil } })
  case .texts, .codes: return joinedTexts(columns)
  }
}

private func append<T>(_ columns: [Column], _ values: (Column.Values) -> [T]?) -> [T] {
  var result: [T] = []
  result.reserveCapacity(columns.reduce(0) { $0 + $1.count })
  for column in columns {
    guard let part = values(column.values) else {
      preconditionFailure("columns of one type are concatenated")
    }
    result.append(contentsOf: part)
  }
  return result
}

/// Whether the rows are few beside the texts of their dictionaries, which are several, or those of
/// a dictionary would be spelled out for them.
private func isCheaperSpelled(_ columns: [Column]) -> Bool {
  var seen: Set<ObjectIdentifier> = []
  var entries = 0
  var rows = 0
  for column in columns {
    rows += column.count
    if case .codes(_, let dictionary) = column.values, dictionary.isSparse(forRows: column.count) {
      return true
    }
    if case .codes(_, let dictionary) = column.values,
      seen.insert(ObjectIdentifier(dictionary)).inserted
    {
      entries += dictionary.count
    }
  }
  return seen.count > 1 && entries / 4 > rows
}

private func joinedTexts(_ columns: [Column]) -> Column.Values {
  if let numbers = Column.joinedNumbers(columns, allowsGaps: true) { return numbers }
  let plain = columns.compactMap { column -> TextVector? in
    if case .texts(let texts) = column.values { texts } else { nil }
  }
  if plain.count == columns.count || isCheaperSpelled(columns) {
    let plain = columns.map { spelled($0) }
    var result = TextVector()
    result.reserve(
      texts: plain.reduce(0) { $0 + $1.count }, bytes: plain.reduce(0) { $0 + $1.bytes.count })
    for texts in plain {
      for index in 0..<texts.count { result.append(texts.bytes[texts.range(index)]) }
    }
    return .texts(result)
  }
  var home = TextHome()
  var codes: [UInt32] = []
  codes.reserveCapacity(columns.reduce(0) { $0 + $1.count })
  for column in columns {
    codes.append(contentsOf: home.codes(of: column.values, validity: column.validity))
  }
  return .codes(codes, home.dictionary())
}
