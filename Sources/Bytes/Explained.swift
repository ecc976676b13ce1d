/// An error of the outside world, told as a sentence a person can act on: what could not be done,
/// to what, why, and what to do about it.
///
/// Each module has one error type of its own that holds an `Explanation`; bad data is no error but
/// a `Rejection`, and a broken invariant is a trap.
package protocol Explained: Error, CustomStringConvertible {
  var explanation: Explanation { get }
}

extension Explained {
  package var description: String { explanation.description }
}

/// The parts of an error message.
package struct Explanation: Sendable, Hashable, CustomStringConvertible {
  /// What could not be done: "cannot read".
  package var action: String
  /// To what: a path, a table, a flag.
  package var subject: String
  /// Why.
  package var reason: String
  /// What to do, as a sentence; empty where nothing sensible can be said.
  package var remedy: String

  package init(_ action: String, _ subject: String, because reason: String, remedy: String = "") {
    self.action = action
    self.subject = subject
    self.reason = reason
    self.remedy = remedy
  }

  package var description: String {
    var text = "\(action) \(subject): \(reason)"
    if !remedy.isEmpty { text += "\n  \(remedy)" }
    return text
  }
}

/// A place that bytes are read from could not give them.
package struct SourceError: Explained, Sendable {
  package let explanation: Explanation

  package init(_ explanation: Explanation) { self.explanation = explanation }

  package init(_ error: some Explained) { explanation = error.explanation }
}
