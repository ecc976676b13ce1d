import Bytes
import CSV
import Columns
import SQL

/// Rows of CSV files that are read where a query wants them, and checked as they are read.
final class PendingRows: Sendable {
  /// Whether rows may be cut by the parity of quotes alone, since everything is done again if a
  /// quote breaks the rule.
  let trustsQuotes: Bool
  private let tables = Lock<[CSVPieces]>([])

  init(trustsQuotes: Bool) { self.trustsQuotes = trustsQuotes }

  func add(_ pieces: CSVPieces) { tables.withLock { $0.append(pieces) } }

  /// Whether any were cut so.
  var haveTrusted: Bool { tables.withLock { $0.contains(where: \.haveTrusted) } }

  /// Reads what the query has not read, so that all is checked.
  func check(threads: Int) throws(QueryError) {
    for table in tables.withLock({ $0 }) { try table.check(threads: threads) }
  }
}

/// The pieces of the CSV files of a table.
final class CSVPieces: Sendable {
  struct File: Sendable {
    let size: Int
    let pieces: [CSVPiece]
  }

  private let files: [File]
  private let pieces: [CSVPiece]
  private let position: Position
  /// Where the rows of each piece were found.
  private let found: Lock<[Range<Int>?]>

  /// Of which is known where they begin.
  init(_ pieces: [CSVPiece], _ position: Position) {
    files = []
    self.pieces = pieces
    self.position = position
    found = Lock(Array(repeating: nil, count: pieces.count))
  }

  /// Of which nobody knows yet whether all quotes keep the rule.
  init(trusting files: [File], _ position: Position) {
    self.files = files
    self.position = position
    pieces = files.flatMap(\.pieces)
    found = Lock(Array(repeating: nil, count: pieces.count))
  }

  var haveTrusted: Bool { !files.isEmpty }

  var segments: [Segment] {
    pieces.indices.map { place in
      Segment(
        partition: nil,
        content: .deferred { (columns) throws(QueryError) in
          try self.read(place, columns: columns)
        })
    }
  }

  private func read(_ place: Int, columns: [Int]) throws(QueryError) -> ColumnBatch {
    let reading: CSVPiece.Reading
    do { reading = try pieces[place].read(columns: columns) } catch { throw QueryError(error) }
    switch reading {
    case .rows(let batch, let range):
      found.withLock { $0[place] = range }
      return batch
    case .rejected(let rejection):
      // A piece before it may have such a row too, which is the one to tell of.
      for earlier in 0..<place where found.withLock({ $0[earlier] }) == nil {
        _ = try read(earlier, columns: [])
      }
      throw QueryError(rejection, position)
    case .unclear: throw unclear
    }
  }

  /// Reads what was not read, and asks whether each piece begins where the one before it ends.
  /// Where one does not, the query is done again with what a reading from the start has found.
  func check(threads: Int) throws(QueryError) {
    let known = found.withLock { $0 }
    let rest = known.indices.filter { known[$0] == nil }
    _ = try Parallel.map(count: rest.count, threads: threads) { (place) throws(QueryError) in
      try self.read(rest[place], columns: []).rowCount
    }
    var places = found.withLock { $0 }.compactMap { $0 }[...]
    for file in files {
      let own = Array(places.prefix(file.pieces.count))
      places = places.dropFirst(own.count)
      if !CSVPiece.areAll(own, of: file.size) { throw unclear }
    }
  }

  /// Never seen: whoever trusts the quotes does it again without.
  private var unclear: QueryError { QueryError("rows do not begin where they seemed to", at: nil) }
}

extension QueryError {
  /// A row of a CSV file does not fit the columns.
  init(_ rejection: Rejection, _ position: Position) {
    self.init(
      "\(rejection.source), line \(rejection.line): \(rejection.reason)", at: position,
      hint: "read_csv('\(rejection.source)', columns => {…}) declares other types.")
  }
}
