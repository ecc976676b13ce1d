package import Bytes

/// A CSV input could not be read at all, or what was asked of it makes no sense. A record that does
/// not fit is a `Rejection` instead.
package struct CSVError: Explained, Sendable {
  package let explanation: Explanation

  package init(_ explanation: Explanation) { self.explanation = explanation }

  package init(_ error: some Explained) { explanation = error.explanation }

  static func cannotRead(_ name: String, because reason: String, remedy: String = "") -> CSVError {
    CSVError(Explanation("cannot read", name, because: reason, remedy: remedy))
  }
}
