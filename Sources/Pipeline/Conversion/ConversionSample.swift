import Bytes
import CSV
import Columns

/// The first rows of a conversion, by which is decided how its texts are read. The rows that come
/// out are the same either way.
struct ConversionSample: Sendable {
  /// How the reader delivers each column of the table; for other types than TEXT it says nothing.
  let forms: [TextForm]
  /// What the texts of a column are around a number, where they are.
  private let affixes: [Affix?]

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
    var forms: [TextForm] = []
    var affixes: [Affix?] = []
    for column in plan.schema.fields.indices {
      let columns = batches.map { $0.batch.columns[column] }
      let affix = Self.affix(of: columns)
      affixes.append(affix)
      forms.append(affix == nil && Self.repeats(columns) ? .coded(base: nil) : .plain)
    }
    self.forms = forms
    self.affixes = affixes
  }

  /// Of columns that have no nulls and numbers throughout.
  private static func affix(of columns: [Column]) -> Affix? {
    guard let first = columns.first, case .texts(let texts) = first.values,
      let affix = Affix(sampling: texts)
    else { return nil }
    for column in columns {
      guard case .texts(let texts) = column.values, column.validity == nil,
        affix.numbers(texts) != nil
      else { return nil }
    }
    return affix
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

  /// The batch with numbers in place of texts, in the columns where all its texts have the affix:
  /// four bytes a row to carry through the partitions.
  func numbered(_ batch: ColumnBatch) -> ColumnBatch {
    let columns = batch.columns.enumerated().map { index, column in
      affixes[index].flatMap { Self.numbered(column, $0) } ?? column
    }
    return ColumnBatch(batch.schema, columns, rowCount: batch.rowCount)
  }

  private static func numbered(_ column: Column, _ affix: Affix) -> Column? {
    guard case .texts(let texts) = column.values, column.validity == nil,
      let numbers = affix.numbers(texts), let some = numbers.first
    else { return nil }
    let extremes = Extremes(numbers.span, before: some)
    guard extremes.range < UInt64(UInt32.max) else { return nil }
    let first = extremes.least
    var codes = [UInt32](repeating: 0, count: numbers.count)
    for index in codes.indices {
      codes[index] = UInt32(truncatingIfNeeded: numbers[index] &- first)
    }
    let dictionary = TextDictionary(
      count: Int(extremes.range) + 1, numbering: TextNumbering(affix: affix, first: first))
    return Column(column.type, .codes(codes, dictionary))
  }
}
