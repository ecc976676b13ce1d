import Columns
import Query

/// Rows as text, `NULL` for null, cells divided by `|`.
func rows(_ result: QueryResult) -> [String] {
  result.batches.flatMap { batch in
    (0..<batch.rowCount).map { row in
      batch.columns.map { $0.value(at: row).text ?? "NULL" }.joined(separator: "|")
    }
  }
}

/// A table from values, its texts as codes or as they are, cut into batches of a few rows.
func table(
  _ name: String, _ fields: [Field], key: [String] = [], codes: Bool = false, batchRows: Int = 1000,
  _ values: [[Value]]
) -> SegmentTable {
  let schema = Schema(fields)
  var dictionaries: [Int: [String]] = [:]
  if codes {
    for (place, field) in fields.enumerated() where field.type == .text {
      var seen: [String] = []
      for row in values {
        if case .text(let text) = row[place], !seen.contains(text) { seen.append(text) }
      }
      dictionaries[place] = seen
    }
  }
  let shared = dictionaries.mapValues { TextDictionary(TextVector($0)) }
  var segments: [Segment] = []
  var start = 0
  while start < values.count {
    let part = values[start..<min(values.count, start + batchRows)]
    let columns = fields.indices.map { place in
      column(part.map { $0[place] }, fields[place].type, dictionaries[place], shared[place])
    }
    segments.append(
      Segment(
        partition: nil,
        content: .batch(ColumnBatch(schema, columns, rowCount: part.count))))
    start += batchRows
  }
  return SegmentTable(name, schema, key: key, segments: segments)
}

private func column(
  _ values: [Value], _ type: DataType, _ texts: [String]?, _ dictionary: TextDictionary?
) -> Column {
  let valid = Bitmap(values.map { $0 != .null })
  switch type {
  case .text:
    let own = values.map { value in if case .text(let text) = value { text } else { "" } }
    if let texts, let dictionary {
      let codes = own.map { UInt32(texts.firstIndex(of: $0) ?? 0) }
      return Column(.text, .codes(codes, dictionary), validity: valid)
    }
    return Column(.text, .texts(TextVector(own)), validity: valid)
  case .bigint:
    let own = values.map { value in if case .bigint(let number) = value { number } else { Int64(0) }
    }
    return Column(type, .integers(own), validity: valid)
  case .timestamp:
    let own = values.map { value in
      if case .timestamp(let number) = value { number } else { Int64(0) }
    }
    return Column(type, .integers(own), validity: valid)
  case .date:
    let own = values.map { value in if case .date(let days) = value { days } else { Int32(0) } }
    return Column(type, .dates(own), validity: valid)
  case .boolean:
    return Column(type, .booleans(values.map { $0 == .boolean(true) }), validity: valid)
  default:
    let own = values.map { value in if case .double(let number) = value { number } else { 0.0 } }
    return Column(type, .doubles(own), validity: valid)
  }
}
