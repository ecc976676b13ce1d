import Columns

/// A number for each different value of a column, batch after batch: the same value, the same code.
///
/// Texts have the codes of their dictionary. Integers that lie near each other are their own code,
/// counted from a fixed place. Everything else is numbered by a group table.
struct ValueCodes: Sendable {
  let type: DataType
  private var home = TextHome()
  /// The integer of code 0, while integers are their own code.
  private var base: Int64?
  private var table: GroupTable?

  /// How far from the first batch an integer may lie and still be its own code.
  private static let reach: Int64 = 1 << 22

  init(_ type: DataType) { self.type = type }

  /// All codes given so far are below it.
  private(set) var bound = 0

  /// About how much memory the numbering takes.
  var bytes: Int { table.map { $0.groupCount * 72 } ?? home.internedBytes }

  private(set) var hashedBatches = 0

  enum Codes {
    case codes([UInt32])
    /// The codes given before have become these, and the new ones follow.
    case renumbered([UInt32], codes: [UInt32])
  }

  mutating func codes(of column: Column) -> Codes {
    if column.count == 0 { return .codes([]) }
    switch column.values {
    case .texts, .codes:
      let codes = home.codes(of: column.values, validity: nil)
      bound = home.count
      return .codes(codes)
    case .booleans(let values):
      bound = 2
      return .codes(values.map { $0 ? 1 : 0 })
    case .dates(let values) where table == nil:
      return near(values, column)
    case .integers(let values) where table == nil:
      return near(values, column)
    default:
      hashedBatches += 1
      return .codes(numbered(column))
    }
  }

  private mutating func near<T: FixedWidthInteger & SignedInteger>(_ values: [T], _ column: Column)
    -> Codes
  {
    guard let range = rangeOf(values) else { return .codes([]) }
    if base == nil {
      // Later batches may start lower, but hardly by more than this one is wide.
      let span = UInt64(bitPattern: range.upperBound &- range.lowerBound)
      let spare = Int64(min(max(span, 16) &* 2, UInt64(Self.reach) / 2))
      base = range.lowerBound.subtractingReportingOverflow(spare).partialValue
    }
    if let base, range.lowerBound >= base,
      UInt64(bitPattern: range.upperBound &- base) < UInt64(Self.reach)
    {
      bound = max(bound, Int(range.upperBound - base) + 1)
      return .codes(values.map { UInt32(truncatingIfNeeded: Int64($0) &- base) })
    }
    // All codes given so far become codes of a table, in their order.
    hashedBatches += 1
    let old = oldValues()
    table = GroupTable([type])
    let codes = old.count == 0 ? [] : numbered(old)
    return .renumbered(codes, codes: numbered(column))
  }

  /// The values of all codes, given or not, while integers are their own code.
  private func oldValues() -> Column {
    let first = base ?? 0
    let values = (0..<Int64(bound)).map { first &+ $0 }
    if type == .date {
      return Column(type, .dates(values.map { Int32(truncatingIfNeeded: $0) }))
    }
    return Column(type, .integers(values))
  }

  private mutating func numbered(_ column: Column) -> [UInt32] {
    var own = table.take() ?? GroupTable([type])
    let codes = own.add([column], rowCount: column.count).ids
    bound = own.groupCount
    table = own
    return codes
  }

  /// The values of codes `0 ..< bound`, in their order.
  func column() -> Column {
    if let table { return table.keyColumns()[0] }
    switch type {
    case .text where home.internedBytes > 0:
      // A dictionary of all texts would keep them in memory for as long as anything names it.
      return Column(.text, .texts(home.dictionary().texts))
    case .text:
      return Column(.text, .codes((0..<UInt32(bound)).map { $0 }, home.dictionary()))
    case .boolean: return Column(.boolean, .booleans([false, true]))
    default: return oldValues()
    }
  }
}
