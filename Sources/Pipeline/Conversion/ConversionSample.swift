import Bytes
import CSV
import Columns

/// The first rows of a conversion, by which is decided how its texts are read. The rows that come
/// out are the same either way.
struct ConversionSample: Sendable {
  /// How the reader delivers each column of the table; for other types than TEXT it says nothing.
  let forms: [TextForm]

  /// How much of the first input is looked at.
  private static let bytes = 256 << 10
  /// Texts are read as codes where they are at most so many different ones.
  private static let mostTexts = 1 << 12

  init(_ path: String, _ plan: TablePlan) throws(PipelineError) {
    var options = ReadOptions(
      columns: plan.inputColumns(Array(repeating: .plain, count: plan.schema.count)))
    options.dialect = plan.dialect
    options.threads = 1
    options.chunkBytes = Self.bytes
    options.keepRejections = 0
    let batches: [CSVBatch]
    do {
      var reader = try CSVReader(FileSource(path), options)
      batches = try reader.next()
    } catch let error as any Explained { throw PipelineError(error.explanation) } catch {
      preconditionFailure("files are refused with explained errors")
    }
    forms = plan.schema.fields.indices.map { column in
      let columns = batches.map { $0.batch.columns[column] }
      return !Self.areNumbers(columns) && Self.repeats(columns) ? .coded(base: nil) : .numbered
    }
  }

  /// Whether the texts of columns are an affix and a number, none of them NULL.
  private static func areNumbers(_ columns: [Column]) -> Bool {
    guard let first = columns.first, case .texts(let texts) = first.values,
      let affix = Affix(sampling: texts)
    else { return false }
    return columns.allSatisfy { column in
      guard case .texts(let texts) = column.values else { return false }
      return column.validity == nil && affix.numbers(texts) != nil
    }
  }

  private static func repeats(_ columns: [Column]) -> Bool {
    var different: Set<ArraySlice<UInt8>> = []
    var rows = 0
    for column in columns {
      guard case .texts(let texts) = column.values else { return false }
      rows += texts.count
      for row in 0..<texts.count where different.count <= mostTexts {
        different.insert(texts.bytes[texts.range(row)])
      }
    }
    return different.count <= min(mostTexts, rows / 8)
  }
}
