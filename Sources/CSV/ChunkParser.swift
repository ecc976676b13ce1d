import Bytes
import Columns

// Parsing a piece of a window.
//
// The tokenizer takes blocks that stay in the cache. Where all records of a block have the declared
// number of fields and end in a bare line feed, its marks are used as they are; else they are put
// in order first. Then each declared column is converted on its own, and last the texts of the rows
// that fit are collected.
//
// Where the tokenizer stops at a quote that breaks the rule, the record around it and those up to
// 64 bytes on are scanned one by one, by the rule itself.

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

  /// The same in an input of which `record - 1` records and some lines stand before the chunk.
  func numbered(_ plan: ReadPlan, record first: Int, lines: Int, offset: Int) -> Rejection {
    Rejection(
      source: plan.source, record: first + record, line: lines + line + 1,
      byteOffset: offset + self.offset, column: column.map { plan.options.columns[$0].name },
      reason: reason, rawText: rawText)
  }
}

/// Parses pieces of a window.
struct ChunkParser: Sendable {
  let plan: ReadPlan
  /// For each declared column that is coded, an empty builder of codes.
  private let builders: [CodeBuilder?]

  /// `encoders` are those of the declared columns.
  init(plan: ReadPlan, _ encoders: [KeyEncoder?]) {
    self.plan = plan
    builders = encoders.map { $0.flatMap { $0.isFull ? nil : $0.builder } }
  }

  /// Parses the records that start in `range`, the first at its start. The last of them may end
  /// behind it, but within the window; one that does not is left, unless nothing follows the
  /// window.
  func parse(_ window: borrowing Window, _ range: Range<Int>, isLast: Bool) -> ParsedChunk {
    var work = ChunkWork(plan, range, builders)
    guard let tokenizer = plan.tokenizer else {
      while !work.isDone {
        work.scanRecords(window, until: work.place + plan.blockBytes, isLast: isLast)
      }
      return work.finish(window.text)
    }
    var marks = MarkBuffer(capacity: plan.blockBytes + 65)
    while !work.isDone {
      let start = work.place
      let end = min(start + plan.blockBytes, range.upperBound)
      marks.removeAll()
      marks.append(UInt32(truncatingIfNeeded: start &- 1))
      let scan = tokenizer.scan(window.text, start..<end, into: &marks)
      if scan.newlines > 0 { work.take(window.bytes, marks.span, scan) }
      if scan.isBroken {
        work.scanRecords(window, until: start + scan.taken + 64, isLast: isLast)
      } else if scan.newlines == 0 {
        work.scanRecords(window, until: start + 1, isLast: isLast)
      }
    }
    return work.finish(window.text)
  }
}

/// The parsing of one chunk.
struct ChunkWork: ~Copyable {
  private let plan: ReadPlan
  private let range: Range<Int>
  private var chunk = ParsedChunk()
  /// Rows whose marks had to be put in order.
  private var block: RowBlock
  private var unquoted = UnquotedFields()
  private var lanes: RowLanes?
  private(set) var place: Int
  private(set) var isDone: Bool

  init(_ plan: ReadPlan, _ range: Range<Int>, _ builders: [CodeBuilder?]) {
    self.plan = plan
    self.range = range
    place = range.lowerBound
    isDone = range.isEmpty
    block = RowBlock(width: plan.width, gap: plan.options.dialect.delimiter.count)
    chunk.columns = zip(plan.options.columns, builders).map { ColumnBuilder($0, codes: $1) }
  }

  /// Takes the records that the tokenizer found from `place` on, up to the last record end.
  mutating func take(
    _ bytes: Span<UInt8>, _ marks: Span<UInt32>, _ scan: CSVTokenizer.Scan
  ) {
    let newline = plan.newline
    var last = marks.count - 1
    while bytes[Int(marks[last])] != newline { last -= 1 }
    let end = Int(marks[last]) + 1
    let isCounted = newline == 0x0A && scan.innerNewlines == 0 && plan.scanner.escape == nil
    let lines = isCounted ? scan.newlines : plan.lines(bytes, place..<end)
    if last == scan.newlines * plan.width && isRegular(bytes, marks, scan.newlines) {
      let rows = Rows(
        stride: plan.width, gap: 1, count: scan.newlines, firstRecord: chunk.recordCount,
        isASCII: !scan.hasHighBytes)
      chunk.recordCount += scan.newlines
      fill(bytes, marks, rows)
    } else {
      order(bytes, marks, last)
      fillBlock(bytes)
    }
    chunk.lineBreaks += lines
    place = end
    isDone = place >= range.upperBound
  }

