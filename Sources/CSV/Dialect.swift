import Bytes

/// How a CSV text is written. Declared, never guessed.
package struct Dialect: Sendable, Hashable {
  /// What stands between fields: one to four bytes.
  package var delimiter: [UInt8] = [0x2C]
  /// What a field that holds delimiters or line breaks is enclosed in; nil where nothing is.
  package var quote: UInt8? = 0x22
  /// What stands before a quote inside a quoted field: the quote itself, or another byte, which
  /// then makes any byte behind it an ordinary one, inside quotes and outside.
  package var escape: UInt8? = 0x22
  /// What ends a record; empty means a line feed, with or without a carriage return before it.
  package var recordDelimiter: [UInt8] = []
  /// How many records name the columns; the names in several are joined by `_`.
  package var headerRows = 1
  /// Lines before the header that are no records.
  package var skipLeading = 0
  /// Lines at the end that are no records.
  package var skipTrailing = 0
  /// An unquoted field that is exactly this is NULL.
  package var nullText: [UInt8] = []
  package var encoding = Encoding.utf8
  package var ragged = Ragged.refused

  package enum Encoding: Sendable, Hashable { case utf8, utf16, latin1, windows1252 }

  /// What becomes of a record with more or fewer fields than the header.
  package enum Ragged: Sendable, Hashable {
    case refused
    /// Missing fields are NULL, like any empty one, and further ones are dropped.
    case padded
  }

  package init() {}

  /// RFC 4180 with either line break, in UTF-8.
  package static let standard = Dialect()
}

extension Dialect {
  /// A field that does not begin with the quote is its own text, and NULL only if it is empty.
  var isSimple: Bool { nullText.isEmpty && (escape == quote || escape == nil) }

  /// A field that looks like a number or a time is one: it is no text for NULL, and has no quotes
  /// or escapes in it.
  var hasPlainNumbers: Bool {
    let marks = [quote, escape, nullText.first].compactMap { $0 }
    return !marks.contains { Array("0123456789-+:. TZ".utf8).contains($0) }
  }

  /// A field that looks like a word is one: it is no text for NULL, and has no quotes or escapes in
  /// it.
  var hasPlainWords: Bool {
    let marks = [quote, escape].compactMap { $0 }
    return nullText.isEmpty && !marks.contains { $0 >= 0x30 && $0 < 0x7F }
  }

  /// Refuses what makes no sense together, and what this version does not do.
  func check() throws(CSVError) {
    func refuse(_ reason: String) -> CSVError {
      CSVError(Explanation("cannot use", "the CSV dialect", because: reason))
    }
    guard (1...4).contains(delimiter.count) else {
      throw refuse("a delimiter has one to four bytes")
    }
    let reserved: [UInt8] = recordDelimiter.isEmpty ? [0x0A, 0x0D] : []
    guard !delimiter.contains(where: { reserved.contains($0) || $0 == quote || $0 == escape })
    else { throw refuse("a delimiter has no line break, quote or escape character in it") }
    guard quote.map({ !reserved.contains($0) }) ?? true else {
      throw refuse("a line break cannot be the quote")
    }
    guard escape.map({ !reserved.contains($0) }) ?? true else {
      throw refuse("a line break cannot be the escape character")
    }
    guard recordDelimiter.count <= 4, !recordDelimiter.contains(where: { $0 == quote }) else {
      throw refuse("a record delimiter has at most four bytes and no quote in it")
    }
    guard !recordDelimiter.starts(with: delimiter),
      !delimiter.starts(with: recordDelimiter)
        || recordDelimiter.isEmpty
    else { throw refuse("the delimiter and the record delimiter must differ") }
    guard nullText.allSatisfy({ $0 != quote }) else {
      throw refuse("the NULL text has no quote in it")
    }
    guard (0...100).contains(headerRows), skipLeading >= 0, skipTrailing >= 0 else {
      throw refuse("it has a number of lines that makes no sense")
    }
  }
}
