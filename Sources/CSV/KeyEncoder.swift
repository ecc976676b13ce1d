package import Columns

/// Gives the texts of a column their codes: a base dictionary's, and new ones in the order of first
/// appearance. A reader that goes on with the encoder of the one before it counts on from there,
/// without entering all the texts anew.
package struct KeyEncoder: Sendable {
  private(set) var table = KeyTable()
  private let base: TextDictionary?
  /// The new texts. Every chunk's dictionary has all pieces, so they are few: eight that were
  /// joined equally often become one.
  private var pieces: [(texts: KeyList, joins: Int)] = []
  private var count: Int
  private let isLimited: Bool
  /// About the bytes of the new texts.
  private var size = 0
  /// The texts of all codes so far.
  package private(set) var dictionary: TextDictionary

  /// - Parameter isLimited: whether it is full at some size.
  package init(_ base: TextDictionary?, isLimited: Bool = false) {
    self.base = base
    self.isLimited = isLimited
    dictionary = base ?? TextDictionary(TextVector())
    count = dictionary.count
    if let base { enter(base.texts) }
  }

  /// Texts that hardly repeat are better off as texts.
  var isFull: Bool { isLimited && size > Self.limit }

  private static let limit = 128 << 10

  /// Whether all texts will be new to it, however many there are.
  var knowsNothing: Bool { !isLimited && table.count == 0 }

  /// A builder for a chunk of the round that begins now.
  var builder: CodeBuilder { CodeBuilder(table) }

  /// Takes the builder of the next chunk, if it has one, and its new texts, and returns its codes.
  mutating func finish(_ given: inout CodeBuilder?) -> Column.Values? {
    guard var builder = given.take() else { return nil }
    if builder.missing.count == 0 { return .codes(builder.codes, dictionary) }
    var found: [UInt32] = []
    var added = KeyList(affix: builder.missing.affix)
    table.enter(builder.missing, from: UInt32(count), codes: &found, added: &added)
    if added.count > 0 {
      count += added.count
      note(added)
      size += added.size
      dictionary = makeDictionary()
    }
    return .codes(builder.finish(found), dictionary)
  }

  private mutating func note(_ added: KeyList) {
    pieces.append((added, 0))
    while let last = pieces.last {
      let equal = pieces.suffix(8)
      guard equal.count == 8,
        equal.allSatisfy({ $0.joins == last.joins && $0.texts.affix == last.texts.affix })
      else { return }
      var joined = KeyList(affix: last.texts.affix)
      for piece in equal { joined.append(piece.texts) }
      pieces.removeLast(8)
      pieces.append((joined, last.joins + 1))
    }
  }

  /// A dictionary of the texts so far, which are put together only when somebody asks for them.
  private func makeDictionary() -> TextDictionary {
    let (base, pieces) = (base, pieces)
    return TextDictionary(count: count, shared: base?.shared) {
      var texts = base?.texts ?? TextVector()
      for piece in pieces { piece.texts.append(to: &texts) }
      return texts
    }
  }

  private mutating func enter(_ texts: TextVector) {
    var padded = texts.bytes
    padded.append(contentsOf: repeatElement(0, count: Window.padding))
    let bytes = padded.span
    var list = KeyList()
    for index in 0..<texts.count {
      let range = texts.range(index)
      let key = KeyTable.key(bytes, range.lowerBound, range.count)
      list.append(key, bytes, range.lowerBound, range.count)
    }
    var codes: [UInt32] = []
    var added = KeyList()
    table.enter(list, from: 0, codes: &codes, added: &added)
    precondition(added.count == texts.count, "a dictionary has no text twice")
  }
}
