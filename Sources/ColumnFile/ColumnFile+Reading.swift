import Bytes
package import Columns

/// The bytes of a page, as a part of what was read.
struct Piece {
  var bytes: [UInt8]
  var range: Range<Int>

  init(_ bytes: [UInt8], _ range: Range<Int>) {
    self.bytes = bytes
    self.range = range
  }
}

/// The keys of a block that others of its columns follow from, for who reads them one by one.
package final class FollowKeys: Sendable {
  private let known = Lock<[Int: KeyColumn]>([:])

  package init() {}

  fileprivate var all: [Int: KeyColumn] {
    get { known.withLock { $0 } }
    set { known.withLock { $0 = newValue } }
  }
}

extension ColumnFile {
  /// The values of a block in one column.
  package func read(
    column: Int, block: Int, _ known: FollowKeys
  ) throws(ColumnFileError) -> Column {
    precondition(block >= 0 && block < blockCount, "a block of the file")
    let piece = try fetch([footer.columns[column].blocks[block].page])[0]
    var keys = known.all
    let read = try decode(column, block, piece, &keys)
    known.all = keys
    return read
  }

  /// The values of a block in one column at some rows, ascending, where they can be had for less
  /// than those of all rows; else nil.
  ///
  /// PERF: a CASE for the one play in a thousand whose song is unknown decoded the genre of all:
  /// 1.6 ns a play of the 34 that a rebuild takes (Zen 5 VM, 2026-11-30).
  package func read(
    column: Int, block: Int, at rows: [UInt32], _ known: FollowKeys
  ) throws(ColumnFileError) -> Column? {
    let page = footer.columns[column].blocks[block].page
    guard page.encoding == .follows, zip(rows, rows.dropFirst()).allSatisfy({ $0 < $1 }) else {
      return nil
    }
    let piece = try fetch([page])[0]
    var keys = known.all
    let context = try context(column, block, &keys)
    known.all = keys
    do throws(Damage) {
      return try PageDecoder.decode(context, at: rows, piece.bytes, piece.range)
    } catch { throw damaged(error, column, block) }
  }

  /// The rows of a block in the given columns, in their order.
  package func read(columns: [Int], block: Int) throws(ColumnFileError) -> ColumnBatch {
    precondition(block >= 0 && block < blockCount, "a block of the file")
    let pages = columns.map { footer.columns[$0].blocks[block].page }
    let pieces = try fetch(pages)
    var keys: [Int: KeyColumn] = [:]
    var read: [Column] = []
    read.reserveCapacity(columns.count)
    for (index, column) in columns.enumerated() {
      read.append(try decode(column, block, pieces[index], &keys))
    }
    let fields = columns.map { schema[$0] }
    return ColumnBatch(Schema(fields), read, rowCount: rows(inBlock: block))
  }

  /// The bytes of pages: in one reading where they lie close together.
  func fetch(
    _ pages: [PageEntry]
  ) throws(ColumnFileError) -> [Piece] {
    let start = pages.map { $0.offset }.min() ?? 0
    let end = pages.map { $0.offset + $0.size }.max() ?? 0
    let wanted = pages.reduce(0) { $0 + $1.size }
    if end - start <= wanted + wanted / 4 {
      let all = try piece(at: start, count: end - start)
      let first = all.range.lowerBound - start
      return pages.map { page in
        Piece(all.bytes, first + page.offset..<first + page.offset + page.size)
      }
    }
    var pieces: [Piece] = []
    for page in pages { pieces.append(try piece(at: page.offset, count: page.size)) }
    return pieces
  }

  private func piece(at offset: Int, count: Int) throws(ColumnFileError) -> Piece {
    do {
      let (bytes, range) = try source.part(at: offset, count: count)
      return Piece(bytes, range)
    } catch { throw ColumnFileError(error) }
  }

  private func decode(
    _ column: Int, _ block: Int, _ piece: Piece, _ keys: inout [Int: KeyColumn]
  ) throws(ColumnFileError) -> Column {
    let context = try context(column, block, &keys)
    let codes = try keyCodes(context, column, piece, &keys)
    do throws(Damage) {
      if let codes { return try PageDecoder.column(of: codes, context) }
      return try PageDecoder.decode(context, piece.bytes, piece.range)
    } catch { throw damaged(error, column, block) }
  }

  /// The codes of a column without nulls that others of its file follow from; else nil.
  ///
  /// PERF: they are the keys of those others as well, and are decoded once: 0.4 ns of the 26 that a
  /// play takes in a rebuild, and all columns of plays whose songs are numbers at 181 M rows/s in
  /// place of 128 (medians of `bench`, Zen 5 VM, 2026-11-30).
  private func keyCodes(
    _ context: PageContext, _ column: Int, _ piece: Piece, _ keys: inout [Int: KeyColumn]
  ) throws(ColumnFileError) -> [UInt32]? {
    guard followed.contains(column), context.nullCount == 0,
      [.codes, .ranked].contains(context.entry.encoding) || context.numbered != nil
    else { return nil }
    let known = keys[column]
    let own: KeyColumn
    if let known { own = known } else { own = try self.keys(of: column, context.block, piece) }
    keys[column] = own
    if case .codes(let codes, _) = own { return codes }
    return nil
  }

  /// `knownKeys` has the keys of the columns that others of this reading follow from.
  private func context(
    _ column: Int, _ block: Int, _ knownKeys: inout [Int: KeyColumn]
  ) throws(ColumnFileError) -> PageContext {
    let entry = footer.columns[column]
    var context = try ownContext(column, block)
    if let place = entry.dictionary {
      context.dictionary = try open(dictionary: place, of: entry.field.name)
    }
    if entry.blocks[block].page.encoding == .follows, let follow = entry.follow {
      let known = knownKeys[follow.source]
      let sourceKeys: KeyColumn
      if let known { sourceKeys = known } else { sourceKeys = try keys(of: follow.source, block) }
      knownKeys[follow.source] = sourceKeys
      context.follow = (sourceKeys, try open(follow, of: column))
    }
    return context
  }

  /// What a page needs that holds codes or numbers of its own.
  private func ownContext(_ column: Int, _ block: Int) throws(ColumnFileError) -> PageContext {
    let entry = footer.columns[column]
    var context = PageContext(column: entry, block: block, rows: rows(inBlock: block))
    if let numbers = entry.numbers, numbers.areCodes(rows: rowCount) {
      context.numbered = open(numbers, of: column)
    }
    if entry.blocks[block].page.encoding.isRanked, let ranking = entry.ranking {
      context.ranking = try open(ranking, of: column)
    }
    return context
  }

  /// The codes or numbers of a column that others follow from.
  private func keys(
    of column: Int, _ block: Int, _ fetched: Piece? = nil
  ) throws(ColumnFileError) -> KeyColumn {
    let entry = footer.columns[column]
    let piece: Piece
    if let fetched { piece = fetched } else { piece = try fetch([entry.blocks[block].page])[0] }
    let context = try ownContext(column, block)
    do throws(Damage) {
      guard let keys = try PageDecoder.keys(context, piece.bytes, piece.range) else {
        throw Damage("another column follows from this one, which has no codes")
      }
      return keys
    } catch { throw damaged(error, column, block) }
  }

  func damaged(_ damage: Damage, _ column: Int, _ block: Int) -> ColumnFileError {
    ColumnFileError(
      damaged: name,
      Damage("\(damage.description) (column \(schema[column].name), block \(block))"))
  }
}
