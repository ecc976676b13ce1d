import Columns

/// A column made a value at a time, where there is no loop to be saved.
struct ColumnBuilder {
  private let type: DataType
  private var booleans: [Bool] = []
  private var dates: [Int32] = []
  private var integers: [Int64] = []
  private var wide: [Int128] = []
  private var doubles: [Double] = []
  private var texts = TextVector()
  private var intervals: [Interval] = []
  private var valid: [Bool] = []

  init(_ type: DataType) { self.type = type }

  init(_ type: DataType, _ values: [Value]) {
    self.type = type
    for value in values { append(value) }
  }

  /// Adds a value of the type, or NULL.
  mutating func append(_ value: Value) {
    valid.append(value != .null)
    switch (type, value) {
    case (.boolean, .boolean(let bit)): booleans.append(bit)
    case (.boolean, _): booleans.append(false)
    case (.date, .date(let days)): dates.append(days)
    case (.date, _): dates.append(0)
    case (.bigint, .bigint(let number)): integers.append(number)
    case (.timestamp, .timestamp(let number)): integers.append(number)
    case (.bigint, _), (.timestamp, _), (.null, _): integers.append(0)
    case (.hugeint, .hugeint(let number)): wide.append(number)
    case (.decimal, .decimal(let number, _)): wide.append(number)
    case (.hugeint, _), (.decimal, _): wide.append(0)
    case (.double, .double(let number)): doubles.append(number)
    case (.double, _): doubles.append(0)
    case (.text, .text(let text)): texts.append(text)
    case (.text, _): texts.append("")
    case (.interval, .interval(let interval)): intervals.append(interval)
    case (.interval, _): intervals.append(Interval())
    }
  }

  func column() -> Column {
    let values: Column.Values =
      switch type {
      case .boolean: .booleans(booleans)
      case .date: .dates(dates)
      case .bigint, .timestamp, .null: .integers(integers)
      case .hugeint, .decimal: .wide(wide)
      case .double: .doubles(doubles)
      case .text: .texts(texts)
      case .interval: .intervals(intervals)
      }
    return Column(type, values, validity: Bitmap(valid))
  }
}
