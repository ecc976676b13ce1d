import Bytes
import Columns

/// What the header of an input and the declaration of its columns come to.
struct ReadPlan: Sendable {
  let source: String
  let options: ReadOptions
  /// The fields of a record.
  let width: Int
  /// The field of each declared column.
  let fields: [Int]
  let schema: Schema
  let scanner: RecordScanner

  init(_ source: String, _ options: ReadOptions, header: [String]?) throws(CSVError) {
    self.source = source
    self.options = options
    scanner = RecordScanner(options.dialect, fieldLimit: options.fieldLimit)
    schema = Schema(
      options.columns.map { Field($0.name, $0.type, isNullable: $0.isNullable) })
    guard let header else {
      width = options.columns.count
      fields = Array(0..<options.columns.count)
      return
    }
    width = header.count
    let places = options.columns.map { column in header.firstIndex(of: column.name) }
    let missing = zip(options.columns, places).filter { $0.1 == nil }.map(\.0.name)
    guard missing.isEmpty else {
      throw .cannotRead(
        source, because: "its header lacks \(Self.list(missing)); it has \(Self.list(header))",
        remedy: "Correct the header, or declare the columns that the file has.")
    }
    fields = places.compactMap { $0 }
    for (column, place) in zip(options.columns, fields)
    where header[(place + 1)...].contains(column.name) {
      throw .cannotRead(
        source, because: "its header names the column \(column.name) more than once",
        remedy: "Give each column a name of its own.")
    }
  }

  private static func list(_ names: [String]) -> String {
    let shown = names.prefix(30).map { "\"\($0)\"" }.joined(separator: ", ")
    return names.count > 30 ? "\(shown) and \(names.count - 30) more" : shown
  }
}
