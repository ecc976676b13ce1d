import Bytes
import Columns
import Lake
import Objects
import Packs
import Query
import SQL
import Tables

/// Computes the KPI tables' slots that the log calls stale, and commits them.
///
/// The log says what is stale, so a run that was killed between its data and its tables leaves the
/// rest to the next. Tables that wait for the same dates are computed in one scan.
struct TableRefresh {
  let lake: Lake
  let pack: Pack
  let options: RunOptions
  let progress: Progress
  var snapshot: Snapshot
  private(set) var reports: [RunReport.TableReport] = []
  /// The dates that were computed.
  private(set) var dates: Set<Int32> = []
  private(set) var racesLost = 0

  init(
    _ lake: Lake, _ pack: Pack, _ options: RunOptions, _ progress: Progress, _ snapshot: Snapshot
  ) {
    self.lake = lake
    self.pack = pack
    self.options = options
    self.progress = progress
    self.snapshot = snapshot
  }

  /// The slots that this run is to fill.
  private var wanted: Set<TableSlot> {
    snapshot.staleSlots.filter { slot in
      guard let dates = options.dates, let partition = slot.partition else { return true }
      return dates.contains(partition)
    }
  }

  mutating func run() throws(PipelineError) {
    progress.update { state in
      state.step = "computing"
      state.subject = "KPI tables"
    }
    for _ in 0..<options.attempts {
      let slots = wanted
      if slots.isEmpty { return }
      try options.checkInterrupt()
      try fill(slots)
    }
    throw PipelineError(
      Explanation(
        "cannot compute", "the KPI tables", because: "other writers change the data all the time",
        remedy: "Run the same command again when they are done."))
  }

  private mutating func fill(_ slots: Set<TableSlot>) throws(PipelineError) {
    var computed: [TableSlot: [TableRunEntry]] = [:]
    // Tables that the pack no longer has only lose their items.
    for slot in slots where pack.kpiTable(slot.table) == nil { computed[slot] = [] }
    var scans: [Set<Int32>: [KPITable]] = [:]
    var overAll: [KPITable] = []
    for table in pack.kpiTables {
      let own = slots.filter { $0.table == table.name }
      let dates = Set(own.compactMap(\.partition))
      // A table that changed its shape has slots of its old one, which only lose their items.
      for slot in own where table.groupedByPartition != (slot.partition != nil) {
        computed[slot] = []
      }
      if table.groupedByPartition, !dates.isEmpty { scans[dates, default: []].append(table) }
      if !table.groupedByPartition, own.contains(where: { $0.partition == nil }) {
        overAll.append(table)
      }
    }
    let reader = LakeReader(lake, snapshot)
    for (dates, tables) in scans {
      for (slot, runs) in try scan(reader, dates, tables) { computed[slot] = runs }
    }
    if !overAll.isEmpty {
      for (slot, runs) in try scan(reader, nil, overAll) { computed[slot] = runs }
    }
    try commit(computed)
  }

  /// Computes tables over the same dates; nil means all of them.
  private mutating func scan(
    _ reader: LakeReader, _ dates: Set<Int32>?, _ tables: [KPITable]
  ) throws(PipelineError) -> [TableSlot: [TableRunEntry]] {
    let results: [QueryResult]
    do {
      let queryOptions = QueryOptions(threads: options.threads, memory: options.memoryBytes)
      let engine = QueryEngine(LakeCatalog(reader, pack, dates: dates), queryOptions)
      results = try engine.runAll(tables.map(\.query))
    } catch { throw PipelineError(error) }
    var filled: [TableSlot: [TableRunEntry]] = [:]
    for (table, result) in zip(tables, results) {
      let rows = ColumnBatch.joined(result.batches, schema: result.schema)
      let slots = try Self.slots(of: rows, table, dates)
      let writer = self
      let runs = try Parallel.map(count: slots.count, threads: options.threads) {
        index throws(PipelineError) in
        try writer.write(slots[index].1, table, slots[index].0)
      }
      for (index, runs) in runs.enumerated() { filled[slots[index].0] = runs }
    }
    return filled
  }