  /// Whether each row's last mark is a record end without a carriage return.
  private func isRegular(_ bytes: Span<UInt8>, _ marks: Span<UInt32>, _ rows: Int) -> Bool {
    let newline = UInt64(plan.newline) << 8
    let carriageReturn: UInt64 = plan.takesReturn ? 0x0D : 0x100
    var mark = plan.width
    // A record that begins the window has nothing before its end.
    if marks[mark] == 0 { return false }
    var strange: UInt64 = 0
    for _ in 0..<rows {
      let word = bytes.word64(at: Int(marks[mark]) &- 1)
      strange |= (word ^ newline) & 0xFF00
      strange |= word & 0xFF == carriageReturn ? 1 : 0
      mark &+= plan.width
    }
    return strange == 0
  }

  /// Puts the marks of the rows up to the mark `last` into the block.
  private mutating func order(_ bytes: Span<UInt8>, _ marks: Span<UInt32>, _ last: Int) {
    var first = 0
    var start = Int(marks[0] &+ 1)
    var mark = 1
    while mark <= last {
      let end = Int(marks[mark])
      guard bytes[end] == plan.newline else {
        mark += 1
        continue
      }
      let field = Int(marks[mark - 1] &+ 1)
      let hasReturn = isReturn(bytes, end - 1, from: field)
      take(
        bytes, marks, first..<mark, start: start, end: hasReturn ? end - 1 : end, next: end + 1)
      first = mark
      start = end + 1
      mark += 1
    }
  }

  /// Whether the byte at `place`, in a field that begins at `start`, is the return of a line break.
  private func isReturn(_ bytes: Span<UInt8>, _ place: Int, from start: Int) -> Bool {
    guard plan.takesReturn, place >= start, bytes[place] == 0x0D else { return false }
    guard let escape = plan.scanner.escape else { return true }
    var escapes = 0
    while place - escapes > start && bytes[place - escapes - 1] == escape { escapes += 1 }
    return escapes % 2 == 0
  }

  /// Takes the record whose fields end at the marks behind the first of `range`, and the last at
  /// `end`.
  private mutating func take(
    _ bytes: Span<UInt8>, _ marks: Span<UInt32>, _ range: Range<Int>, start: Int, end: Int,
    next: Int
  ) {
    let count = range.count
    if count == 1 && start == end && plan.width > 1 {
      chunk.blankLines += 1
      return
    }
    if count == plan.width || plan.options.dialect.ragged == .padded {
      block.begin(start: start, record: chunk.recordCount)
      for field in 1..<max(1, min(count, plan.width)) {
        block.end(Int(marks[range.lowerBound + field]))
      }
      block.end(count <= plan.width ? end : Int(marks[range.lowerBound + plan.width]))
      block.pad(from: count)
    } else {
      reject(
        bytes, start..<next, record: chunk.recordCount,
        because: "has \(count) fields, where \(plan.width) are declared")
    }
    chunk.recordCount += 1
  }

  /// Scans the records that start before `until`, one by one.
  mutating func scanRecords(_ window: borrowing Window, until: Int, isLast: Bool) {
    let text = window.text
    let until = min(until, range.upperBound)
    let start = place
    var marks: [UInt32] = []
    while place < until && !isDone {
      marks.removeAll(keepingCapacity: true)
      switch plan.scanner.scan(text, from: place, isLast: isLast, marks: &marks) {
      case .record(let next):
        take(scanned: text, marks, next: next)
        place = next
      case .blank(let next):
        if plan.width == 1 {
          block.begin(start: place, record: chunk.recordCount)
          block.end(place)
          chunk.recordCount += 1
        } else {
          chunk.blankLines += 1
        }
        place = next
      case .broken(let violation, let next):
        let end = next ?? text.count
        // Without its line break it is complete only when no more of it would be kept.
        if next == nil && end - place < plan.options.rawTextLimit {
          isDone = true
          break
        }
        reject(text, place..<end, record: chunk.recordCount, because: violation.sentence(plan))
        chunk.recordCount += 1
        chunk.isSkipping = next == nil
        place = end
      case .incomplete:
        isDone = true
      }
    }
    fillBlock(window.bytes)
    chunk.lineBreaks += plan.lines(text, start..<place)
    isDone = isDone || place >= range.upperBound
  }

