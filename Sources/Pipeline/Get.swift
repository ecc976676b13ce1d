import Bytes
import Columns
import Lake
package import Objects
import Packs
package import Tables

extension Pipeline {
  /// The items of a KPI table that have these first parts of the key: the partition key's columns,
  /// then as many of the sort key's as are given. Parts are written as the table shows them.
  package static func get(
    _ store: any ObjectStore, table name: String, key: [String]
  ) throws(PipelineError) -> [TableItem] {
    do {
      let lake = Lake(store)
      let snapshot = try lake.snapshot()
      guard let pack = try PackChoice.kept(by: snapshot) else {
        throw PipelineError(
          Explanation(
            "cannot get", "an item of \(name)", because: "\(store.name) holds nothing yet",
            remedy: "Run the pipeline first: groove run."))
      }
      guard let table = pack.kpiTable(name) else {
        throw PipelineError(
          Explanation(
            "cannot get", "an item of \(name)", because: "the lake has no such KPI table",
            remedy: "It has \(pack.kpiTables.map(\.name).joined(separator: ", "))."))
      }
      guard !key.isEmpty, key.count <= table.key.count else {
        throw PipelineError(
          Explanation(
            "cannot get", "an item of \(name)",
            because: "\(key.count) parts of a key were given",
            remedy: "Its key is \(table.key.joined(separator: ", "))."))
      }
      return try items(lake, snapshot, table, key)
    } catch { throw PipelineError(Explanation(describing: error)) }
  }

  private static func items(
    _ lake: Lake, _ snapshot: Snapshot, _ table: KPITable, _ key: [String]
  ) throws -> [TableItem] {
    // A key that says the date is looked for in that date's runs only.
    var date: Int32?
    if let column = table.partitionColumn, let part = table.key.firstIndex(of: column),
      part < key.count
    {
      date = Calendar.days(text: key[part])
      if date == nil { return [] }
    }
    var found: [ColumnBatch] = []
    var layout: TableLayout?
    for run in snapshot.runs(of: table.name) where date == nil || run.slot.partition == date {
      let reader = try TableRunReader(try lake.store.source(run.object))
      let rows = try reader.rows(where: key)
      layout = reader.layout
      if rows.rowCount > 0 { found.append(rows) }
    }
    guard let layout, !found.isEmpty else { return [] }
    return layout.items(of: try layout.sorted(ColumnBatch.joined(found, schema: layout.schema)))
  }
}