  /// The rows of a result by the slot they fill; a slot of a date without rows is empty.
  private static func slots(
    of rows: ColumnBatch, _ table: KPITable, _ dates: Set<Int32>?
  ) throws(PipelineError) -> [(TableSlot, ColumnBatch)] {
    guard let name = table.partitionColumn, let dates else {
      return [(TableSlot(table: table.name, partition: nil), rows)]
    }
    guard let column = rows[name], case .dates(let days) = column.values else {
      throw PipelineError(
        Explanation(
          "cannot keep", "the table \(table.name)", because: "its column \(name) is no DATE",
          remedy: "Group the query by the partition's date."))
    }
    var chosen: [Int32: [UInt32]] = [:]
    for row in days.indices where !column.isNull(row) {
      chosen[days[row], default: []].append(UInt32(row))
    }
    return dates.sorted().map { day in
      (TableSlot(table: table.name, partition: day), rows.rows(chosen[day] ?? []))
    }
  }

  private func write(
    _ rows: ColumnBatch, _ table: KPITable, _ slot: TableSlot
  ) throws(PipelineError) -> [TableRunEntry] {
    if rows.rowCount == 0 { return [] }
    do {
      let layout = try TableLayout(
        rows.schema, partitionKey: table.partitionKey, sortKey: table.sortKey,
        list: table.list.map { TableLayout.List(name: $0.name, columns: $0.columns) })
      let bytes = try TableRun.bytes(of: [rows], layout: layout)
      let folder = slot.partition.map { "date=\(Calendar.text(days: $0))/" } ?? ""
      let object = "tables/\(table.name)/\(folder)\(ContentHash.of(bytes.span)).run"
      try lake.store.putSoon(object, bytes)
      return [
        TableRunEntry(slot: slot, object: object, rows: rows.rowCount, bytes: bytes.count)
      ]
    } catch { throw PipelineError(Explanation(describing: error)) }
  }

  /// Commits the slots that nobody has made stale again since they were computed.
  private mutating func commit(
    _ computed: [TableSlot: [TableRunEntry]]
  ) throws(PipelineError) {
    var left = computed
    do {
      while !left.isEmpty {
        var commit = Commit(kind: "tables", time: options.time)
        let slots = left.keys.sorted {
          ($0.table, $0.partition ?? .min) < ($1.table, $1.partition ?? .min)
        }
        let current = Dictionary(grouping: snapshot.runs, by: \.slot)
        for slot in slots {
          let old = Set((current[slot] ?? []).map(\.object))
          let new = left[slot] ?? []
          commit.addedRuns += new.filter { !old.contains($0.object) }
          commit.removedRuns += old.subtracting(new.map(\.object)).sorted()
        }
        commit.freshSlots = slots
        switch try lake.commit(commit, on: snapshot) {
        case .committed(let next):
          snapshot = next
          return report(left)
        case .lost(let newest):
          racesLost += 1
          for version in (snapshot.version + 1)...newest.version {
            guard let other = try lake.commit(version) else { continue }
            for slot in other.staleSlots + other.freshSlots { left[slot] = nil }
          }
          snapshot = newest
        }
      }
    } catch { throw PipelineError(Explanation(describing: error)) }
  }

  private mutating func report(_ filled: [TableSlot: [TableRunEntry]]) {
    for (slot, runs) in filled {
      if let date = slot.partition { dates.insert(date) }
      let rows = runs.reduce(0) { $0 + $1.rows }
      if let index = reports.firstIndex(where: { $0.table == slot.table }) {
        reports[index].slots += 1
        reports[index].rows += rows
      } else {
        reports.append(RunReport.TableReport(table: slot.table, slots: 1, rows: rows))
      }
    }
    reports.sort { $0.table < $1.table }
  }
}
