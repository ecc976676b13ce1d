import ColumnFile
import Columns
import TestSupport

/// Batches for tests, and the plain way to compare what comes back.
enum Sample {
  static let schema = Schema([
    Field("flag", .boolean), Field("number", .bigint), Field("ratio", .double),
    Field("name", .text), Field("day", .date), Field("moment", .timestamp),
  ])

  static let texts = ["", "a", "Zoë", "\u{10FFFF}", "jazz", "hip-hop", "naïve \u{D7FF}", "0007"]
  static let doubles = [0, -0.0, 1.5, -.infinity, .infinity, .nan, 1e-300, 0.1, 87.917]

  /// `rows` rows of all types, a share of them null, repeatable by its seed.
  static func batch(rows: Int, nulls: Double, seed: UInt64) -> ColumnBatch {
    var random = Seeded(seed)
    func validity() -> Bitmap? {
      nulls == 0
        ? nil : Bitmap((0..<rows).map { _ in Double.random(in: 0..<1, using: &random) >= nulls })
    }
    func integers(_ range: ClosedRange<Int64>) -> [Int64] {
      (0..<rows).map { _ in Int64.random(in: range, using: &random) }
    }
    let columns = [
      Column(.boolean, .booleans(integers(0...1).map { $0 == 1 }), validity: validity()),
      Column(.bigint, .integers(integers(.min ... .max)), validity: validity()),
      Column(
        .double, .doubles((0..<rows).map { _ in doubles.randomElement(using: &random) ?? 0 }),
        validity: validity()),
      Column(
        .text,
        .texts(TextVector((0..<rows).map { _ in texts.randomElement(using: &random) ?? "" })),
        validity: validity()),
      Column(.date, .dates(integers(-9999...99_999).map { Int32($0) }), validity: validity()),
      Column(
        .timestamp, .integers(integers(-5...99_999_999).map { $0 * 1_000_000 }),
        validity: validity()),
    ]
    return ColumnBatch(schema, columns, rowCount: rows)
  }

  /// The cells of a column, with doubles by their bits.
  static func cells(_ column: Column) -> [Value] {
    (0..<column.count).map { row in
      if case .double(let value) = column.value(at: row) {
        return .hugeint(Int128(value.bitPattern))
      }
      return column.value(at: row)
    }
  }

  static func write(
    _ batches: [ColumnBatch], _ options: WriteOptions = WriteOptions()
  ) throws -> [UInt8] {
    var writer = try ColumnFileWriter(batches[0].schema, options)
    var bytes: [UInt8] = []
    for batch in batches {
      try writer.append(batch)
      bytes += writer.drain()
    }
    return try bytes + writer.finish()
  }

  /// All cells of a file, a list a column.
  static func cells(_ file: ColumnFile) throws -> [[Value]] {
    var cells = [[Value]](repeating: [], count: file.schema.count)
    for block in 0..<file.blockCount {
      let batch = try file.read(columns: Array(0..<file.schema.count), block: block)
      for index in cells.indices { cells[index] += Self.cells(batch.columns[index]) }
    }
    return cells
  }

  static func cells(_ batches: [ColumnBatch]) -> [[Value]] {
    batches[0].columns.indices.map { index in
      batches.flatMap { cells($0.columns[index]) }
    }
  }
}
