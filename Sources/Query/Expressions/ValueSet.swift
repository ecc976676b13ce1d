import Columns
import Kernels

/// The values of `IN (…)`.
struct ValueSet: Sendable {
  let hasNull: Bool
  let isEmpty: Bool
  /// All values, as they are written.
  var text: String {
    let keys = values
    let shown = (0..<keys.count).map { keys.value(at: $0).text.map { "'\($0)'" } ?? "NULL" }
    return (shown + (hasNull ? ["NULL"] : [])).joined(separator: ", ")
  }

  /// The values that are not NULL.
  var values: Column { table.keyColumns()[0] }

  /// The values as the groups of a table, by content.
  private let table: GroupTable

  /// `values` is one column of the values, of the type that is looked up.
  init(_ values: [Column], _ type: DataType) {
    var table = GroupTable([type])
    var hasNull = false
    var isEmpty = true
    for column in values {
      hasNull = hasNull || column.validity != nil
      isEmpty = isEmpty && column.count == 0
      let kept = Selection(Array(repeating: true, count: column.count), validity: column.validity)
      let valid = gather(column, kept.rows(of: column.count))
      _ = table.add([valid], rowCount: valid.count)
    }
    table.prepareLookUp()
    self.table = table
    self.hasNull = hasNull
    self.isEmpty = isEmpty
  }

  func contains(_ operand: Operand, isNegated: Bool) -> Operand {
    let column = operand.column
    if isEmpty { return .constant(.boolean(isNegated), .boolean) }
    let groups = table.lookUp([column], rowCount: column.count)
    let bits = groups.map { ($0 != Column.absent) != isNegated }
    var validity = column.validity
    if hasNull {
      // Not found among the values does not say that it is not the NULL.
      let found = Bitmap(count: groups.count) { groups[$0] != Column.absent }
      validity = Bitmap.both(validity, found)
    }
    let result = Column(.boolean, .booleans(bits), validity: validity)
    return Operand(column: result, isConstant: operand.isConstant)
  }
}
