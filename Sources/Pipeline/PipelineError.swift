package import Bytes

/// A run, or a part of one, could not be done. What was committed before stays; nothing else is
/// left half-done that a second run would not do again.
package struct PipelineError: Explained, Sendable {
  package let explanation: Explanation

  package init(_ explanation: Explanation) { self.explanation = explanation }

  package init(_ error: some Explained) { explanation = error.explanation }
}
