import Columns

/// A pattern of LIKE: `%` stands for any text, `_` for any one character.
struct LikePattern: Sendable {
  private enum Token: Equatable {
    case byte(UInt8)
    case anyCharacter
    case anyText
  }

  private var tokens: [Token] = []

  /// nil where the pattern ends with the escape character.
  init?(_ pattern: ArraySlice<UInt8>, escape: UInt8?) {
    var rest = pattern
    while let byte = rest.popFirst() {
      if byte == escape {
        guard let next = rest.popFirst() else { return nil }
        tokens.append(.byte(next))
      } else if byte == UInt8(ascii: "%") {
        if tokens.last != .anyText { tokens.append(.anyText) }
      } else if byte == UInt8(ascii: "_") {
        tokens.append(.anyCharacter)
      } else {
        tokens.append(.byte(byte))
      }
    }
  }

  /// Whether the whole text fits. Where a character does not fit, the last `%` takes one more; an
  /// earlier one never needs to.
  func matches(_ bytes: [UInt8], _ range: Range<Int>) -> Bool {
    var place = range.lowerBound
    var token = 0
    var retry: (place: Int, token: Int)?
    while place < range.upperBound {
      if token < tokens.count {
        switch tokens[token] {
        case .byte(let byte) where byte == bytes[place]:
          place += 1
          token += 1
          continue
        case .anyCharacter:
          place = Self.next(bytes, place, range.upperBound)
          token += 1
          continue
        case .anyText:
          token += 1
          retry = (place, token)
          continue
        case .byte: break
        }
      }
      guard let last = retry else { return false }
      place = Self.next(bytes, last.place, range.upperBound)
      token = last.token
      retry = (place, token)
    }
    return tokens[token...].allSatisfy { $0 == .anyText }
  }

  /// The start of the character behind the one at `place`.
  static func next(_ bytes: [UInt8], _ place: Int, _ end: Int) -> Int {
    var next = place + 1
    while next < end && bytes[next] & 0xC0 == 0x80 { next += 1 }
    return next
  }
}

extension ScalarFunction {
  /// `value LIKE pattern [ESCAPE escape]`.
  static func like(ignoresCase: Bool, isNegated: Bool) -> ScalarFunction {
    ScalarFunction((isNegated ? "NOT " : "") + (ignoresCase ? "ILIKE" : "LIKE"), canFail: true) {
      (arguments) throws(QueryError) in
      let fold = { (texts: TextVector) in ignoresCase ? texts.mapped(foldedCase) : texts }
      let (values, patterns) = (fold(arguments[0].texts), fold(arguments[1].texts))
      let escapes = arguments.operands.count > 2 ? arguments[2].texts : nil
      let bytes = values.bytes
      var compiled: (row: Int, pattern: LikePattern)?
      var bits = [Bool](repeating: false, count: arguments.rowCount)
      for row in 0..<arguments.rowCount where arguments.isValid(row) {
        let patternRow = arguments[1].isConstant ? 0 : row
        if compiled?.row != patternRow || escapes != nil {
          var escape: UInt8?
          if let escapes {
            let text = escapes.bytes[escapes.range(arguments[2].isConstant ? 0 : row)]
            if text.count > 1 { throw arguments.failure("ESCAPE takes one ASCII character") }
            escape = text.first
          }
          guard
            let pattern = LikePattern(patterns.bytes[patterns.range(patternRow)], escape: escape)
          else { throw arguments.failure("a LIKE pattern must not end with its escape character") }
          compiled = (patternRow, pattern)
        }
        guard let pattern = compiled?.pattern else { continue }
        let matches = pattern.matches(bytes, values.range(arguments[0].isConstant ? 0 : row))
        bits[row] = matches != isNegated
      }
      return .booleans(bits)
    }
  }
}

extension TextVector {
  func mapped(_ body: (String) -> String) -> TextVector {
    var result = TextVector()
    for index in 0..<count { result.append(body(self[index])) }
    return result
  }
}

/// Lower case, character by character, as `lower` has it; İ, which becomes two, is the first.
func foldedCase(_ text: String) -> String {
  var result = String.UnicodeScalarView()
  for scalar in text.unicodeScalars {
    result.append(scalar.properties.lowercaseMapping.unicodeScalars.first ?? scalar)
  }
  return String(result)
}

/// Upper case, character by character: one that would become two becomes what begins a title, as ᾀ
/// becomes ᾈ, or stays.
func raisedCase(_ text: String) -> String {
  var result = String.UnicodeScalarView()
  for scalar in text.unicodeScalars {
    let raised =
      single(scalar.properties.uppercaseMapping) ?? single(scalar.properties.titlecaseMapping)
    result.append(raised ?? (scalar == "ß" ? "ẞ" : scalar))
  }
  return String(result)
}

private func single(_ text: String) -> Unicode.Scalar? {
  text.unicodeScalars.count == 1 ? text.unicodeScalars.first : nil
}
