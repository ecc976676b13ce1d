package import Bytes

/// What stops a kernel: a number too large for its type, or a disk that could not hold a spill.
package struct KernelsError: Explained, Sendable {
  package let explanation: Explanation

  package init(_ explanation: Explanation) { self.explanation = explanation }

  /// A sum that its type cannot hold is an error, never a wrong number.
  static func overflow(of function: String, in type: String) -> KernelsError {
    KernelsError(
      Explanation(
        "cannot compute", function, because: "the result does not fit a \(type)",
        remedy: "Cast the argument to DOUBLE for an approximate result."))
  }
}
