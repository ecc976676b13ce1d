import Columns
import Packs
import Query
import SQL

/// What a pack says, held against the types of its tables without any rows: a condition or a query
/// that would fail for the first file that arrives fails when the pack is checked.
struct PackBinding {
  private let pack: Pack
  private let engine: QueryEngine

  init(_ pack: Pack) {
    self.pack = pack
    engine = QueryEngine(
      MemoryCatalog(
        pack.inputs.map { input in
          SegmentTable(
            input.name, input.schema, key: input.key?.columns ?? [], segments: [],
            partitionColumn: input.partition?.column)
        }))
  }

  func check() throws(QueryError) {
    for input in pack.inputs { try check(input) }
    for table in pack.kpiTables { try check(table) }
  }

  private func check(_ input: InputTable) throws(QueryError) {
    let conditions = input.checks + input.columns.compactMap(\.check)
    for condition in conditions {
      let bound = try BoundExpression(condition, over: input.schema)
      if bound.type != .boolean && bound.type != .null {
        throw QueryError(
          "a CHECK is a condition, this is \(bound.type)", at: condition.position,
          hint: "Compare it with something.")
      }
    }
    guard let partition = input.partition else { return }
    let bound = try BoundExpression(partition.expression, over: input.schema)
    if bound.type != .date {
      throw QueryError(
        "a partition is a DATE, this is \(bound.type)", at: partition.expression.position,
        hint: "Write PARTITION BY date(column).")
    }
  }

  /// The query, and the types of its keys: what an item is found by is written as text.
  private func check(_ table: KPITable) throws(QueryError) {
    let schema = try engine.schema(of: table.query)
    for name in table.key {
      guard let field = schema.fields.first(where: { $0.name.lowercased() == name.lowercased() })
      else { continue }
      switch field.type {
      case .text, .bigint, .date, .timestamp, .boolean, .hugeint, .null: continue
      case .double, .decimal, .interval:
        throw QueryError(
          "the key \(name) of \(table.name) is \(field.type)", at: table.query.position,
          hint: "A key is TEXT, BIGINT, DATE, TIMESTAMP or BOOLEAN: cast it in the query.")
      }
    }
  }
}
