/// The command line asks for something that cannot be: status 2.
package struct UsageError: Error, Sendable, CustomStringConvertible {
  /// What is wrong.
  package let problem: String
  /// What to do about it; empty where the problem says it.
  package let remedy: String

  package init(_ problem: String, remedy: String = "") {
    self.problem = problem
    self.remedy = remedy
  }

  /// A word that is wrong, with the one that may have been meant.
  package init(_ problem: String, meant: String?) {
    self.init(problem, remedy: meant.map { "Did you mean \($0)?" } ?? "")
  }

  package var description: String { remedy.isEmpty ? problem : "\(problem)\n  \(remedy)" }
}
