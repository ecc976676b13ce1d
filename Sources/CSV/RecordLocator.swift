package import Bytes

/// Where some records of an input stand, for messages about rows that were read and then rejected
/// for what they say. A second reading by the sequential rule: it is only done where there is
/// something to tell.
package struct RecordLocator {
  package struct Place: Sendable, Hashable {
    package let line: Int
    package let byteOffset: Int
    /// The record as it stands, cut to the limit of the options.
    package let rawText: [UInt8]
  }

  private var input: Input
  private let scanner: RecordScanner
  private let options: ReadOptions
  private let width: Int
  private var text: [UInt8]
  private var offset: Int
  private var line: Int
  private var record = 0
  private var isSkipping = false

  /// The places of the records with these numbers, which ascend.
  package static func places(
    of records: [Int], in source: any ByteSource, _ options: ReadOptions
  ) throws(CSVError) -> [Int: Place] {
    var locator = try RecordLocator(source, options)
    return try locator.find(records)
  }

  private init(_ source: any ByteSource, _ options: ReadOptions) throws(CSVError) {
    var input = try Input(source, options.dialect)
    var head = Head(dialect: options.dialect, fieldLimit: options.fieldLimit)
    while try !head.take(&input, count: min(options.chunkBytes, 64 << 10)) {}
    width = head.names?.count ?? options.columns.count
    scanner = RecordScanner(options.dialect, fieldLimit: options.fieldLimit)
    text = head.rest
    offset = head.offset
    line = head.lines + 1
    self.input = input
    self.options = options
  }

  private mutating func find(_ records: [Int]) throws(CSVError) -> [Int: Place] {
    var places: [Int: Place] = [:]
    var wanted = records[...]
    while let next = wanted.first {
      var start = 0
      while let size = scan(from: start) {
        if record == next, places[next] == nil {
          places[next] = place(start..<start + size)
          wanted = wanted.dropFirst()
          break
        }
        for byte in text[start..<start + size] where byte == 0x0A { line += 1 }
        start += size
      }
      // The record that was found is left to be passed by the next search.
      if places[next] != nil { record -= 1 }
      text.removeFirst(start)
      offset += start
      if places[next] != nil { continue }
      if input.isAtEnd { return places }
      text += try input.read(max(options.chunkBytes, text.count))
    }
    return places
  }

  /// The size of the record, or of the blank line, at `start`; nil where it goes on behind the text
  /// at hand. Counts the record.
  private mutating func scan(from start: Int) -> Int? {
    if start >= text.count { return nil }
    if isSkipping {
      guard let next = scanner.lineBreak(text.span, from: start, isLast: input.isAtEnd) else {
        return text.count - start
      }
      isSkipping = false
      return next - start
    }
    var marks: [UInt32] = []
    switch scanner.scan(text.span, from: start, isLast: input.isAtEnd, marks: &marks) {
    case .record(let next):
      record += 1
      return next - start
    case .blank(let next):
      if width == 1 { record += 1 }
      return next - start
    case .broken(_, let next):
      record += 1
      isSkipping = next == nil
      return (next ?? text.count) - start
    case .incomplete: return nil
    }
  }

  private func place(_ range: Range<Int>) -> Place {
    var raw = Array(text[range.prefix(options.rawTextLimit)])
    while let last = raw.last, last == 0x0A || last == 0x0D { raw.removeLast() }
    return Place(line: line, byteOffset: offset + range.lowerBound, rawText: raw)
  }
}
