import Bytes
import Columns
import Lake
import Packs
import SQL

extension RunAttempt {
  /// The slots of KPI tables that this attempt's rows make stale in `snapshot`.
  func staleSlots(in snapshot: Snapshot) throws(PipelineError) -> [TableSlot] {
    var newDates: [String: Set<Int32>] = [:]
    var touchedTables: Set<String> = Set(changedKeys.keys)
    for segment in addedSegments {
      touchedTables.insert(segment.table)
      guard let partition = segment.partition else { continue }
      newDates[segment.table, default: []].insert(partition)
    }
    var slots: Set<TableSlot> = []
    for table in pack.kpiTables {
      guard let fact = table.partitionedInput, table.groupedByPartition else {
        if table.inputs.contains(where: { touchedTables.contains($0) }) {
          slots.insert(TableSlot(table: table.name, partition: nil))
        }
        continue
      }
      var dates = newDates[fact] ?? []
      for input in table.inputs where input != fact && touchedTables.contains(input) {
        dates.formUnion(
          try datesTouched(by: input, in: table, fact: fact, snapshot, besides: dates))
      }
      slots.formUnion(dates.map { TableSlot(table: table.name, partition: $0) })
    }
    return slots.sorted {
      ($0.table, $0.partition ?? .min) < ($1.table, $1.partition ?? .min)
    }
  }

  /// All slots of the pack's tables and of those it had before, and `more`.
  func allSlots(in snapshot: Snapshot, _ more: [TableSlot]) -> [TableSlot] {
    let slots = Set(snapshot.runs.map(\.slot)).union(pack.allSlots(in: snapshot)).union(more)
    return slots.sorted {
      ($0.table, $0.partition ?? .min) < ($1.table, $1.partition ?? .min)
    }
  }

  /// The dates of `fact`, besides known ones, that a change of `table` may have changed a KPI of:
  /// those that refer to a changed key, where the query joins by that reference and by nothing
  /// else; else all.
  private func datesTouched(
    by table: String, in kpi: KPITable, fact: String, _ snapshot: Snapshot,
    besides known: Set<Int32>
  ) throws(PipelineError) -> Set<Int32> {
    let segments = snapshot.segments(of: fact).filter { segment in
      segment.partition.map { !known.contains($0) } ?? true
    }
    if segments.isEmpty { return [] }
    let all = Set(segments.compactMap(\.partition))
    guard let changed = changedKeys[table], let plan = plans.first(where: { $0.name == fact }),
      let key = plans.first(where: { $0.name == table })?.key, key.columns.count == 1,
      case .codes(let codes, _) = changed.columns[0].values
    else { return all }
    let columns = plan.references.filter { $0.table == table }.map(\.column)
    guard columns.count == 1, let column = columns.first, plan.dictionaries[column] == table,
      JoinShape.joins(
        kpi.query, table, by: changed.schema[0].name, fact: fact, plan.schema[column].name)
    else { return all }
    var isChanged = [Bool](repeating: false, count: Int(codes.max() ?? 0) + 1)
    for code in codes { isChanged[Int(code)] = true }
    let flags = isChanged
    let reader = LakeReader(lake, snapshot)
    let touched = try Parallel.map(count: segments.count, threads: options.threads) {
      index throws(PipelineError) -> Int32? in
      do throws(LakeError) {
        for batch in try reader.read(segments[index], columns: [column])
        where Self.refers(batch.columns[0], to: flags) { return segments[index].partition }
        return nil
      } catch { throw PipelineError(error) }
    }
    return Set(touched.compactMap { $0 })
  }

  private static func refers(_ column: Column, to isChanged: [Bool]) -> Bool {
    guard case .codes(let codes, _) = column.values else { return true }
    for row in codes.indices {
      let code = Int(codes[row])
      if code < isChanged.count && isChanged[code] && !column.isNull(row) { return true }
    }
    return false
  }
}

extension Pack {
  /// Every slot that the KPI tables have for the rows of a version.
  func allSlots(in snapshot: Snapshot) -> Set<TableSlot> {
    var slots: Set<TableSlot> = []
    for table in kpiTables {
      if table.groupedByPartition, let fact = table.partitionedInput {
        for case let partition? in snapshot.segments(of: fact).map(\.partition) {
          slots.insert(TableSlot(table: table.name, partition: partition))
        }
      } else {
        slots.insert(TableSlot(table: table.name, partition: nil))
      }
    }
    return slots
  }
}

/// Whether a query reads a table only by joining it to the fact table by one reference, so that a
/// row of it can matter only to the plays that refer to it.
enum JoinShape {
  static func joins(
    _ query: Select, _ table: String, by key: String, fact: String, _ reference: String
  ) -> Bool {
    var walk = Walk(table: table, key: key, reference: reference)
    walk.visit(query)
    return walk.joins > 0 && walk.joins == walk.mentions
  }

  private struct Walk {
    let table: String
    let key: String
    let reference: String
    /// How often the table stands in a FROM, and how often as the right side of the plain join.
    var mentions = 0
    var joins = 0

    mutating func visit(_ query: Select) {
      for common in query.with { visit(common.query) }
      visit(query.body)
      // A query within an expression may read anything in any way.
      let expressions =
        [query.limit, query.offset].compactMap { $0 } + Self.expressions(of: query.orderBy)
      mentions += expressions.reduce(0) { $0 + Self.queries(in: $1) }
    }

    private mutating func visit(_ body: SelectBody) {
      switch body {
      case .values(let rows):
        for expression in rows.joined() { mentions += Self.queries(in: expression) }
      case .unionAll(let queries): for query in queries { visit(query) }
      case .block(let block):
        if let from = block.from { visit(from) }
        var expressions = [block.filter, block.having, block.qualify].compactMap { $0 }
        for case .expression(let expression, _) in block.items { expressions.append(expression) }
        if case .expressions(let groups) = block.groupBy { expressions += groups }
        mentions += expressions.reduce(0) { $0 + Self.queries(in: $1) }
      }
    }

    private mutating func visit(_ from: TableExpression) {
      switch from.kind {
      case .table(let name): if name.folded == table.foldedName { mentions += 1 }
      case .file, .csv: mentions += 1
      case .query(let query): visit(query)
      case .join(let join):
        if case .table(let name) = join.right.kind, name.folded == table.foldedName,
          isPlain(join.condition)
        {
          joins += 1
        }
        visit(join.left)
        visit(join.right)
      }
    }

    private func isPlain(_ condition: Join.Condition) -> Bool {
      switch condition {
      case .using(let names): return names.map(\.folded) == [key.foldedName] && key == reference
      case .on(let expression):
        guard case .binary(.equal, let left, let right) = expression.kind,
          case .column(let first) = left.kind, case .column(let second) = right.kind
        else { return false }
        let names = [first.name.folded, second.name.folded]
        let wanted = [key.foldedName, reference.foldedName]
        return names == wanted || names == wanted.reversed()
      }
    }

    private static func expressions(of ordering: Ordering) -> [Expression] {
      if case .items(let items) = ordering { return items.map(\.expression) }
      return []
    }

    /// How many queries stand in an expression.
    private static func queries(in expression: Expression) -> Int {
      var count = 0
      expression.visit { if $0.innerQuery != nil { count += 1 } }
      return count
    }
  }
}
