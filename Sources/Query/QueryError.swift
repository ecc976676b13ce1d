package import Bytes
package import SQL

/// A query that cannot be answered: what was asked cannot be done, or the data or the disk forbids
/// it. Where the fault has a place in the text, the message shows it with a caret.
package struct QueryError: Explained, Sendable {
  package let explanation: Explanation

  package init(_ explanation: Explanation) { self.explanation = explanation }

  package init(_ error: some Explained) { explanation = error.explanation }

  package init(_ message: String, at position: Position?, hint: String = "") {
    if let position {
      explanation = SQLError(message, at: position, hint: hint).explanation
    } else {
      explanation = Explanation("cannot compute", "the query", because: message, remedy: hint)
    }
  }
}
