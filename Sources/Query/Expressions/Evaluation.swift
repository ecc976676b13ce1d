import ColumnFile
import Columns
import Kernels

// Evaluation of a bound expression over the rows of a frame, a column at a time.

extension Bound {
  /// Its value in each row.
  func evaluate(_ frame: Frame) throws(QueryError) -> Operand {
    switch self {
    case .column(let place, let type):
      if case .same(let column) = frame.slots[place] {
        return Operand(
          column: column.type == type ? column : column.retyped(type), isConstant: true)
      }
      let column = try frame.column(place)
      return .column(column.type == type ? column : column.retyped(type))
    case .constant(let value, let type):
      return .constant(value, type)
    case .call(let call):
      return try frame.remembered(self) { () throws(QueryError) in try call.evaluate(frame) }
    case .logic(let isAnd, let operands):
      return try Logic.evaluate(isAnd: isAnd, operands, frame)
    case .isNull(let operand, let isNegated):
      if let known = operand.partnerNullness(frame, isNegated: isNegated) { return known }
      let value = try operand.evaluate(frame)
      return value.nullness(isNegated: isNegated)
    case .conditional(let branches, let otherwise, let type, let union):
      return try frame.remembered(self) { () throws(QueryError) in
        try Choice(type, union).evaluate(branches, otherwise: otherwise, frame)
      }
    case .coalesce(let operands, let type, let union):
      return try Choice(type, union).firstValid(operands, frame)
    case .isIn(let operand, let set, let isNegated):
      return set.contains(try operand.evaluate(frame), isNegated: isNegated)
    case .query, .isInQuery:
      preconditionFailure("inner queries are answered before rows are read")
    case .perCode(let inner, let column, let cache):
      return try frame.remembered(self) { () throws(QueryError) in
        try cache.evaluate(inner, column, frame)
      }
    }
  }

  /// Its value in each row, as a column.
  func column(_ frame: Frame) throws(QueryError) -> Column {
    // Where there are no rows nothing can fail, not even 1 // 0.
    if frame.rowCount == 0 { return nullColumn(type, count: 0) }
    return try evaluate(frame).spread(over: frame.rowCount)
  }

  /// As `column`, but a column that was not read stays so, and a value that all rows have is one.
  func slot(_ frame: Frame) throws(QueryError) -> Slot {
    if case .column(let place, let type) = self, frame.slots[place].type == type {
      return frame.slots[place]
    }
    if case .conditional(let branches, let otherwise, _, _) = self,
      let only = try Choice.only(branches, otherwise, frame), only.type == type
    {
      return try only.slot(frame)
    }
    if frame.rowCount == 0 { return .ready(nullColumn(type, count: 0)) }
    let value = try evaluate(frame)
    return value.isConstant ? .same(value.column) : .ready(value.column)
  }
}

extension Bound {
  /// Which rows of such a column are NULL, which is known without its values.
  fileprivate func partnerNullness(_ frame: Frame, isNegated: Bool) -> Operand? {
    guard let partners = partners(frame) else { return nil }
    if partners.absent.isEmpty { return .constant(.boolean(isNegated), .boolean) }
    let bits = mapped(partners.rows) { ($0 == Column.absent) != isNegated }
    return .column(Column(.boolean, .booleans(bits)))
  }

  /// For a column of a joined table that has no nulls of its own: the partner of each row, without
  /// which it is NULL.
  func partners(_ frame: Frame) -> Partners? {
    guard case .column(let place, _) = self, let (base, partners) = frame.slots[place].partners,
      base.column.validity == nil
    else { return nil }
    return partners
  }
}

extension BoundCall {
  func evaluate(_ frame: Frame) throws(QueryError) -> Operand {
    if let day = onlyDay(frame) { return .constant(.date(day), .date) }
    var operands: [Operand] = []
    var isConstant = true
    for argument in arguments {
      let operand = try argument.evaluate(frame)
      operands.append(operand)
      isConstant = isConstant && operand.isConstant
    }
    let rowCount = isConstant ? 1 : frame.rowCount
    var validity: Bitmap?
    if case .strict = function.body {
      for operand in operands {
        if operand.isNull { return .constant(.null, type) }
        if !operand.isConstant { validity = Bitmap.both(validity, operand.column.validity) }
      }
    }
    let given = Arguments(
      operands: operands, rowCount: rowCount, validity: validity, type: type, position: position)
    let column: Column
    switch function.body {
    case .strict(let body): column = Column(type, try body(given), validity: validity)
    case .general(let body): column = try body(given)
    }
    precondition(column.count == rowCount, "\(function.name) gives one value a row")
    return Operand(column: column, isConstant: isConstant)
  }
}

extension BoundCall {
  /// For the date of a TIMESTAMP column: the one of all rows, where the zone of the block says so.
  /// In a table that is partitioned by that date no timestamp is read for it.
  private func onlyDay(_ frame: Frame) -> Int32? {
    guard type == .date, function.name == "CAST",
      case .column(let place, .timestamp) = arguments[0],
      let zone = frame.slots[place].zone, zone.nullCount == 0,
      case .timestamp(let first)? = zone.minimum, case .timestamp(let last)? = zone.maximum,
      dayNumber(first) == dayNumber(last)
    else { return nil }
    return Int32(dayNumber(first))
  }
}

