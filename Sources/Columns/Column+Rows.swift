extension Column {
  /// The rows at `indices`, in that order.
  package func rows(_ indices: [UInt32]) -> Column {
    let chosen: Values
    switch values {
    case .booleans(let values): chosen = .booleans(picked(values, indices))
    case .dates(let values): chosen = .dates(picked(values, indices))
    case .integers(let values): chosen = .integers(picked(values, indices))
    case .wide(let values): chosen = .wide(picked(values, indices))
    case .doubles(let values): chosen = .doubles(picked(values, indices))
    case .texts(let values): chosen = .texts(values.rows(indices))
    case .codes(let values, let dictionary): chosen = .codes(picked(values, indices), dictionary)
    case .intervals(let values): chosen = .intervals(picked(values, indices))
    }
    return Column(
      type, chosen,
      validity: validity.map { bits in
        Bitmap(count: indices.count) { bits[Int(indices[$0])] }
      })
  }

  /// The texts of a column of texts or codes, and the place of each row's among them where that is
  /// not the row: those of a dictionary, but for one that nobody should spell out for so few rows.
  package var textsAndPlaces: (texts: TextVector, places: [UInt32]?) {
    guard case .codes(let codes, let dictionary) = values,
      !dictionary.isSparse(forRows: codes.count)
    else { return (spelled, nil) }
    return (dictionary.texts, codes)
  }

  /// The texts of a column of texts or codes; at a null stands some text.
  package var spelled: TextVector {
    switch values {
    case .texts(let texts): return texts
    case .codes(let codes, let dictionary):
      // A column of nulls only may come with an empty dictionary.
      if dictionary.count == 0 { return TextVector(repeatElement("", count: codes.count)) }
      if let numbering = dictionary.numbering { return numbering.texts(codes) }
      return dictionary.texts.rows(codes)
    default: preconditionFailure("only texts are spelled")
    }
  }
}

private func picked<T>(_ values: [T], _ indices: [UInt32]) -> [T] {
  [T](capacity: indices.count) { output in
    for index in indices { output.append(values[Int(index)]) }
  }
}

extension TextVector {
  /// The texts at `indices`, in that order.
  package func rows(_ indices: [UInt32]) -> TextVector {
    var result = TextVector()
    var size = 0
    for index in indices { size += range(Int(index)).count }
    result.reserve(texts: indices.count, bytes: size)
    for index in indices { result.append(bytes[range(Int(index))]) }
    return result
  }
}

extension ColumnBatch {
  /// The rows at `indices`, in that order.
  package func rows(_ indices: [UInt32]) -> ColumnBatch {
    ColumnBatch(schema, columns.map { $0.rows(indices) }, rowCount: indices.count)
  }

  /// Batches of one schema, one behind the other.
  package static func joined(_ batches: [ColumnBatch], schema: Schema) -> ColumnBatch {
    if batches.count == 1, let only = batches.first { return only }
    let columns = schema.fields.indices.map { index in
      Column.joined(batches.map { $0.columns[index] }, type: schema[index].type)
    }
    return ColumnBatch(schema, columns, rowCount: batches.reduce(0) { $0 + $1.rowCount })
  }
}

extension Column {
  /// Columns of one type, one behind the other. Codes stay codes where all have the same
  /// dictionary, and become texts where not.
  package static func joined(_ all: [Column], type: DataType) -> Column {
    let columns = all.filter { $0.count > 0 }
    return Column(
      type, joinedValues(columns, type: type), validity: joinedValidity(columns))
  }

  /// Which rows of columns are not NULL, one column's behind the other's; nil where all are.
  package static func joinedValidity(_ columns: [Column]) -> Bitmap? {
    if columns.allSatisfy({ $0.validity == nil }) { return nil }
    var validity = Bitmap(repeating: true, count: columns.reduce(0) { $0 + $1.count })
    var first = 0
    for column in columns {
      column.validity?.forEachClear { validity.set(first + $0, to: false) }
      first += column.count
    }
    return validity
  }

  private static func joinedValues(_ columns: [Column], type: DataType) -> Values {
    switch type {
    case .boolean, .null:
      return .booleans(
        columns.flatMap { column -> [Bool] in
          if case .booleans(let values) = column.values { return values }
          preconditionFailure("columns of one type are joined")
        })
    case .date:
      return .dates(
        columns.flatMap { column -> [Int32] in
          if case .dates(let values) = column.values { return values }
          preconditionFailure("columns of one type are joined")
        })
    case .bigint, .timestamp:
      return .integers(
        columns.flatMap { column -> [Int64] in
          if case .integers(let values) = column.values { return values }
          preconditionFailure("columns of one type are joined")
        })
    case .hugeint, .decimal:
      return .wide(
        columns.flatMap { column -> [Int128] in
          if case .wide(let values) = column.values { return values }
          preconditionFailure("columns of one type are joined")
        })
    case .double:
      return .doubles(
        columns.flatMap { column -> [Double] in
          if case .doubles(let values) = column.values { return values }
          preconditionFailure("columns of one type are joined")
        })
    case .interval:
      return .intervals(
        columns.flatMap { column -> [Interval] in
          if case .intervals(let values) = column.values { return values }
          preconditionFailure("columns of one type are joined")
        })
    case .text: return joinedTexts(columns)
    }
  }

  private static func joinedTexts(_ columns: [Column]) -> Values {
    if case .codes(_, let dictionary)? = columns.first?.values {
      var all: [UInt32] = []
      for column in columns {
        guard case .codes(let codes, let other) = column.values, other === dictionary else { break }
        all += codes
      }
      if all.count == columns.reduce(0, { $0 + $1.count }) { return .codes(all, dictionary) }
    }
    if let numbers = joinedNumbers(columns) { return numbers }
    var texts = TextVector()
    for column in columns {
      let spelled = column.spelled
      for row in 0..<spelled.count { texts.append(spelled.bytes[spelled.range(row)]) }
    }
    return .texts(texts)
  }
}

extension TextVector {
  package mutating func append(contentsOf other: TextVector) {
    let base = UInt32(bytes.count)
    append(other.bytes, ends: other.offsets.dropFirst().lazy.map { base + $0 })
  }
}
