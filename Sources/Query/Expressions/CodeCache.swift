import Bytes
import Columns
import Kernels

/// What an expression of one TEXT column says of each entry of the column's dictionaries: a pattern
/// is matched 115 times for 115 genres, not once for each of 50 million rows. Likewise what an
/// expression of one column of a joined table says of each row of that table.
///
/// The expression is evaluated over the entries and one NULL behind them, so that it may
/// do with NULL what it wants. That pays only when there are more rows than entries; until that
/// many rows have been asked for, it is evaluated row by row.
final class CodeCache: Sendable {
  private struct Known {
    /// Kept so that nothing else can have its identity.
    let owner: any AnyObject & Sendable
    /// The codes for which the expression is true, where it is a match with constants.
    let matches: [UInt32]?
    var rowsAsked = 0
    var result: Column?
  }

  private let entries = Lock<[ObjectIdentifier: Known]>([:])
  private static let mostOwners = 64

  init() {}

  func evaluate(_ inner: Bound, _ place: Int, _ frame: Frame) throws(QueryError) -> Operand {
    if let (base, partners) = frame.slots[place].partners,
      let value = try evaluate(inner, place, frame.width, base, partners)
    {
      return .column(value)
    }
    let column = try frame.column(place)
    guard case .codes(let codes, let dictionary) = column.values else {
      return try inner.evaluate(frame)
    }
    let entry = find(dictionary, inner, rows: frame.rowCount)
    if let matches = entry.matches, matches.count <= 1 {
      let code = matches.first ?? .max
      let bits = mapped(codes) { $0 == code }
      return .column(Column(.boolean, .booleans(bits), validity: column.validity))
    }
    var known = entry.result
    // Numbers are spelled out for this alone, and those of a key are all different anyhow.
    let isSparse = dictionary.isSparse(forRows: entry.rowsAsked / 4)
    if known == nil && entry.rowsAsked >= dictionary.count && !isSparse {
      let texts = Column(.text, .texts(dictionary.texts))
      known = try overEntries(inner, place, texts, frame.width).map { keep($0, for: dictionary) }
    }
    guard let known else { return try inner.evaluate(frame) }
    if column.validity == nil { return .column(gather(known, codes)) }
    let missing = UInt32(dictionary.count)
    let places = codes.indices.map { column.isNull($0) ? missing : codes[$0] }
    return .column(gather(known, places))
  }

  /// The value for each partner of a join; nil where that is not known for all rows of the table.
  private func evaluate(
    _ inner: Bound, _ place: Int, _ width: Int, _ base: BaseColumn,
    _ partners: Partners
  ) throws(QueryError) -> Column? {
    let entry = find(base, nil, rows: partners.rows.count)
    var known = entry.result
    if known == nil && entry.rowsAsked >= base.column.count {
      known = try overEntries(inner, place, base.column, width).map { keep($0, for: base) }
    }
    guard let known else { return nil }
    let missing = UInt32(base.column.count)
    var rows = partners.rows
    for row in partners.absent { rows[Int(row)] = missing }
    return gather(known, rows)
  }

  /// The value for each entry and for NULL; nil where an entry is an error that no row may have.
  /// Two threads may both compute it; they get the same and one of them is kept.
  private func overEntries(
    _ inner: Bound, _ place: Int, _ entries: Column, _ width: Int
  ) throws(QueryError) -> Column? {
    let count = entries.count + 1
    let nothing = Column(repeating: .null, .null, count: count)
    var columns = Array(repeating: nothing, count: width)
    columns[place] = concatenate(
      [entries, nullColumn(entries.type, count: 1)], type: entries.type)
    let frame = Frame(columns, rowCount: count)
    if !inner.canFail { return Self.coded(try inner.column(frame)) }
    do { return Self.coded(try inner.column(frame)) } catch { return nil }
  }

  /// Texts as codes of a dictionary of different texts, so that equal results are equal codes.
  private static func coded(_ column: Column) -> Column {
    guard case .texts = column.values else { return column }
    return column.interned()
  }

  private func find(
    _ owner: any AnyObject & Sendable, _ inner: Bound?, rows: Int
  ) -> Known {
    let key = ObjectIdentifier(owner)
    let known = entries.withLock { entries -> Known? in
      entries[key]?.rowsAsked += rows
      return entries[key]
    }
    if let known { return known }
    var matches: [UInt32]?
    if let inner, let dictionary = owner as? TextDictionary {
      matches = CodeMatch(inner)?.codes(in: dictionary)
    }
    let made = Known(owner: owner, matches: matches, rowsAsked: rows)
    return entries.withLock { entries in
      if let other = entries[key] { return other }
      // A text column without a shared dictionary has one a block, and each is met once.
      if entries.count >= Self.mostOwners { entries.removeAll() }
      entries[key] = made
      return made
    }
  }

  private func keep(_ result: Column, for owner: any AnyObject & Sendable) -> Column {
    entries.withLock { entries in
      let key = ObjectIdentifier(owner)
      if let kept = entries[key]?.result { return kept }
      entries[key]?.result = result
      return result
    }
  }

  /// The rows for which a match with constants is true; nil where the expression is something else.
  func selected(
    _ inner: Bound, _ place: Int, _ frame: Frame
  ) throws(QueryError) -> Selection? {
    if frame.slots[place].partners != nil { return nil }
    let column = try frame.column(place)
    guard case .codes(let codes, let dictionary) = column.values,
      let matches = find(dictionary, inner, rows: 0).matches
    else { return nil }
    var rows = matchedRows(codes, matches)
    if let validity = column.validity { rows = rows.filter { validity[Int($0)] } }
    return Selection(rows, frame)
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
