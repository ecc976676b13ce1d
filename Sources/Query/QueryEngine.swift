import Bytes
package import Columns
package import SQL

/// Answers queries over the tables of a catalog, and over files.
package struct QueryEngine: Sendable {
  private let catalog: any Catalog
  private let options: QueryOptions

  package init(_ catalog: any Catalog, _ options: QueryOptions = QueryOptions()) {
    self.catalog = catalog
    self.options = options
  }

  var threads: Int { options.threads }

  /// Answers one statement, all rows in memory.
  package func run(_ text: String) throws(QueryError) -> QueryResult {
    let statement: Statement
    do { statement = try Parser.statement(SourceText(text)) } catch { throw QueryError(error) }
    return try run(statement)
  }

  package func run(_ statement: Statement) throws(QueryError) -> QueryResult {
    try open(statement).result()
  }

  /// Answers one statement; what does not fit memory of the rows is read as they are asked for.
  package func open(_ statement: Statement) throws(QueryError) -> QueryRows {
    switch statement {
    case .select(let select): return try openAll([select])[0]
    case .explain(let select, let isAnalyzed):
      return QueryRows(try Explanations(engine: self).explain(select, isAnalyzed: isAnalyzed))
    case .describe(let table): return QueryRows(try Explanations(engine: self).describe(table))
    case .showTables:
      let names = Column(.text, .texts(TextVector(catalog.tableNames)))
      return QueryRows(
        try QueryResult(Schema([Field("name", .text)]), [Frame([names], rowCount: names.count)]))
    default:
      throw QueryError("only a pack declares tables; a query reads them", at: nil)
    }
  }

  package func run(_ select: Select) throws(QueryError) -> QueryResult {
    try runAll([select])[0]
  }

  /// Answers several queries together: what they have in common is read and computed once.
  package func runAll(_ selects: [Select]) throws(QueryError) -> [QueryResult] {
    var results: [QueryResult] = []
    for rows in try openAll(selects) { results.append(try rows.result()) }
    return results
  }

  private func openAll(_ selects: [Select]) throws(QueryError) -> [QueryRows] {
    let trusting = PendingRows(trustsQuotes: true)
    do { return try openAll(selects, trusting) } catch {
      if !trusting.haveTrusted { throw error }
    }
    // What went wrong may come of a quote that breaks the rule, and then it does not happen again.
    return try openAll(selects, PendingRows(trustsQuotes: false))
  }

  private func openAll(
    _ selects: [Select], _ pending: PendingRows
  ) throws(QueryError) -> [QueryRows] {
    var plans: [Plan] = []
    var fields: [[Field]] = []
    let binder = binder(pending)
    for select in selects {
      let (plan, own) = try binder.bind(select)
      plans.append(plan)
      fields.append(own)
    }
    let (executor, ready) = try prepared(plans)
    let streams = try executor.answer(ready)
    // No row is given out before all that was declared has been checked.
    try pending.check(threads: options.threads)
    var rows: [QueryRows] = []
    for (place, stream) in streams.enumerated() {
      rows.append(try QueryRows(Schema(fields[place]), stream, executor))
    }
    return rows
  }

  /// An executor and what it is to carry out, with the queries inside expressions answered.
  func prepared(
    _ plans: [Plan], profile: Profile? = nil
  ) throws(QueryError) -> (Executor, [Plan]) {
    let work = Optimizer.optimized(plans)
    let outer = Executor(options: options)
    var shared: [Plan] = []
    for plan in work.shared { shared.append(try ready(plan, outer)) }
    var ready: [Plan] = []
    for plan in work.plans { ready.append(try self.ready(plan, outer)) }
    let executor = Executor(options: options, shared: shared, profile: profile)
    let inner = outer.collector.statistics
    executor.collector.add { $0.add(inner) }
    return (executor, ready)
  }

  private func ready(_ plan: Plan, _ executor: Executor) throws(QueryError) -> Plan {
    Compilation.compiled(try answeringSubqueries(plan, executor))
  }

  /// The names and types of a query's columns.
  package func schema(of select: Select) throws(QueryError) -> Schema {
    Schema(try binder.bind(select).1)
  }

  /// For queries of which nobody asks for rows.
  var binder: SelectBinder { binder(PendingRows(trustsQuotes: false)) }

  private func binder(_ pending: PendingRows) -> SelectBinder {
    let opener = FileOpener(options: options, pending: pending)
    return SelectBinder(catalog: catalog, openFile: opener.open)
  }

  /// The plan with the queries inside its expressions replaced by their answers.
  private func answeringSubqueries(
    _ plan: Plan, _ executor: Executor
  ) throws(QueryError) -> Plan {
    try plan.mappingExpressions { (bound) throws(QueryError) in
      try answered(bound, executor)
    }
  }

  private func answered(_ bound: Bound, _ executor: Executor) throws(QueryError) -> Bound {
    switch bound {
    case .query(let query):
      let frame = try Frame.joined(try frames(query, executor), types: [query.type])
      if frame.rowCount > 1 {
        throw QueryError("a query that stands for a value gave several rows", at: query.position)
      }
      let value = frame.rowCount == 0 ? Value.null : try frame.column(0).value(at: 0)
      return .constant(value, query.type)
    case .isInQuery(let operand, let query, let isNegated):
      var columns: [Column] = []
      for frame in try frames(query, executor) { columns.append(try frame.column(0)) }
      let values = ValueSet(columns, query.type)
      return .isIn(try answered(operand, executor), values, isNegated: isNegated)
    default:
      var operands: [Bound] = []
      for operand in bound.operands { operands.append(try answered(operand, executor)) }
      return operands.isEmpty ? bound : bound.replacingOperands(operands)
    }
  }

  /// The rows of a query inside an expression.
  private func frames(_ query: Subquery, _ outer: Executor) throws(QueryError) -> [Frame] {
    let (executor, plans) = try prepared([query.plan])
    let frames = try executor.frames(try executor.answer(plans)[0])
    let inner = executor.collector.statistics
    outer.collector.add { $0.add(inner) }
    return frames
  }
}
