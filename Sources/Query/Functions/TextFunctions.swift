import Columns

// The functions of texts. Characters are code points, as DuckDB counts them.

extension ScalarFunction {
  /// A text of each text.
  static func ofText(
    _ name: String, _ body: @escaping @Sendable (String) -> String
  ) -> ScalarFunction {
    ScalarFunction(name) { (arguments) throws(QueryError) in
      .texts(arguments[0].texts.mapped(body))
    }
  }

  /// A number of each text.
  static func count(
    _ name: String, _ body: @escaping @Sendable (String) -> Int
  ) -> ScalarFunction {
    ScalarFunction(name) { (arguments) throws(QueryError) in
      let texts = arguments[0].texts
      return .integers((0..<texts.count).map { Int64(body(texts[$0])) })
    }
  }

  /// A text of each row's arguments.
  static func texts(
    _ name: String, _ body: @escaping @Sendable (Row) -> String
  ) -> ScalarFunction {
    ScalarFunction(name) { (arguments) throws(QueryError) in
      let rows = Rows(arguments)
      return .texts(TextVector((0..<arguments.rowCount).lazy.map { body(Row(rows, $0)) }))
    }
  }

  /// A text of each row's arguments that is about `length` bytes long; one that is far too long is
  /// an error before it is made.
  static func texts(
    _ name: String, length: @escaping @Sendable (Row) -> Int,
    _ body: @escaping @Sendable (Row) -> String
  ) -> ScalarFunction {
    ScalarFunction(name, canFail: true) { (arguments) throws(QueryError) in
      let rows = Rows(arguments)
      try arguments.throwFault { row in
        length(Row(rows, row)) > longestText ? "a text has at most \(longestText) bytes" : nil
      }
      let texts = (0..<arguments.rowCount).lazy.map { row in
        arguments.isValid(row) ? body(Row(rows, row)) : ""
      }
      return .texts(TextVector(texts))
    }
  }

  private static let longestText = 64 << 20

  static func condition(
    _ name: String, _ body: @escaping @Sendable (Row) -> Bool
  ) -> ScalarFunction {
    ScalarFunction(name) { (arguments) throws(QueryError) in
      let rows = Rows(arguments)
      return .booleans((0..<arguments.rowCount).map { body(Row(rows, $0)) })
    }
  }

  /// The character of a code point.
  static let character = ScalarFunction("chr", canFail: true) { (arguments) throws(QueryError) in
    let codes = arguments[0].integers
    func scalar(_ row: Int) -> Unicode.Scalar? { UInt32(exactly: codes[row]).flatMap { .init($0) } }
    try arguments.throwFault { scalar($0) == nil ? "there is no character \(codes[$0])" : nil }
    return .texts(TextVector(codes.indices.lazy.map { scalar($0).map { String($0) } ?? "" }))
  }

  /// `a || b`: NULL with anything is NULL.
  static let concatenate = ScalarFunction.texts("||") { $0.text(0) + $0.text(1) }

  /// `concat(a, b, …)`: NULL is left out.
  static let concat = ScalarFunction(general: "concat") { (arguments) throws(QueryError) in
    let rows = Rows(arguments)
    let texts = (0..<arguments.rowCount).lazy.map { row in
      arguments.operands.indices.reduce(into: "") { text, place in
        if !rows.isNull(place, row) { text += Row(rows, row).text(place) }
      }
    }
    return Column(.text, .texts(TextVector(texts)))
  }

  /// `concat_ws(separator, a, b, …)`.
  static let concatWithSeparator = ScalarFunction(general: "concat_ws") {
    (arguments) throws(QueryError) in
    let rows = Rows(arguments)
    let count = arguments.rowCount
    let texts = (0..<count).lazy.map { row in
      let parts = arguments.operands.indices.dropFirst().filter { !rows.isNull($0, row) }
      return parts.map { Row(rows, row).text($0) }.joined(separator: Row(rows, row).text(0))
    }
    let valid = Bitmap(count: count) { !rows.isNull(0, $0) }
    return Column(.text, .texts(TextVector(texts)), validity: valid)
  }
}

extension Int {
  /// The product, or the largest number where it is larger.
  func multipliedSaturating(by other: Int) -> Int {
    let (product, overflow) = multipliedReportingOverflow(by: Swift.max(0, other))
    return overflow ? .max : product
  }
}

/// The texts and numbers of a call's arguments, by row.
struct Rows: Sendable {
  fileprivate let texts: [TextVector?]
  fileprivate let integers: [[Int64]]
  private let operands: [Operand]

  init(_ arguments: Arguments) {
    operands = arguments.operands
    texts = operands.map { $0.type == .text ? $0.texts : nil }
    integers = operands.map { operand in
      if case .integers(let values) = operand.column.values { values } else { [] }
    }
  }

  func isNull(_ place: Int, _ row: Int) -> Bool {
    operands[place].column.isNull(operands[place].isConstant ? 0 : row)
  }

  fileprivate func place(_ argument: Int, _ row: Int) -> Int {
    operands[argument].isConstant ? 0 : row
  }
}

/// The arguments of one row.
struct Row {
  private let rows: Rows
  private let row: Int

  init(_ rows: Rows, _ row: Int) {
    self.rows = rows
    self.row = row
  }

  func text(_ argument: Int) -> String {
    rows.texts[argument].map { $0[rows.place(argument, row)] } ?? ""
  }

  func integer(_ argument: Int) -> Int {
    Int(rows.integers[argument][rows.place(argument, row)])
  }

