import Bytes
import Columns

/// What the header of an input and the declaration of its columns come to.
struct ReadPlan: Sendable {
  let source: String
  private(set) var options: ReadOptions
  /// The fields of a record.
  let width: Int
  /// The field of each declared column.
  let fields: [Int]
  /// The declared columns whose values are wanted; the others are only checked.
  private(set) var kept: [Int]
  /// The columns that are kept.
  private(set) var schema: Schema
  let scanner: RecordScanner
  /// nil where the dialect has marks of more than one byte: then every record is scanned.
  let tokenizer: CSVTokenizer?
  /// The byte that ends a record for the tokenizer.
  let newline: UInt8
  let takesReturn: Bool
  /// Not above the limit of a field, so that no field of a block can pass it.
  let blockBytes: Int
  /// nil where the twins in Swift are to be used.
  let kernels: FieldKernels?
  /// Numbers and times may be read without a look at the dialect.
  let hasPlainNumbers: Bool
  /// The same of words.
  let hasPlainWords: Bool
  private let counter: CSVTokenizer

  init(_ source: String, _ options: ReadOptions, header: [String]?) throws(CSVError) {
    self.source = source
    self.options = options
    scanner = RecordScanner(options.dialect, fieldLimit: options.fieldLimit)
    let dialect = options.dialect
    newline = dialect.recordDelimiter.first ?? 0x0A
    takesReturn = dialect.recordDelimiter.isEmpty
    blockBytes = max(1, min(options.blockBytes, options.fieldLimit))
    tokenizer =
      dialect.delimiter.count == 1 && dialect.recordDelimiter.count <= 1
      ? CSVTokenizer(
        delimiter: dialect.delimiter[0], newline: newline, quote: dialect.quote,
        escape: scanner.escape, takesReturn: takesReturn, level: options.level) : nil
    hasPlainNumbers = dialect.hasPlainNumbers
    hasPlainWords = dialect.hasPlainWords
    kernels = FieldKernels(options.level)
    counter = CSVTokenizer(
      delimiter: 0, newline: 0, quote: nil, escape: nil, takesReturn: false,
      level: options.level)
    kept = Array(options.columns.indices)
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

  /// The same with the values of some of the declared columns.
  func keeping(_ columns: [Int]) -> ReadPlan {
    var plan = self
    plan.options.taking = .values
    plan.kept = columns
    plan.schema = Schema(columns.map { schema[$0] })
    return plan
  }

  /// The line feeds among some bytes.
  func lines(_ bytes: Span<UInt8>, _ range: Range<Int>) -> Int {
    counter.count(0x0A, in: bytes.extracting(range))
  }

  /// How often the quote stands among some bytes.
  func quotes(_ bytes: Span<UInt8>, _ range: Range<Int>) -> Int {
    guard let quote = options.dialect.quote else { return 0 }
    return counter.count(quote, in: bytes.extracting(range))
  }

  /// Where the first record begins behind a record end at or behind `place`, which may be within
  /// quotes.
  func recordStart(_ text: Span<UInt8>, from place: Int, _ isInside: Bool) -> Int? {
    var isInside = isInside
    let quote = options.dialect.quote
    var place = place
    while place < text.count {
      let byte = text[place]
      place += 1
      if byte == quote {
        isInside.toggle()
      } else if byte == newline && !isInside {
        return place
      }
    }
    return nil
  }

  private static func list(_ names: [String]) -> String {
    let shown = names.prefix(30).map { "\"\($0)\"" }.joined(separator: ", ")
    return names.count > 30 ? "\(shown) and \(names.count - 30) more" : shown
  }
}
