import Bytes
import Columns

/// The records of a piece of a window, typed, with places and numbers relative to the piece.
struct ParsedChunk: Sendable {
  var columns: [ColumnBuilder] = []
  var rowCount = 0
  /// The records, kept or not.
  var recordCount = 0
  var blankLines = 0
  var lineBreaks = 0
  /// For each kept row its record, where some record was rejected.
  var records: [UInt32]?
  var rejections: [LocalRejection] = []
  /// Where the first record starts that is not in here.
  var end = 0
  /// The last record was broken, and its first line break is behind the window.
  var isSkipping = false
}

/// A rejection whose record and line are counted from the chunk's.
struct LocalRejection: Sendable {
  var record: Int
  var line: Int
  var offset: Int
  var column: Int?
  var reason: String
  var rawText: [UInt8]
}

/// Parses pieces of a window.
struct ChunkParser: Sendable {
  let plan: ReadPlan

  /// Parses the records that start in `range` and end within `bytes`.
  func parse(_ bytes: [UInt8], _ range: Range<Int>, isLast: Bool) -> ParsedChunk {
    var chunk = ParsedChunk()
    chunk.columns = plan.options.columns.map { _ in ColumnBuilder() }
    var block = RowBlock(width: plan.width, gap: plan.options.dialect.delimiter.count)
    scan(bytes.span, range, isLast: isLast, &block, &chunk)
    fill(bytes.span, &block, &chunk)
    finish(bytes.span, range, block, &chunk)
    return chunk
  }

  private func scan(
    _ bytes: Span<UInt8>, _ range: Range<Int>, isLast: Bool, _ block: inout RowBlock,
    _ chunk: inout ParsedChunk
  ) {
    var place = range.lowerBound
    while place < range.upperBound {
      let before = block.marks.count
      switch plan.scanner.scan(bytes, from: place, isLast: isLast, marks: &block.marks) {
      case .record(let next):
        take(bytes, place..<next, before, &block, &chunk)
        place = next
      case .blank(let next):
        takeBlank(place, &block, &chunk)
        place = next
      case .broken(let violation, let next):
        let end = next ?? bytes.count
        // Without its line break it is complete only when no more of it would be kept.
        if next == nil && end - place < plan.options.rawTextLimit {
          chunk.end = place
          return
        }
        reject(bytes, place..<end, because: violation.sentence(plan), block, &chunk)
        chunk.recordCount += 1
        chunk.isSkipping = next == nil
        place = end
      case .incomplete:
        chunk.end = place
        return
      }
    }
    chunk.end = place
  }

  /// Takes the record whose marks begin at `before`.
  private func take(
    _ bytes: Span<UInt8>, _ range: Range<Int>, _ before: Int, _ block: inout RowBlock,
    _ chunk: inout ParsedChunk
  ) {
    let count = block.marks.count - before - 1
    if count == plan.width {
      block.records.append(UInt32(chunk.recordCount))
      block.rowCount += 1
    } else {
      block.marks.removeLast(count + 1)
      reject(
        bytes, range, because: "has \(count) fields, where \(plan.width) are declared", block,
        &chunk)
    }
    chunk.recordCount += 1
  }

  /// An empty line is a record only where a record is one field.
  private func takeBlank(_ place: Int, _ block: inout RowBlock, _ chunk: inout ParsedChunk) {
    guard plan.width == 1 else {
      chunk.blankLines += 1
      return
    }
    block.marks.append(UInt32(truncatingIfNeeded: place &- block.gap))
    block.marks.append(UInt32(place))
    block.records.append(UInt32(chunk.recordCount))
    block.rowCount += 1
    chunk.recordCount += 1
  }

  private func reject(
    _ bytes: Span<UInt8>, _ range: Range<Int>, column: Int? = nil, record: Int? = nil,
    because reason: String, _ block: borrowing RowBlock, _ chunk: inout ParsedChunk
  ) {
    var raw: [UInt8] = []
    raw.append(copying: bytes.extracting(range.prefix(plan.options.rawTextLimit)))
    while let last = raw.last, last == 0x0A || last == 0x0D { raw.removeLast() }
    chunk.rejections.append(
      LocalRejection(
        record: record ?? chunk.recordCount, line: 0, offset: range.lowerBound, column: column,
        reason: reason, rawText: raw))
  }

  /// Converts the fields of a block's rows and drops the rows that do not fit.
  private func fill(_ bytes: Span<UInt8>, _ block: inout RowBlock, _ chunk: inout ParsedChunk) {
    var unfit = Unfit()
    for (index, column) in plan.options.columns.enumerated() {
      let view = block.view(of: plan.fields[index])
      chunk.columns[index].convert(
        bytes, block.marks.span, view, column, plan.options.dialect, &unfit.rows)
      unfit.close(column: index)
    }
    if !unfit.first.isEmpty { drop(bytes, unfit, &block, &chunk) }
    for (index, column) in plan.options.columns.enumerated() where column.type == .text {
      let view = block.view(of: plan.fields[index])
      chunk.columns[index].collectTexts(bytes, block.marks.span, view, plan.options.dialect)
    }
    chunk.rowCount += block.rowCount
  }

  private func drop(
    _ bytes: Span<UInt8>, _ unfit: Unfit, _ block: inout RowBlock, _ chunk: inout ParsedChunk
  ) {
    let rows = unfit.first.keys.sorted()
    for row in rows {
      guard let index = unfit.first[row] else { continue }
      let column = plan.options.columns[index]
      let view = block.view(of: plan.fields[index])
      let reason = Reason.text(
        bytes, view.start(block.marks.span, row), view.end(block.marks.span, row), column,
        plan.options.dialect)
      let start = block.view(of: 0).start(block.marks.span, row)
      let end = block.view(of: plan.width - 1).end(block.marks.span, row)
      reject(
        bytes, start..<end, column: index, record: Int(block.records[row]), because: reason, block,
        &chunk)
    }
    for index in chunk.columns.indices { chunk.columns[index].remove(rows: rows) }
    block.remove(rows: rows)
  }

  /// Numbers the lines and puts the rejections in the order of the input.
  private func finish(
    _ bytes: Span<UInt8>, _ range: Range<Int>, _ block: borrowing RowBlock,
    _ chunk: inout ParsedChunk
  ) {
    chunk.rejections.sort { $0.offset < $1.offset }
    var place = range.lowerBound
    var lines = 0
    for index in chunk.rejections.indices {
      lines += lineBreaks(bytes, place..<chunk.rejections[index].offset)
      place = chunk.rejections[index].offset
      chunk.rejections[index].line = lines
    }
    chunk.lineBreaks = lines + lineBreaks(bytes, place..<chunk.end)
    if !chunk.rejections.isEmpty { chunk.records = block.records }
  }
}

/// The line feeds among some bytes.
func lineBreaks(_ bytes: Span<UInt8>, _ range: Range<Int>) -> Int {
  var count = 0
  for place in range where bytes[place] == 0x0A { count &+= 1 }
  return count
}

/// The rows that do not fit, with the first declared column that says so.
private struct Unfit {
  /// Those of the column at hand.
  var rows: [Int] = []
  var first: [Int: Int] = [:]

  mutating func close(column: Int) {
    for row in rows where first[row] == nil { first[row] = column }
    rows.removeAll(keepingCapacity: true)
  }
}
