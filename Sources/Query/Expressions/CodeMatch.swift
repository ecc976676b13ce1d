import Columns
import Kernels

/// A comparison of a TEXT column with a few constants, `=` or IN: which codes of a dictionary it is
/// true for is known without a look at most of the dictionary, and then rows are compared as
/// numbers.
struct CodeMatch: Sendable {
  private let texts: [String]

  private static let mostTexts = 8

  init?(_ bound: Bound) {
    switch bound {
    case .call(let call) where call.function.name == Comparison.equal.rawValue:
      if case .column = call.arguments[0], case .text(let text)? = call.arguments[1].constantValue {
        texts = [text]
      } else if case .column = call.arguments[1],
        case .text(let text)? = call.arguments[0].constantValue
      {
        texts = [text]
      } else {
        return nil
      }
    case .isIn(.column(_, .text), let set, isNegated: false):
      let values = set.values
      if set.hasNull || values.count > Self.mostTexts { return nil }
      texts = (0..<values.count).compactMap { values.value(at: $0).text }
    default: return nil
    }
  }

  /// The codes it is true for.
  func codes(in dictionary: TextDictionary) -> [UInt32] {
    texts.flatMap { dictionary.codes(of: $0) }.sorted()
  }
}

extension Bound {
  /// The rows where it is true: neither false nor NULL. Of several conditions each is asked of the
  /// rows that the ones before it have left, so that the columns of the later ones are read only
  /// where it matters.
  func selected(_ frame: Frame) throws(QueryError) -> Selection {
    switch self {
    case .logic(isAnd: true, let operands):
      var kept = frame
      var rows: [UInt32]?
      for operand in operands {
        switch try operand.selected(kept) {
        case .all: continue
        case .none: return .none
        case .rows(let found):
          rows = rows.map { rows in found.map { rows[Int($0)] } } ?? found
          kept = kept.keeping(.rows(found))
        }
      }
      return rows.map(Selection.rows) ?? .all
    case .perCode(let inner, let place, let cache):
      if let rows = try cache.selected(inner, place, frame) { return rows }
    default: break
    }
    return Selection(try evaluate(frame), rowCount: frame.rowCount)
  }
}
