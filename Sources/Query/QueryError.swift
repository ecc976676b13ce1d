package import Bytes
package import SQL

/// A query that cannot be answered: what was asked cannot be done, or the data or the disk forbids
/// it. Where the fault has a place in the text, the message shows it with a caret.
package struct QueryError: Explained, Sendable {
  package let explanation: Explanation
  /// Where in the text the fault is; nil where the fault is not the text's.
  package let position: Position?

  package init(_ explanation: Explanation) {
    self.explanation = explanation
    position = nil
  }

  package init(_ error: some Explained) {
    explanation = error.explanation
    position = (error as? SQLError)?.position ?? (error as? QueryError)?.position
  }

  package init(_ message: String, at position: Position?, hint: String = "") {
    self.position = position
    if let position {
      explanation = SQLError(message, at: position, hint: hint).explanation
    } else {
      explanation = Explanation("cannot compute", "the query", because: message, remedy: hint)
    }
  }
}
