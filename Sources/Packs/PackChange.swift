import Bytes

/// How a pack differs from the one that a lake has: in KPI tables, which are computed again, and
/// in additional nullable columns, which old rows have as NULL.
package struct PackChange: Sendable, Hashable {
  /// KPI tables that are new or say something else.
  package var changedKPITables: [String] = []
  package var droppedKPITables: [String] = []
  /// Nullable columns that inputs have in addition.
  package var addedColumns: [AddedColumn] = []

  package struct AddedColumn: Sendable, Hashable {
    package let table: String
    package let column: String
  }

  package var isEmpty: Bool {
    changedKPITables.isEmpty && droppedKPITables.isEmpty && addedColumns.isEmpty
  }
}

extension Pack {
  /// What changes when a lake that has the pack `old` goes on with this one; an error where its
  /// data would mean something else.
  package func change(from old: Pack) throws(PackError) -> PackChange {
    var change = PackChange()
    for table in inputs where old.input(table.name) == nil {
      throw misfit(old, "the table `\(table.name)` is new")
    }
    for before in old.inputs {
      guard let now = input(before.name) else {
        throw misfit(old, "the table `\(before.name)` is missing")
      }
      change.addedColumns += try addedColumns(of: now, from: before, old)
    }
    for table in kpiTables where old.kpiTable(table.name) != table {
      change.changedKPITables.append(table.name)
    }
    change.droppedKPITables = old.kpiTables.map(\.name).filter { kpiTable($0) == nil }
    return change
  }

  private func addedColumns(
    of now: InputTable, from before: InputTable, _ old: Pack
  ) throws(PackError) -> [PackChange.AddedColumn] {
    for column in before.columns where now.column(column.name) != column {
      throw misfit(old, "the column `\(column.name)` of `\(now.name)` is another")
    }
    var added: [PackChange.AddedColumn] = []
    for column in now.columns where before.column(column.name) == nil {
      guard column.isNullable, column.check == nil, column.references == nil else {
        throw misfit(
          old,
          "the new column `\(column.name)` of `\(now.name)` has conditions that old rows"
            + " were not held to")
      }
      added.append(PackChange.AddedColumn(table: now.name, column: column.name))
    }
    if now.key != before.key || now.checks != before.checks || now.partition != before.partition {
      throw misfit(old, "the key, the checks or the partition of `\(now.name)` is another")
    }
    return added
  }

  private func misfit(_ old: Pack, _ reason: String) -> PackError {
    PackError(
      Explanation(
        "cannot go on with", "the pack \(name)",
        because: "\(reason), and the lake was made with the pack \(old.name)",
        remedy: "A lake's pack may change in its KPI tables and get nullable columns; for other"
          + " changes make a new lake."))
  }
}
