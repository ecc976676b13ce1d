package import Bytes

/// A CSV input could not be read at all, or what was asked of it makes no sense. A record that does
/// not fit is a `Rejection` instead.
package struct CSVError: Explained, Sendable {
  package let explanation: Explanation
  /// Whether the input itself is at fault, and not the place that its bytes are read from.
  package let isOfInput: Bool

  package init(_ explanation: Explanation) {
    self.explanation = explanation
    isOfInput = true
  }

  package init(_ error: SourceError) {
    explanation = error.explanation
    isOfInput = false
  }

  static func cannotRead(_ name: String, because reason: String, remedy: String = "") -> CSVError {
    CSVError(Explanation("cannot read", name, because: reason, remedy: remedy))
  }

  static func hasChanged(_ source: any ByteSource) -> CSVError {
    .cannotRead(
      source.name, because: "it was changed while it was read",
      remedy: "Run the same command again.")
  }
}
