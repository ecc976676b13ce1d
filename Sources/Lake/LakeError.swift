package import Bytes
import Objects

/// A lake could not be read or written.
package struct LakeError: Explained, Sendable {
  package let explanation: Explanation

  package init(_ explanation: Explanation) { self.explanation = explanation }

  package init(_ error: some Explained) { explanation = error.explanation }

  static func damaged(_ object: String, _ reason: String) -> LakeError {
    LakeError(
      Explanation(
        "cannot read", object, because: reason,
        remedy: "Restore it from a copy of the lake; nothing was changed."))
  }
}
