/// A text of SQL and where it comes from: a command line, a query file, a pack.
package final class SourceText: Sendable {
  /// What messages call it: `the query`, `groove.sql`.
  package let name: String
  package let text: String

  package init(_ text: String, name: String = "the query") {
    self.text = text
    self.name = name
  }
}

/// A stretch of bytes of a source text: the part of a statement that a message points at.
///
/// Positions compare equal, whatever they are, so that two trees are equal when they say the same:
/// `GROUP BY lower(a)` and `SELECT lower(a)` mean one expression.
package struct Position: Sendable, Hashable {
  package let source: SourceText
  /// Byte offsets into the UTF-8 of the source.
  package let start: Int
  package let end: Int

  package init(_ source: SourceText, start: Int, end: Int) {
    self.source = source
    self.start = start
    self.end = end
  }

  /// From the start of this to the end of `last`.
  package func through(_ last: Position) -> Position {
    Position(source, start: start, end: max(end, last.end))
  }

  /// The text that stands there.
  package var text: String {
    String(decoding: Array(source.text.utf8)[start..<end], as: UTF8.self)
  }

  package static func == (one: Position, other: Position) -> Bool { true }

  package func hash(into hasher: inout Hasher) {}
}
