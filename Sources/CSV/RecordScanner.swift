/// The sequential rule of a dialect, one record at a time.
///
/// A quote opens only at the start of a field and closes only before a delimiter, the end of the
/// record or the end of input. A quote inside an unquoted field, a closing quote followed by other
/// text, a quote that is never closed, a field over the limit and a field that begins too far from
/// the start of its record break the record: it is rejected from its start to its first line break,
/// and reading goes on there. So no record takes more memory than the limits allow.
///
/// Everything faster must agree with this.
struct RecordScanner: Sendable {
  enum Outcome: Equatable {
    /// A record, and where the next one starts.
    case record(next: Int)
    /// A line without a byte in it.
    case blank(next: Int)
    /// A record that breaks the rule; `next` is nil where its first line break is not there yet.
    case broken(Violation, next: Int?)
    /// The record may go on behind the bytes that are there.
    case incomplete
  }

  enum Violation: Equatable {
    case quoteInside, textBehindQuote, unclosedQuote, fieldTooLong, recordTooLong
  }

  private let delimiter: [UInt8]
  private let quote: UInt8?
  /// nil where the quote escapes itself.
  let escape: UInt8?
  private let recordDelimiter: [UInt8]
  let fieldLimit: Int
  /// How far behind the start of its record a field may begin.
  var recordLimit: Int { 4 * fieldLimit }

  init(_ dialect: Dialect, fieldLimit: Int) {
    delimiter = dialect.delimiter
    quote = dialect.quote
    escape = dialect.quote == nil || dialect.escape == dialect.quote ? nil : dialect.escape
    recordDelimiter = dialect.recordDelimiter
    self.fieldLimit = fieldLimit
  }

  /// Scans the record at `start`, and appends to `marks` the place before its first field, less the
  /// delimiter's length, and then the end of each field. Leaves `marks` as they were for any
  /// outcome but a record.
  ///
  /// `isLast` says that nothing follows behind the bytes.
  func scan(_ bytes: Span<UInt8>, from start: Int, isLast: Bool, marks: inout [UInt32]) -> Outcome {
    let kept = marks.count
    marks.append(UInt32(truncatingIfNeeded: start &- delimiter.count))
    var field = start
    while true {
      switch scanField(bytes, from: field, isLast: isLast) {
      case .delimiter(let end):
        marks.append(UInt32(truncatingIfNeeded: end))
        field = end + delimiter.count
        if field - start > recordLimit {
          marks.removeLast(marks.count - kept)
          return .broken(.recordTooLong, next: lineBreak(bytes, from: start, isLast: isLast))
        }
      case .recordEnd(let end, let next):
        if marks.count == kept + 1 && end == start {
          marks.removeLast(marks.count - kept)
          return .blank(next: next)
        }
        marks.append(UInt32(truncatingIfNeeded: end))
        return .record(next: next)
      case .broken(let violation):
        marks.removeLast(marks.count - kept)
        return .broken(violation, next: lineBreak(bytes, from: start, isLast: isLast))
      case .incomplete:
        marks.removeLast(marks.count - kept)
        return .incomplete
      }
    }
  }

  private enum FieldEnd {
    case delimiter(end: Int)
    case recordEnd(end: Int, next: Int)
    case broken(Violation)
    case incomplete
  }

  private func scanField(_ bytes: Span<UInt8>, from start: Int, isLast: Bool) -> FieldEnd {
    var place = start
    let isQuoted = quote != nil && place < bytes.count && bytes[place] == quote
    if isQuoted {
      switch closingQuote(bytes, from: start, isLast: isLast) {
      case .success(let closing): place = closing + 1
      case .failure(let end): return end.value
      }
    }
    while true {
      if place - start > fieldLimit { return .broken(.fieldTooLong) }
      if place == bytes.count {
        return isLast ? .recordEnd(end: place, next: place) : .incomplete
      }
      switch separator(bytes, at: place, isLast: isLast) {
      case .delimiter: return .delimiter(end: place)
      case .recordEnd(let length): return .recordEnd(end: place, next: place + length)
      case .unknown: return .incomplete
      case .none: break
      }
      if isQuoted { return .broken(.textBehindQuote) }
      if bytes[place] == quote { return .broken(.quoteInside) }
      if bytes[place] == escape {
        if place + 1 == bytes.count && !isLast { return .incomplete }
        place += 1
        if place == bytes.count { continue }
      }
      place += 1
    }
  }

  private struct Stop: Error { let value: FieldEnd }

  /// The quote that closes the field that opens at `start`.
  private func closingQuote(
    _ bytes: Span<UInt8>, from start: Int, isLast: Bool
  ) -> Result<Int, Stop> {
    var place = start + 1
    while true {
      if place - start > fieldLimit { return .failure(Stop(value: .broken(.fieldTooLong))) }
      if place >= bytes.count {
        return .failure(Stop(value: isLast ? .broken(.unclosedQuote) : .incomplete))
      }
      if bytes[place] == escape {
        place += 2
      } else if bytes[place] == quote {
        if escape != nil { return .success(place) }
        if place + 1 == bytes.count {
          return isLast ? .success(place) : .failure(Stop(value: .incomplete))
        }
        if bytes[place + 1] != quote { return .success(place) }
        place += 2
      } else {
        place += 1
      }
    }
  }

  private enum Separator {
    case delimiter
    case recordEnd(length: Int)
    /// What follows behind the bytes decides.
    case unknown
    case none
  }

  private func separator(_ bytes: Span<UInt8>, at place: Int, isLast: Bool) -> Separator {
    if recordDelimiter.isEmpty {
      let byte = bytes[place]
      if byte == 0x0A { return .recordEnd(length: 1) }
      if byte == 0x0D {
        if place + 1 < bytes.count {
          if bytes[place + 1] == 0x0A { return .recordEnd(length: 2) }
        } else {
          return isLast ? .recordEnd(length: 1) : .unknown
        }
      }
    } else {
      switch matches(recordDelimiter, bytes, at: place) {
      case true: return .recordEnd(length: recordDelimiter.count)
      case nil where !isLast: return .unknown
      default: break
      }
    }
    switch matches(delimiter, bytes, at: place) {
    case true: return .delimiter
    case nil where !isLast: return .unknown
    default: return .none
    }
  }

  /// Whether `text` stands at `place`; nil where the bytes end within it.
  private func matches(_ text: [UInt8], _ bytes: Span<UInt8>, at place: Int) -> Bool? {
    for index in text.indices {
      if place + index >= bytes.count { return nil }
      if bytes[place + index] != text[index] { return false }
    }
    return true
  }

  /// Where the line behind the first line break from `start` on begins; the end of input is one.
  func lineBreak(_ bytes: Span<UInt8>, from start: Int, isLast: Bool) -> Int? {
    var place = start
    while place < bytes.count {
      if recordDelimiter.isEmpty {
        if bytes[place] == 0x0A { return place + 1 }
      } else if matches(recordDelimiter, bytes, at: place) == true {
        return place + recordDelimiter.count
      }
      place += 1
    }
    return isLast ? bytes.count : nil
  }
}