  /// Takes a record that was scanned alone.
  private mutating func take(scanned bytes: Span<UInt8>, _ marks: [UInt32], next: Int) {
    let gap = UInt32(block.gap)
    take(
      bytes, marks.span, 0..<marks.count - 1, start: Int(marks[0] &+ gap),
      end: Int(marks[marks.count - 1]), next: next)
  }

  private mutating func reject(
    _ bytes: Span<UInt8>, _ range: Range<Int>, column: Int? = nil, record: Int,
    because reason: String
  ) {
    var raw: [UInt8] = []
    raw.append(copying: bytes.extracting(range.prefix(plan.options.rawTextLimit)))
    while let last = raw.last, last == 0x0A || last == 0x0D { raw.removeLast() }
    chunk.rejections.append(
      LocalRejection(
        record: record, line: 0, offset: range.lowerBound, column: column, reason: reason,
        rawText: raw))
    if chunk.records == nil { chunk.records = Array(0..<UInt32(chunk.rowCount)) }
  }

  /// Converts the rows of the block and empties it.
  private mutating func fillBlock(_ bytes: Span<UInt8>) {
    if block.rowCount == 0 { return }
    var block = RowBlock(width: plan.width, gap: self.block.gap)
    swap(&block, &self.block)
    fill(bytes, block.marks.span, block.rows)
    block.removeAll()
    swap(&block, &self.block)
  }

  /// Converts the fields of some rows and drops the rows that do not fit.
  private mutating func fill(_ bytes: Span<UInt8>, _ marks: Span<UInt32>, _ rows: Rows) {
    if plan.options.taking == .records {
      chunk.rowCount += rows.count
      return
    }
    var unfit = Unfit()
    let base = chunk.rowCount
    if base == 0 {
      reserve(rows, marks)
      findLanes(bytes, marks, rows)
    }
    lanes?.take(bytes, marks, rows)
    let isValid = rows.isASCII || isText(bytes, rows, marks)
    let isFilled =
      plan.options.dialect.nullText.isEmpty && !rows.mayHaveEmptyFields(marks)
    var unquoted = UnquotedFields()
    swap(&unquoted, &self.unquoted)
    for (index, column) in plan.options.columns.enumerated() {
      let view = rows.view(of: plan.fields[index])
      if column.type == .text {
        if !isValid || !isFilled && !column.isNullable {
          chunk.columns[index].check(
            bytes, marks, view, column, plan.options.dialect, isValid: isValid, &unfit.rows)
        }
      } else if let found = lanes?.found(index, rowCount: rows.count) {
        chunk.columns[index].convert(
          bytes, marks, view, column, plan, base: base, found, &unfit.rows)
      } else if unquoted.take(bytes, marks, view, plan.options.dialect) {
        chunk.columns[index].convert(
          bytes, unquoted.marks.span, unquoted.view, column, plan, base: base, nil, &unfit.rows)
      } else {
        chunk.columns[index].convert(
          bytes, marks, view, column, plan, base: base, nil, &unfit.rows)
      }
      unfit.close(column: index)
    }
    swap(&unquoted, &self.unquoted)
    if unfit.first.isEmpty {
      collect(bytes, marks, rows, lanes)
    } else {
      let kept = drop(bytes, marks, rows, unfit)
      collect(bytes, kept.marks.span, kept.rows, nil)
    }
  }

  /// Finds the columns that are converted together, by the first rows of the chunk.
  private mutating func findLanes(_ bytes: Span<UInt8>, _ marks: Span<UInt32>, _ rows: Rows) {
    guard plan.options.dialect.isSimple, rows.count > 0 else { return }
    var forms: [LaneForm?] = []
    for (index, column) in plan.options.columns.enumerated() {
      let view = rows.view(of: plan.fields[index])
      let isQuoted = bytes[view.start(marks, 0)] == plan.options.dialect.quote
      let isTaken = column.type != .text || plan.kept.contains(index)
      forms.append(
        isQuoted || !isTaken
          ? nil : chunk.columns[index].laneForm(bytes, marks, view, column, plan))
    }
    lanes = RowLanes(forms, gap: rows.gap, plan)
  }

