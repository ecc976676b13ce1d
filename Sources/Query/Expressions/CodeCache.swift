import Columns
import Kernels
import Synchronization

/// What an expression of one TEXT column says of each entry of the column's dictionaries: a pattern
/// is matched 115 times for 115 genres, not once for each of 50 million rows.
///
/// The expression is evaluated over the dictionary's texts and one NULL behind them, so that it may
/// do with NULL what it wants. That pays only when there are more rows than entries; until that
/// many rows have been asked for, it is evaluated row by row.
final class CodeCache: Sendable {
  private struct Entry {
    let dictionary: TextDictionary
    var rowsAsked = 0
    var result: Column?
  }

  private let entries = Mutex<[Entry]>([])

  init() {}

  func evaluate(_ inner: Bound, _ place: Int, _ frame: Frame) throws(QueryError) -> Operand {
    let column = frame.columns[place]
    guard case .codes(let codes, let dictionary) = column.values else {
      return try inner.evaluate(frame)
    }
    var known = find(dictionary, rows: frame.rowCount)
    if known == nil && isWorthwhile(dictionary) {
      // Two threads may both compute it; they get the same and one of them is kept.
      if let computed = try overEntries(inner, place, dictionary, frame.columns.count) {
        known = keep(computed, for: dictionary)
      }
    }
    guard let known else { return try inner.evaluate(frame) }
    if column.validity == nil { return .column(gather(known, codes)) }
    let missing = UInt32(dictionary.count)
    let places = codes.indices.map { column.isNull($0) ? missing : codes[$0] }
    return .column(gather(known, places))
  }

  /// The value for each entry and for NULL; nil where an entry is an error that no row may have.
  private func overEntries(
    _ inner: Bound, _ place: Int, _ dictionary: TextDictionary, _ width: Int
  ) throws(QueryError) -> Column? {
    let count = dictionary.count + 1
    var offsets = dictionary.texts.offsets
    offsets.append(offsets[offsets.count - 1])
    let texts = TextVector(offsets: offsets, bytes: dictionary.texts.bytes)
    var validity = Bitmap(repeating: true, count: count)
    validity.set(count - 1, to: false)
    let nothing = Column(repeating: .null, .null, count: count)
    var columns = Array(repeating: nothing, count: width)
    columns[place] = Column(.text, .texts(texts), validity: validity)
    let frame = Frame(columns, rowCount: count)
    if !inner.canFail { return Self.coded(try inner.column(frame)) }
    do { return Self.coded(try inner.column(frame)) } catch { return nil }
  }

  /// Texts as codes of a dictionary of different texts, so that equal results are equal codes.
  private static func coded(_ column: Column) -> Column {
    guard case .texts = column.values else { return column }
    return column.interned()
  }

  private func find(_ dictionary: TextDictionary, rows: Int) -> Column? {
    entries.withLock { entries in
      guard let index = entries.firstIndex(where: { $0.dictionary === dictionary }) else {
        entries.append(Entry(dictionary: dictionary, rowsAsked: rows))
        return nil
      }
      entries[index].rowsAsked += rows
      return entries[index].result
    }
  }

  private func isWorthwhile(_ dictionary: TextDictionary) -> Bool {
    entries.withLock { entries in
      entries.contains { $0.dictionary === dictionary && $0.rowsAsked >= dictionary.count }
    }
  }

  private func keep(_ result: Column, for dictionary: TextDictionary) -> Column {
    entries.withLock { entries in
      for index in entries.indices where entries[index].dictionary === dictionary {
        if let kept = entries[index].result { return kept }
        entries[index].result = result
      }
      return result
    }
  }
}

extension Column {
  /// A TEXT column as codes of a dictionary of different texts.
  func interned() -> Column {
    var table = GroupTable([.text])
    let ids = table.add([self], rowCount: count).ids
    return gather(table.keyColumns()[0], ids)
  }
}
