import Bytes
import Columns

// The numbers, times and numbered texts of a row, converted together.
//
// What a chunk's first rows look like decides which columns are taken so, and in which form. Where
// many rows of a block have another form in a column, that is left to the kernel of one field.

/// The columns of a chunk that are converted together, and what came of the rows at hand.
struct RowLanes: Sendable {
  private struct Group: Sendable {
    let plan: LanePlan
    var lanes: FieldLanes
    /// The blocks behind one another in which many rows were too long for it.
    var failures = 0
  }

  private struct Member: Sendable {
    let group: Int
    let column: LanePlan.Column
    let form: LaneForm
  }

  private static let mostFailures = 2
  /// What the kernels of one field must take for a row in all, in nanoseconds.
  ///
  /// PERF: six lanes take 6 ns a row on a core that has no other thread; an integer and a time of
  /// a `spotify` stream are faster one by one (Zen 4 VM, 2026-11-27).
  private static let leastCost = 8
  private var groups: [Group] = []
  /// For each declared column.
  private var members: [Member?]

  /// nil where there is no kernel for it, or too few columns.
  init?(_ forms: [LaneForm?], gap: Int, _ plan: ReadPlan) {
    guard let lanes = FieldLanes(plan.options.level) else { return nil }
    members = forms.map { _ in nil }
    let order = forms.indices.filter { forms[$0] != nil }
      .sorted { plan.fields[$0] < plan.fields[$1] }
    var next = order[...]
    while let first = next.first {
      var lanePlan = LanePlan(firstField: plan.fields[first], gap: UInt32(gap))
      var taken: [(index: Int, member: Member)] = []
      while let index = next.first, let form = forms[index],
        let column = form.add(to: &lanePlan, field: plan.fields[index])
      {
        taken.append((index, Member(group: groups.count, column: column, form: form)))
        next.removeFirst()
      }
      // One that alone is too long for it.
      if taken.isEmpty { next.removeFirst() }
      if taken.reduce(0, { $0 + $1.member.form.cost }) < Self.leastCost { continue }
      groups.append(Group(plan: lanePlan, lanes: lanes))
      for (index, member) in taken { members[index] = member }
    }
    if groups.isEmpty { return nil }
  }

  /// Converts the rows of a block.
  mutating func take(_ bytes: Span<UInt8>, _ marks: Span<UInt32>, _ rows: Rows) {
    for index in groups.indices where groups[index].failures < Self.mostFailures {
      groups[index].lanes.take(
        bytes, marks, stride: rows.stride, rowCount: rows.count, groups[index].plan)
      let isFar = groups[index].lanes.farCount > rows.count / 8
      groups[index].failures = isFar ? groups[index].failures + 1 : 0
    }
  }

  /// What came of a column; nil where it is better converted by itself.
  func found(_ index: Int, rowCount: Int) -> FoundLane? {
    guard let member = members[index] else { return nil }
    let group = groups[member.group]
    guard group.failures < Self.mostFailures,
      group.lanes.wrongCount(of: member.column) <= rowCount / 8
    else { return nil }
    return FoundLane(lanes: group.lanes, column: member.column, form: member.form)
  }
}

/// The form in which a column's fields are taken.
enum LaneForm: Sendable, Hashable {
  case integers(digits: Int)
  case timestamps(between: UInt8, hasZone: Bool)
  /// From `least` digits on, of which more begin with no zero.
  case numbers(FieldAffix, least: Int, digits: Int)
  /// From one to eight digits.
  case codes(FieldAffix)

  /// Nanoseconds a row of the kernel of one field.
  fileprivate var cost: Int {
    switch self {
    case .integers: 2
    case .timestamps, .numbers, .codes: 4
    }
  }

  fileprivate func add(to plan: inout LanePlan, field: Int) -> LanePlan.Column? {
    switch self {
    case .integers(let digits): plan.addIntegers(field: field, digits: digits)
    case .timestamps(let between, let hasZone):
      plan.addTimestamps(field: field, between: between, hasZone: hasZone)
    case .numbers(let affix, let least, let digits):
      plan.addNumbers(field: field, of: affix, least: least, digits: digits, takesZeros: false)
    case .codes(let affix):
      plan.addNumbers(field: field, of: affix, least: 1, digits: 8, takesZeros: true)
    }
  }
}

/// The numbers of one column of a block.
struct FoundLane {
  let lanes: FieldLanes
  let column: LanePlan.Column
  let form: LaneForm
}

// MARK: - Finding forms

extension LaneForm {
  private static let samples = 16

  /// The form of integers and times, by some rows of a block; nil where they have no common one.
  static func ofNumbers(
    _ type: DataType, _ bytes: Span<UInt8>, _ marks: Span<UInt32>, _ view: FieldView
  ) -> LaneForm? {
    for row in 0..<min(samples, view.rowCount) {
      let (start, end) = (view.start(marks, row), view.end(marks, row))
      if start == end { continue }
      switch type {
      case .bigint:
        let digits = greatestLength(marks, view)
        return bytes[start] >= 0x30 && bytes[start] <= 0x39 && digits <= 16
          ? .integers(digits: digits) : nil
      case .timestamp:
        let length = end - start
        guard length == 19 || length == 20 && bytes[end - 1] == 0x5A else { return nil }
        let between = bytes[start + 10]
        return between == 0x54 || between == 0x20
          ? .timestamps(between: between, hasZone: length == 20) : nil
      default: return nil
      }
    }
    return nil
  }

  /// The form of texts of an affix and a number.
  static func ofTexts(
    _ affix: FieldAffix, least: Int, _ marks: Span<UInt32>, _ view: FieldView
  ) -> LaneForm {
    let digits = greatestLength(marks, view) - affix.length
    return .numbers(affix, least: least, digits: min(16, max(least, digits)))
  }

  private static func greatestLength(_ marks: Span<UInt32>, _ view: FieldView) -> Int {
    (0..<min(samples, view.rowCount)).reduce(0) {
      max($0, view.end(marks, $1) - view.start(marks, $1))
    }
  }
}
