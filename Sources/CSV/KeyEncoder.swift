package import Columns

/// Gives the texts of a column their codes: a base dictionary's, and new ones in the order of first
/// appearance. A reader that goes on with the encoder of the one before it counts on from there,
/// without entering all the texts anew.
package struct KeyEncoder: Sendable {
  private(set) var table = KeyTable()
  private let base: TextDictionary?
  /// The new texts, round by round.
  private var pieces: [TextVector] = []
  private var count: Int
  /// The texts of all codes so far.
  package private(set) var dictionary: TextDictionary

  package init(_ base: TextDictionary?) {
    self.base = base
    dictionary = base ?? TextDictionary(TextVector())
    count = dictionary.count
    if let base { enter(base.texts, from: 0) }
  }

  /// A builder for a chunk of the round that begins now.
  var builder: CodeBuilder { CodeBuilder(table, known: count) }

  /// Takes the new texts of the next chunk and returns its codes.
  mutating func finish(_ builder: CodeBuilder) -> Column.Values {
    let texts = builder.newTexts
    var final: [UInt32] = []
    if texts.count > 0 {
      var added = TextBuilder()
      var padded = texts.bytes
      padded.append(contentsOf: repeatElement(0, count: Window.padding))
      let bytes = padded.span
      final.reserveCapacity(texts.count)
      for index in 0..<texts.count {
        let start = Int(texts.offsets[index])
        let length = Int(texts.offsets[index + 1]) - start
        if let code = table.code(of: bytes, start, length) {
          final.append(code)
          continue
        }
        let code = UInt32(count)
        table.insert(bytes, start, length, code: code)
        added.append(bytes.extracting(start..<start + length))
        final.append(code)
        count += 1
      }
      if added.count > 0 {
        pieces.append(added.finish())
        dictionary = makeDictionary()
      }
    }
    return .codes(builder.finish(final), dictionary)
  }

  /// A dictionary of the texts so far, which are put together only when somebody asks for them.
  private func makeDictionary() -> TextDictionary {
    let (base, pieces) = (base, pieces)
    return TextDictionary(count: count, shared: base?.shared) {
      var texts = base?.texts ?? TextVector()
      for piece in pieces { texts.append(contentsOf: piece) }
      return texts
    }
  }

  private mutating func enter(_ texts: TextVector, from first: Int) {
    var padded = texts.bytes
    padded.append(contentsOf: repeatElement(0, count: Window.padding))
    let bytes = padded.span
    for index in 0..<texts.count {
      let range = texts.range(index)
      table.insert(bytes, range.lowerBound, range.count, code: UInt32(first + index))
    }
  }
}
