import Bytes
import CSV
import ColumnFile
import Columns
import Foundation
import Query

/// The tables of the logic tests, in one of the forms in which the engine meets tables.
struct LogicCatalog: Catalog {
  /// How the rows are laid out: no answer may depend on it.
  enum Layout: String, CaseIterable, Sendable {
    case oneBatch = "texts in one batch"
    case smallBatches = "codes in batches of seven rows"
    case files = "files of small blocks, a few rows each"
  }

  private let tables: [LogicTable]

  init(_ layout: Layout) throws {
    let declared = try String(
      contentsOf: LogicFile.folder.appendingPathComponent("tables/README.md"), encoding: .utf8)
    tables = try declared.split(separator: "\n").compactMap { line in
      let cells = line.split(separator: "|").map { $0.trimmingCharacters(in: .whitespaces) }
      guard cells.count == 2, cells[0].hasSuffix(".csv`") else { return nil }
      return try LogicTable(
        String(cells[0].dropFirst().dropLast(5)), columns: cells[1], layout: layout)
    }
  }

  var tableNames: [String] { tables.map(\.name) }

  func table(_ name: String) throws(QueryError) -> (any TableSource)? {
    tables.first { $0.name == name.lowercased() }
  }
}

struct LogicTable: TableSource {
  let name: String
  let schema: Schema
  let segments: [Segment]
  var key: [String] { name == "songs" ? ["song_id"] : [] }

  init(_ name: String, columns: String, layout: LogicCatalog.Layout) throws {
    self.name = name
    let kinds: [String: DataType] = [
      "BIGINT": .bigint, "TEXT": .text, "TIMESTAMP": .timestamp, "DATE": .date,
      "BOOLEAN": .boolean, "DOUBLE": .double,
    ]
    let form: TextForm = layout == .oneBatch ? .plain : .coded(base: nil)
    let inputs = columns.split(separator: ",").map { pair in
      let words = pair.split(separator: " ").map(String.init)
      return InputColumn(words[0], kinds[words[1]] ?? .text, form: form)
    }
    schema = Schema(inputs.map { Field($0.name, $0.type) })
    let path = LogicFile.folder.appendingPathComponent("tables/\(name).csv").path
    var reader = try CSVReader(FileSource(path), ReadOptions(columns: inputs))
    var batches: [ColumnBatch] = []
    while case let round = try reader.next(), !round.isEmpty { batches += round.map(\.batch) }
    precondition(batches.count == 1, "a table of the logic tests fits one chunk")
    segments = try Self.segments(of: batches[0], layout: layout)
  }

  private static func segments(
    of batch: ColumnBatch, layout: LogicCatalog.Layout
  ) throws -> [Segment] {
    switch layout {
    case .oneBatch: return [Segment(partition: nil, content: .batch(batch))]
    case .smallBatches:
      return stride(from: 0, to: batch.rowCount, by: 7).map { start in
        Segment(partition: nil, content: .batch(rows(start..<start + 7, of: batch)))
      }
    case .files:
      return try stride(from: 0, to: batch.rowCount, by: 150).map { start in
        var options = WriteOptions()
        options.blockRows = 64
        var writer = try ColumnFileWriter(batch.schema, options)
        try writer.append(rows(start..<start + 150, of: batch))
        let bytes = writer.drain() + (try writer.finish())
        return Segment(partition: nil, content: .file(try ColumnFile(MemorySource(bytes))))
      }
    }
  }

  /// Some rows of a batch, cell by cell: slow, and independent of the kernels.
  private static func rows(_ range: Range<Int>, of batch: ColumnBatch) -> ColumnBatch {
    let rows = range.clamped(to: 0..<batch.rowCount)
    let columns = batch.columns.map { column in
      let validity = Bitmap(rows.map { !column.isNull($0) })
      let values: Column.Values =
        switch column.values {
        case .booleans(let values): .booleans(Array(values[rows]))
        case .dates(let values): .dates(Array(values[rows]))
        case .integers(let values): .integers(Array(values[rows]))
        case .wide(let values): .wide(Array(values[rows]))
        case .doubles(let values): .doubles(Array(values[rows]))
        case .intervals(let values): .intervals(Array(values[rows]))
        case .texts(let values): .texts(TextVector(rows.map { values[$0] }))
        case .codes(let codes, let dictionary): .codes(Array(codes[rows]), dictionary)
        }
      return Column(column.type, values, validity: validity)
    }
    return ColumnBatch(batch.schema, columns, rowCount: rows.count)
  }
}
