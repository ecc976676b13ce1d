import Bytes
import Columns
import Kernels

/// Which row of a table with unique keys belongs to each code of a dictionary: the join is made
/// once a dictionary, and then a row's partner is an array index away.
final class RowsByCode: Sendable {
  private struct Entry {
    let dictionary: TextDictionary
    let rows: [UInt32]
  }

  private let join: HashJoin
  private let entries = Lock<[Entry]>([])

  init(_ join: HashJoin) { self.join = join }

  /// The partner of each row, or `Column.absent`.
  func match(_ keys: [Column], rowCount: Int) -> [UInt32] {
    guard keys.count == 1, case .codes(let codes, let dictionary) = keys[0].values,
      dictionary.count > 0
    else { return join.match(keys, rowCount: rowCount) }
    let rows = rows(for: dictionary)
    if keys[0].validity == nil {
      return [UInt32](capacity: rowCount) { output in
        for row in 0..<rowCount { output.append(rows[Int(codes[row])]) }
      }
    }
    return (0..<rowCount).map { keys[0].isNull($0) ? Column.absent : rows[Int(codes[$0])] }
  }

  private func rows(for dictionary: TextDictionary) -> [UInt32] {
    // Other threads wait: all of them need the answer, and it is made once.
    entries.withLock { entries in
      if let entry = entries.first(where: { $0.dictionary === dictionary }) { return entry.rows }
      let codes = Column(.text, .codes(Array(0..<UInt32(dictionary.count)), dictionary))
      let rows = join.match([codes], rowCount: dictionary.count)
      entries.append(Entry(dictionary: dictionary, rows: rows))
      return rows
    }
  }
}