  /// Makes room for about as many rows as the chunk has if all are as long as the first ones.
  private mutating func reserve(_ rows: Rows, _ marks: Span<UInt32>) {
    guard rows.count > 0 else { return }
    let end = rows.view(of: plan.width - 1).end(marks, rows.count - 1)
    let length = max(1, end - range.lowerBound)
    let expected = range.count * rows.count / length
    for (index, column) in plan.options.columns.enumerated() {
      chunk.columns[index].reserve(expected + expected / 32, column.type)
    }
  }

  /// Whether all that the rows span is valid UTF-8, as it mostly is.
  private func isText(_ bytes: Span<UInt8>, _ rows: Rows, _ marks: Span<UInt32>) -> Bool {
    if rows.count == 0 { return true }
    let start = rows.view(of: 0).start(marks, 0)
    let end = rows.view(of: plan.width - 1).end(marks, rows.count - 1)
    return start <= end && end <= bytes.count && CSV.isText(bytes, start, end)
  }

  /// Takes the texts of rows that all fit; `lanes` are those of these rows.
  private mutating func collect(
    _ bytes: Span<UInt8>, _ marks: Span<UInt32>, _ rows: Rows, _ lanes: RowLanes?
  ) {
    var unquoted = UnquotedFields()
    swap(&unquoted, &self.unquoted)
    for index in plan.kept where plan.options.columns[index].type == .text {
      let view = rows.view(of: plan.fields[index])
      if let found = lanes?.found(index, rowCount: rows.count) {
        chunk.columns[index].collectTexts(
          bytes, marks, view, plan, base: chunk.rowCount, found)
      } else if unquoted.take(bytes, marks, view, plan.options.dialect) {
        chunk.columns[index].collectTexts(
          bytes, unquoted.marks.span, unquoted.view, plan, base: chunk.rowCount, nil)
      } else {
        chunk.columns[index].collectTexts(bytes, marks, view, plan, base: chunk.rowCount, nil)
      }
    }
    swap(&unquoted, &self.unquoted)
    if chunk.records != nil {
      for row in 0..<rows.count { chunk.records?.append(UInt32(rows.record(row))) }
    }
    chunk.rowCount += rows.count
  }

  /// Rejects the rows that do not fit; returns the others.
  private mutating func drop(
    _ bytes: Span<UInt8>, _ marks: Span<UInt32>, _ rows: Rows, _ unfit: Unfit
  ) -> RowBlock {
    let dropped = unfit.first.keys.sorted()
    for row in dropped {
      guard let index = unfit.first[row] else { continue }
      let view = rows.view(of: plan.fields[index])
      let reason = Reason.text(
        bytes, view.start(marks, row), view.end(marks, row), plan.options.columns[index],
        plan.options.dialect)
      let start = rows.view(of: 0).start(marks, row)
      var end = rows.view(of: plan.width - 1).end(marks, row)
      // Fields that were added stand nowhere.
      var field = plan.width
      while plan.options.dialect.ragged == .padded && field > 0 {
        field -= 1
        end = rows.view(of: field).end(marks, row)
        if end > rows.view(of: field).start(marks, row) { break }
      }
      reject(
        bytes, start..<max(start, end), column: index, record: rows.record(row), because: reason)
    }
    for index in chunk.columns.indices {
      chunk.columns[index].remove(rows: dropped, from: chunk.rowCount)
    }
    var kept = RowBlock(width: plan.width, gap: block.gap)
    kept.append(marks, rows, without: dropped)
    return kept
  }

  /// Numbers the lines and puts the rejections in the order of the input.
  consuming func finish(_ bytes: Span<UInt8>) -> ParsedChunk {
    chunk.end = place
    for index in chunk.columns.indices { chunk.columns[index].codes?.detach() }
    chunk.rejections.sort { $0.offset < $1.offset }
    var place = range.lowerBound
    var lines = 0
    for index in chunk.rejections.indices {
      lines += plan.lines(bytes, place..<chunk.rejections[index].offset)
      place = chunk.rejections[index].offset
      chunk.rejections[index].line = lines
    }
    return chunk
  }
}

/// The rows that do not fit, with the first declared column that says so.
private struct Unfit {
  /// Those of the column at hand.
  var rows: [Int] = []
  var first: [Int: Int] = [:]

  mutating func close(column: Int) {
    if rows.isEmpty { return }
    for row in rows where first[row] == nil { first[row] = column }
    rows.removeAll(keepingCapacity: true)
  }
}
