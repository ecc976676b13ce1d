import Bytes
import Columns
import Kernels

/// Equally long columns without names: what flows between operators. A column is read from its file
/// when somebody asks for its values, so that rows that were left out before cost nothing.
struct Frame: Sendable {
  private(set) var slots: [Slot]
  var rowCount: Int
  /// Set where several plans compute over the same rows.
  var memory: ExpressionMemory?

  init(slots: [Slot], rowCount: Int, memory: ExpressionMemory? = nil) {
    self.slots = slots
    self.rowCount = rowCount
    self.memory = memory
  }

  init(_ columns: [Column], rowCount: Int) {
    self.init(slots: columns.map(Slot.ready), rowCount: rowCount)
  }

  init(_ batch: ColumnBatch) { self.init(batch.columns, rowCount: batch.rowCount) }

  /// One row without columns: what a query without FROM reads.
  static let oneRow = Frame([], rowCount: 1)

  /// How many columns there are.
  var width: Int { slots.count }

  func column(_ place: Int) throws(QueryError) -> Column {
    try slots[place].column(rowCount: rowCount)
  }

  /// All columns, read.
  var columns: [Column] {
    get throws(QueryError) {
      var columns: [Column] = []
      for slot in slots { columns.append(try slot.column(rowCount: rowCount)) }
      return columns
    }
  }

  /// The same with all columns read.
  func loaded() throws(QueryError) -> Frame { Frame(try columns, rowCount: rowCount) }

  mutating func append(_ column: Column) { slots.append(.ready(column)) }

  /// The value of an expression, computed once for all plans that compute over these rows.
  func remembered(
    _ expression: Bound, _ make: () throws(QueryError) -> Operand
  ) throws(QueryError) -> Operand {
    guard let memory else { return try make() }
    let key = expression.key
    if let known = memory.value(key) { return known }
    let made = try make()
    memory.remember(made, of: key)
    return made
  }

  /// The value of an expression at some rows, where it has been computed of all.
  func known(_ expression: Bound, at rows: [UInt32]) -> Column? {
    memory?.value(expression.key)?.keeping(rows).spread(over: rows.count)
  }
}

/// The values of expressions over the rows of a frame, by what the expressions say.
final class ExpressionMemory: Sendable {
  private let values = Lock<[String: Operand]>([:])
  /// What is known of all rows, where these are some of them.
  private let origin: (memory: ExpressionMemory, rows: [UInt32])?

  init() { origin = nil }

  private init(_ memory: ExpressionMemory, _ rows: [UInt32]) { origin = (memory, rows) }

  /// Of some of the rows: what has been computed of all is taken of them.
  func keeping(_ rows: [UInt32]) -> ExpressionMemory { ExpressionMemory(self, rows) }

  func value(_ key: String) -> Operand? {
    if let own = values.withLock({ $0[key] }) { return own }
    guard let origin, let known = origin.memory.value(key) else { return nil }
    return known.keeping(origin.rows)
  }

  func remember(_ value: Operand, of key: String) { values.withLock { $0[key] = value } }
}

/// A value of each row for a function: a column, or one value for all rows.
struct Operand: Sendable {
  /// Has one row where `isConstant`.
  let column: Column
  let isConstant: Bool

  static func column(_ column: Column) -> Operand { Operand(column: column, isConstant: false) }

  static func constant(_ value: Value, _ type: DataType) -> Operand {
    Operand(column: Column(repeating: value, type, count: 1), isConstant: true)
  }

  var type: DataType { column.type }

  /// Whether it is NULL in all rows.
  var isNull: Bool { isConstant && column.isNull(0) }

  /// The constant's value, where it is one.
  var value: Value? { isConstant ? column.value(at: 0) : nil }

  /// The values at some rows.
  func keeping(_ rows: [UInt32]) -> Operand {
    isConstant ? self : .column(gather(column, rows))
  }

