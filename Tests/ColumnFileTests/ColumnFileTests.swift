import Bytes
import Columns
import TestSupport
import Testing

@testable import ColumnFile

@Suite struct `A groove file` {
  @Test(arguments: [0, 1, 2, 7, 63, 64, 65, 1023, 1025, 3000], [0, 0.01, 0.5, 1])
  func `gives back all types and nulls`(rows: Int, nulls: Double) throws {
    let batch = Sample.batch(rows: rows, nulls: nulls, seed: UInt64(rows))
    let file = try ColumnFile(MemorySource(try Sample.write([batch])))
    #expect(file.schema == batch.schema)
    #expect(file.rowCount == rows)
    #expect(try Sample.cells(file) == Sample.cells([batch]))
  }

  @Test func `is the same bytes however the rows are cut into batches`() throws {
    var options = WriteOptions()
    options.blockRows = 700
    let whole = Sample.batch(rows: 3000, nulls: 0.1, seed: 5)
    let expected = try Sample.write([whole], options)
    for size in [1, 699, 700, 701, 1500] {
      var parts: [ColumnBatch] = []
      for start in stride(from: 0, to: 3000, by: size) {
        parts.append(Cut.rows(start..<min(start + size, 3000), of: whole))
      }
      #expect(try Sample.write(parts, options) == expected, "batches of \(size)")
    }
    let file = try ColumnFile(MemorySource(expected))
    #expect(file.blockCount == 5)
    #expect(file.rows(inBlock: 4) == 200)
  }

  @Test func `reads the columns that are asked for, in that order`() throws {
    let batch = Sample.batch(rows: 100, nulls: 0.1, seed: 9)
    let file = try ColumnFile(MemorySource(try Sample.write([batch])))
    let read = try file.read(columns: [4, 0], block: 0)
    #expect(read.schema.fields.map { $0.name } == ["day", "flag"])
    #expect(Sample.cells(read.columns[0]) == Sample.cells(batch.columns[4]))
    #expect(try file.read(columns: [], block: 0).rowCount == 100)
  }

  @Test func `closes a block early when its texts grow large`() throws {
    var options = WriteOptions()
    options.blockBytes = 3 << 20
    let large = String(repeating: "x", count: 1 << 20)
    let schema = Schema([Field("text", .text)])
    let texts = (0..<10).map { large + String($0) }
    let batch = ColumnBatch(schema, [Column(.text, .texts(TextVector(texts)))])
    let file = try ColumnFile(MemorySource(try Sample.write([batch], options)))
    #expect(file.blockCount > 1)
    #expect(try Sample.cells(file) == [texts.map { .text($0) }])
  }

  @Test func `holds ten thousand columns`() throws {
    let schema = Schema((0..<10_000).map { Field("column \($0)", .bigint) })
    let columns = (0..<10_000).map { Column(.bigint, .integers([Int64($0), -Int64($0)])) }
    let file = try ColumnFile(MemorySource(try Sample.write([ColumnBatch(schema, columns)])))
    let batch = try file.read(columns: [9_999], block: 0)
    #expect(Sample.cells(batch.columns[0]) == [.bigint(9_999), .bigint(-9_999)])
  }

  @Test func `refuses types it does not store`() {
    #expect(throws: ColumnFileError.self) {
      try ColumnFileWriter(Schema([Field("wide", .hugeint)]))
    }
  }

  @Test func `knows the zones of its blocks`() throws {
    var options = WriteOptions()
    options.blockRows = 100
    let batch = Sample.batch(rows: 250, nulls: 0.2, seed: 3)
    let file = try ColumnFile(MemorySource(try Sample.write([batch], options)))
    let number = (0..<100).map { batch.columns[1].value(at: $0) }
    let zone = file.zone(column: 1, block: 0)
    #expect(zone.nullCount == number.filter { $0 == .null }.count)
    let present = number.compactMap { if case .bigint(let value) = $0 { value } else { nil } }
    #expect(zone.minimum == present.min().map { .bigint($0) })
    #expect(zone.maximum == present.max().map { .bigint($0) })
    let ratio = file.zone(column: 2, block: 0)
    #expect(ratio.minimum == .double(-.infinity))
    if case .double(let greatest) = ratio.maximum {
      #expect(greatest.isNaN)
    } else {
      Issue.record()
    }
    #expect(file.zone(column: 3, block: 0).minimum == .text(""))
    #expect(file.zone(column: 3, block: 0).maximum == .text("\u{10FFFF}"))
  }

  @Test func `knows the sums of blocks whose values are not too large`() throws {
    var options = WriteOptions()
    options.blockRows = 3
    let large = Int64.max / Int64(Format.blockRows)
    let values = [5, -7, 100, large, large, -large, 0, 0, large + 1, 1, 2, 3, -4]
    let isValid = values.indices.map { ![2, 9, 10, 11].contains($0) }
    let columns = [
      Column(.bigint, .integers(values), validity: Bitmap(isValid)),
      Column(.timestamp, .integers(values)),
    ]
    let batch = ColumnBatch(Schema([Field("n", .bigint), Field("t", .timestamp)]), columns)
    let file = try ColumnFile(MemorySource(try Sample.write([batch], options)))
    let sums = (0..<file.blockCount).map { file.zone(column: 0, block: $0).sum }
    #expect(sums == [-2, large, nil, nil, -4])
    #expect((0..<file.blockCount).allSatisfy { file.zone(column: 1, block: $0).sum == nil })
    #expect(try file.verify().values == 9 + 13)
    // Of several blocks together it is not known.
    #expect(file.describe().columns[0].zone.sum == nil)
  }

  @Test func `bounds long texts from both sides`() throws {
    let long = String(repeating: "\u{D7FF}", count: 30)
    let texts = [long + "a", long + "b"]
    let batch = ColumnBatch(
      Schema([Field("text", .text)]), [Column(.text, .texts(TextVector(texts)))])
    let zone = try ColumnFile(MemorySource(try Sample.write([batch]))).zone(column: 0, block: 0)
    #expect(!zone.isExact)
    guard case .text(let low) = zone.minimum, case .text(let high) = zone.maximum else {
      Issue.record("bounds")
      return
    }
    #expect(Array(low.utf8).lexicographicallyPrecedes(Array(texts[0].utf8)))
    #expect(Array(texts[1].utf8).lexicographicallyPrecedes(Array(high.utf8)))
  }
}

/// Rows of a batch as a batch.
enum Cut {
  static func rows(_ rows: Range<Int>, of batch: ColumnBatch) -> ColumnBatch {
    let columns = batch.columns.map { column in
      let validity = column.validity.map { valid in Bitmap(rows.map { valid[$0] }) }
      let values: Column.Values =
        switch column.values {
        case .booleans(let values): .booleans(Array(values[rows]))
        case .dates(let values): .dates(Array(values[rows]))
        case .integers(let values): .integers(Array(values[rows]))
        case .doubles(let values): .doubles(Array(values[rows]))
        case .texts(let texts): .texts(TextVector(rows.map { texts[$0] }))
        case .codes(let codes, let dictionary): .codes(Array(codes[rows]), dictionary)
        case .wide(let values): .wide(Array(values[rows]))
        case .intervals(let values): .intervals(Array(values[rows]))
        }
      return Column(column.type, values, validity: validity)
    }
    return ColumnBatch(batch.schema, columns, rowCount: rows.count)
  }
}
