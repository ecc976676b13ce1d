package import Bytes
package import Columns

/// Rows of an input that can be read once more, without what stands before them.
package struct CSVPiece: Sendable {
  private let plan: ReadPlan
  private let source: any ByteSource
  private let range: Range<Int>
  package let rowCount: Int

  init(_ plan: ReadPlan, _ source: any ByteSource, _ range: Range<Int>, rowCount: Int) {
    self.plan = plan
    self.source = source
    self.range = range
    self.rowCount = rowCount
  }

  /// Whether pieces of a source are in it as they are: not where it is compressed, in another
  /// encoding, or cut at its end.
  package static func canBeRead(of source: any ByteSource, _ dialect: Dialect) -> Bool {
    Input.isPlain(source, dialect)
  }

  package func read() throws(CSVError) -> ColumnBatch {
    let bytes: [UInt8]
    do { bytes = try source.read(at: range.lowerBound, count: range.count) } catch {
      throw CSVError(error)
    }
    var window = Window()
    window.append(bytes)
    let columns = plan.options.columns
    let chunk = ChunkParser(plan: plan, builders: columns.map { _ in nil })
      .parse(window, 0..<window.count, isLast: true)
    guard bytes.count == range.count, chunk.rowCount == rowCount, chunk.rejections.isEmpty else {
      throw .cannotRead(
        source.name, because: "it was changed while it was read",
        remedy: "Run the same command again.")
    }
    var encoders: [KeyEncoder?] = columns.map { _ in nil }
    return chunk.batch(plan, &encoders)
  }
}

extension ParsedChunk {
  /// Its rows, with coded texts as codes of the encoders, which take what is new.
  func batch(_ plan: ReadPlan, _ encoders: inout [KeyEncoder?]) -> ColumnBatch {
    var columns: [Column] = []
    for (index, builder) in self.columns.enumerated() {
      let type = plan.options.columns[index].type
      let validity = builder.validity(rowCount: rowCount)
      let values: Column.Values
      switch type {
      case .boolean: values = .booleans(builder.booleans)
      case .date: values = .dates(builder.dates)
      case .bigint, .timestamp: values = .integers(builder.integers)
      case .double: values = .doubles(builder.doubles)
      default:
        if let numbers = builder.numbered?.finish(nulls: builder.nulls) {
          values = numbers
        } else if let codes = builder.codes, let encoded = encoders[index]?.finish(codes) {
          values = encoded
        } else {
          values = .texts(builder.texts.finish())
        }
      }
      columns.append(Column(type, values, validity: validity))
    }
    return ColumnBatch(plan.schema, columns, rowCount: rowCount)
  }
}
