import Bytes
import Columns
import Kernels

/// Which row of a table with unique keys belongs to each code of a dictionary: the join is made
/// once a dictionary, and then a row's partner is an array index away.
final class RowsByCode: Sendable {
  private struct Entry {
    let dictionary: TextDictionary
    let rows: [UInt32]
    /// So many codes are the rows themselves, and the others have none; nil where it is not so.
    let ownCount: UInt32?

    init(_ dictionary: TextDictionary, _ rows: [UInt32]) {
      self.dictionary = dictionary
      self.rows = rows
      let count = rows.firstIndex(of: Column.absent) ?? rows.count
      let isOwn =
        (0..<count).allSatisfy { rows[$0] == $0 }
        && rows[count...].allSatisfy { $0 == Column.absent }
      ownCount = isOwn ? UInt32(count) : nil
    }
  }

  private let join: HashJoin
  private let entries = Lock<[Entry]>([])

  init(_ join: HashJoin) { self.join = join }

  /// The partner of each row, or `Column.absent`.
  func match(_ keys: [Column], rowCount: Int) -> [UInt32] {
    guard keys.count == 1, case .codes(let codes, let dictionary) = keys[0].values,
      dictionary.count > 0, !dictionary.isSparse(forRows: rowCount)
    else { return join.match(keys, rowCount: rowCount) }
    let entry = entry(for: dictionary)
    let rows = entry.rows
    if keys[0].validity == nil {
      // PERF: a dictionary mostly has its texts in the order of the table that brought them; then a
      // row's partner is looked up nowhere, which took 3 % of a rebuild (samples, Zen 5 VM).
      if let ownCount = entry.ownCount {
        return mapped(codes) { $0 < ownCount ? $0 : Column.absent }
      }
      return [UInt32](capacity: rowCount) { output in
        for row in 0..<rowCount { output.append(rows[Int(codes[row])]) }
      }
    }
    return (0..<rowCount).map { keys[0].isNull($0) ? Column.absent : rows[Int(codes[$0])] }
  }

  private func entry(for dictionary: TextDictionary) -> Entry {
    // Other threads wait: all of them need the answer, and it is made once.
    entries.withLock { entries in
      if let entry = entries.first(where: { $0.dictionary === dictionary }) { return entry }
      let codes = Column(.text, .codes(Array(0..<UInt32(dictionary.count)), dictionary))
      let entry = Entry(dictionary, join.match([codes], rowCount: dictionary.count))
      entries.append(entry)
      return entry
    }
  }
}
