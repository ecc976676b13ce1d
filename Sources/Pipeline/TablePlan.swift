import Bytes
import CSV
import Columns
import Packs
import Query
import SQL

/// What a run does with the files of one table: its pack's declarations, bound and checked.
struct TablePlan: Sendable {
  let input: InputTable
  let schema: Schema
  /// The shared dictionary of each column; nil where it has none.
  let dictionaries: [String?]
  let key: Key?
  let references: [Reference]
  let checks: [Check]
  let partition: BoundExpression?
  let dialect: Dialect

  var name: String { input.name }

  struct Key: Sendable {
    let columns: [Int]
    let parts: [RowKeys.Part]
    let keepsLast: Bool
  }

  struct Reference: Sendable {
    let column: Int
    let table: String
  }

  /// A condition on rows; a row for which it is false is rejected.
  struct Check: Sendable {
    /// The column it was declared with; nil for one on the whole row.
    let column: String?
    let condition: BoundExpression
  }

  /// The plans of all tables of a pack, a table before those that refer to it.
  static func plans(of pack: Pack) throws(PipelineError) -> [TablePlan] {
    let shared = sharedTables(of: pack)
    var plans: [TablePlan] = []
    for input in ordered(pack.inputs) { plans.append(try TablePlan(input, shared: shared)) }
    return plans
  }

  /// The tables that others refer to by a key of one TEXT column: their keys are dictionaries.
  private static func sharedTables(of pack: Pack) -> [String: String] {
    var shared: [String: String] = [:]
    for table in pack.inputs {
      guard let key = table.key, key.columns.count == 1, let name = key.columns.first,
        table.column(name)?.type == .text
      else { continue }
      let isReferred = pack.inputs.contains { other in
        other.columns.contains { $0.references == table.name && $0.type == .text }
      }
      if isReferred { shared[table.name] = name }
    }
    return shared
  }

  /// Referred tables first; tables that refer to each other stay in their order.
  private static func ordered(_ inputs: [InputTable]) -> [InputTable] {
    var done: [InputTable] = []
    var left = inputs
    while !left.isEmpty {
      let ready = left.firstIndex { table in
        table.columns.allSatisfy { column in
          column.references.map { target in
            target == table.name || !left.contains { $0.name == target }
          } ?? true
        }
      }
      done.append(left.remove(at: ready ?? 0))
    }
    return done
  }

  /// The plan of one table that stands alone, without dictionaries of a lake.
  ///
  /// - Parameter isPartitioned: whether its rows are divided by its partition.
  init(alone input: InputTable, isPartitioned: Bool) throws(PipelineError) {
    try self.init(input, shared: [:], isPartitioned: isPartitioned)
  }

  private init(
    _ input: InputTable, shared: [String: String], isPartitioned: Bool = true
  ) throws(PipelineError) {
    self.input = input
    schema = input.schema
    dictionaries = Self.dictionaries(input, shared)
    key = try Self.key(input, dictionaries)
    references = input.columns.enumerated().compactMap { index, column in
      column.references.map { Reference(column: index, table: $0) }
    }
    do {
      var checks: [Check] = []
      for column in input.columns {
        guard let check = column.check else { continue }
        checks.append(
          Check(column: column.name, condition: try BoundExpression(check, over: input.schema)))
      }
      for check in input.checks {
        checks.append(
          Check(column: nil, condition: try BoundExpression(check, over: input.schema)))
      }
      self.checks = checks
      partition = try (isPartitioned ? input.partition : nil).map { (rule) throws(QueryError) in
        try BoundExpression(rule.expression, over: input.schema)
      }
    } catch { throw PipelineError(error) }
    do {
      dialect = try Dialect(options: input.dialect.map { ($0.name, $0.value) })
    } catch { throw PipelineError(error) }
  }

  /// A reader gives new codes to one column of a dictionary only: the key, or the first that refers
  /// to it. Another column that refers to the same table is kept as texts.
  private static func dictionaries(
    _ input: InputTable, _ shared: [String: String]
  ) -> [String?] {
    var used: Set<String> = shared[input.name] == nil ? [] : [input.name]
    return input.columns.map { column in
      if shared[input.name] == column.name { return input.name }
      guard let target = column.references, column.type == .text, shared[target] != nil,
        used.insert(target).inserted
      else { return nil }
      return target
    }
  }

  private static func key(
    _ input: InputTable, _ dictionaries: [String?]
  ) throws(PipelineError) -> Key? {
    guard let rule = input.key else { return nil }
    if rule.scope == .files, input.partition != nil {
      throw PipelineError(
        Explanation(
          "cannot use", "the key of \(input.name)",
          because: "a key ACROSS FILES of a table with partitions is not supported",
          remedy: "Say WITHIN PARTITION, or leave out PARTITION BY."))
    }
    let columns = rule.columns.compactMap { input.schema.index(of: $0) }
    precondition(columns.count == rule.columns.count, "a pack's key has columns of its table")
    let parts = columns.map { column in
      RowKeys.Part(
        isShared: dictionaries[column] != nil, isNullable: input.columns[column].isNullable)
    }
    return Key(columns: columns, parts: parts, keepsLast: rule.keep == .last)
  }

  /// What a reader of its files is to deliver; without the dictionaries of a lake, for a table that
  /// stands alone.
  func inputColumns(_ dictionaries: RunDictionaries?) -> [InputColumn] {
    zip(input.columns, self.dictionaries).map { column, dictionary in
      InputColumn(
        column.name, column.type, hasZone: column.hasZone, isNullable: column.isNullable,
        form: dictionary.flatMap { name in
          dictionaries.map { .continuing($0.encoder(name)) }
        } ?? .compact)
    }
  }

  /// Rows of a segment, with the dictionaries that the run has now.
  func renewed(_ batch: ColumnBatch, _ dictionaries: RunDictionaries) -> ColumnBatch {
    let columns = zip(batch.columns, self.dictionaries).map { column, dictionary in
      dictionary.map { dictionaries.renewed(column, $0) } ?? column
    }
    return ColumnBatch(schema, columns, rowCount: batch.rowCount)
  }

  /// The rows with the lake's codes in place of the run's.
  func translated(_ batch: ColumnBatch, _ dictionaries: RunDictionaries) -> ColumnBatch {
    let columns = zip(batch.columns, self.dictionaries).map { column, dictionary in
      dictionary.map { dictionaries.translated(column, $0) } ?? column
    }
    return ColumnBatch(batch.schema, columns, rowCount: batch.rowCount)
  }
}
