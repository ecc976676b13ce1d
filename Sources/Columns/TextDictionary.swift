import Bytes

/// Texts by code: what the codes of a dictionary-coded column mean. Immutable, so it is shared
/// freely; two columns with the same (`===`) dictionary have the same codes.
///
/// Codes run from 0 to `count - 1` and are in no particular order of the texts. The texts may be
/// spelled out only when somebody asks for them: counting distinct users needs no names. Where the
/// texts are an affix and a number (`numbering`), there is a code for each number between the least
/// and the greatest, so that `count` may exceed the rows by far.
package final class TextDictionary: Sendable {
  package let count: Int
  /// Set where the first `shared.count` codes are those of a dictionary that a lake shares between
  /// its tables; codes behind them are this dictionary's own.
  package let shared: SharedDictionary?
  /// What the codes mean where that is an affix and a number.
  package let numbering: TextNumbering?
  private let state: Lock<State>

  private enum State {
    case spelled(TextVector)
    case packed(@Sendable () -> TextVector)
  }

  package init(_ texts: TextVector, shared: SharedDictionary? = nil) {
    precondition((shared?.count ?? 0) <= texts.count, "a dictionary extends the one it shares")
    count = texts.count
    self.shared = shared
    numbering = nil
    state = Lock(.spelled(texts))
  }

  /// A dictionary whose texts are made by `spell` when they are first needed.
  package init(
    count: Int, shared: SharedDictionary? = nil, spell: @escaping @Sendable () -> TextVector
  ) {
    precondition((shared?.count ?? 0) <= count, "a dictionary extends the one it shares")
    self.count = count
    self.shared = shared
    numbering = nil
    state = Lock(.packed(spell))
  }

  /// A dictionary of `count` numbers in a row. Who spells them all has `count` texts; single ones
  /// come from the numbering.
  package init(count: Int, numbering: TextNumbering, shared: SharedDictionary? = nil) {
    precondition((shared?.count ?? 0) <= count, "a dictionary extends the one it shares")
    precondition(
      numbering.first <= Affix.firstTooLong - Int64(count),
      "the last number has not too many digits"
    )
    self.count = count
    self.shared = shared
    self.numbering = numbering
    let (affix, first) = (numbering.affix, numbering.first)
    state = Lock(.packed { affix.texts(first..<first + Int64(count)) })
  }

  package var texts: TextVector {
    state.withLock { state in
      switch state {
      case .spelled(let texts): return texts
      case .packed(let spell):
        let texts = spell()
        precondition(texts.count == count, "a dictionary spells all its codes")
        state = .spelled(texts)
        return texts
      }
    }
  }

  /// The codes of a text.
  package func codes(of text: String) -> [UInt32] {
    if let numbering {
      guard let code = numbering.code(of: text), Int(code) < count else { return [] }
      return [code]
    }
    let wanted = Array(text.utf8)
    let texts = texts
    return (0..<UInt32(count)).filter { code in
      let range = texts.range(Int(code))
      return range.count == wanted.count && texts.bytes[range].elementsEqual(wanted)
    }
  }

  /// About how much memory the texts take; those that have not been spelled out take little.
  package var byteCount: Int {
    state.withLock { state in
      if case .spelled(let texts) = state { return texts.byteCount }
      return numbering == nil ? count * 4 : 0
    }
  }

  package subscript(code: UInt32) -> String {
    precondition(Int(code) < count, "a code of the dictionary")
    guard let numbering else { return texts[Int(code)] }
    var bytes: [UInt8] = []
    numbering.append(code, to: &bytes)
    return String(decoding: bytes, as: UTF8.self)
  }
}

/// Which state of which shared dictionary a set of codes belongs to.
package struct SharedDictionary: Sendable, Hashable {
  /// The table whose key it holds.
  package let name: String
  /// How many commits have appended to it; codes never change their meaning, so a later generation
  /// only adds codes.
  package let generation: Int
  /// The codes of that generation: `0..<count`.
  package let count: Int

  package init(name: String, generation: Int, count: Int) {
    self.name = name
    self.generation = generation
    self.count = count
  }
}