  /// As a column of `rowCount` rows.
  func spread(over rowCount: Int) -> Column {
    isConstant ? Column(repeating: column.value(at: 0), type, count: rowCount) : column
  }

  /// The rows that are not NULL among `rowCount`; nil where all are.
  func validity(rowCount: Int) -> Bitmap? {
    if !isConstant { return column.validity }
    return column.isNull(0) ? Bitmap(repeating: false, count: rowCount) : nil
  }
}

extension Operand {
  var booleans: [Bool] {
    if case .booleans(let values) = column.values { return values }
    preconditionFailure("a BOOLEAN operand holds truth values, not \(column.type)")
  }

  var dates: [Int32] {
    if case .dates(let values) = column.values { return values }
    preconditionFailure("a DATE operand holds days, not \(column.type)")
  }

  var integers: [Int64] {
    if case .integers(let values) = column.values { return values }
    preconditionFailure("a BIGINT operand holds integers, not \(column.type)")
  }

  var wide: [Int128] {
    if case .wide(let values) = column.values { return values }
    preconditionFailure("a HUGEINT operand holds wide integers, not \(column.type)")
  }

  var doubles: [Double] {
    if case .doubles(let values) = column.values { return values }
    preconditionFailure("a DOUBLE operand holds doubles, not \(column.type)")
  }

  var intervals: [Interval] {
    if case .intervals(let values) = column.values { return values }
    preconditionFailure("an INTERVAL operand holds intervals, not \(column.type)")
  }

  /// The texts themselves, whether they came as codes or not.
  var texts: TextVector { spelled(column) }
}

extension Column {
  /// `count` times one value.
  init(repeating value: Value, _ type: DataType, count: Int) {
    let validity = value == .null ? Bitmap(repeating: false, count: count) : nil
    switch type {
    case .boolean:
      var bit = false
      if case .boolean(let given) = value { bit = given }
      self.init(type, .booleans(Array(repeating: bit, count: count)), validity: validity)
    case .date:
      var days: Int32 = 0
      if case .date(let given) = value { days = given }
      self.init(type, .dates(Array(repeating: days, count: count)), validity: validity)
    case .bigint, .timestamp, .null:
      let number: Int64 =
        switch value {
        case .bigint(let given), .timestamp(let given): given
        default: 0
        }
      self.init(type, .integers(Array(repeating: number, count: count)), validity: validity)
    case .hugeint, .decimal:
      let number: Int128 =
        switch value {
        case .hugeint(let given), .decimal(let given, _): given
        default: 0
        }
      self.init(type, .wide(Array(repeating: number, count: count)), validity: validity)
    case .double:
      var number = 0.0
      if case .double(let given) = value { number = given }
      self.init(type, .doubles(Array(repeating: number, count: count)), validity: validity)
    case .interval:
      var length = Interval()
      if case .interval(let given) = value { length = given }
      self.init(type, .intervals(Array(repeating: length, count: count)), validity: validity)
    case .text:
      var text = ""
      if case .text(let given) = value { text = given }
      let codes = [UInt32](repeating: 0, count: count)
      self.init(type, .codes(codes, TextDictionary(TextVector([text]))), validity: validity)
    }
  }

  /// The same values under another name of their type: a DATE's days are not checked.
  func retyped(_ type: DataType) -> Column { Column(type, values, validity: validity) }
}

extension Bitmap {
  /// The bits that both have, where nil has all of them.
  static func both(_ one: Bitmap?, _ other: Bitmap?) -> Bitmap? {
    guard let one else { return other }
    guard let other else { return one }
    var words = one.words
    let more = other.words
    for index in words.indices { words[index] &= more[index] }
    return Bitmap(words: words, count: one.count)
  }

  init(_ bits: [Bool]) {
    var words = [UInt64](repeating: 0, count: (bits.count + 63) / 64)
    for index in bits.indices {
      words[index &>> 6] |= (bits[index] ? 1 : 0) &<< UInt64(index & 63)
    }
    self.init(words: words, count: bits.count)
  }
}