  var count: Int { rows.texts.count }
}

/// Operations on the code points of a text.
enum TextOperations {
  /// From the character at `start`, which counts from 1 or, negative, from the end; `length`
  /// characters, to the left where that is negative.
  static func part(_ text: String, from start: Int, length: Int?) -> String {
    let scalars = Array(text.unicodeScalars)
    var first = start > 0 ? start - 1 : start < 0 ? scalars.count + start : -1
    var last = scalars.count
    if let length {
      if length < 0 {
        last = first
        first = max(0, saturatingSum(first, length))
      } else {
        last = saturatingSum(first, length)
      }
    }
    let range = clamped(first, last, scalars.count)
    return String(String.UnicodeScalarView(scalars[range]))
  }

  /// The first `count` characters, or all but the last `-count`.
  static func left(_ text: String, _ count: Int) -> String {
    let scalars = Array(text.unicodeScalars)
    let end = count >= 0 ? count : scalars.count + max(count, -scalars.count)
    return String(String.UnicodeScalarView(scalars[clamped(0, end, scalars.count)]))
  }

  static func right(_ text: String, _ count: Int) -> String {
    let scalars = Array(text.unicodeScalars)
    let start = count >= 0 ? scalars.count - min(count, scalars.count) : -max(count, -scalars.count)
    return String(String.UnicodeScalarView(scalars[clamped(start, scalars.count, scalars.count)]))
  }

  static func padded(_ text: String, _ width: Int, _ fill: String, isLeft: Bool) -> String {
    let scalars = Array(text.unicodeScalars)
    if scalars.count >= width { return left(text, max(0, width)) }
    let pattern = Array(fill.unicodeScalars)
    if pattern.isEmpty { return text }
    let missing = width - scalars.count
    let padding = (0..<missing).map { pattern[$0 % pattern.count] }
    return String(String.UnicodeScalarView(isLeft ? padding + scalars : scalars + padding))
  }

  /// Without characters at its ends, which are spaces of any width where none are given.
  static func trimmed(_ text: String, _ characters: String?, left: Bool, right: Bool) -> String {
    let unwanted = characters.map { Set($0.unicodeScalars) }
    func isUnwanted(_ scalar: Unicode.Scalar) -> Bool {
      unwanted?.contains(scalar) ?? (scalar.properties.generalCategory == .spaceSeparator)
    }
    var scalars = text.unicodeScalars[...]
    while left, let first = scalars.first, isUnwanted(first) { scalars.removeFirst() }
    while right, let last = scalars.last, isUnwanted(last) { scalars.removeLast() }
    return String(scalars)
  }

  static func replacing(_ text: String, _ old: String, with new: String) -> String {
    if old.isEmpty { return text }
    return parts(text, separator: old).joined(separator: new)
  }

  /// Each character of `old` as the one in its place in `new`, or left out where there is none.
  static func translated(_ text: String, from old: String, to new: String) -> String {
    let targets = Array(new.unicodeScalars)
    var map: [Unicode.Scalar: Unicode.Scalar?] = [:]
    for (place, scalar) in old.unicodeScalars.enumerated() where map[scalar] == nil {
      map[scalar] = .some(place < targets.count ? targets[place] : nil)
    }
    var result = String.UnicodeScalarView()
    for scalar in text.unicodeScalars {
      switch map[scalar] {
      case .none: result.append(scalar)
      case .some(let target?): result.append(target)
      case .some(nil): continue
      }
    }
    return String(result)
  }

  /// The parts between the separators.
  static func parts(_ text: String, separator: String) -> [String] {
    let (bytes, wanted) = (Array(text.utf8), Array(separator.utf8))
    if wanted.isEmpty { return [text] }
    var parts: [String] = []
    var start = 0
    while let place = find(wanted, in: bytes, from: start) {
      parts.append(String(decoding: bytes[start..<place], as: UTF8.self))
      start = place + wanted.count
    }
    parts.append(String(decoding: bytes[start...], as: UTF8.self))
    return parts
  }

  static func part(_ text: String, _ separator: String, _ number: Int) -> String {
    let parts = parts(text, separator: separator)
    let place = number > 0 ? number - 1 : parts.count + number
    return number != 0 && parts.indices.contains(place) ? parts[place] : ""
  }

  /// The place of the first byte of `wanted`.
  static func find(_ wanted: [UInt8], in bytes: [UInt8], from start: Int = 0) -> Int? {
    if wanted.isEmpty { return start }
    var place = start
    while place + wanted.count <= bytes.count {
      var offset = 0
      while offset < wanted.count && bytes[place + offset] == wanted[offset] { offset += 1 }
      if offset == wanted.count { return place }
      place += 1
    }
    return nil
  }

  /// The number of the character where `wanted` begins, from 1; 0 where it does not occur.
  static func position(_ text: String, of wanted: String) -> Int {
    let bytes = Array(text.utf8)
    guard let place = find(Array(wanted.utf8), in: bytes) else { return 0 }
    return String(decoding: bytes[..<place], as: UTF8.self).unicodeScalars.count + 1
  }

  private static func saturatingSum(_ a: Int, _ b: Int) -> Int {
    let (sum, overflow) = a.addingReportingOverflow(b)
    return overflow ? (b > 0 ? .max : .min) : sum
  }

  private static func clamped(_ first: Int, _ last: Int, _ count: Int) -> Range<Int> {
    let start = min(max(first, 0), count)
    return start..<max(start, min(last, count))
  }
}
