package import Bytes

/// A `.groove` file cannot be read or written as asked.
package struct ColumnFileError: Explained, Sendable {
  package enum Kind: Sendable, Hashable {
    /// The bytes are not a file of this format, or not whole any more.
    case damaged
    /// A later version made it, with features this one does not know.
    case newer
    /// A dictionary that the file needs was not given, or is older than the file.
    case dictionary
    /// What was asked for cannot be stored.
    case unfit
    /// The place it is read from failed.
    case source
  }

  package let kind: Kind
  package let explanation: Explanation

  init(_ kind: Kind, _ explanation: Explanation) {
    self.kind = kind
    self.explanation = explanation
  }

  init(damaged name: String, _ damage: Damage) {
    kind = .damaged
    explanation = Explanation(
      "cannot read", name, because: damage.description,
      remedy: "The file is damaged or not a .groove file; make it again from its source.")
  }

  init(_ error: SourceError) {
    kind = .source
    explanation = error.explanation
  }

  init(unfit subject: String, because reason: String, remedy: String = "") {
    kind = .unfit
    explanation = Explanation("cannot store", subject, because: reason, remedy: remedy)
  }
}
