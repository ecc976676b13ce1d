import Bytes
import CSV
import Columns

/// Reads a text in steps of any size and gives everything in one piece.
func read(
  _ text: String, _ columns: [InputColumn], chunkBytes: Int = 1 << 20, threads: Int = 1,
  adjust: (inout ReadOptions) -> Void = { _ in }
) throws(CSVError) -> Whole {
  try read(Array(text.utf8), columns, chunkBytes: chunkBytes, threads: threads, adjust: adjust)
}

func read(
  _ bytes: [UInt8], _ columns: [InputColumn], chunkBytes: Int = 1 << 20, threads: Int = 1,
  name: String = "test.csv", adjust: (inout ReadOptions) -> Void = { _ in }
) throws(CSVError) -> Whole {
  var options = ReadOptions(columns: columns)
  options.chunkBytes = chunkBytes
  options.threads = threads
  adjust(&options)
  var reader = try CSVReader(MemorySource(bytes, name: name), options)
  var whole = Whole()
  while true {
    let round = try reader.next()
    if round.isEmpty { break }
    for batch in round { whole.append(batch) }
  }
  whole.counts = reader.counts
  return whole
}

/// What a reader gave.
struct Whole: Equatable {
  var rows: [[Value]] = []
  var records: [Int] = []
  var rejections: [Rejection] = []
  var codes: [[UInt32]] = []
  var counts = ReadCounts()

  mutating func append(_ batch: CSVBatch) {
    append(batch.batch)
    for row in 0..<batch.batch.rowCount {
      records.append(batch.record(ofRow: row))
      var codes: [UInt32] = []
      for column in batch.batch.columns {
        if case .codes(let values, _) = column.values, !column.isNull(row) {
          codes.append(values[row])
        }
      }
      self.codes.append(codes)
    }
    rejections += batch.rejections
  }

  mutating func append(_ batch: ColumnBatch) {
    for row in 0..<batch.rowCount { rows.append(batch.columns.map { $0.value(at: row) }) }
  }

  var texts: [[String?]] {
    rows.map { row in
      row.map { value in
        if case .text(let text) = value { return text }
        return nil
      }
    }
  }
}

func texts(_ names: String...) -> [InputColumn] { names.map { InputColumn($0, .text) } }
