import Bytes
package import Columns

/// Whether a row is `UInt32.max`, which names none.
private func haveAbsent(_ rows: [UInt32]) -> Bool { greatest(rows.span) == .max }

/// Which row of a table each row of a batch has for its partner; `UInt32.max` stands for none.
///
/// PERF: who has none is found once for all columns of the table, and for a CASE that asks nothing
/// else: 1.29 in place of 1.41 G instructions for two dates of a rebuild of plays (counted with
/// AVX2, 2026-12-01).
package struct Partners: Sendable {
  package let rows: [UInt32]
  /// The rows of the batch that have none, ascending.
  package let absent: [UInt32]

  package init(_ rows: [UInt32]) {
    self.rows = rows
    absent = haveAbsent(rows) ? matchedRows(rows, [.max]) : []
  }
}

/// The rows of a column that `rows` names, in that order and as often. `UInt32.max` names a row of
/// NULL, as a left join needs it.
package func gather(_ column: Column, _ rows: [UInt32]) -> Column {
  gather(column, nil, Partners(rows))
}

private func gather(_ column: Column, _ narrow: NarrowValues?, _ partners: Partners) -> Column {
  let (rows, absent) = (partners.rows, partners.absent)
  if column.count == 0 { return nullColumn(column.type, count: rows.count) }
  let validity: Bitmap?
  if let own = column.validity {
    validity = gatherBits(own, rows)
  } else {
    validity = absent.isEmpty ? nil : Bitmap(count: rows.count, without: absent)
  }
  let values: Column.Values
  switch column.values {
  case .booleans(let source): values = .booleans(gatherValues(source, rows))
  case .dates(let source): values = .dates(gatherValues(source, rows))
  case .integers(let source):
    values = .integers(narrow?.gather(rows) ?? gatherValues(source, rows))
  case .wide(let source): values = .wide(gatherValues(source, rows))
  case .doubles(let source): values = .doubles(gatherValues(source, rows))
  case .texts(let source):
    var places = rows
    for row in absent { places[Int(row)] = 0 }
    values = .texts(gatherTexts(source, places, validity))
  case .codes(let source, let dictionary):
    values = .codes(narrow?.gather(rows) ?? gatherValues(source, rows), dictionary)
  case .intervals(let source): values = .intervals(gatherValues(source, rows))
  }
  return Column(column.type, values, validity: validity)
}

/// A column of which rows are gathered again and again, as a join does it.
///
/// PERF: codes are kept in a byte or two, where they fit: those of 100,000 songs take 100 KB of the
/// cache for genres and 200 for artists, in place of 400 each, and a rebuild of 50 M plays 1.19 s
/// of two processors in place of 1.24 (medians of 15 in turn, Zen 5 VM, 2026-11-30). Lengths of
/// songs in four bytes in place of eight took 4.6 in place of 10.3 % of a rebuild of 20 M streams
/// (samples, Sapphire Rapids VM, 2026-12-01).
package struct GatheredColumn: Sendable {
  package let column: Column
  private let narrow: NarrowValues?

  package init(_ column: Column) {
    self.column = column
    narrow = NarrowValues(column)
  }

  package func rows(_ partners: Partners) -> Column { gather(column, narrow, partners) }
}

/// Integers that lie close together, as what they are more than the least of them.
private struct NarrowValues: Sendable {
  private enum Steps: Sendable {
    case bytes([UInt8])
    case words([UInt16])
    case halves([UInt32])
  }

  private let least: Int64
  private let steps: Steps

  /// nil where they do not, and where all of a column fits the cache anyhow.
  init?(_ column: Column) {
    if column.count < 1 << 12 { return nil }
    switch column.values {
    case .codes(let codes, let dictionary):
      self.init(codes, from: 0, through: UInt32(max(1, dictionary.count) - 1))
    case .integers(let values):
      guard let range = rangeOf(values) else { return nil }
      self.init(values, from: range.lowerBound, through: range.upperBound)
    default: return nil
    }
  }

