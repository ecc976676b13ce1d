import Bytes
import Columns
import Kernels
import SQL

/// The answers of EXPLAIN and DESCRIBE.
struct Explanations {
  let engine: QueryEngine

  /// The operators, what feeds an operator below it; with `isAnalyzed` the query is carried out,
  /// and each says how many rows it gave and how fast.
  func explain(_ select: Select, isAnalyzed: Bool) throws(QueryError) -> QueryResult {
    let plan = try engine.binder.bind(select).0
    let profile = isAnalyzed ? Profile() : nil
    let (executor, ready) = try engine.prepared([plan], profile: profile)
    let start = Clock.monotonicNanoseconds()
    if isAnalyzed {
      for stream in try executor.answer(ready) { _ = try executor.frames(stream) }
    }
    let seconds = Double(Clock.monotonicNanoseconds() - start) / 1e9
    let shared = executor.shared
    var text = try lines(of: ready[0], shared, profile, indent: 0)
    for (number, plan) in executor.shared.enumerated() {
      text.append("shared \(number + 1), worked out once:")
      text += try lines(of: plan, shared, profile, indent: 1)
    }
    if isAnalyzed {
      let statistics = executor.collector.statistics
      var last = "\(Quantity.seconds(seconds)), "
      last += Quantity.rate(Double(statistics.rowsRead) / seconds, "rows/s")
      if statistics.spilledBytes > 0 {
        last += ", \(Quantity.bytes(statistics.spilledBytes)) set aside on disk"
      }
      text.append(last)
    }
    return try lines(text)
  }

  private func lines(
    of plan: Plan, _ shared: [Plan], _ profile: Profile?, indent: Int
  ) throws(QueryError) -> [String] {
    let margin = String(repeating: "  ", count: indent)
    var own = [margin + plan.caption(shared)]
    if case .scan(let scan) = plan {
      let read = try ChosenBlocks(scan, partition: nil, threads: engine.threads).statistics
      own.append(
        margin + "  partitions \(read.partitionsRead) of \(read.partitions), "
          + "blocks \(read.blocksRead) of \(read.blocks), "
          + "\(Quantity.bytes(read.bytesRead)) read, "
          + "\(Quantity.bytes(read.bytesSkipped)) skipped")
    }
    if let account = profile?.account(of: plan) {
      own.append(margin + "  " + account)
    }
    for input in plan.inputs { own += try lines(of: input, shared, profile, indent: indent + 1) }
    return own
  }

  func describe(_ table: TableExpression) throws(QueryError) -> QueryResult {
    let fields: [Field]
    if case .query(let query) = table.kind {
      fields = try engine.binder.bind(query).1
    } else {
      let (plan, scope) = try FromBinder(engine.binder).bind(table)
      if case .scan(let scan) = plan {
        fields = scan.table.schema.fields
      } else {
        fields = scope.entries.map { Field($0.name, $0.type) }
      }
    }
    let columns = [
      Column(.text, .texts(TextVector(fields.map(\.name)))),
      Column(.text, .texts(TextVector(fields.map(\.type.description)))),
      Column(.text, .texts(TextVector(fields.map { $0.isNullable ? "YES" : "NO" }))),
    ]
    let schema = Schema([
      Field("column_name", .text), Field("column_type", .text), Field("null", .text),
    ])
    return try QueryResult(schema, [Frame(columns, rowCount: fields.count)])
  }

  private func lines(_ lines: [String]) throws(QueryError) -> QueryResult {
    let column = Column(.text, .texts(TextVector(lines)))
    return try QueryResult(
      Schema([Field("plan", .text)]), [Frame([column], rowCount: lines.count)])
  }
}

extension Plan {
  /// What the operator does, with the columns by their places: equal for equal operators.
  var title: String {
    func list(_ expressions: [Bound]) -> String { expressions.map(\.key).joined(separator: ", ") }
    func list(_ orders: [BoundOrder]) -> String {
      orders.map { $0.expression.key + ($0.direction.isDescending ? " DESC" : "") }
        .joined(separator: ", ")
    }
    switch self {
    case .scan(let scan):
      let names = scan.columns.map { scan.table.schema[$0].name }.joined(separator: ", ")
      return "scan \(scan.table.name) (\(names))"
    case .values(let rows, _): return "values, \(rows.count) rows"
    case .filter(_, let condition): return "filter \(condition.key)"
    case .project(_, let expressions): return "project \(list(expressions))"
    case .join(let join):
      let kind = join.isLeftOuter ? "left join" : "join"
      return "\(kind) \(list(join.leftKeys)) = \(list(join.rightKeys))"
    case .aggregate(let aggregation):
      let calls = aggregation.aggregates.map(\.key).joined(separator: ", ")
      let wanted = aggregation.wantedKeys.map { " of wanted \($0.key)" } ?? ""
      return "group by (\(list(aggregation.keys))) \(calls)\(wanted)"
    case .window(_, let calls): return "window \(calls.map(\.key).joined(separator: ", "))"
    case .distinct: return "distinct"
    case .sort(_, let orders, let limit, let offset):
      return "sort \(list(orders))" + Self.bounds(limit, offset)
    case .slice(_, let limit, let offset): return "take" + Self.bounds(limit, offset)
    case .union: return "union all"
    case .shared(let number, _): return "shared \(number + 1)"
    case .frames(let rows, _, _): return "rows, \(rows.rowCount)"
    }
  }

  static func bounds(_ limit: Int?, _ offset: Int) -> String {
    (limit.map { " limit \($0)" } ?? "") + (offset > 0 ? " offset \(offset)" : "")
  }
}
