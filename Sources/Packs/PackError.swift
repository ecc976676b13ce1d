package import Bytes
package import SQL

/// A pack that cannot be used: its text is wrong, or it does not fit the lake.
package struct PackError: Explained, Sendable {
  package let explanation: Explanation

  package init(_ explanation: Explanation) { self.explanation = explanation }

  package init(_ error: SQLError) { explanation = error.explanation }
}