  private init?<T: FixedWidthInteger>(_ values: [T], from least: T, through most: T) {
    self.least = Int64(least)
    let (span, overflow) = most.subtractingReportingOverflow(least)
    if overflow { return nil }
    if span <= UInt8.max {
      steps = .bytes(values.map { UInt8(truncatingIfNeeded: $0 &- least) })
    } else if span <= UInt16.max {
      steps = .words(values.map { UInt16(truncatingIfNeeded: $0 &- least) })
    } else if span <= UInt32.max && T.bitWidth > 32 {
      steps = .halves(values.map { UInt32(truncatingIfNeeded: $0 &- least) })
    } else {
      return nil
    }
  }

  func gather<T: FixedWidthInteger>(_ rows: [UInt32]) -> [T] {
    switch steps {
    case .bytes(let steps): widened(steps, rows)
    case .words(let steps): widened(steps, rows)
    case .halves(let steps): widened(steps, rows)
    }
  }

  private func widened<Step: FixedWidthInteger, T: FixedWidthInteger>(
    _ steps: [Step], _ rows: [UInt32]
  ) -> [T] {
    let least = T(truncatingIfNeeded: least)
    return [T](capacity: rows.count) { output in
      for row in rows.indices {
        let place = rows[row]
        output.append(T(truncatingIfNeeded: steps[place == .max ? 0 : Int(place)]) &+ least)
      }
    }
  }
}

/// The rows of all columns of a batch.
package func gather(_ batch: ColumnBatch, _ rows: [UInt32]) -> ColumnBatch {
  ColumnBatch(batch.schema, batch.columns.map { gather($0, rows) }, rowCount: rows.count)
}

/// The numbers that stand in some rows.
package func gather(_ numbers: [UInt32], _ rows: [UInt32]) -> [UInt32] {
  gatherValues(numbers, rows)
}

/// The values at some rows; at an absent one the first, of which there is one.
private func gatherValues<T>(_ source: [T], _ rows: [UInt32]) -> [T] {
  [T](capacity: rows.count) { output in
    for row in rows.indices {
      let place = rows[row]
      output.append(source[place == .max ? 0 : Int(place)])
    }
  }
}

private func gatherTexts(_ source: TextVector, _ rows: [UInt32], _ validity: Bitmap?) -> TextVector
{
  var size = 0
  for row in rows { size += source.range(Int(row)).count }
  var result = TextVector()
  result.reserve(texts: rows.count, bytes: size)
  for (place, row) in rows.enumerated() {
    if let validity, !validity[place] {
      result.append(ArraySlice<UInt8>())
    } else {
      result.append(source.bytes[source.range(Int(row))])
    }
  }
  return result
}

private func gatherBits(_ bits: Bitmap, _ rows: [UInt32]) -> Bitmap {
  Bitmap(count: rows.count) { rows[$0] != .max && bits[Int(rows[$0])] }
}

/// A column of NULL only.
package func nullColumn(_ type: DataType, count: Int) -> Column {
  let values: Column.Values
  switch type {
  case .boolean: values = .booleans(Array(repeating: false, count: count))
  case .date: values = .dates(Array(repeating: 0, count: count))
  case .double: values = .doubles(Array(repeating: 0, count: count))
  case .text:
    values = .texts(TextVector(offsets: Array(repeating: 0, count: count + 1), bytes: []))
  case .hugeint, .decimal: values = .wide(Array(repeating: 0, count: count))
  case .interval: values = .intervals(Array(repeating: Interval(), count: count))
  case .bigint, .timestamp, .null: values = .integers(Array(repeating: 0, count: count))
  }
  return Column(type, values, validity: Bitmap(repeating: false, count: count))
}

/// The texts of a column, spelled out; at nulls any text.
package func spelled(_ column: Column) -> TextVector {
  switch column.values {
  case .texts(let texts): return texts
  case .codes(let codes, let dictionary):
    if let numbering = dictionary.numbering {
      let places = column.validity.map { valid in
        codes.indices.map { valid[$0] ? codes[$0] : 0 }
      }
      return numbering.texts(places ?? codes)
    }
    let texts = dictionary.texts
    if texts.count == 0 { return TextVector(Array(repeating: "", count: codes.count)) }
    return gatherTexts(texts, codes, column.validity)
  default: preconditionFailure("only texts are spelled")
  }
}
