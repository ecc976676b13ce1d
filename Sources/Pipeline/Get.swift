package import Bytes
import Columns
import Lake
package import Objects
import Packs
package import Tables

/// What was found of a KPI table.
package struct GetAnswer: Sendable {
  package var items: [TableItem] = []
  /// Why there is nothing, with what may have been meant; nil where there is something.
  package var complaint: Explanation?
}

extension Pipeline {
  /// The items of a KPI table in a range of keys: the first parts of the key, the partition key's
  /// columns before the sort key's, and bounds of the part that follows; of them all, or the last
  /// ones in the order of their keys.
  package static func get(
    _ store: any ObjectStore, table name: String, _ range: KeyRange, last: Int? = nil
  ) throws(PipelineError) -> GetAnswer {
    do {
      let lake = Lake(store)
      let snapshot = try lake.snapshot()
      guard let pack = try PackChoice.kept(by: snapshot) else {
        throw PipelineError(
          Explanation(
            "cannot get", "an item of \(name)", because: "\(store.name) holds nothing yet",
            remedy: "Run the pipeline first: groove run."))
      }
      let found =
        pack.kpiTable(name) ?? pack.kpiTables.first { $0.name.lowercased() == name.lowercased() }
      guard let table = found else { return GetAnswer(complaint: noTable(name, pack)) }
      guard !range.key.isEmpty, range.key.count <= table.key.count else {
        throw PipelineError(
          Explanation(
            "cannot get", "an item of \(name)",
            because: "\(range.key.count) parts of a key were given",
            remedy: "Its key is \(table.key.joined(separator: ", "))."))
      }
      let look = TableLook(lake, snapshot, table, range)
      let items = try look.items(last: last)
      return GetAnswer(items: items, complaint: items.isEmpty ? try look.complaint() : nil)
    } catch { throw PipelineError(Explanation(describing: error)) }
  }

  private static func noTable(_ name: String, _ pack: Pack) -> Explanation {
    let names = pack.kpiTables.map(\.name)
    let near = Spelling.nearest(to: name, in: names)
    return Explanation(
      "found no", name, because: "the lake has no such KPI table",
      remedy: near.map { "Did you mean \($0)?" } ?? "It has \(names.joined(separator: ", ")).")
  }
}

/// The looking into the runs of one table.
private struct TableLook {
  let lake: Lake
  let snapshot: Snapshot
  let table: KPITable
  let range: KeyRange
  /// The runs that can have what is asked for, by date.
  private let runs: [TableRunEntry]
  /// Whether the dates of the runs are the order of the items.
  private let isByDate: Bool

  init(_ lake: Lake, _ snapshot: Snapshot, _ table: KPITable, _ range: KeyRange) {
    self.lake = lake
    self.snapshot = snapshot
    self.table = table
    self.range = range
    let place = table.partitionColumn.flatMap { table.key.firstIndex(of: $0) }
    isByDate = place == range.place
    var days = Int32.min...Int32.max
    if let place, place < range.key.count {
      // No date, no run; the reader would find nothing in any.
      let day = Calendar.days(text: range.key[place])
      runs =
        day.map { day in
          snapshot.runs(of: table.name).filter { $0.slot.partition == day }
        } ?? []
      return
    }
    if isByDate {
      // A bound that is no date is told by the reader.
      let first = range.from.flatMap { Calendar.days(text: $0) } ?? .min
      let last = range.to.flatMap { Calendar.days(text: $0) } ?? .max
      if first <= last { days = first...last }
    }
    runs = snapshot.runs(of: table.name).filter {
      days.contains($0.slot.partition ?? days.lowerBound)
    }
  }

  /// With `last`, only as many runs are read from the end as that takes, where their order is that
  /// of the items.
  func items(last: Int?) throws -> [TableItem] {
    var found: [ColumnBatch] = []
    var layout: TableLayout?
    var keys = 0
    for run in runs.reversed() {
      let reader = try TableRunReader(try lake.store.source(run.object))
      let rows = try reader.rows(in: range)
      layout = reader.layout
      if rows.rowCount == 0 { continue }
      found.append(rows)
      if let last, isByDate {
        keys += reader.layout.items(of: rows).count
        if keys >= last { break }
      }
    }
    guard let layout, !found.isEmpty else { return [] }
    let items = layout.items(
      of: try layout.sorted(ColumnBatch.joined(found, schema: layout.schema)))
    return last.map { items.suffix($0) } ?? items
  }

  /// The largest number of rows that are looked through for what may have been meant.
  private static let rowsLookedThrough = 200_000

  /// Which part of the key nothing has, and what it may have been.
  func complaint() throws -> Explanation {
    let key = range.key.joined(separator: ", ")
    for part in range.key.indices {
      let known = KeyRange(key: Array(range.key[..<part]))
      let texts = try texts(ofPart: part, in: known)
      if texts.contains(range.key[part]) { continue }
      let near = Spelling.nearest(to: range.key[part], in: texts.sorted())
      return Explanation(
        "found no", "item \(key) in \(table.name)",
        because: "no \(table.key[part]) is \(range.key[part])"
          + (part == 0 ? "" : " where \(known.key.joined(separator: ", ")) is"),
        remedy: near.map { "Did you mean \($0)?" } ?? "")
    }
    return Explanation(
      "found no", "item \(key) in \(table.name)", because: "nothing lies between the bounds")
  }

  /// The values of a part of the key, of the items that have the parts before it.
  private func texts(ofPart part: Int, in range: KeyRange) throws -> Set<String> {
    var texts: Set<String> = []
    var rowCount = 0
    for run in snapshot.runs(of: table.name).reversed() where rowCount < Self.rowsLookedThrough {
      let reader = try TableRunReader(try lake.store.source(run.object))
      let rows = try reader.rows(in: range)
      rowCount += rows.rowCount
      guard let column = rows[table.key[part]] else { continue }
      for row in 0..<rows.rowCount { texts.insert(column.value(at: row).text ?? "") }
    }
    return texts
  }
}
