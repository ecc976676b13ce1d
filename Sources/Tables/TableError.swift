package import Bytes

/// A table of items could not be written or read.
package struct TableError: Explained, Sendable {
  package let explanation: Explanation

  package init(_ explanation: Explanation) { self.explanation = explanation }

  package init(_ error: some Explained) { explanation = error.explanation }

  static func damaged(_ name: String, _ reason: String) -> TableError {
    TableError(
      Explanation(
        "cannot read", name, because: reason,
        remedy: "Make the table again from the curated data: groove rebuild."))
  }
}
