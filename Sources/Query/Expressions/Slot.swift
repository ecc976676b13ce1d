import Bytes
import ColumnFile
import Columns
import Kernels

// Late materialization. A scan gives frames whose columns are not read yet; a filter reads the
// columns of its condition, and keeps of the others which rows remain; the first rows in an order
// are found by the keys of the order. What is read in the end is what the answer shows.

/// A column of a frame: its values, or where they are when somebody asks for them.
enum Slot: Sendable {
  case ready(Column)
  /// One value, a row of it, that all rows have.
  case same(Column)
  case deferred(DeferredColumn)

  var type: DataType {
    switch self {
    case .ready(let column), .same(let column): column.type
    case .deferred(let column): column.type
    }
  }

  /// Its values in `rowCount` rows.
  func column(rowCount: Int) throws(QueryError) -> Column {
    switch self {
    case .ready(let column): return column
    case .same(let column): return Operand(column: column, isConstant: true).spread(over: rowCount)
    case .deferred(let column): return try column.column()
    }
  }

  /// The column, where its rows have been read.
  private var known: Column? {
    switch self {
    case .ready(let column): column
    case .same: nil
    case .deferred(let column): column.known
    }
  }

  /// The values at some rows, as a deferred column has few of them.
  func few(_ rows: [UInt32], of rowCount: Int) throws(QueryError) -> Column? {
    if case .deferred(let column) = self { try column.few(rows, of: rowCount) } else { nil }
  }

  /// The table's column and each row's row in it, where it is joined from a table.
  var partners: (base: BaseColumn, partners: Partners)? {
    if case .deferred(let column) = self { column.partners } else { nil }
  }

  /// What its file says of the values, where they are those of a whole block.
  var zone: Zone? {
    if case .deferred(let column) = self { column.zone } else { nil }
  }

  /// The column at some rows, none of them absent. Few rows of a column that has been read are
  /// taken at once, so that they do not keep the others in memory; a column that was not read will
  /// not be read for them now.
  func keeping(_ rows: [UInt32], of rowCount: Int) -> Slot {
    if case .same = self { return self }
    if let known, rows.count <= rowCount / 4 { return .ready(gather(known, rows)) }
    return .deferred(DeferredColumn(self, rows, of: rowCount))
  }

  /// About how much memory it takes, or will take.
  func byteCount(rowCount: Int) -> Int {
    if case .same = self { return 16 }
    return known?.byteCount ?? rowCount * 8
  }
}

/// A column that is read when it is asked for, once, by whichever thread.
final class DeferredColumn: Sendable {
  private enum Source: Sendable {
    case page(OpenBlock, column: Int)
    /// For each row that of a table; NULL where there is none.
    case partners(BaseColumn, Partners)
    /// Some rows, or `Column.absent` for NULL, of another column, which has so many.
    case rows(Slot, [UInt32], of: Int)
  }

  let type: DataType
  private let source: Source
  private let read = Lock<Column?>(nil)

  init(_ block: OpenBlock, column: Int) {
    type = block.file.schema[column].type
    source = .page(block, column: column)
  }

  init(_ slot: Slot, _ rows: [UInt32], of rowCount: Int) {
    type = slot.type
    if case .deferred(let column) = slot, case .partners(let base, let partners) = column.source {
      source = .partners(base, Partners(gather(partners.rows, rows)))
    } else {
      source = .rows(slot, rows, of: rowCount)
    }
  }

  init(_ base: BaseColumn, _ partners: Partners) {
    type = base.column.type
    source = .partners(base, partners)
  }

  var known: Column? { read.withLock { $0 } }

  func column() throws(QueryError) -> Column {
    if let known { return known }
    let made = try make()
    read.withLock { $0 = made }
    return made
  }

  /// The values at some rows, few of so many and none of them absent, where the others need not be
  /// read for them; else nil.
  func few(_ rows: [UInt32], of rowCount: Int) throws(QueryError) -> Column? {
    guard rows.count <= rowCount / 16, known == nil, case .page(let block, let column) = source
    else { return nil }
    return try block.read(column, at: rows)
  }

  private func make() throws(QueryError) -> Column {
    switch source {
    case .page(let block, let column): return try block.read(column)
    case .partners(let base, let partners): return base.gathered.rows(partners)
    case .rows(let slot, let rows, let rowCount):
      if case .deferred(let column) = slot, rows.count <= rowCount / 4 {
        // Nobody needs the other rows, so they are not kept.
        if let known = column.known { return gather(known, rows) }
        if let few = try column.few(rows, of: rowCount) { return few }
        return gather(try column.make(), rows)
      }
      return gather(try slot.column(rowCount: rowCount), rows)
    }
  }

  /// The table's column and each row's row in it, where it is joined from a table.
  var partners: (base: BaseColumn, partners: Partners)? {
    if case .partners(let base, let partners) = source { (base, partners) } else { nil }
  }

  var zone: Zone? {
    guard case .page(let block, let column) = source else { return nil }
    return block.file.zone(column: column, block: block.number)
  }
}

/// A column of the right side of a join: the same for all rows that are joined, so that what
/// follows from it alone is worked out once a row of it.
final class BaseColumn: Sendable {
  let gathered: GatheredColumn
  var column: Column { gathered.column }

  init(_ column: Column) { gathered = GatheredColumn(column) }
}

/// A block of a file whose columns are read one by one.
final class OpenBlock: Sendable {
  let file: ColumnFile
  let number: Int
  private let keys = FollowKeys()
  private let collector: StatisticsCollector

  init(_ file: ColumnFile, _ number: Int, _ collector: StatisticsCollector) {
    self.file = file
    self.number = number
    self.collector = collector
  }

  func read(_ column: Int) throws(QueryError) -> Column {
    collector.add { $0.pagesRead += 1 }
    do { return try file.read(column: column, block: number, keys) } catch {
      throw QueryError(error)
    }
  }

  /// The values at some rows, ascending, where they are had for less than all of them; else nil.
  func read(_ column: Int, at rows: [UInt32]) throws(QueryError) -> Column? {
    let few: Column?
    do { few = try file.read(column: column, block: number, at: rows, keys) } catch {
      throw QueryError(error)
    }
    if few != nil { collector.add { $0.pagesRead += 1 } }
    return few
  }

  /// The given columns of the block, none of them read.
  func frame(_ columns: [Int]) -> Frame {
    Frame(
      slots: columns.map { .deferred(DeferredColumn(self, column: $0)) },
      rowCount: file.rows(inBlock: number))
  }
}
