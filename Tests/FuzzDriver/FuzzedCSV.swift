import Bytes
import CSV
import Columns

/// A text and how to read it, both from the fuzzer: the dialect, and two ways to go through the
/// text, which have to agree.
struct FuzzedCSV {
  private let dialect: Dialect
  private let chunkBytes: Int
  private let threads: Int
  private let level: CPU.Level
  private let fieldLimit: Int
  private let text: [UInt8]

  /// nil where there are too few bytes to say how.
  init?(_ bytes: [UInt8]) {
    guard bytes.count >= 4, bytes.count < 1 << 16 else { return nil }
    dialect = Self.dialects[Int(bytes[0]) % Self.dialects.count]
    chunkBytes = 1 + Int(bytes[1])
    threads = 1 + Int(bytes[2]) % 3
    level = CPU.available[Int(bytes[2]) / 3 % CPU.available.count]
    fieldLimit = bytes[3] < 200 ? 1 << 20 : 1 + Int(bytes[3]) - 200
    text = Array(bytes[4...])
  }

  func check() {
    let one = read(chunkBytes: 1 << 20, threads: 1, level: .swift, blockBytes: 1 << 10)
    let other = read(chunkBytes: chunkBytes, threads: threads, level: level, blockBytes: 64)
    precondition(one == other, "no result depends on pieces, threads or the processor")
  }

  private struct Result: Equatable {
    var rows: [[Value]] = []
    var rejections: [Rejection] = []
    var counts: [Int] = []
    var refusal: String?
  }

  private func read(chunkBytes: Int, threads: Int, level: CPU.Level, blockBytes: Int) -> Result {
    var options = ReadOptions(columns: Self.columns)
    options.dialect = dialect
    options.chunkBytes = chunkBytes
    options.threads = threads
    options.level = level
    options.blockBytes = blockBytes
    options.fieldLimit = fieldLimit
    var result = Result()
    do {
      var reader = try CSVReader(MemorySource(text), options)
      while true {
        let round = try reader.next()
        if round.isEmpty { break }
        for part in round {
          for row in 0..<part.batch.rowCount {
            result.rows.append(part.batch.columns.map { Self.comparable($0.value(at: row)) })
          }
          result.rejections += part.rejections
        }
      }
      let counts = reader.counts
      result.counts = [
        counts.rowsRead, counts.rowsKept, counts.rowsRejected, counts.blankLines, counts.bytes,
      ]
    } catch { result.refusal = error.explanation.reason }
    return result
  }

  /// NaN equals itself here.
  private static func comparable(_ value: Value) -> Value {
    if case .double(let number) = value { return .bigint(Int64(bitPattern: number.bitPattern)) }
    return value
  }

  private static let columns = [
    InputColumn("a", .text, form: .compact), InputColumn("b", .bigint),
    InputColumn("c", .timestamp, isNullable: false), InputColumn("d", .double),
    InputColumn("e", .text, form: .coded(base: nil)), InputColumn("f", .text),
    InputColumn("g", .date), InputColumn("h", .boolean),
  ]

  private static let dialects: [Dialect] = {
    var dialects = (0..<8).map { _ in Dialect.standard }
    dialects[1].delimiter = [0x3B]
    dialects[1].quote = 0x27
    dialects[1].escape = 0x5C
    dialects[2].delimiter = Array("||".utf8)
    dialects[3].ragged = .padded
    dialects[3].nullText = Array("NULL".utf8)
    dialects[4].quote = nil
    dialects[4].escape = nil
    dialects[4].delimiter = [0x09]
    dialects[5].encoding = .windows1252
    dialects[6].encoding = .utf16
    dialects[7].recordDelimiter = [0x1E]
    dialects[7].skipLeading = 1
    dialects[7].skipTrailing = 1
    for place in dialects.indices where place % 2 == 1 { dialects[place].headerRows = 0 }
    return dialects
  }()
}