extension Operand {
  func nullness(isNegated: Bool) -> Operand {
    guard let validity = column.validity else { return .constant(.boolean(isNegated), .boolean) }
    let bits = (0..<column.count).map { validity[$0] == isNegated }
    return Operand(column: Column(.boolean, .booleans(bits)), isConstant: isConstant)
  }
}

/// Some of the rows of a frame.
enum Selection: Sendable {
  case all
  case none
  case rows([UInt32])

  init(_ condition: Operand, rowCount: Int) {
    if condition.isConstant {
      self = condition.value == .boolean(true) ? .all : .none
      return
    }
    self.init(condition.booleans, validity: condition.column.validity)
  }

  init(_ bits: [Bool], validity: Bitmap?) {
    let rows = selectedRows(bits, validity: validity)
    self = rows.isEmpty ? .none : rows.count == bits.count ? .all : .rows(rows)
  }
}

extension Frame {
  /// The selected rows.
  func keeping(_ selection: Selection) -> Frame {
    switch selection {
    case .all: self
    case .none: Frame(slots: slots.map { .ready(nullColumn($0.type, count: 0)) }, rowCount: 0)
    case .rows(let rows):
      Frame(
        slots: slots.map { $0.keeping(rows, of: rowCount) }, rowCount: rows.count,
        memory: memory?.keeping(rows))
    }
  }

  /// The selected rows; of the other columns than `needed` only the places remain.
  func keeping(_ selection: Selection, needed: Set<Int>) throws(QueryError) -> Frame {
    guard case .rows(let rows) = selection else { return keeping(selection) }
    var kept: [Slot] = []
    for (place, slot) in slots.enumerated() {
      if !needed.contains(place) {
        kept.append(.same(nullColumn(slot.type, count: 1)))
      } else if slot.partners != nil {
        kept.append(slot.keeping(rows, of: rowCount))
      } else {
        // A page that is decoded for a few rows now may be asked for all of them later.
        if let few = try slot.few(rows, of: rowCount) {
          kept.append(.ready(few))
        } else {
          kept.append(.ready(gather(try column(place), rows)))
        }
      }
    }
    return Frame(slots: kept, rowCount: rows.count)
  }
}

extension Column {
  /// The row that is none: what is gathered from it is NULL.
  static let absent = UInt32.max

  /// The values at the given rows of a column of `rowCount` rows that is NULL elsewhere.
  func scattered(to rows: [UInt32], of rowCount: Int) -> Column {
    var places = [UInt32](repeating: Self.absent, count: rowCount)
    for index in rows.indices { places[Int(rows[index])] = UInt32(index) }
    return gather(self, places)
  }
}

/// AND and OR with three values: true, false and unknown.
enum Logic {
  static func evaluate(
    isAnd: Bool, _ operands: [Bound], _ frame: Frame
  ) throws(QueryError) -> Operand {
    var result = try operands[0].evaluate(frame)
    for operand in operands.dropFirst() {
      // The value that decides, whatever the rest says: false for AND, true for OR.
      let decisive = !isAnd
      if result.isConstant, result.value == .boolean(decisive) { return result }
      let next: Operand
      if operand.canFail {
        next = try evaluate(operand, frame, whereNot: decisive, result)
      } else {
        next = try operand.evaluate(frame)
      }
      result = combine(isAnd: isAnd, result, next, rowCount: frame.rowCount)
    }
    return result
  }

  /// Evaluates `operand` for the rows that `known` does not decide; elsewhere it is NULL, which
  /// changes nothing there.
  private static func evaluate(
    _ operand: Bound, _ frame: Frame, whereNot decisive: Bool, _ known: Operand
  ) throws(QueryError) -> Operand {
    if known.isConstant { return try operand.evaluate(frame) }
    let bits = known.booleans
    let open = bits.indices.map { bits[$0] != decisive || known.column.isNull($0) }
    switch Selection(open, validity: nil) {
    case .all: return try operand.evaluate(frame)
    case .none: return .constant(.null, .boolean)
    case .rows(let rows):
      let part = try frame.keeping(.rows(rows), needed: operand.columns)
      let values = try operand.column(part)
      return .column(values.scattered(to: rows, of: frame.rowCount))
    }
  }

  private static func combine(
    isAnd: Bool, _ a: Operand, _ b: Operand, rowCount: Int
  ) -> Operand {
    let isConstant = a.isConstant && b.isConstant
    let count = isConstant ? 1 : rowCount
    let (aBits, bBits) = (a.booleans, b.booleans)
    if a.column.validity == nil && b.column.validity == nil {
      let bits =
        isAnd
        ? mapped(aBits, bBits, count) { $0 && $1 } : mapped(aBits, bBits, count) { $0 || $1 }
      return Operand(column: Column(.boolean, .booleans(bits)), isConstant: isConstant)
    }
    let decisive = !isAnd
    var bits: [Bool] = []
    var valid: [Bool] = []
    for row in 0..<count {
      let aNull = a.column.isNull(a.isConstant ? 0 : row)
      let bNull = b.column.isNull(b.isConstant ? 0 : row)
      let decided = (!aNull && aBits.at(row) == decisive) || (!bNull && bBits.at(row) == decisive)
      bits.append(decided ? decisive : isAnd)
      valid.append(decided || !(aNull || bNull))
    }
    let column = Column(.boolean, .booleans(bits), validity: Bitmap(valid))
    return Operand(column: column, isConstant: isConstant)
  }
}
